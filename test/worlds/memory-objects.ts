/** The bytes in memory: the port's promises and no more. Its own test runs the suite of the port, so that it does not lie. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { type Objects, TooManyBytes } from '../../runtime/ports/objects.ts';

type Stored = { bytes: Buffer; modified_at: number };
export type MemoryObjects = Objects & {
  /** All that is stored: key → SHA-256, to be compared before and after. */
  everything(): Record<string, string>;
};

export function memoryObjects(): MemoryObjects {
  const stored = new Map<string, Stored>();
  let time = 0;
  const checked = (key: string) => {
    if (!/^([A-Za-z0-9_-][A-Za-z0-9._-]*\/)*[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(key)) throw new Error(`not a key: ${key}`);
    return key;
  };
  const head = async (key: string) => {
    const found = stored.get(checked(key));
    return found ? { key, byte_size: found.bytes.byteLength, modified_at: found.modified_at } : null;
  };
  return {
    presignUpload: async ({ key, content_type, expires_at }) => {
      if (!checked(key).startsWith('incoming/')) throw new Error('not an upload');
      return { method: 'PUT', url: `memory:/${key}`, headers: { 'content-type': content_type }, expires_at };
    },
    presignRead: async ({ key }) => `memory:/${checked(key)}`,
    put: async (key, body, max_bytes) => {
      checked(key);
      const parts: Uint8Array[] = [];
      let byte_size = 0;
      for await (const part of body) {
        byte_size += part.byteLength;
        if (byte_size > max_bytes) throw new TooManyBytes(`more than ${max_bytes} bytes`);
        parts.push(part);
      }
      const bytes = Buffer.concat(parts);
      time += 1;
      stored.set(key, { bytes, modified_at: time });
      return { key, byte_size, modified_at: time, sha256: sha256(bytes) };
    },
    head,
    read: async (key, range) => {
      const found = stored.get(checked(key));
      return found ? Readable.from([range ? found.bytes.subarray(range.start, range.end + 1) : found.bytes]) : null;
    },
    freeze: async (from, to) => {
      const found = stored.get(checked(from));
      if (!stored.has(checked(to)) && found) stored.set(to, found);
      return head(to);
    },
    page: async (prefix, after, limit) => {
      const keys = [...stored.keys()].filter((key) => key.startsWith(prefix) && (after === null || key > after)).sort();
      return (await Promise.all(keys.slice(0, limit).map(head))).flatMap((one) => one ?? []);
    },
    list: async (prefix, limit) => {
      const keys = [...stored.keys()].filter((key) => key.startsWith(prefix));
      const heads = keys.map((key) => ({
        key,
        byte_size: stored.get(key)?.bytes.byteLength ?? 0,
        modified_at: stored.get(key)?.modified_at ?? 0,
      }));
      return heads.sort((a, b) => b.modified_at - a.modified_at || (a.key < b.key ? 1 : -1)).slice(0, limit);
    },
    removePrefix: async (prefix) => {
      checked(prefix.replace(/\/$/, ''));
      for (const key of stored.keys()) if (key.startsWith(prefix)) stored.delete(key);
    },
    close: async () => {},
    everything: () => Object.fromEntries([...stored].sort().map(([key, { bytes }]) => [key, sha256(bytes)])),
  };
}
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
