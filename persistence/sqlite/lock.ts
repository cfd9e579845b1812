/** One process a data folder: a SQLite lock that is held as long as the process lives, so that kill -9 frees it at once. */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isBusy, openDatabase } from './database.ts';

export class FolderInUse extends Error {
  readonly folder: string;
  constructor(folder: string, cause: unknown) {
    super(`another tuodi process is using the data folder ${folder}: stop it first, or give this one another folder`, { cause });
    this.name = 'FolderInUse';
    this.folder = folder;
  }
}

/** Named here, since a connection that nobody names any more is closed by the garbage collector, and its lock with it. */
const held = new Set<ReturnType<typeof openDatabase>>();

/** Makes the folder if need be. Throws FolderInUse at once when another process (or this one) holds it. */
export function lockFolder(dir: string): { release(): void } {
  mkdirSync(dir, { recursive: true });
  const db = openDatabase(join(dir, 'lock.sqlite'));
  try {
    db.exec('PRAGMA busy_timeout = 0');
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    throw isBusy(error) ? new FolderInUse(resolve(dir), error) : error;
  }
  held.add(db);
  return {
    release() {
      if (held.delete(db)) db.close();
    },
  };
}
