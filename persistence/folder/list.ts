/** Listing: walks the folders under a prefix and keeps the newest, so that memory is bounded by the limit and not by the store. */
import { lstat, opendir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectHead } from '../../runtime/ports/objects.ts';
import { foldersOf, segmentsOf } from '../shared/object-keys.ts';
import { folderAt, isMissing, TEMPORARY } from './keys.ts';

/** At most `limit`, newest first; of the same time, the greater key first (a later UUIDv7 is greater). */
export async function newest(root: string, prefix: string, limit: number): Promise<ObjectHead[]> {
  const cut = prefix.lastIndexOf('/');
  const folders = cut < 0 ? [] : segmentsOf(prefix.slice(0, cut));
  if (cut + 1 < prefix.length) segmentsOf(prefix.slice(cut + 1));
  const start = folderAt(root, folders);
  if (start === null || limit < 1) return [];

  let kept: ObjectHead[] = [];
  for await (const found of walk(start, folders)) {
    if (!found.key.startsWith(prefix)) continue;
    kept.push(found);
    if (kept.length >= 2 * limit) kept = kept.sort(byAge).slice(0, limit);
  }
  return kept.sort(byAge).slice(0, limit);
}

/** Those after a key, in the order of their keys, at most `limit`. Folders that lie before it are not opened. */
export async function pageAfter(root: string, prefix: string, after: string | null, limit: number): Promise<ObjectHead[]> {
  const folders = prefix === '' ? [] : foldersOf(prefix);
  const start = folderAt(root, folders);
  const found: ObjectHead[] = [];
  if (start === null) return found;
  for await (const head of inOrder(start, folders, after)) {
    if (found.length >= limit) break;
    found.push(head);
  }
  return found;
}

async function* inOrder(folder: string, segments: readonly string[], after: string | null): AsyncGenerator<ObjectHead> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (isMissing(error)) return []; // the folder was purged while we walked it
    throw error;
  });
  const named = entries.map((entry) => {
    const key = [...segments, entry.name].join('/');
    return { entry, key, place: entry.isDirectory() ? `${key}/` : key };
  });
  for (const { entry, key, place } of named.sort((a, b) => (a.place < b.place ? -1 : 1))) {
    if (segments.length === 0 && entry.name === TEMPORARY) continue;
    const path = join(folder, entry.name);
    const isBefore = after !== null && place <= after && !after.startsWith(place);
    if (isBefore) continue;
    if (entry.isDirectory()) yield* inOrder(path, key.split('/'), after);
    else if (entry.isFile() && (after === null || key > after)) {
      const head = await headOf(path, key);
      if (head !== null) yield head;
    }
  }
}

const byAge = (a: ObjectHead, b: ObjectHead) => b.modified_at - a.modified_at || (a.key < b.key ? 1 : -1);

/** All files below, depth first. Symbolic links are neither files nor folders here, so none is followed. */
async function* walk(folder: string, segments: readonly string[]): AsyncGenerator<ObjectHead> {
  try {
    for await (const entry of await opendir(folder)) {
      if (segments.length === 0 && entry.name === TEMPORARY) continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) yield* walk(path, [...segments, entry.name]);
      else if (entry.isFile()) {
        const head = await headOf(path, [...segments, entry.name].join('/'));
        if (head !== null) yield head;
      }
    }
  } catch (error) {
    if (!isMissing(error)) throw error; // the folder was purged while we walked it
  }
}

async function headOf(path: string, key: string): Promise<ObjectHead | null> {
  try {
    const { size, mtimeMs } = await lstat(path);
    return { key, byte_size: size, modified_at: Math.floor(mtimeMs) };
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}
