/** What a backup says of itself. It is written last: a folder without it is no backup, and restore takes none. */
import { open, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { syncFolder } from '../folder/keys.ts';

export const MANIFEST_FILE = 'tuodi-backup.json';
/** In a backup and in a data folder alike. */
export const FACTS_FILE = 'facts.sqlite';
export const OBJECTS_FOLDER = 'objects';
export const SECRET_FILE = 'link-secret';
/** Raised when a restore of today could not read what a backup then holds. */
const FORMAT = 1;
/** Named one by one; more are counted. A longer list is read by nobody. */
export const MAX_NAMED = 1_000;
/** Far above what a manifest with its longest list has. */
const MAX_BYTES = 4 * 1024 * 1024;

/** What is not as the facts say. `found`: bytes there, or null. */
export const Lacking = z.strictObject({ resource_id: z.string(), key: z.string(), found: z.int().nullable() });
export type Lacking = z.infer<typeof Lacking>;

export const Manifest = z.strictObject({
  format: z.literal(FORMAT),
  made_by: z.string(),
  made_at: z.iso.datetime(),
  facts: z.strictObject({ byte_size: z.int(), sha256: z.string() }),
  /** Everything below `objects`; `named`: pictures whose bytes the facts name. */
  objects: z.strictObject({ count: z.int(), byte_size: z.int(), named: z.int() }),
  lacking: z.strictObject({ count: z.int(), first: z.array(Lacking).max(MAX_NAMED) }),
});
export type Manifest = z.infer<typeof Manifest>;

/** Why a folder is no backup, or can't be restored to; its text says what to do. */
export class BadBackup extends Error {
  override name = 'BadBackup';
}

export async function writeManifest(dir: string, fields: Omit<Manifest, 'format'>): Promise<Manifest> {
  const manifest: Manifest = { format: FORMAT, ...fields };
  const file = join(dir, MANIFEST_FILE);
  const handle = await open(`${file}.part`, 'w', 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(manifest, null, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.part`, file);
  await syncFolder(dir);
  return manifest;
}

/** Throws BadBackup for a folder that holds no whole backup, or one of a later format. */
export async function readManifest(dir: string): Promise<Manifest> {
  const file = join(dir, MANIFEST_FILE);
  const size = await stat(file).then(
    (found) => found.size,
    () => null, // not there, or not to be looked at: no backup for us
  );
  if (size === null)
    throw new BadBackup(`${dir} is no whole backup: ${MANIFEST_FILE}, which is written last, is not in it. Take another backup`);
  if (size > MAX_BYTES) throw new BadBackup(`${file} is ${size} bytes, which no manifest of ours has`);
  const text = await readFile(file, 'utf8');
  const parsed = Manifest.safeParse(jsonOrNull(text));
  if (parsed.success) return parsed.data;
  throw new BadBackup(`${file} can't be read: it was changed, or made by a later version of tuodi; restore with that version`);
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // refused by the schema
  }
}
