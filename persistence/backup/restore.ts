/**
 * A backup put into an empty data folder. A mark is written first and removed last: while it is there no service starts on the folder,
 * so that a restore that was killed is never taken for a whole one. Another restore empties such a folder and begins anew.
 */
import { lstat, mkdir, readdir, realpath, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { sha256Of } from '../folder/hash.ts';
import { syncFolder } from '../folder/keys.ts';
import { writePrivate } from '../folder/private-file.ts';
import { closeFolder } from '../folder/private-folder.ts';
import { lockFolder } from '../sqlite/lock.ts';
import { unknownObjects } from '../sqlite/schema.ts';
import { lackingIn } from './lacking.ts';
import { BadBackup, FACTS_FILE, type Lacking, type Manifest, OBJECTS_FOLDER, readManifest, SECRET_FILE } from './manifest.ts';
import { RESTORING } from './mark.ts';
import { isSound, type Named } from './snapshot.ts';
import { copyDurably, countTree, giveTree, statOrNull } from './tree.ts';

export type RestoreOptions = {
  backup: string;
  data_dir: string;
  copy: boolean;
  signal: AbortSignal;
  begun?: (pictures: number) => void;
  step?: (name: string) => void;
};
/** `lacking`: pictures whose bytes are not in the backup, or are not those that were put in. */
export type Restored = { manifest: Manifest; lacking: { count: number; first: Lacking[] } };

/** Throws BadBackup for what is no whole backup, and for a data folder that is in use or holds something. Then nothing was changed. */
export async function restoreFolder(options: RestoreOptions): Promise<Restored> {
  const { backup, data_dir } = options;
  const manifest = await readManifest(backup);
  await checkFacts(backup, manifest);
  await checkEmpty(data_dir);
  const lock = lockFolder(data_dir);
  try {
    return await put(manifest, options);
  } finally {
    lock.release();
  }
}

async function checkFacts(backup: string, { facts }: Manifest): Promise<void> {
  const file = path.join(backup, FACTS_FILE);
  const there = await statOrNull(file);
  await checkPlain(path.join(backup, SECRET_FILE));
  const same = there?.isFile() && there.size === facts.byte_size && (await sha256Of(file)) === facts.sha256;
  if (!same || !isSound(file))
    throw new BadBackup(`the facts in ${backup} are not those that were put into it: the backup is damaged. Take another`);
  const unknown = await unknownObjects(file);
  if (unknown.length > 0)
    throw new BadBackup(
      `the database in ${backup} has what no version of tuodi makes (${unknown.slice(0, MAX_SHOWN).join(', ')}), and would run or show it: it is not restored. Take another`,
    );
}

/** A link in a backup would put a file of this machine into the data folder. */
async function checkPlain(file: string): Promise<void> {
  const there = await statOrNull(file);
  if (there && !there.isFile())
    throw new BadBackup(`${file} is no file but a link or the like: the backup is not restored. Take another`);
}

/** Maximum refused names that are shown: enough to look for. */
const MAX_SHOWN = 5;

/** What a process leaves behind that only looked for a service, or that found the folder in use. */
const HARMLESS = new Set(['lock.sqlite', 'lock.sqlite-journal']);

async function checkEmpty(data_dir: string): Promise<void> {
  await mkdir(data_dir, { recursive: true, mode: 0o700 });
  const entries = await readdir(data_dir);
  if (entries.includes(RESTORING)) return;
  const held = entries.find((name) => !HARMLESS.has(name));
  if (held !== undefined)
    throw new BadBackup(
      `${data_dir} is not empty (it holds ${held}), and is left as it is: restore to a folder that is empty or not there yet`,
    );
}

async function put(manifest: Manifest, { backup, data_dir, copy, signal, begun, step }: RestoreOptions): Promise<Restored> {
  await writePrivate(path.join(data_dir, RESTORING), 'A restore is under way, or was cut short: run it again.\n');
  await closeFolder(data_dir);
  for (const name of await readdir(data_dir))
    if (name !== RESTORING && !HARMLESS.has(name)) await rm(path.join(data_dir, name), { recursive: true, force: true });
  begun?.(manifest.objects.named);
  const [from, to] = [path.join(backup, OBJECTS_FOLDER), path.join(data_dir, OBJECTS_FOLDER)];
  await giveTree(await realpath(from), to, { copy, signal, ...(step ? { step } : {}) });
  const { count, byte_size } = await countTree(to);
  const facts = path.join(data_dir, `${FACTS_FILE}.part`);
  await copyDurably(path.join(backup, FACTS_FILE), facts);
  const lacking = await wrongIn(facts, to, signal);
  if (lacking.count === 0 && (count !== manifest.objects.count || byte_size !== manifest.objects.byte_size))
    throw new BadBackup(
      `${backup} holds ${count} objects of ${byte_size} bytes, and ${manifest.objects.count} of ${manifest.objects.byte_size} were put into it: the backup was changed. Take another`,
    );
  const secret = path.join(backup, SECRET_FILE);
  if (await statOrNull(secret)) await copyDurably(secret, path.join(data_dir, SECRET_FILE));
  await rename(facts, path.join(data_dir, FACTS_FILE));
  await syncFolder(data_dir);
  await rm(path.join(data_dir, RESTORING));
  await syncFolder(data_dir);
  return { manifest, lacking };
}

/** Every picture's bytes are read once: size and SHA-256 must be those of the facts; otherwise they are reported. */
async function wrongIn(facts: string, objects: string, signal: AbortSignal): Promise<Restored['lacking']> {
  const stat = (file: string) => {
    signal.throwIfAborted();
    return lstat(file).catch(() => null); // lacking, whatever the reason
  };
  const isSame = async (file: string, { sha256 }: Named) => sha256 === null || (await sha256Of(file, signal)) === sha256;
  const { count, first } = await lackingIn(facts, objects, stat, isSame);
  return { count, first };
}
