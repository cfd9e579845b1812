/** Files of JSON lines: written aside until they are whole, and read a line at a time however long a line is. */
import { createReadStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';

export type Lines = {
  add(object: object): Promise<void>;
  /** From now on the file is what was added. */
  keep(): Promise<void>;
  /** Unless it was kept, nothing of it stays. */
  discard(): Promise<void>;
};

export async function openNdjson(file: string): Promise<Lines> {
  const part = `${file}.part`;
  const handle = await open(part, 'w', 0o600);
  let open_still = true;
  const close = async () => {
    if (open_still) await handle.close();
    open_still = false;
  };
  return {
    add: async (object) => {
      await handle.writeFile(`${JSON.stringify(object)}\n`);
    },
    async keep() {
      await handle.sync();
      await close();
      await rename(part, file);
    },
    async discard() {
      await close();
      await rm(part, { force: true });
    },
  };
}

const NEW_LINE = 10;
/** Lines that are not empty, with their numbers from 1. `text` is null of one that is longer than `max_bytes`, or no UTF-8. */
export async function* readLines(file: string, max_bytes: number): AsyncGenerator<{ number: number; text: string | null }> {
  let number = 0;
  let parts: Buffer[] = [];
  let bytes = 0;
  const taken = () => {
    number += 1;
    const line = bytes > max_bytes ? null : decoded(Buffer.concat(parts));
    [parts, bytes] = [[], 0];
    return { number, text: line };
  };
  const keep = (part: Buffer) => {
    bytes += part.length;
    if (bytes <= max_bytes) parts.push(part);
    else parts = []; // what is too long is not kept in memory either
  };
  for await (const chunk of createReadStream(file)) {
    let rest: Buffer = chunk;
    for (let end = rest.indexOf(NEW_LINE); end >= 0; end = rest.indexOf(NEW_LINE)) {
      keep(rest.subarray(0, end));
      const line = taken();
      if (line.text !== '') yield line;
      rest = rest.subarray(end + 1);
    }
    keep(rest);
  }
  if (bytes > 0) yield taken();
}

function decoded(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).trim();
  } catch {
    return null; // reported as a line that is not ours
  }
}
