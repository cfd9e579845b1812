/** The pictures in a folder and below, a file at a time. */
import { lstat, opendir } from 'node:fs/promises';
import path from 'node:path';

/** What others write beside pictures, or while they write them: of macOS, Windows, Synology, browsers, editors and copying programs. */
const IGNORED_FILES = [
  /^\._/,
  /^~\$/,
  /^Thumbs\.db$/i,
  /^desktop\.ini$/i,
  /\.(part|partial|tmp|temp|crdownload|download|filepart|opdownload|!ut|swp|lock)$/i,
  /~$/,
];
const IGNORED_FOLDERS = [
  /^@eaDir$/,
  /^#recycle$/i,
  /^\$RECYCLE\.BIN$/i,
  /^System Volume Information$/i,
  /^__MACOSX$/,
  /^lost\+found$/,
];
/** Deeper than any folder that people make; a loop of mounts ends here. */
const MAX_DEPTH = 64;

/** A file that is on its way out: see leave.ts. The only hidden one that is looked at, so that a run that was killed is ended. */
export const LEAVING = '.tuodi-leaving-';

/** As it was when it was looked at: another size, time or file, and it is another picture. */
export type FileStat = { size: number; mtime_ms: number; ino: bigint };
export type FoundFile = FileStat & { file: string };

export const isSame = (a: FileStat, b: FileStat): boolean => a.size === b.size && a.mtime_ms === b.mtime_ms && a.ino === b.ino;

/** Null when it is no file, or not there any more. */
export async function statFile(file: string): Promise<FileStat | null> {
  try {
    const stat = await lstat(file, { bigint: true });
    return stat.isFile() ? { size: Number(stat.size), mtime_ms: Number(stat.mtimeNs) / 1e6, ino: stat.ino } : null;
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
}
const isGone = (error: unknown) =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');

type Wanted = { is: (name: string) => boolean; except: readonly string[]; unreadable: (path: string, error: Error) => void };

/**
 * Links are not followed, so there are no loops. `except`: absolute paths of folders that are left out. A folder or file that can't be
 * looked at is reported, and the rest goes on; what vanishes meanwhile is left out.
 */
export async function* filesIn(folder: string, wanted: Wanted, depth = 0): AsyncGenerator<FoundFile> {
  if (depth > MAX_DEPTH) return wanted.unreadable(folder, new Error(`deeper than ${MAX_DEPTH} folders, and left out`));
  try {
    for await (const entry of await opendir(folder)) {
      const at = path.join(folder, entry.name);
      if (entry.isDirectory()) {
        if (!isIgnoredFolder(entry.name) && !wanted.except.includes(path.resolve(at))) yield* filesIn(at, wanted, depth + 1);
      } else if (entry.isFile() && isWanted(entry.name, wanted.is)) {
        const seen = await statFile(at);
        if (seen) yield { file: at, ...seen };
      }
    }
  } catch (error) {
    if (!isGone(error)) wanted.unreadable(folder, error instanceof Error ? error : new Error(String(error)));
  }
}

const isIgnoredFolder = (name: string) => name.startsWith('.') || IGNORED_FOLDERS.some((one) => one.test(name));
const isWanted = (name: string, is: (name: string) => boolean) =>
  is(name) && (name.startsWith(LEAVING) || !(name.startsWith('.') || IGNORED_FILES.some((one) => one.test(name))));
