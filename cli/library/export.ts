/**
 * `tuodi export <folder>`: originals, texts, and a list of all that is needed to make the library again. Every file is written aside and
 * renamed, the list last; so a folder is as it was after an earlier export, or as it is after this one. Run again, it keeps the
 * originals that are there. What an earlier export wrote of pictures that were removed since stays, and is in no list.
 */

import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ApiError } from '../../contract/client.ts';
import { extensionOf, isContentType, type Resource } from '../../contract/resource.ts';
import { PHASES, type Phase } from '../../contract/statuses.ts';
import type { TextAnswer } from '../../contract/text.ts';
import { sha256Of } from '../../persistence/folder/hash.ts';
import type { Client } from '../client.ts';
import type { Output } from '../output.ts';
import { Exported, LEFT_OUT_FILE, type LeftOut, LIST_FILE, ORIGINALS, TEXTS } from './export-format.ts';
import { openNdjson } from './ndjson.ts';
import { readableName } from './readable-name.ts';

/** The longest page of a list. */
const PAGE = 200;
/** Pictures that may come while an export goes on: a day at one a second. More are a list without end. */
const MAX_NEW = 86_400;
/** Maximum bytes of one picture: no service takes a larger one. */
const MAX_BYTES = 2 ** 31;
/** Pictures under way at once: mostly they wait for the disk. */
const IN_FLIGHT = 4;

export type ExportDone = { exported: number; left_out: number; failed: number };
type One = { line: Exported } | { left_out: LeftOut };
type Work = { client: Client; folder: string; signal: AbortSignal };
type Listed = { items: Resource[]; next_cursor: string | null };

export async function exportTo(client: Client, folder: string, out: Output, signal: AbortSignal): Promise<ExportDone> {
  for (const name of [ORIGINALS, TEXTS]) await mkdir(path.join(folder, name), { recursive: true, mode: 0o700 });
  const { total } = (await client.api.count_resources({ query: { phase: [...PHASES] } })).body;
  const bar = out.progress(total, 'exporting');
  const list = await openNdjson(path.join(folder, LIST_FILE));
  const leftOut = await openNdjson(path.join(folder, LEFT_OUT_FILE));
  const done: ExportDone = { exported: 0, left_out: 0, failed: 0 };
  try {
    for await (const page of pages(client, { total, signal })) {
      // In the order of the list, whichever ends first: the same library gives the same file.
      for (const one of await inFlight(page, (resource) => exported({ client, folder, signal }, resource))) {
        if ('line' in one) await list.add(one.line);
        else await leftOut.add(one.left_out);
        done['line' in one ? 'exported' : 'left_out'] += 1;
        if ('left_out' in one && one.left_out.reason === FAILED) done.failed += 1;
        if ('left_out' in one && out.json) out.result(one.left_out, () => '');
        bar.step('');
      }
    }
    await leftOut.keep();
    await list.keep();
    return done;
  } finally {
    bar.end();
    await leftOut.discard();
    await list.discard();
  }
}

async function* pages(client: Client, { total, signal }: { total: number; signal: AbortSignal }): AsyncGenerator<Resource[]> {
  let listed = 0;
  for (let cursor: string | null = ''; cursor !== null; ) {
    signal.throwIfAborted();
    const query: { phase: Phase[]; limit: number; cursor?: string } = {
      phase: [...PHASES],
      limit: PAGE,
      ...(cursor ? { cursor } : {}),
    };
    const { items, next_cursor }: Listed = (await client.api.list_resources({ query, signal })).body;
    listed += items.length;
    if (listed > total + MAX_NEW || (items.length === 0 && next_cursor !== null))
      throw new Error(
        `the list has no end: ${listed} pictures were listed, of the ${total} that were counted. Nothing is kept of it`,
      );
    yield items;
    cursor = next_cursor;
  }
}

/** Returns in the order of `all`. */
async function inFlight<From, To>(all: From[], work: (one: From) => Promise<To>): Promise<To[]> {
  const results: To[] = [];
  const left = all.entries();
  const take = async () => {
    for (const [at, one] of left) results[at] = await work(one);
  };
  // All of them have ended when one has failed: nobody writes on after that.
  for (const end of await Promise.allSettled(Array.from({ length: IN_FLIGHT }, take)))
    if (end.status === 'rejected') throw end.reason;
  return results;
}

const FAILED = 'its bytes could not be read whole; run the export again, and see tuodi explain';
/** Why a picture that is not shown is not there. */
const REASONS: { [Status in Resource['status']]?: string } = {
  AWAITING_UPLOAD: 'its bytes have not come yet',
  REJECTED: 'its bytes are no legal picture, and are not handed out',
  EXPIRED: 'it was given up; restore it first to have it exported',
  TRASHED: 'it is in the trash; restore it first to have it exported',
  DELETING: 'it is being removed',
  PURGE_FAILED: 'it was removed, but for a rest',
  DELETED: 'it was removed',
};

async function exported(work: Work, resource: Resource): Promise<One> {
  const { resource_id, status, filename } = resource;
  const leftOut = (reason: string): One => ({ left_out: { resource_id, status, filename, reason } });
  if (!resource.viewable) return leftOut(REASONS[status] ?? 'it is being looked at for the first time; run the export again');
  const name = readableName(resource);
  const month = resource.created_at.slice(0, 7);
  const extension = isContentType(resource.content_type) ? extensionOf(resource.content_type) : 'bin';
  const original = [ORIGINALS, month, `${name}.${extension}`].join('/');
  try {
    const read = await textOf(work, resource_id);
    const text = read && [TEXTS, month, `${name}.txt`].join('/');
    const corrections = read?.pages
      .filter(({ source }) => source === 'person')
      .map(({ page, text: words }) => ({ page, text: words }));
    const line = Exported.parse({
      ...resource,
      metadata: metadataOfPeople(resource),
      corrections: corrections ?? [],
      original,
      text,
    });
    await originalIn(work, line);
    if (text) await written(path.join(work.folder, text), Readable.from([read.pages.map((page) => page.text).join('\n\f\n')]));
    return { line };
  } catch (error) {
    // Removed since it was listed, or lost: one picture, and no reason to end here. A full disk is.
    if (error instanceof ApiError || error instanceof Damaged) return leftOut(FAILED);
    throw error;
  }
}

/** What the file itself says is read from it again. */
const metadataOfPeople = ({ metadata, taken_at_source }: Resource): Resource['metadata'] =>
  taken_at_source === 'file' ? { ...metadata, taken_at: null } : metadata;

class Damaged extends Error {}

/** What is there with the right bytes stays. */
async function originalIn(
  { client, folder, signal }: Work,
  { resource_id, original, byte_size, sha256 }: Exported,
): Promise<void> {
  const file = path.join(folder, original);
  const there = await stat(file).catch(() => null); // not yet
  if (there?.size === byte_size && (await sha256Of(file, signal)) === sha256) return;
  await client.download(`/v1/resources/${resource_id}/content`, signal, (body) =>
    written(file, Readable.from(atMost(body, Math.min(byte_size, MAX_BYTES), original)), async (part) => {
      if ((await sha256Of(part, signal)) !== sha256) throw new Damaged(original);
    }),
  );
}

/** A body that goes on beyond what was announced is not read on. */
async function* atMost(body: AsyncIterable<Uint8Array>, max: number, name: string): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > max) throw new Damaged(name);
    yield chunk;
  }
}

async function textOf({ client, signal }: Work, resource_id: string): Promise<TextAnswer | null> {
  try {
    const { body } = await client.api.get_text({ params: { resource_id }, signal });
    return body instanceof Response ? null : body;
  } catch (error) {
    if (error instanceof ApiError && error.code === 'NOT_FOUND') return null; // nothing was read yet
    throw error;
  }
}

/** There whole, or as it was. `check`: of the whole file, before it gets its name. */
async function written(file: string, body: Readable, check: (part: string) => Promise<void> = async () => {}): Promise<void> {
  const part = `${file}.part`;
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  try {
    await pipeline(body, createWriteStream(part, { flush: true, mode: 0o600 }));
    await check(part);
    await rename(part, file);
  } finally {
    await rm(part, { force: true });
  }
}
