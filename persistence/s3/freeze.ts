/**
 * Freezing: a copy that the store makes, so that no bytes come through us. It is asked for on two conditions: that the upload is still
 * the one we saw, and that nothing is at `to`. Stores that know them make it a compare-and-swap; what remains where one does not is in
 * docs/decisions/0014.
 */
import { CopyObjectCommand } from '@aws-sdk/client-s3';
import type { ObjectHead } from '../../runtime/ports/objects.ts';
import type { Store } from './client.ts';
import { isMissing, isNamed } from './faults.ts';
import { bare, headFrom, headOf, type TaggedHead, taggedHeadOf } from './read.ts';

export async function freeze(store: Store, from: string, to: string): Promise<ObjectHead | null> {
  for (let tries = 1; tries <= store.limits.freeze_tries; tries++) {
    // In this order: a copy by somebody else of other bytes than we saw is found here, or is later than ours can be.
    const source = await taggedHeadOf(store, from);
    const there = await headOf(store, to);
    if (there !== null || source === null) return there ?? (await headOf(store, to));
    const copied = await copy(store, source, to);
    if (copied !== 'refused') return copied ?? (await headOf(store, to));
  }
  throw new Error(`${from} changed ${store.limits.freeze_tries} times while it was copied`);
}

/** refused: the upload has changed, or something is at `to`. null: copied, and whoever asks must look what. */
async function copy(store: Store, source: TaggedHead, to: string): Promise<ObjectHead | null | 'refused'> {
  const { client, bucket, call } = store;
  const asked = { Bucket: bucket, Key: to, CopySource: `${bucket}/${source.key}` };
  const pinned = source.etag === null ? asked : { ...asked, CopySourceIfMatch: `"${source.etag}"` };
  const once = (conditions: object) =>
    call(
      `freeze ${source.key}`,
      async (abortSignal) => {
        try {
          return await client.send(new CopyObjectCommand({ ...pinned, ...conditions }), { abortSignal });
        } catch (error) {
          if (isMissing(error) || isNamed(error, 'PreconditionFailed', 'ConditionalRequestConflict')) return 'refused';
          if (isNamed(error, 'NotImplemented')) return 'unknown';
          throw error;
        }
      },
      'bytes',
    );
  const conditional = await once({ IfNoneMatch: '*' });
  const answer = conditional === 'unknown' ? await once({}) : conditional;
  if (answer === 'refused') return 'refused';
  if (answer === 'unknown') throw new Error(`the store does not copy ${source.key} within the bucket`);
  const { ETag, LastModified } = answer.CopyObjectResult ?? {};
  return source.etag !== null && bare(ETag) === source.etag && LastModified ? headFrom(to, source.byte_size, LastModified) : null;
}
