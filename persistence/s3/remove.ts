/** Removing all below a prefix: what is there, and what was begun and never completed. */
import { AbortMultipartUploadCommand, ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { deleteObjects, type Store } from './client.ts';
import { isMissing, isNamed } from './faults.ts';
import { pagesOf } from './read.ts';

export async function removeBelow(store: Store, prefix: string): Promise<void> {
  await abortBelow(store, prefix); // first: none of them can be completed behind us
  for await (const page of pagesOf(store, prefix)) if (page.length > 0) await remove(store, prefix, page);
}

async function remove({ client, bucket, call }: Store, prefix: string, page: { key: string }[]): Promise<void> {
  const Objects = page.map(({ key }) => ({ Key: key }));
  const { Errors = [] } = await call(`remove ${prefix}`, (abortSignal) =>
    client.send(deleteObjects({ Bucket: bucket, Delete: { Objects, Quiet: true } }), { abortSignal }),
  );
  const [first] = Errors.filter(({ Code }) => Code !== 'NoSuchKey');
  if (first)
    throw new Error(
      `cannot remove ${first.Key}: ${first.Code} ${first.Message ?? ''}; ${Errors.length} of ${page.length} are left`,
    );
}

/** Uploads in parts whose process died: they take room, and no list shows them. */
async function abortBelow({ client, bucket, call, limits }: Store, prefix: string): Promise<void> {
  const asked = { Bucket: bucket, Prefix: prefix, MaxUploads: limits.page_keys };
  let page: { more: boolean; uploads: { Key: string; UploadId: string }[] };
  do {
    page = await call(`list uploads below ${prefix}`, async (abortSignal) => {
      try {
        const { Uploads = [], IsTruncated = false } = await client.send(new ListMultipartUploadsCommand(asked), { abortSignal });
        const uploads = Uploads.flatMap(({ Key, UploadId }) => (Key?.startsWith(prefix) && UploadId ? [{ Key, UploadId }] : []));
        return { uploads, more: IsTruncated && uploads.length > 0 };
      } catch (error) {
        if (isNamed(error, 'NotImplemented')) return { uploads: [], more: false }; // the bucket's own rule has to remove them
        throw error;
      }
    });
    for (const upload of page.uploads)
      await call(`take back ${upload.Key}`, async (abortSignal) => {
        try {
          await client.send(new AbortMultipartUploadCommand({ Bucket: bucket, ...upload }), { abortSignal });
        } catch (error) {
          if (!isMissing(error)) throw error; // completed or taken back meanwhile
        }
      });
  } while (page.more);
}
