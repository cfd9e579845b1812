/** SQLite itself, synchronous: `node:sqlite` where this Node has it, else a package with the same API and its own binaries. */
import { closeSync, openSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { DatabaseSyncInstance, SqliteModule } from '@photostructure/sqlite';

export type Sqlite = DatabaseSyncInstance;

const BUSY = 5;
const CORRUPT = 11;
const NOT_A_DATABASE = 26;
const UNIQUE = 2067;
const PRIMARY_KEY = 1555;

/** An empty file of this user alone, unless it is there: what SQLite writes beside a database has the mode of the database. */
export function makePrivate(file: string): void {
  closeSync(openSync(file, 'a', 0o600));
}

/** Throws when the file can't be opened. */
export function openDatabase(file: string): Sqlite {
  const db = new (sqlite().DatabaseSync)(file);
  db.exec('PRAGMA trusted_schema = OFF'); // what a schema calls is harmless, whoever wrote the schema
  return db;
}

/** Names of the system's errors by SQLite's result code: callers decide by these names. */
const SYSTEM: Record<number, string> = {
  [BUSY]: 'EBUSY',
  8: 'EROFS',
  10: 'EIO',
  [CORRUPT]: 'EUCLEAN',
  13: 'ENOSPC',
  [NOT_A_DATABASE]: 'EUCLEAN',
};
/** The code of the system for a disk that is full, read-only or broken, and a file that is locked or damaged; null for any other error. */
export function systemCode(error: unknown): string | null {
  const code = errcode(error);
  if (code === null) return null;
  return SHORT_OF_ROOM.has(code) ? 'ENOSPC' : (SYSTEM[code & 0xff] ?? null);
}
/** The file of the write-ahead log's index can't grow: SQLite calls it an error of the disk. */
const SHORT_OF_ROOM = new Set([4874]);

export const isBusy = (error: unknown): boolean => errcode(error) === BUSY;

/** The table whose UNIQUE (or primary key) refused a row, or null for any other error. */
export function uniqueViolation(error: unknown): string | null {
  const code = errcode(error);
  if (!(error instanceof Error) || (code !== UNIQUE && code !== PRIMARY_KEY)) return null;
  return /UNIQUE constraint failed: (\w+)\./.exec(error.message)?.[1] ?? null; // SQLite names the columns nowhere else
}

/** The extended result code of SQLite, which both modules put on their errors. */
function errcode(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error)) return null;
  return typeof error.errcode === 'number' ? error.errcode : null;
}

let loaded: SqliteModule | null = null;
function sqlite(): SqliteModule {
  loaded ??= builtIn() ?? packaged();
  return loaded;
}

function builtIn(): SqliteModule | null {
  const module: unknown = quietly(() => process.getBuiltinModule('node:sqlite')); // undefined before Node 22.13
  return isSqlite(module) ? module : null;
}
/** Without Node 22's warning that its SQLite is experimental: the other module has the same API, and the tests run on both. */
function quietly<Value>(load: () => Value): Value {
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    return load();
  } finally {
    process.emitWarning = emitWarning;
  }
}
/** Loads the module as `openDatabase` does, before undici looks for it and has Node 22 warn. */
export const loadSqlite = (): void => void sqlite();
const isSqlite = (module: unknown): module is SqliteModule =>
  typeof module === 'object' && module !== null && 'DatabaseSync' in module;

const packaged = (): SqliteModule => createRequire(import.meta.url)('@photostructure/sqlite');
