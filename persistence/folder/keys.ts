/** Where the segments of a key lie in the folder. */
import { constants } from 'node:fs';
import { lstat, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { storageFault } from './faults.ts';

/** Holds what is being written or removed: no key can begin with a dot, so none leads here. */
export const TEMPORARY = '.tmp';

/**
 * The folder of these segments, or null if it is not there. A symbolic link on the way is refused, so that nobody is led out of
 * the root. Looked at before use: whoever can swap a folder between the two can write the store's files anyway.
 */
export async function folderAt(root: string, segments: readonly string[]): Promise<string | null> {
  let path = root;
  for (const segment of segments) {
    path = join(path, segment);
    const kind = await kindOf(path);
    if (kind === 'missing' || kind === 'file') return null;
  }
  return path;
}

/** The folder of these segments, made where it is missing; durable when it resolves. */
export async function makeFolder(root: string, segments: readonly string[]): Promise<string> {
  let path = root;
  for (const segment of segments) {
    const parent = path;
    path = join(parent, segment);
    const kind = await kindOf(path);
    if (kind === 'folder') continue;
    if (kind === 'file') throw new Error(`cannot make the folder ${path}: a file has its name`);
    await mkdir(path, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error; // somebody else made it just now
    });
    await syncFolder(parent);
  }
  return path;
}

export async function kindOf(path: string): Promise<'missing' | 'file' | 'folder'> {
  try {
    const stat = await lstat(path);
    if (stat.isFile()) return 'file';
    if (stat.isDirectory()) return 'folder';
  } catch (error) {
    if (isMissing(error)) return 'missing';
    throw error;
  }
  throw storageFault(Object.assign(new Error(`${path} is neither a file nor a folder`), { code: 'ELOOP' }), `use ${path}`);
}

export const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');

/** After a rename or link: without it a power cut can take the name away again. Windows can't sync folders, and has no need to. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(path, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
