/**
 * The data folder is this user's alone: 0700, and what is ours in it 0600 or 0700. One that an earlier version made, or that was opened
 * since, is closed again at the next start. Names that are not ours are left as they are, for a folder may hold other things too.
 */
import { chmod, lstat, mkdir, opendir, stat } from 'node:fs/promises';
import path from 'node:path';
import { isMissing } from './keys.ts';
import { PRIVATE_FILE, PRIVATE_FOLDER } from './private-file.ts';

/** What a data folder holds of ours; `-wal` and `-shm` are SQLite's. */
const OURS =
  /^((facts|search|lock)\.sqlite(-wal|-shm|-journal)?|link-secret|service\.json|restoring|objects|languages|starts)(\.part)?$/;
const OTHERS = 0o077;
/** /tmp and its like: everybody's, and not to be closed. */
const STICKY = 0o1000;
/** Keys have at most five segments; what lies deeper is not ours. */
const MAX_DEPTH = 8;

/** `changed`: how many files and folders were closed. `warnings`: what could not be, in words for the log. */
export type Closed = { changed: number; warnings: string[] };

/** Makes the folder if need be. */
export async function closeFolder(dir: string): Promise<Closed> {
  const closed: Closed = { changed: 0, warnings: [] };
  await mkdir(dir, { recursive: true, mode: PRIVATE_FOLDER });
  const own = process.getuid?.();
  if (own === undefined) return closed; // Windows guards folders otherwise
  const { uid, mode } = await stat(dir);
  if (uid !== own)
    closed.warnings.push(`the data folder ${dir} is owned by another user (${uid}), who can read and change what is in it`);
  else if ((mode & STICKY) !== 0)
    closed.warnings.push(`the data folder ${dir} is shared by all users: give tuodi one of its own`);
  else if ((mode & OTHERS) !== 0) await changeMode(dir, PRIVATE_FOLDER, closed);
  for await (const { name } of await opendir(dir)) if (OURS.test(name)) await closeBelow(path.join(dir, name), own, 1, closed);
  return closed;
}

/** What lies in a folder that was closed already could be reached by nobody, and is not looked at. Links are left as they are. */
async function closeBelow(entry: string, own: number, depth: number, closed: Closed): Promise<void> {
  const found = await lstat(entry).catch((error: unknown) => {
    if (isMissing(error)) return null; // removed by a process that works here
    throw error;
  });
  if (found === null || found.isSymbolicLink() || (found.mode & OTHERS) === 0) return;
  if (found.uid !== own) {
    closed.warnings.push(`${entry} is owned by another user (${found.uid})`);
    return;
  }
  await changeMode(entry, found.isDirectory() ? PRIVATE_FOLDER : PRIVATE_FILE, closed);
  if (!found.isDirectory() || depth > MAX_DEPTH) return;
  for await (const { name } of await opendir(entry)) await closeBelow(path.join(entry, name), own, depth + 1, closed);
}

async function changeMode(entry: string, mode: number, closed: Closed): Promise<void> {
  try {
    await chmod(entry, mode);
    closed.changed += 1;
  } catch (error) {
    if (isMissing(error)) return;
    closed.warnings.push(
      `${entry} can be read by others, and its mode can't be changed: ${error instanceof Error ? error.message : error}`,
    );
  }
}
