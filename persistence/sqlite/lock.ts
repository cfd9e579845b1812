/** One process a data folder: a SQLite lock that is held as long as the process lives, so that kill -9 frees it at once. */
import { closeSync, constants, mkdirSync, openSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { adviceOf } from '../folder/faults.ts';
import { serviceNamed } from '../folder/service-file.ts';
import { isBusy, openDatabase, systemCode } from './database.ts';

export class FolderInUse extends Error {
  readonly folder: string;
  constructor(folder: string, cause: unknown) {
    super(
      `another tuodi process is using the data folder ${folder}${serviceOf(folder)}: stop it first, or give this one another folder`,
      { cause },
    );
    this.name = 'FolderInUse';
    this.folder = folder;
  }
}

/** The folder can't be written to: no process of ours can work on it. */
export class FolderUnusable extends Error {
  constructor(folder: string, advice: string, cause: unknown) {
    super(`the data folder ${folder} can't be used: ${advice}`, { cause });
    this.name = 'FolderUnusable';
  }
}

/** A backup that holds the folder, or a process that has just begun, is not named. */
function serviceOf(folder: string): string {
  const service = serviceNamed(folder);
  return service === null ? '' : ` (the service with pid ${service.pid} at ${service.url}, by service.json)`;
}

/** Named here, since a connection that nobody names any more is closed by the garbage collector, and its lock with it. */
const held = new Set<ReturnType<typeof openDatabase>>();

/** Makes the folder if need be. Throws FolderInUse at once when another process (or this one) holds it, or FolderUnusable. */
export function lockFolder(dir: string): { release(): void } {
  const file = join(dir, 'lock.sqlite');
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants;
    closeSync(openSync(file, O_APPEND | O_CREAT | O_NOFOLLOW | O_WRONLY, 0o600)); // SQLite would not say why it can't open it, and follows links
  } catch (error) {
    throw unusable(dir, error);
  }
  const db = openDatabase(file);
  try {
    db.exec('PRAGMA busy_timeout = 0');
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    throw isBusy(error) ? new FolderInUse(resolve(dir), error) : unusable(dir, error);
  }
  held.add(db);
  return {
    release() {
      if (held.delete(db)) db.close();
    },
  };
}

function unusable(dir: string, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const advice = adviceOf(systemCode(error) ?? code) ?? (code === 'ENOTDIR' || code === 'EEXIST' ? 'a file is in the way' : null);
  return advice === null ? error : new FolderUnusable(resolve(dir), advice, error);
}
