/**
 * A backup of a data folder while a service runs on it.
 *
 * 1. All objects get a second name in the backup (or are copied). 2. The facts of one moment are taken. 3. Objects that came since 1
 * follow. So whatever the facts name was there when they were taken, and is in the backup: what was removed before step 1 came to it,
 * the facts know as removed. Only what came after 1 *and* was removed between 2 and 3 can lack; then steps 2 and 3 are made again.
 * The index is left out (it is filled from the facts at the start), and so is language data.
 *
 * All of it is made beside the target and renamed to it when its manifest is in: a backup is there whole, or not at all.
 */
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { sha256Of } from '../folder/hash.ts';
import { syncFolder } from '../folder/keys.ts';
import { FolderInUse, lockFolder } from '../sqlite/lock.ts';
import { lackingIn, NOTHING_LACKS } from './lacking.ts';
import { BadBackup, FACTS_FILE, type Manifest, OBJECTS_FOLDER, SECRET_FILE, writeManifest } from './manifest.ts';
import { countPictures, isSound, snapshot } from './snapshot.ts';
import { copyDurably, countTree, giveTree, statOrNull } from './tree.ts';

/** Moments tried until nothing lacks: each further one is needed only if a picture came and went within the last. */
const MOMENTS = 3;

export type BackupOptions = {
  data_dir: string;
  target: string;
  /** Objects are copied even where a second name would do: for a backup that outlives a broken disk sector, or is moved elsewhere. */
  copy: boolean;
  version: string;
  wall: () => number;
  signal: AbortSignal;
  /** Told once how many pictures there are, then at each. */
  begun?: (pictures: number) => void;
  step?: (name: string) => void;
};
export type Backup = { manifest: Manifest; linked: number; copied: number };

/** Throws BadBackup when there is nothing to back up, or something is where the backup should go. */
export async function backupFolder(options: BackupOptions): Promise<Backup> {
  const { data_dir, target } = options;
  const facts = path.join(data_dir, FACTS_FILE);
  if (!(await statOrNull(facts)))
    throw new BadBackup(`${data_dir} holds no facts of tuodi (${FACTS_FILE}): name the data folder with --data-dir`);
  await checkTarget(target, data_dir);
  const { dir, part, lock } = await begunAside(target);
  try {
    const made = await madeIn(part, facts, options);
    lock.release();
    await rm(path.join(part, 'lock.sqlite'), { force: true });
    await rename(part, target); // over an empty folder too, but over no other
    await syncFolder(dir);
    return made;
  } catch (error) {
    lock.release();
    await rm(part, { recursive: true, force: true });
    throw error;
  }
}

/** Not there, or empty; and not within what is backed up. */
async function checkTarget(target: string, data_dir: string): Promise<void> {
  const inside = path.relative(path.resolve(data_dir), path.resolve(target));
  if (inside === '' || !(inside.startsWith('..') || path.isAbsolute(inside)))
    throw new BadBackup(`${target} is within the data folder: a backup must lie outside of it`);
  const entries = await readdir(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  if (entries.length > 0)
    throw new BadBackup(`${target} is not empty, and is left as it is: name a folder that is not there yet`);
}

/** What a backup that was killed has left is removed; one that still runs holds its lock, and is left alone. */
async function begunAside(target: string) {
  const dir = path.dirname(path.resolve(target));
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const part = path.join(dir, `.${path.basename(path.resolve(target))}.tuodi-part`);
  try {
    lockFolder(part).release();
    await rm(part, { recursive: true, force: true });
    await mkdir(part, { mode: 0o700 });
    return { dir, part, lock: lockFolder(part) };
  } catch (error) {
    if (!(error instanceof FolderInUse)) await rm(part, { recursive: true, force: true });
    throw error;
  }
}

async function madeIn(part: string, facts: string, options: BackupOptions): Promise<Backup> {
  const { data_dir, copy, signal, wall, version, begun, step } = options;
  const [from, to, taken] = [path.join(data_dir, OBJECTS_FOLDER), path.join(part, OBJECTS_FOLDER), path.join(part, FACTS_FILE)];
  begun?.(countPictures(facts));
  const given = await giveTree(from, to, { copy, signal, ...(step ? { step } : {}) });
  let found = NOTHING_LACKS;
  for (let moment = 1; ; moment++) {
    await rm(taken, { force: true });
    await snapshot(facts, taken, wall());
    const { linked, copied } = await giveTree(from, to, { copy, signal });
    given.linked += linked;
    given.copied += copied;
    found = await lackingIn(taken, to, statOrNull);
    if (found.count === 0 || moment === MOMENTS) break;
  }
  if (!isSound(taken)) throw new Error(`the facts in ${data_dir} are damaged: SQLite's own check of their copy fails`);
  const secret = path.join(data_dir, SECRET_FILE);
  if (await statOrNull(secret)) await copyDurably(secret, path.join(part, SECRET_FILE));
  const { named, ...lacking } = found;
  const manifest = await writeManifest(part, {
    made_by: version,
    made_at: new Date(wall()).toISOString(),
    facts: { byte_size: (await stat(taken)).size, sha256: await sha256Of(taken) },
    objects: { ...(await countTree(to)), named },
    lacking,
  });
  return { manifest, ...given };
}
