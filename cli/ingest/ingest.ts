/** `tuodi ingest <files or folders…>`: takes pictures in, and says of each where it came to rest. */
import { openAsBlob } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { RemarkAnswer } from '../../contract/remarks.ts';
import type { Resource } from '../../contract/resource.ts';
import { NoAnswer } from '../answered.ts';
import type { Client } from '../client.ts';
import { failureOf, messageOf, type Reason } from '../errors.ts';
import type { Output } from '../output.ts';
import { onDisk, pathMeant, shownPath } from './disk-path.ts';
import { type Found, foundIn, type LeftOut } from './found.ts';
import { emptyFile } from './sort-out.ts';
import { uploadForm } from './upload.ts';

/** A larger one is not sent, only to be refused by the service. */
const MAX_BYTES = 512 * 1024 * 1024;
/** Files under way at once: the service works on more than one picture at a time. */
const IN_FLIGHT = 4;

/** `file`: its path as people read it. */
export type Ingested = {
  file: string;
  resource_id: string | null;
  status: string | null;
  duplicate_of: string | null;
  failure: Reason | null;
  /** What it lacks though it is taken in. */
  remarks: RemarkAnswer[];
  duration_ms: number;
};
export type IngestOptions = { title?: string; tag?: string[] };
/** `files`: that were to be sent. `not_sent`: of those, when it was stopped or the service went. `gone`: what is said of the service. */
export type Ingest = { results: Ingested[]; left_out: LeftOut; files: number; not_sent: number; gone: string | null };
type Given = { client: Client; options: IngestOptions; out: Output; now: () => number; signal: AbortSignal };

/** Results are in the order in which the files came to rest. Aborted, or without a service, it ends with what was sent. */
export async function ingest(named: readonly string[], given: Given): Promise<Ingest> {
  const { out, now } = given;
  const found: Found[] = [];
  for (const one of named) found.push(await namedOne(one, out));
  const files = found.flatMap((one) => one.files);
  const done: Ingest = { results: [], left_out: tally(found), files: files.length, not_sent: 0, gone: null };
  const report = (result: Ingested) => {
    done.results.push(result);
    if (out.json) out.result(result, () => '');
  };
  for (const { file, reason } of found.flatMap((one) => one.refused))
    report({ file: shownPath(file), ...refused(reason), duration_ms: 0 });
  const bar = out.progress(files.length, 'reading');
  const left = files.values();
  const takeIn = async () => {
    for (const file of left) {
      const began = now();
      const end = await oneOrNot(file, given, done);
      if (end.failure && NOT_SENT.has(end.failure.code)) done.not_sent += 1;
      report({ file: shownPath(file), ...end, duration_ms: Math.round(now() - began) });
      bar.step(path.basename(shownPath(file)));
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, takeIn));
  bar.end();
  return done;
}

/** Why a file was not sent, for no fault of its own: the next run sends it. */
export const NOT_SENT: ReadonlySet<string> = new Set(['NO_ANSWER', 'STOPPED']);

async function oneOrNot(file: string, given: Given, done: Ingest): Promise<End> {
  const { signal, out } = given;
  const stopped = refused({ code: 'STOPPED', detail: { en: 'stopped before it was sent', zh: '发送之前已停止' }[out.language] });
  if (signal.aborted) return stopped;
  if (done.gone !== null) return refused({ code: 'NO_ANSWER', detail: done.gone });
  try {
    return await oneFile(file, given);
  } catch (error) {
    if (signal.aborted) return stopped;
    if (error instanceof NoAnswer) done.gone ??= messageOf(error, out.language);
    return refused(failureOf(error, out.language));
  }
}

/** What a path of the command line holds; one that can't be looked at is a file that is refused. */
async function namedOne(named: string, { language }: Output): Promise<Found> {
  const nothing: Found = { files: [], refused: [], left_out: { other: 0, folder_links: 0, special: 0 } };
  try {
    const meant = await pathMeant(named);
    const there = await stat(onDisk(meant));
    if (there.isDirectory()) return await foundIn(meant, language);
    const reason = there.isFile() ? (there.size === 0 ? emptyFile(language) : null) : noFile(language);
    return reason ? { ...nothing, refused: [{ file: meant, reason }] } : { ...nothing, files: [meant] };
  } catch (error) {
    return { ...nothing, refused: [{ file: named, reason: failureOf(error, language) }] };
  }
}
const noFile = (language: Output['language']): Reason => ({
  code: 'NO_FILE',
  detail: language === 'zh' ? '它是管道、套接字或设备，不是文件' : 'it is a pipe, a socket or a device, no file',
});
const tally = (found: Found[]): LeftOut => ({
  other: found.reduce((sum, { left_out }) => sum + left_out.other, 0),
  folder_links: found.reduce((sum, { left_out }) => sum + left_out.folder_links, 0),
  special: found.reduce((sum, { left_out }) => sum + left_out.special, 0),
});

type End = Omit<Ingested, 'file' | 'duration_ms'>;
async function oneFile(file: string, { client, options, out, signal }: Given): Promise<End> {
  const { size } = await stat(onDisk(file));
  if (size > MAX_BYTES) return refused(tooLarge(size, out.language));
  if (size === 0) return refused(emptyFile(out.language)); // since it was looked at
  const fields = { filename: path.basename(shownPath(file)), ...options };
  let created: Resource | null = null;
  const keep = (resource: Resource) => {
    created = resource;
  };
  try {
    const { resource, there } = await uploadForm(client, await openAsBlob(onDisk(file)), fields, signal, keep);
    return endOf(resource, there);
  } catch (error) {
    if (signal.aborted && created !== null) return endOf(created, false); // it was sent, and goes on by itself
    throw error;
  }
}
const endOf = ({ resource_id, status, failure, duplicate_of, remarks }: Resource, there: boolean): End => ({
  ...{ resource_id, status, failure, remarks },
  duplicate_of: there ? resource_id : duplicate_of,
});
function tooLarge(size: number, language: Output['language']): Reason {
  const detail = { en: `${size} bytes is more than any service takes`, zh: `${size} 字节，超过任何服务的上限` }[language];
  return { code: 'TOO_MANY_BYTES', detail };
}

const refused = (failure: Reason): End => ({ resource_id: null, status: null, duplicate_of: null, failure, remarks: [] });

/** Neither failed nor refused. */
export const isWell = ({ status, failure }: Ingested) => status !== null && failure === null;
