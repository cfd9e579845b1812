/** The files in a folder and below, one at a time, and what else it holds. */
import { lstat, stat } from 'node:fs/promises';
import path from 'node:path';
import { namesIn, onDisk, shownPath } from './disk-path.ts';

/** What others write beside pictures, or while they write them: of macOS, Windows, Synology, browsers, editors and copying programs. */
const IGNORED_FILES = [
  /^\._/,
  /^~\$/,
  /^Thumbs\.db$/i,
  /^ehthumbs(_vista)?\.db$/i,
  /^desktop\.ini$/i,
  /^Icon\r$/,
  /^SYNOINDEX_MEDIA_INFO$/,
  /\.(part|partial|tmp|temp|crdownload|download|filepart|opdownload|!ut|swp|lock)$/i,
  /~$/,
];
const IGNORED_FOLDERS = [
  /^@eaDir$/,
  /^#recycle$/i,
  /^#snapshot$/i,
  /^\$RECYCLE\.BIN$/i,
  /^System Volume Information$/i,
  /^__MACOSX$/,
  /^lost\+found$/,
];
/** Deeper than any folder that people make; a loop of mounts ends here. */
const MAX_DEPTH = 64;

/** A file that is on its way out: see after-ingest.ts. The only hidden one that is looked at, so that a run that was killed is ended. */
export const LEAVING = '.tuodi-leaving-';

/** As it was when it was looked at: another size, time or file, and it is another picture. */
export type FileStat = { size: number; mtime_ms: number; ino: bigint };
/** `is_link`: its name is a link to it. */
export type FoundFile = FileStat & { file: string; is_link: boolean };

export const isSame = (a: FileStat, b: FileStat): boolean => a.size === b.size && a.mtime_ms === b.mtime_ms && a.ino === b.ino;

/** Null when it is no file, or not there any more. */
export async function statFile(file: string): Promise<FileStat | null> {
  try {
    const found = await lstat(onDisk(file), { bigint: true });
    return found.isFile() ? statOf(found) : null;
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
}
type Stats = { size: bigint; mtimeNs: bigint; ino: bigint };
const statOf = ({ size, mtimeNs, ino }: Stats): FileStat => ({ size: Number(size), mtime_ms: Number(mtimeNs) / 1e6, ino });
const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : null);
const isGone = (error: unknown) => codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';

/** What is no file to take in. `special`: a pipe, a socket or a device, which is never opened: it may never end. */
export type NoFile = 'folder_link' | 'broken_link' | 'special' | 'unreadable' | 'too_deep';
export type Walk = {
  /** Absolute paths of folders that are left out. */
  except: readonly string[];
  /** Each that is no file, and no litter of a system; of a folder what is below it is not looked at either. */
  noFile: (at: string, why: NoFile, error?: Error) => void;
};

/**
 * Links to files are followed, those to folders are not, so there are no loops. What others write for themselves is passed over; what
 * can't be looked at is reported, and the rest goes on; what vanishes meanwhile is left out.
 */
export async function* filesIn(folder: string, walk: Walk, depth = 0): AsyncGenerator<FoundFile> {
  if (depth > MAX_DEPTH) return walk.noFile(folder, 'too_deep');
  try {
    for (const name of await namesIn(folder)) yield* entryAt(path.join(folder, name), walk, depth);
  } catch (error) {
    if (!isGone(error)) walk.noFile(folder, 'unreadable', errorOf(error));
  }
}
const errorOf = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

async function* entryAt(at: string, walk: Walk, depth: number): AsyncGenerator<FoundFile> {
  const name = shownPath(path.basename(at));
  const entry = await lstat(onDisk(at), { bigint: true }).catch(errorOf);
  if (entry instanceof Error) {
    if (!isGone(entry) && !isLitter(name)) walk.noFile(at, 'unreadable', entry);
  } else if (entry.isDirectory()) {
    if (!isIgnoredFolder(name) && !walk.except.includes(path.resolve(at))) yield* filesIn(at, walk, depth + 1);
  } else if (isLitter(name)) return;
  else if (entry.isFile()) yield { file: at, ...statOf(entry), is_link: false };
  else if (!entry.isSymbolicLink()) walk.noFile(at, 'special');
  else yield* linkAt(at, walk);
}

async function* linkAt(at: string, walk: Walk): AsyncGenerator<FoundFile> {
  const target = await stat(onDisk(at), { bigint: true }).catch(errorOf);
  if (target instanceof Error) walk.noFile(at, isBroken(target) ? 'broken_link' : 'unreadable', target);
  else if (target.isFile()) yield { file: at, ...statOf(target), is_link: true };
  else walk.noFile(at, target.isDirectory() ? 'folder_link' : 'special');
}
const isBroken = (error: Error) => isGone(error) || codeOf(error) === 'ELOOP';

const isIgnoredFolder = (name: string) => name.startsWith('.') || IGNORED_FOLDERS.some((one) => one.test(name));
/** Hidden, or what a system or a program writes for itself. */
const isLitter = (name: string): boolean =>
  !name.startsWith(LEAVING) && (name.startsWith('.') || IGNORED_FILES.some((one) => one.test(name)));
