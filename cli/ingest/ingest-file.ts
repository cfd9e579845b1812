/** One file taken in: unless the library has its bytes, or a person has put them into the trash. */
import { openAsBlob } from 'node:fs';
import path from 'node:path';
import type { Resource } from '../../contract/resource.ts';
import { PHASES } from '../../contract/statuses.ts';
import { sha256Of } from '../../persistence/folder/hash.ts';
import type { Client } from '../client.ts';
import { onDisk, shownPath } from './disk-path.ts';
import { type Uploaded, uploadForm, waitUntilSettled } from './upload.ts';

/** `busy`: what is under way, by SHA-256: of two files with the same bytes the later one finds the earlier one's picture. */
type Work = { client: Client; signal: AbortSignal; busy: Map<string, Promise<unknown>> };

/** Pictures that have these bytes, or were refused or removed with them: a few at most. */
const MAX_DUPLICATES = 20;
/** What has these is taken in again when it comes again: they have no bytes, or will have none. */
const GONE_FOR_GOOD = new Set<Resource['status']>(['DELETING', 'PURGE_FAILED', 'DELETED', 'EXPIRED', 'AWAITING_UPLOAD']);

/** Answers when it rests. Nothing is sent of a file that is known: run again, only its hash is compared. */
export async function ingestFile(work: Work, file: string, fields: { title?: string; tag?: string[] }): Promise<Uploaded> {
  const { busy, signal } = work;
  const sha256 = await sha256Of(onDisk(file), signal);
  const mine = Promise.allSettled([busy.get(sha256)]).then(() => takenIn(work, { file, sha256 }, fields));
  busy.set(sha256, mine);
  try {
    return await mine;
  } finally {
    if (busy.get(sha256) === mine) busy.delete(sha256);
  }
}

type Hashed = { file: string; sha256: string };
async function takenIn(work: Work, { file, sha256 }: Hashed, fields: { title?: string; tag?: string[] }): Promise<Uploaded> {
  const { client, signal } = work;
  const duplicate = await findDuplicate(work, sha256);
  if (duplicate)
    return {
      resource: duplicate.phase === 'working' ? await waitUntilSettled(client, duplicate.resource_id, signal) : duplicate,
      there: true,
    };
  const bytes = await openAsBlob(onDisk(file)); // read as it is sent; one that changes meanwhile is an error
  return uploadForm(client, bytes, { filename: path.basename(shownPath(file)), ...fields }, signal);
}

async function findDuplicate({ client, signal }: Pick<Work, 'client' | 'signal'>, sha256: string): Promise<Resource | null> {
  const query = { sha256: [sha256], phase: [...PHASES], limit: MAX_DUPLICATES };
  const { items } = (await client.api.list_resources({ query, ...(signal ? { signal } : {}) })).body;
  const known = items.filter(({ status }) => !GONE_FOR_GOOD.has(status));
  return known.find(({ viewable }) => viewable) ?? known[0] ?? null;
}
