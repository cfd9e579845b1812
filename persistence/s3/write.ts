/**
 * Writing: what fits in one part is one PutObject, the rest is a multipart upload, of which nothing is seen before it is completed.
 * So a key is there whole or not at all, and memory is bounded by a few parts. The signature of each request holds the SHA-256 of its
 * body: what was changed on its way is refused by the store.
 */
import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { type StoredObject, TooManyBytes } from '../../runtime/ports/objects.ts';
import type { Store } from './client.ts';
import { isNamed } from './faults.ts';
import { headOf } from './read.ts';

export async function put(store: Store, key: string, body: AsyncIterable<Uint8Array>, max_bytes: number): Promise<StoredObject> {
  const hash = createHash('sha256');
  let byte_size = 0;
  const counted = async function* () {
    for await (const chunk of body) {
      byte_size += chunk.byteLength;
      if (byte_size > max_bytes) throw new TooManyBytes(`more than ${max_bytes} bytes`);
      hash.update(chunk);
      yield chunk;
    }
  };
  const parts = inParts(counted(), store.limits.part_bytes);
  const first = await parts.next();
  if (first.done) await putWhole(store, key, Buffer.alloc(0));
  else if (first.value.last) await putWhole(store, key, first.value.bytes);
  else await putParts(store, key, first.value.bytes, parts, () => byte_size);
  const seen = await headOf(store, key); // null: a purge was as quick
  return { key, byte_size, sha256: hash.digest('hex'), modified_at: seen?.modified_at ?? store.clock.now() };
}

type Part = { bytes: Buffer; last: boolean };

/** All of `size` bytes but the last, which has at least one. A part is let go of before the next begins. */
async function* inParts(body: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Part, void, void> {
  const empty = () => Buffer.allocUnsafeSlow(size); // takes no room before it is written to
  let part = empty();
  let filled = 0;
  for await (const chunk of body)
    for (let at = 0; at < chunk.byteLength; ) {
      if (filled === size) {
        yield { bytes: part, last: false };
        part = empty();
        filled = 0;
      }
      const taken = chunk.subarray(at, at + size - filled);
      part.set(taken, filled);
      filled += taken.byteLength;
      at += taken.byteLength;
    }
  if (filled > 0) yield { bytes: part.subarray(0, filled), last: true };
}

function putWhole({ client, bucket, call }: Store, key: string, bytes: Buffer): Promise<unknown> {
  const ChecksumSHA256 = createHash('sha256').update(bytes).digest('base64'); // kept beside the object, where a store offers that
  const command = { Bucket: bucket, Key: key, Body: bytes, ContentLength: bytes.byteLength, ChecksumSHA256 };
  return call(`store ${key}`, (abortSignal) => client.send(new PutObjectCommand(command), { abortSignal }), 'bytes');
}

async function putParts(
  store: Store,
  key: string,
  first: Buffer,
  rest: AsyncIterable<Part>,
  sizeSoFar: () => number,
): Promise<void> {
  const { client, bucket, call, log } = store;
  const at = { Bucket: bucket, Key: key };
  const { UploadId } = await call(`begin to store ${key}`, (abortSignal) =>
    client.send(new CreateMultipartUploadCommand(at), { abortSignal }),
  );
  const upload = { ...at, UploadId };
  const sent: CompletedPart[] = [];
  const send = async (bytes: Buffer) => {
    const PartNumber = sent.length + 1;
    const command = { ...upload, PartNumber, Body: bytes, ContentLength: bytes.byteLength };
    const doing = `store part ${PartNumber} of ${key}`;
    const { ETag } = await call(doing, (abortSignal) => client.send(new UploadPartCommand(command), { abortSignal }), 'bytes');
    sent.push({ PartNumber, ETag });
  };
  try {
    await send(first);
    for await (const { bytes } of rest) await send(bytes);
    await completed(store, key, { ...upload, MultipartUpload: { Parts: sent } }, sizeSoFar());
  } catch (error) {
    // What can't be removed now is removed with all else below its prefix; see `removePrefix`.
    await call(`take back ${key}`, (abortSignal) => client.send(new AbortMultipartUploadCommand(upload), { abortSignal })).catch(
      (left: unknown) => log('parts of an upload were left', { err: left, key }),
    );
    throw error;
  }
}

/** Sent again after a dropped reply, it finds its upload gone: then what is there tells whether it was completed. */
async function completed(
  store: Store,
  key: string,
  command: ConstructorParameters<typeof CompleteMultipartUploadCommand>[0],
  byte_size: number,
): Promise<void> {
  const { client, call } = store;
  await call(
    `complete ${key}`,
    async (abortSignal) => {
      try {
        await client.send(new CompleteMultipartUploadCommand(command), { abortSignal });
      } catch (error) {
        const there = isNamed(error, 'NoSuchUpload') ? await headOf(store, key) : null;
        if (there?.byte_size !== byte_size) throw error;
      }
    },
    'bytes',
  );
}
