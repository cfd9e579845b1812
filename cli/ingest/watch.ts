/**
 * `tuodi ingest --watch <folders…>`: looks again and again, and takes each file in once it has stayed as it is for a while.
 *
 * What is known of a file is kept in memory only, and all that matters is asked of the library, by SHA-256: so it may be killed at any
 * moment and started again, and nothing is taken in twice. A file leaves its place only once its picture is in: the service has its
 * bytes, and it rests. One that was refused, or could not be sent, stays.
 */
import path from 'node:path';
import { ApiError } from '../../contract/client.ts';
import type { Text } from '../../contract/statuses.ts';
import { printableLine } from '../../text/printable.ts';
import type { Client } from '../client.ts';
import { failureOf, type Reason, reasonText } from '../errors.ts';
import type { Output } from '../output.ts';
import { remarkLines } from '../remark-lines.ts';
import { type AfterIngest, type Disposed, disposeOf } from './after-ingest.ts';
import { shownPath } from './disk-path.ts';
import { type FileStat, type FoundFile, filesIn, isSame, statFile, type Walk } from './folder-files.ts';
import type { LeftOut } from './found.ts';
import type { Ingested, IngestOptions } from './ingest.ts';
import { ingestFile } from './ingest-file.ts';
import { notTaken, sameBytes } from './ingest-text.ts';
import { noFileReason, sortOut } from './sort-out.ts';

export const WATCH_LIMITS = {
  /** Between looks: what a person waits at most, beyond the next. */
  look_ms: 2_000,
  /** A file that is still being written or copied changes within this, also over a slow network share. */
  stable_ms: 5_000,
  /** Files under way at once: the service works on more than one picture at a time. */
  in_flight: 4,
  /** Files that are remembered, about 300 bytes each. What is beyond them waits until others have left. */
  max_files: 500_000,
  /** After a failure that may pass, doubled each time: the service is unavailable, or the file can't be read. */
  again_ms: 5_000,
  again_max_ms: 5 * 60_000,
};
export type WatchLimits = typeof WATCH_LIMITS;

export type Watched = Ingested & { left: Disposed['left']; moved_to: string | null };
export type WatchOptions = IngestOptions & { after: AfterIngest };
type Pace = { elapsed(): number; sleep(ms: number, signal: AbortSignal): Promise<void> };
/** `due`: not before this; null once nothing is left to do with it as it is. `round`: it was last there in. `other`: it is no picture. */
type Known = FileStat & { due: number | null; tries: number; round: number; other: boolean };
type Watch = {
  /** One that speaks to the service as it is reached now. */
  client: () => Promise<Client>;
  options: WatchOptions;
  out: Output;
  pace: Pace;
  limits: WatchLimits;
  signal: AbortSignal;
};
type Watching = Watch & { busy: Map<string, Promise<unknown>> };

/** `left_out`: of what is there now. */
export type WatchDone = { taken: number; failed: number; left_out: LeftOut };
/** Ends when its signal is aborted: what is under way is given up, and found again by the next run. Returns how many failed. */
export async function watch(folders: string[], watched: Watch): Promise<WatchDone> {
  const given: Watching = { ...watched, busy: new Map() };
  const { pace, limits, signal } = given;
  const known = new Map<string, Known>();
  const warned = new Set<string>();
  const counts = { taken: 0, failed: 0 };
  const left_out: LeftOut = { other: 0, folder_links: 0, special: 0 };
  for (let round = 1; !signal.aborted; round++) {
    const due = await looked(folders, given, { known, warned, round, counts, left_out });
    const left = due.values();
    const take = async () => {
      for (const one of left) if (!signal.aborted) await oneFile(one, given, known, counts);
    };
    await Promise.all(Array.from({ length: limits.in_flight }, take));
    await pace.sleep(limits.look_ms, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
  left_out.other += [...known.values()].filter(({ other }) => other).length;
  return { ...counts, left_out };
}

type Due = FoundFile & { root: string };
type Looking = {
  known: Map<string, Known>;
  warned: Set<string>;
  round: number;
  counts: { failed: number };
  left_out: LeftOut;
};
/** Those that have stayed as they are long enough. What is not there any more is forgotten. */
async function looked(
  folders: string[],
  { options, out, pace, limits, signal }: Watch,
  { known, warned, round, counts, left_out }: Looking,
): Promise<Due[]> {
  const due: Due[] = [];
  const warnOnce = (message: string): boolean => {
    const text = printableLine(message);
    const first = !warned.has(text);
    if (warned.size < limits.max_files && first) out.warn(text);
    warned.add(text);
    return first;
  };
  Object.assign(left_out, { other: 0, folder_links: 0, special: 0 });
  const walk: Walk = {
    except: options.after.do === 'move' ? [path.resolve(options.after.to)] : [],
    noFile(at, why, error) {
      const reason = noFileReason(at, why, error, out.language);
      if (reason && warnOnce(`${shownPath(at)}: ${reasonText(reason)}`)) counts.failed += 1;
      if (!reason) left_out[why === 'folder_link' ? 'folder_links' : why === 'special' ? 'special' : 'other'] += 1;
    },
  };
  for (const root of folders)
    for await (const found of filesIn(root, walk)) {
      if (signal.aborted) return [];
      const before = known.get(found.file);
      if (!before && known.size >= limits.max_files) {
        warnOnce(
          out.words({
            en: `More than ${limits.max_files} files: the rest is taken in when others have left`,
            zh: `文件超过 ${limits.max_files} 个：其余文件待其他文件移走后再收取`,
          }),
        );
        continue;
      }
      const { file: _, is_link: __, ...seen } = found;
      if (!before || !isSame(before, seen))
        known.set(found.file, { ...seen, due: pace.elapsed() + limits.stable_ms, tries: 0, round, other: false });
      else {
        before.round = round;
        if (before.due !== null && before.due <= pace.elapsed()) due.push({ ...found, root });
      }
    }
  for (const [file, { round: last }] of known) if (last !== round) known.delete(file);
  return due;
}

async function oneFile(
  { root, file, is_link, ...seen }: Due,
  given: Watching,
  known: Map<string, Known>,
  counts: { taken: number; failed: number },
) {
  const { pace, limits, signal, out } = given;
  const began = pace.elapsed();
  const entry = known.get(file);
  const again = (wait_ms: number) => {
    if (entry) entry.due = pace.elapsed() + wait_ms;
  };
  let end: Ended;
  try {
    const verdict = await sortOut({ file, is_link, size: seen.size }, out.language);
    if (entry) entry.other = verdict === 'other';
    if (verdict === 'other') return entry && Object.assign(entry, { due: null });
    end = verdict === 'take' ? await ended(given, { file, root, is_link, seen }) : failed(verdict, PASSING.has(verdict.code));
  } catch (error) {
    if (signal.aborted) return;
    end = failed(failureOf(error, out.language), mayPass(error));
  }
  const changed = end.left === 'changed' || !isSame(seen, (await statFile(file)) ?? seen);
  if (changed) return again(limits.stable_ms); // reported when it has been taken in as it is now
  if (!entry) return;
  if (end.passing) again(Math.min(limits.again_ms * 2 ** entry.tries, limits.again_max_ms));
  else entry.due = null;
  entry.tries += 1;
  if (end.passing && entry.tries > 1) return; // reported once
  counts[end.failure ? 'failed' : 'taken'] += 1;
  const { passing: _, ...result } = end;
  const watched: Watched = { file: shownPath(file), ...result, duration_ms: Math.round(pace.elapsed() - began) };
  out.result(watched, () => lineOf(watched, out));
}

/** `passing`: it may go well later. */
type Ended = Omit<Watched, 'file' | 'duration_ms'> & { passing: boolean };

async function ended(
  { client, options, signal, busy }: Watching,
  { file, root, is_link, seen }: { file: string; root: string; is_link: boolean; seen: FileStat },
): Promise<Ended> {
  const { resource, there } = await ingestFile({ client: await client(), signal, busy }, file, options);
  const { resource_id, status, failure, remarks, viewable, phase } = resource;
  const settled = { resource_id, status, failure, remarks, duplicate_of: there ? resource_id : resource.duplicate_of };
  if (phase === 'working') return { ...settled, left: 'kept', moved_to: null, passing: true }; // it takes longer than anybody waits
  if (!viewable) return { ...settled, left: 'kept', moved_to: null, passing: false }; // refused, or in the trash: the file may be the only one
  if (is_link) return { ...settled, left: 'kept', moved_to: null, passing: false }; // what it leads to is elsewhere
  const now = await statFile(file);
  if (!now || !isSame(now, seen)) return { ...settled, left: 'changed', moved_to: null, passing: false };
  const left = await disposeOf(file, seen, root, options.after);
  return { ...settled, left: left.left, moved_to: left.left === 'moved' ? left.moved_to : null, passing: false };
}

/** Statuses of HTTP at which the same again would be refused again. */
const FINAL = new Set([400, 413, 415, 422]);
const mayPass = (error: unknown): boolean => !(error instanceof ApiError && FINAL.has(error.status));
/** A file that can't be read now may be later. */
const PASSING = new Set(['EACCES', 'EPERM', 'EIO']);
const failed = (failure: Reason, passing: boolean): Ended => ({
  ...{ resource_id: null, status: null, duplicate_of: null, failure, remarks: [] },
  ...{ left: 'kept', moved_to: null, passing },
});

const STAYS: Text = { en: 'stays', zh: '保留原处' };
function lineOf({ file, status, failure, duplicate_of, remarks, left, moved_to }: Watched, { language, words }: Output): string {
  const where = {
    ...{ kept: STAYS, changed: STAYS, deleted: { en: 'deleted', zh: '已删除' } },
    moved: { en: `moved to ${moved_to}`, zh: `已移至 ${moved_to}` },
  }[left];
  const why = failure ? `  ${reasonText(failure)}` : duplicate_of ? `  ${sameBytes(language, duplicate_of)}` : '';
  return [
    printableLine(`${status ?? notTaken(language)}  ${file}  ${words(where)}${why}`),
    ...remarkLines(remarks, language),
  ].join('\n');
}
