/**
 * What becomes of a file whose picture is in: it stays, moves, or is deleted. Whoever writes a new file under the same name meanwhile
 * loses nothing: what is taken away is looked at under another name first, and goes back if it is not what was taken in.
 */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, copyFile, link, mkdir, open, rename, rm, stat, unlink } from 'node:fs/promises';
import path from 'node:path';
import { onDisk, shownPath } from './disk-path.ts';
import { type FileStat, isSame, LEAVING, statFile } from './folder-files.ts';

export type AfterIngest = { do: 'keep' } | { do: 'delete' } | { do: 'move'; to: string };
/** `changed`: it is not the file that was taken in, and is where it was. */
export type Disposed = { left: 'kept' | 'deleted' | 'changed' } | { left: 'moved'; moved_to: string };

/** Names tried for a file whose own is taken where it moves. */
const MAX_NAMES = 1_000;

/** `root`: the folder that is watched; what lies below a folder of it moves below one of that name. */
export async function disposeOf(file: string, seen: FileStat, root: string, after: AfterIngest): Promise<Disposed> {
  if (after.do === 'keep') return { left: 'kept' };
  const leaving = path.join(path.dirname(file), `${LEAVING}${randomUUID()}${path.extname(file)}`);
  await rename(onDisk(file), onDisk(leaving));
  const now = await statFile(leaving);
  if (!now || !isSame(now, seen)) {
    await backTo(leaving, file);
    return { left: 'changed' };
  }
  if (after.do === 'delete') {
    await unlink(onDisk(leaving));
    return { left: 'deleted' };
  }
  try {
    const name = path.basename(file).replace(new RegExp(`^${LEAVING.replace('.', '\\.')}`), 'picture-');
    return {
      left: 'moved',
      moved_to: await movedInto(path.join(after.to, path.relative(root, path.dirname(file))), leaving, name),
    };
  } catch (error) {
    await backTo(leaving, file); // no room, or no permission, where it should go
    throw error;
  }
}

/** Under its old name unless somebody has taken that: then it stays under the new one, which the next look finds. */
async function backTo(leaving: string, file: string): Promise<void> {
  try {
    await link(onDisk(leaving), onDisk(file));
    await unlink(onDisk(leaving));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code !== 'EEXIST' && code !== 'ENOENT') await rename(onDisk(leaving), onDisk(file)); // a file system without links
  }
}

/** Never over another file. Whole under its name, or not there. */
async function movedInto(folder: string, from: string, name: string): Promise<string> {
  await makeAsOpenAs(path.dirname(from), folder);
  const { name: stem, ext } = path.parse(name);
  for (let n = 1; n <= MAX_NAMES; n++) {
    const to = path.join(folder, n === 1 ? name : `${stem} (${n})${ext}`);
    if (await placed(from, to)) {
      await unlink(onDisk(from));
      return to;
    }
  }
  throw new Error(`${shownPath(folder)} holds ${MAX_NAMES} files named like ${shownPath(name)}`);
}

/** People's own folders: as open as the one beside it, whatever this process would make. */
async function makeAsOpenAs(sample: string, folder: string): Promise<void> {
  const first = await mkdir(onDisk(folder), { recursive: true });
  if (first === undefined) return; // it was there
  const { mode } = await stat(onDisk(sample));
  for (let made = path.resolve(folder); made.startsWith(path.resolve(first)); made = path.dirname(made))
    await chmod(onDisk(made), mode & 0o777);
}

const NO_LINKS = new Set(['EXDEV', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);
/** False: the name is taken. */
async function placed(from: string, to: string): Promise<boolean> {
  try {
    await link(onDisk(from), onDisk(to));
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'EEXIST') return false;
    if (!NO_LINKS.has(code)) throw error;
  }
  return copied(from, to); // another file system, or one without links
}

async function copied(from: string, to: string): Promise<boolean> {
  const part = path.join(path.dirname(to), `.${randomUUID()}.part`);
  try {
    await copyFile(onDisk(from), onDisk(part), constants.COPYFILE_EXCL);
    const handle = await open(onDisk(part), 'r+');
    await handle.sync().finally(() => handle.close());
    if (await statFile(to)) return false;
    await rename(onDisk(part), onDisk(to));
    return true;
  } finally {
    await rm(onDisk(part), { force: true });
  }
}
