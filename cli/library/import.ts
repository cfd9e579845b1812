/**
 * `tuodi import <folder>`: makes the pictures of an export again, through the API alone. Each line has its own Idempotency-Key, so that
 * a run after one that was cut short finds the picture that it had begun, and goes on with it; bytes that are in the library already
 * are not taken in again, and nothing is changed of the picture that has them.
 */

import { createHash } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { lstat, realpath } from 'node:fs/promises';
import path from 'node:path';
import { ApiError } from '../../contract/client.ts';
import type { Resource } from '../../contract/resource.ts';
import { sha256Of } from '../../persistence/folder/hash.ts';
import { printableLine } from '../../text/printable.ts';
import type { Client } from '../client.ts';
import { failureOf, UsageError } from '../errors.ts';
import { upload, waitUntilSettled } from '../ingest/upload.ts';
import type { Output } from '../output.ts';
import { Exported, LIST_FILE, MAX_LINE_BYTES } from './export-format.ts';
import { readLines } from './ndjson.ts';

/** Pictures under way at once: the service works on more than one. */
const IN_FLIGHT = 4;
/** Corrected pages in one call: what the API takes in a body, with room to spare. */
const CHARS_A_CALL = 400_000;

/** `line`: in the list. `resource_id`: here; `from`: where it was exported. */
export type Imported = {
  line: number;
  from: string | null;
  resource_id: string | null;
  status: string | null;
  duplicate_of: string | null;
  failure: { code: string; detail: string } | null;
};
export type ImportDone = { imported: number; there: number; failed: number };
type Work = { client: Client; folder: string; signal: AbortSignal };

export async function importFrom(client: Client, folder: string, out: Output, signal: AbortSignal): Promise<ImportDone> {
  const list = path.join(folder, LIST_FILE);
  if (!(await lstat(list).catch(() => null))?.isFile())
    throw new UsageError(`${folder} is no export: ${LIST_FILE}, which is written last, is not in it`);
  const work = { client, folder: await realpath(folder), signal };
  const done: ImportDone = { imported: 0, there: 0, failed: 0 };
  const lines = readLines(list, MAX_LINE_BYTES);
  const take = async () => {
    for (;;) {
      const { value: line } = await lines.next();
      if (!line || signal.aborted) return;
      const result = await one(work, line);
      done[result.failure ? 'failed' : result.duplicate_of === result.resource_id ? 'there' : 'imported'] += 1;
      if (out.json || result.failure) out.result(result, () => `line ${result.line}: ${failureText(result)}`);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, take));
  signal.throwIfAborted();
  return done;
}
const failureText = ({ from, failure }: Imported) => printableLine(`${from ?? ''} ${failure?.code}: ${failure?.detail}`.trim());

async function one(work: Work, { number, text }: { number: number; text: string | null }): Promise<Imported> {
  const result: Imported = { line: number, from: null, resource_id: null, status: null, duplicate_of: null, failure: null };
  try {
    const line = parsedLine(text);
    result.from = line.resource_id;
    const { resource, there } = await madeAgain(work, line);
    const { resource_id, status, failure, duplicate_of } = resource;
    Object.assign(result, { resource_id, status, failure, duplicate_of: there ? resource_id : duplicate_of });
  } catch (error) {
    result.failure = failureOf(error);
  }
  return result;
}

/** Why a line is not taken; `code` as those of the API. */
class Refused extends Error {
  readonly code: string;
  constructor(code: string, detail: string) {
    super(detail);
    this.code = code;
  }
}

function parsedLine(text: string | null): Exported {
  if (text === null) throw new Refused('INVALID', `longer than ${MAX_LINE_BYTES} bytes, or not UTF-8`);
  const parsed = Exported.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Refused('INVALID', `${issue?.path.join('/') || 'the line'}: ${issue?.message}`);
}
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refused('BAD_JSON', 'not a line of JSON');
  }
}

/** The bytes that the line names, if they are what it says: a file of the folder, reached without leaving it. */
async function checkedFile({ folder, signal }: Work, { original, byte_size, sha256 }: Exported): Promise<string> {
  const file = path.join(folder, ...original.split('/'));
  const there = await lstat(file);
  if (!there.isFile() || (await realpath(file)) !== file)
    throw new Refused('OBJECT_MISSING', `${original} is no file of this folder: links are not followed`);
  if (there.size !== byte_size || (await sha256Of(file, signal)) !== sha256)
    throw new Refused(
      'CHECKSUM_MISMATCH',
      `${original} is not what was exported: its size or SHA-256 differ. Nothing was taken in`,
    );
  return file;
}

/** `there`: these bytes were in the library before, under another picture. */
async function madeAgain(work: Work, line: Exported): Promise<{ resource: Resource; there: boolean }> {
  const { client, signal } = work;
  const file = await checkedFile(work, line);
  const { filename, content_type, byte_size, sha256, metadata, batch_id, duplicate_of } = line;
  // A picture that was a duplicate where it was exported is one here as well.
  const on_duplicate = duplicate_of ? 'keep' : 'return';
  const asked = { filename, content_type, byte_size, sha256, metadata, on_duplicate } as const;
  const body = { ...asked, ...(batch_id === null ? {} : { batch_id }) };
  const idempotency_key = keyOf(line.resource_id, body);
  const answer = await client.api.create_resource({ body, idempotency_key, signal });
  const { body: created } = answer;
  const there = answer.status === 200;
  if (there && !created.upload) return { resource: created.resource, there };
  if (created.upload) await upload(client, created.upload, await openAsBlob(file, { type: content_type }), signal);
  const now = await waitUntilSettled(client, created.resource.resource_id, signal);
  return { resource: there ? now : await corrected(work, now, line), there };
}

/** Another line, or the same with something else in it, is another request. */
const keyOf = (resource_id: string, body: object): string =>
  `import-${createHash('sha256')
    .update(JSON.stringify([resource_id, body]))
    .digest('hex')}`;

/** What people said, unless it is there. Said before the picture was read it would wait for that as well. */
async function corrected({ client, signal }: Work, now: Resource, { corrections }: Exported): Promise<Resource> {
  const { resource_id } = now;
  if (corrections.length === 0 || !now.viewable) return now;
  const params = { resource_id };
  const readPages = await client.api.get_text({ params, signal }).then(
    ({ body }) => (body instanceof Response ? [] : body.pages),
    (error: unknown) => {
      if (error instanceof ApiError && error.code === 'NOT_FOUND') return []; // nothing was read
      throw error;
    },
  );
  const there = new Map(readPages.filter(({ source }) => source === 'person').map(({ page, text }) => [page, text]));
  const lacking = corrections.filter(({ page, text }) => text !== null && there.get(page) !== text);
  if (lacking.length === 0) return now;
  for (const pages of inCalls(lacking)) await client.api.patch_text({ params, body: { pages }, signal });
  return waitUntilSettled(client, resource_id, signal);
}

function inCalls(pages: Exported['corrections']): Exported['corrections'][] {
  const calls: Exported['corrections'][] = [];
  let room = 0;
  for (const page of pages) {
    const length = page.text?.length ?? 0;
    if (length > room || calls.length === 0) {
      calls.push([]);
      room = CHARS_A_CALL;
    }
    calls.at(-1)?.push(page);
    room -= length;
  }
  return calls;
}
