/** Reading: what is there, its bytes, and what lies below a prefix. */
import { Readable } from 'node:stream';
import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, type ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import type { ObjectHead } from '../../runtime/ports/objects.ts';
import type { Store } from './client.ts';
import { isMissing, isNamed, s3Fault } from './faults.ts';

/** `etag`: without its quotes, which stores write or leave out as they like. */
export type TaggedHead = ObjectHead & { etag: string | null };

export async function headOf(store: Store, key: string): Promise<ObjectHead | null> {
  const found = await taggedHeadOf(store, key);
  if (found === null) return null;
  const { etag: _, ...head } = found;
  return head;
}

export function taggedHeadOf({ client, bucket, call }: Store, key: string): Promise<TaggedHead | null> {
  return call(`look at ${key}`, async (abortSignal) => {
    try {
      const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }), { abortSignal });
      return { ...headFrom(key, head.ContentLength, head.LastModified), etag: bare(head.ETag) };
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  });
}

export const bare = (etag: string | undefined): string | null => etag?.replaceAll('"', '') ?? null;

export function headFrom(key: string, byte_size: number | undefined, modified: Date | undefined): ObjectHead {
  if (byte_size === undefined || modified === undefined) throw new Error(`the store told neither size nor time of ${key}`);
  return { key, byte_size, modified_at: modified.getTime() };
}

/** `range`: first and last byte, both included, as in HTTP. A range behind the end is empty. */
export async function read(store: Store, key: string, range?: { start: number; end: number }): Promise<Readable | null> {
  const { client, bucket, call } = store;
  const Range = range && `bytes=${range.start}-${range.end}`;
  const body = await call(
    `read ${key}`,
    async (abortSignal) => {
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key, Range }), { abortSignal });
        if (!(Body instanceof Readable)) throw new Error('a stream was expected');
        return Body;
      } catch (error) {
        if (isMissing(error)) return null;
        if (isNamed(error, 'InvalidRange')) return Readable.from([]);
        throw error;
      }
    },
    'bytes',
  );
  return body && withFaults(body, `read ${key}`, bucket);
}

/** The same bytes; when they break off, in our words. Whoever lets go of it lets go of the connection. */
function withFaults(body: Readable, doing: string, bucket: string): Readable {
  const stream = Readable.from(
    (async function* () {
      try {
        for await (const chunk of body) yield chunk;
      } catch (error) {
        throw s3Fault(error, doing, `the bucket ${bucket}`);
      }
    })(),
    { objectMode: false },
  );
  body.on('error', () => {}); // reported by the loop above, or nobody reads any more
  stream.once('close', () => body.destroy());
  return stream;
}

/** All below, a page at a time, in the order of their keys. A page may be empty and not the last. */
export async function* pagesOf(store: Store, prefix: string): AsyncGenerator<ObjectHead[], void, void> {
  const { client, bucket, call, limits } = store;
  const asked = { Bucket: bucket, Prefix: prefix, MaxKeys: limits.page_keys };
  let after: string | undefined;
  do {
    const page: ListObjectsV2CommandOutput = await call(`list ${prefix}`, (abortSignal) =>
      client.send(new ListObjectsV2Command({ ...asked, ContinuationToken: after }), { abortSignal }),
    );
    yield (page.Contents ?? []).map(({ Key = '', Size, LastModified }) => headFrom(Key, Size, LastModified));
    if (page.NextContinuationToken !== undefined && page.NextContinuationToken === after)
      throw new Error(`the list of ${prefix} goes round in circles`);
    after = page.NextContinuationToken;
  } while (after !== undefined);
}

/** Those after a key, in the order of their keys, at most `limit`: one call, or a few where a page has fewer than were asked for. */
export async function pageAfter(store: Store, prefix: string, after: string | null, limit: number): Promise<ObjectHead[]> {
  const { client, bucket, call, limits } = store;
  const found: ObjectHead[] = [];
  let from = after ?? undefined;
  while (found.length < limit) {
    const asked = { Bucket: bucket, Prefix: prefix, MaxKeys: Math.min(limits.page_keys, limit - found.length), StartAfter: from };
    const page = await call(`list ${prefix}`, (abortSignal) => client.send(new ListObjectsV2Command(asked), { abortSignal }));
    const heads = (page.Contents ?? []).map(({ Key = '', Size, LastModified }) => headFrom(Key, Size, LastModified));
    found.push(...heads);
    from = heads.at(-1)?.key;
    if (!page.IsTruncated || from === undefined) break;
  }
  return found;
}

/** At most `limit`, newest first; of the same time, the greater key first (a later UUIDv7 is greater). A store lists by key: all are seen. */
export async function newest(store: Store, prefix: string, limit: number): Promise<ObjectHead[]> {
  if (limit < 1) return [];
  let kept: ObjectHead[] = [];
  for await (const page of pagesOf(store, prefix)) kept = [...kept, ...page].sort(byAge).slice(0, limit);
  return kept;
}
const byAge = (a: ObjectHead, b: ObjectHead) => b.modified_at - a.modified_at || (a.key < b.key ? 1 : -1);
