/**
 * A folder of objects given to another place, while a service goes on with it. An object never changes once it has its name (it is
 * written aside and renamed, or replaced as a whole), so a second name for the same bytes is as good as a copy.
 */
import type { Stats } from 'node:fs';
import { lstat, mkdir, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing, TEMPORARY } from '../folder/keys.ts';
import { copyInto, linkInto } from '../folder/write.ts';
import { UPLOADS } from '../shared/object-keys.ts';

/** Keys have at most five segments; what lies deeper is not ours. */
const MAX_DEPTH = 8;

export type Given = { linked: number; copied: number };
type Giving = Given & { links: boolean; at: (path: string) => void; signal: AbortSignal };

/**
 * Every file below `from` that `to` does not have yet. What vanishes meanwhile was removed by the service, and is left out; symbolic
 * links are not followed. Uploads go first: one that is gone by then has been frozen under another key, which is looked at after it.
 */
export async function giveTree(
  from: string,
  to: string,
  { copy, signal, step }: { copy: boolean; signal: AbortSignal; step?: (name: string) => void },
): Promise<Given> {
  const giving: Giving = { linked: 0, copied: 0, links: !copy, signal, at: step ?? (() => undefined) };
  await mkdir(to, { recursive: true, mode: 0o700 });
  const uploads = UPLOADS.slice(0, -1);
  await give(join(from, uploads), join(to, uploads), 1, giving);
  await give(from, to, 0, giving);
  return { linked: giving.linked, copied: giving.copied };
}

async function give(from: string, to: string, depth: number, giving: Giving): Promise<void> {
  giving.signal.throwIfAborted();
  if (depth > MAX_DEPTH) throw new Error(`${from} lies deeper than any object of ours: it is no folder of objects`);
  try {
    for await (const entry of await opendir(from)) {
      if (depth === 0 && (entry.name === TEMPORARY || entry.name === UPLOADS.slice(0, -1))) continue;
      const [source, target] = [join(from, entry.name), join(to, entry.name)];
      if (entry.isDirectory()) {
        await give(source, target, depth + 1, giving);
        if (depth === 1) giving.at(entry.name);
      } else if (entry.isFile()) await giveFile(source, to, target, giving);
    }
  } catch (error) {
    if (!isMissing(error)) throw error; // the service removed it while we were there
  }
}

async function giveFile(source: string, folder: string, target: string, giving: Giving): Promise<void> {
  if (await statOrNull(target)) return;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (giving.links) {
    if (await linkInto(source, target)) {
      giving.linked += 1;
      return;
    }
    giving.links = false; // another file system, or one without hard links: all that follow are copied
  }
  await copyInto(source, `${target}.part`, target);
  giving.copied += 1;
}

export type Counted = { count: number; byte_size: number };
export async function countTree(dir: string): Promise<Counted> {
  const counted = { count: 0, byte_size: 0 };
  for await (const entry of await opendir(dir, { recursive: true })) {
    if (!entry.isFile()) continue;
    counted.count += 1;
    counted.byte_size += (await lstat(join(entry.parentPath, entry.name))).size;
  }
  return counted;
}

/** Null: not there. A symbolic link is none of ours. */
export async function statOrNull(file: string): Promise<Stats | null> {
  try {
    return await lstat(file);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** One file, durable when it resolves. */
export const copyDurably = (from: string, to: string): Promise<void> => copyInto(from, `${to}.part`, to);
