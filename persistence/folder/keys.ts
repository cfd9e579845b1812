/**
 * Where the segments of a key lie in the folder. What changes nothing is asked at once, in 4 to 10 µs: given to Node's threads it takes
 * four times as long, and waits there behind every fsync. What changes something, or brings it to the disk, goes to the threads.
 */
import { closeSync, constants, fsync, lstatSync, openSync, realpathSync, type Stats } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { storageFault } from './faults.ts';

/** Holds what is being written or removed: no key can begin with a dot, so none leads here. */
export const TEMPORARY = '.tmp';

/**
 * The folder of these segments, or null if nothing is there; a file with its name is not told apart. A symbolic link on the way is
 * refused, so that nobody is led out of the root. Looked at before use: whoever can swap a folder between the two can write the
 * store's files anyway.
 */
export function folderAt(root: string, segments: readonly string[]): string | null {
  const path = join(root, ...segments);
  return isUnlinked(path) ? path : null;
}

/** The folder of these segments, made where it is missing; durable once those that have `changed` are synced. */
export async function makeFolder(root: string, segments: readonly string[]): Promise<{ folder: string; changed: string[] }> {
  let path = root;
  const changed: string[] = [];
  for (const segment of segments) {
    const parent = path;
    path = join(parent, segment);
    const kind = kindOf(path);
    if (kind === 'folder') continue;
    if (kind === 'file') throw new Error(`cannot make the folder ${path}: a file has its name`);
    await mkdir(path, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error; // somebody else made it just now
    });
    changed.push(parent);
  }
  return { folder: path, changed };
}

/**
 * Whether something is at this path below the root, which is a real path itself. One call, however deep: a look at each folder on
 * the way took as many as it has parts. Throws for a symbolic link, also as the last part.
 */
function isUnlinked(path: string): boolean {
  try {
    if (realpathSync.native(path) === path) return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
  throw neither(path);
}

const neither = (path: string) =>
  storageFault(Object.assign(new Error(`${path} is neither a file nor a folder`), { code: 'ELOOP' }), `use ${path}`);

export function kindOf(path: string): 'missing' | 'file' | 'folder' {
  const stat = statOf(path);
  if (stat === null) return 'missing';
  if (stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'folder';
  throw neither(path);
}

/** What is at this path itself, also of a link; null: nothing is. */
export function statOf(path: string): Stats | null {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) ?? null;
  } catch (error) {
    if (isMissing(error)) return null; // below a file there is nothing
    throw error;
  }
}

export const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');

/**
 * After a rename or link: without it a power cut can take the name away again. Callers of one folder share a sync that begins after
 * all of them have called. Windows can't sync folders, and has no need to.
 */
export const syncFolder: (path: string) => Promise<void> = process.platform === 'win32' ? async () => {} : shared(syncAlone);

async function syncAlone(path: string): Promise<void> {
  const fd = openSync(path, constants.O_RDONLY);
  try {
    await synced(fd);
  } finally {
    closeSync(fd);
  }
}
const synced = promisify(fsync);

/** Calls of one key that come while its work is under way share the next run of it. */
function shared(work: (key: string) => Promise<void>): (key: string) => Promise<void> {
  const last = new Map<string, { begun: boolean; done: Promise<void> }>();
  return (key) => {
    const before = last.get(key);
    if (before && !before.begun) return before.done;
    const run = { begun: false, done: Promise.resolve() };
    run.done = (async () => {
      await before?.done.catch(() => {}); // its callers have its error
      run.begun = true;
      try {
        await work(key);
      } finally {
        if (last.get(key) === run) last.delete(key);
      }
    })();
    last.set(key, run);
    return run.done;
  };
}
