/**
 * Small files that only this user may read or change: secrets, and what tells commands where the service is.
 *
 * Writing: 1. a new file beside it, 2. fsync, 3. rename, 4. fsync of the folder. So the file is there whole or not at all, whatever
 * ends the process or fills the disk, and a link or a file of somebody else that has the name is replaced, never written into.
 */
import { constants, type Stats } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { isMissing, syncFolder } from './keys.ts';

/** Far above all that is kept in such a file. */
export const MAX_PRIVATE_BYTES = 64 * 1024;
/** Read and written by its owner alone. */
export const PRIVATE_FILE = 0o600;
export const PRIVATE_FOLDER = 0o700;
const OTHERS_MAY_WRITE = 0o022;

/** A file that is not ours alone, and is therefore refused. Its text says what to do. */
export class UnsafeFile extends Error {
  override name = 'UnsafeFile';
}

/** Durable when it resolves. On an error what was there before is still there. */
export async function writePrivate(file: string, text: string): Promise<void> {
  const aside = `${file}.part`;
  await rm(aside, { force: true }); // of a process that was killed
  const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
  const handle = await open(aside, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, PRIVATE_FILE);
  try {
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(aside, file);
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
  await syncFolder(path.dirname(file));
}

/** The text of such a file, or null if it is not there. Throws UnsafeFile for a link, and for what somebody else owns or may change. */
export async function readPrivate(file: string): Promise<string | null> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch((error: unknown) => {
    if (isMissing(error)) return null;
    if (error instanceof Error && 'code' in error && error.code === 'ELOOP')
      throw new UnsafeFile(`${file} is a symbolic link, and is not followed`, { cause: error });
    throw error;
  });
  if (handle === null) return null;
  try {
    const fault = faultOf(await handle.stat());
    if (fault !== null) throw new UnsafeFile(`${file} ${fault}`);
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

function faultOf(stat: Stats): string | null {
  const own = process.getuid?.() ?? null; // Windows has none, and guards files otherwise
  if (!stat.isFile()) return 'is no file';
  if (own !== null && stat.uid !== own) return `is owned by another user (${stat.uid}), and is not believed`;
  if (own !== null && (stat.mode & OTHERS_MAY_WRITE) !== 0) return 'can be changed by other users, and is not believed';
  return stat.size > MAX_PRIVATE_BYTES ? `has ${stat.size} bytes, which no file of ours has` : null;
}
