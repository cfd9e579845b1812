/** The three ways that bytes get a name: written, linked, copied. None ever shows a file half-written. */
import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, fsync, open as openFile, write } from 'node:fs';
import { copyFile, link, open, rename, rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { TooManyBytes } from '../../runtime/ports/objects.ts';

export type Written = { byte_size: number; modified_at: number; sha256: string };

/** Writes a new file, durable when it resolves. On any error, of the body too, the caller removes what is there of it. */
export async function writeInto(file: string, body: AsyncIterable<Uint8Array>, max_bytes: number): Promise<Written> {
  const fd = await opened(file, 'wx', 0o600);
  try {
    const hash = createHash('sha256');
    let byte_size = 0;
    for await (const chunk of body) {
      byte_size += chunk.byteLength;
      if (byte_size > max_bytes) throw new TooManyBytes(`more than ${max_bytes} bytes`);
      hash.update(chunk);
      await writeAll(fd, chunk);
    }
    await synced(fd);
    const { mtimeMs } = fstatSync(fd);
    return { byte_size, modified_at: Math.floor(mtimeMs), sha256: hash.digest('hex') };
  } finally {
    closeSync(fd);
  }
}
/** Without a FileHandle: its every call is one more journey to Node's threads and back, also where it changes nothing. */
const opened = promisify(openFile);
const synced = promisify(fsync);
const written = promisify(write);

/** One write may take only a part. */
async function writeAll(fd: number, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.byteLength; ) {
    const { bytesWritten } = await written(fd, chunk, at, chunk.byteLength - at);
    at += bytesWritten;
  }
}

const NO_LINKS = new Set(['EPERM', 'EXDEV', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EACCES']);

/**
 * A second name for the same bytes, in one system call. A later `put` renames another file over the first name and leaves these
 * bytes as they are. False where the file system has no hard links.
 */
export async function linkInto(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
    if (code === 'EEXIST') return true; // frozen before: what is there stays
    if (NO_LINKS.has(code)) return false;
    throw error;
  }
}

/** A copy, durable when it resolves, and this user's alone. `temporary` is in the file system of `to`. */
export async function copyInto(from: string, temporary: string, to: string): Promise<void> {
  try {
    await copyFile(from, temporary, constants.COPYFILE_EXCL);
    const handle = await open(temporary, 'r+');
    try {
      await handle.chmod(0o600); // a copy has the mode of what it was made of
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, to);
  } finally {
    await rm(temporary, { force: true });
  }
}
