/** The file of the index: its tables, made anew where they are missing or of another format. All of it can be rebuilt from the facts. */
import { rmSync, statSync } from 'node:fs';
import { ANALYSER_VERSION, STREAMS } from '../../text/analyse.ts';
import { FIELDS } from '../../text/document.ts';
import { makePrivate, openDatabase, type Sqlite } from '../sqlite/database.ts';
import { WORD_CHARS } from './vocabulary.ts';

/** Raised with every change of the tables below. */
const FORMAT = 2;
const VERSIONS = 1_000;
const VERSION = FORMAT * VERSIONS + ANALYSER_VERSION;
/** "tuoi": a file that says otherwise is somebody else's, and is not touched. */
const APPLICATION = 0x74756f69;
/** The system keeps the file as well: half of this would be 40 MB less memory, and more work for each write. */
const CACHE_KIB = 32_768;
const BUSY_TIMEOUT_MS = 5_000;

/** The columns of the full text, after `scope`: a field in each stream. */
export const COLUMNS = FIELDS.flatMap((field) => STREAMS.map((stream) => ({ field, stream, name: `${field}_${stream}` })));

/**
 * entries.id is the rowid of `words` and `vectors`, and stays that of its resource. `words` keeps no text, only where each token is.
 * FTS5's `prefix` would make the file half larger and writing take twice as long; without it a prefix takes 1 to 2 ms (over 12,800
 * texts). The tokens are ours (see text/analyse.ts), so `ascii` with the decimal point leaves them as they are.
 */
const TABLES = `
  CREATE TABLE entries (
    id INTEGER PRIMARY KEY, org_id TEXT NOT NULL, resource_id TEXT NOT NULL, revision INTEGER NOT NULL, deleted INTEGER NOT NULL,
    batch_id TEXT, taken_at INTEGER, created_at INTEGER NOT NULL, tags TEXT NOT NULL, UNIQUE (resource_id, org_id));
  CREATE INDEX entries_newest ON entries (org_id, created_at DESC, resource_id DESC) WHERE deleted = 0;
  CREATE TABLE vectors (id INTEGER PRIMARY KEY, vector BLOB NOT NULL);
  CREATE VIRTUAL TABLE words USING fts5(scope, ${COLUMNS.map(({ name }) => name).join(', ')},
    tokenize = "ascii tokenchars '.'", content = '', contentless_delete = 1);
  PRAGMA application_id = ${APPLICATION};
  PRAGMA user_version = ${VERSION};`;

/** A name of this one file: beside the tables, since a file of before has none, and gets it when it is opened. */
const IDENTITY = `
  CREATE TABLE IF NOT EXISTS identity (name TEXT NOT NULL);
  INSERT INTO identity (name) SELECT lower(hex(randomblob(16))) WHERE NOT EXISTS (SELECT 1 FROM identity);`;

/** What an entry was written with (runtime/content-hash.ts): a file of before has no such column, and gets it when it is opened. */
const CONTENT = 'ALTER TABLE entries ADD COLUMN content TEXT';
const HAS_CONTENT = "SELECT count(*) AS n FROM pragma_table_info('entries') WHERE name = 'content'";

/** Which analyser an entry was written by; null: one of before version 4. Entries of others stay searchable until they are written again. */
const ANALYSER = 'ALTER TABLE entries ADD COLUMN analyser INTEGER';
const HAS_ANALYSER = "SELECT count(*) AS n FROM pragma_table_info('entries') WHERE name = 'analyser'";
const OUTDATED = `SELECT EXISTS (SELECT 1 FROM entries WHERE deleted = 0 AND analyser IS NOT ?)
  OR EXISTS (SELECT 1 FROM vectors WHERE model IS NULL) AS n`;

/**
 * Which model made the vectors of an entry, and of how many passages, one after the other in one value. A file of before has one vector an
 * entry, of a model that nobody knows (NULL): it is compared with nothing until its entry is written again. The index is empty then.
 */
const MODELS = `
  ALTER TABLE vectors ADD COLUMN model TEXT;
  ALTER TABLE vectors ADD COLUMN passages INTEGER NOT NULL DEFAULT 1;
  CREATE INDEX vectors_unnamed ON vectors (id) WHERE model IS NULL;`;
const HAS_MODELS = "SELECT count(*) AS n FROM pragma_table_info('vectors') WHERE name = 'model'";

/** The words of all entries, by which those that are nearly one are looked up. A file of before gets them from its full text. */
const VOCABULARY = `
  CREATE TABLE vocabulary (word TEXT PRIMARY KEY) WITHOUT ROWID;
  CREATE VIRTUAL TABLE temp.terms USING fts5vocab('main', 'words', 'col');
  INSERT OR IGNORE INTO vocabulary (word) SELECT term FROM temp.terms
    WHERE (col LIKE '%_plain' OR (col LIKE '%_grams' AND term GLOB '.c*')) AND length(term) BETWEEN ${WORD_CHARS.min} AND ${WORD_CHARS.max}
    AND term NOT GLOB '[0-9]*';
  DROP TABLE temp.terms;`;
const HAS_VOCABULARY = "SELECT count(*) AS n FROM sqlite_schema WHERE name = 'vocabulary'";

/** True while entries are of another analyser than ours, or have vectors of which nobody knows the model. */
export const isOutdated = (db: Sqlite): boolean => Number(db.prepare(OUTDATED).get(ANALYSER_VERSION)?.n ?? 0) === 1;

/** False for a file of somebody else. */
export const isIndexFile = (db: Sqlite): boolean => pragma(db, 'application_id') === APPLICATION;
/** False for a file of before its entries and vectors said by what they were made. */
export const knowsMakers = (db: Sqlite): boolean => count(db, HAS_ANALYSER) > 0 && count(db, HAS_MODELS) > 0;

/** Throws with what to do when the file is broken or is not an index. */
export function openFile(path: string): { db: Sqlite; made_anew: boolean } {
  const file = openTables(path);
  file.db.exec(`BEGIN IMMEDIATE; ${IDENTITY} COMMIT;`);
  if (count(file.db, HAS_CONTENT) === 0) file.db.exec(CONTENT);
  if (count(file.db, HAS_ANALYSER) === 0) file.db.exec(ANALYSER);
  if (count(file.db, HAS_MODELS) === 0) file.db.exec(`BEGIN IMMEDIATE; ${MODELS} COMMIT;`);
  if (count(file.db, HAS_VOCABULARY) === 0) file.db.exec(`BEGIN IMMEDIATE; ${VOCABULARY} COMMIT;`);
  if (pragma(file.db, 'user_version') !== VERSION) file.db.exec(`PRAGMA user_version = ${VERSION}`);
  return file;
}

/** Tells whether the file is still the one that was opened, and as it was left here. */
export function watchFile(path: string, db: Sqlite) {
  const opened = inode(path);
  const name = String(db.prepare('SELECT name FROM identity').get()?.name);
  let version = pragma(db, 'data_version');
  let writes = 0;
  return {
    /** Another file, or none, is where it was: what is written here is not there any more after a restart. */
    isReplaced: (): boolean => inode(path) !== opened,
    /** Somebody else has written to it since the last time this was asked. */
    isWritten(): boolean {
      const now = pragma(db, 'data_version');
      const written = now !== version;
      version = now;
      if (written) writes += 1;
      return written;
    },
    /** Another one after each write of somebody else. */
    identity: (): string => (writes === 0 ? name : `${name} ${writes}`),
  };
}

const inode = (path: string): string => {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stat ? `${stat.dev} ${stat.ino}` : 'none';
};

function openTables(path: string): { db: Sqlite; made_anew: boolean } {
  const db = opened(path);
  const state = stateOf(db);
  if (state === 'ours') return { db, made_anew: false };
  if (state === 'empty') return { db: made(db), made_anew: true };
  db.close();
  if (state === 'foreign') throw new Error(`${path} is not an index of tuodi, and is left as it is`);
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
  return { db: made(opened(path)), made_anew: true };
}

function stateOf(db: Sqlite): 'ours' | 'other format' | 'empty' | 'foreign' {
  if (count(db, 'SELECT count(*) AS n FROM sqlite_schema') === 0) return 'empty';
  if (pragma(db, 'application_id') !== APPLICATION) return 'foreign';
  return Math.floor(pragma(db, 'user_version') / VERSIONS) === FORMAT ? 'ours' : 'other format';
}

function opened(path: string): Sqlite {
  makePrivate(path);
  const db = openDatabase(path);
  try {
    db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    db.exec('PRAGMA journal_mode = WAL');
    db.exec('PRAGMA synchronous = FULL'); // INDEXED holds through a power cut too, for about 2 ms a batch
    db.exec(`PRAGMA cache_size = -${CACHE_KIB}`);
    db.exec('PRAGMA temp_store = MEMORY');
    return db;
  } catch (error) {
    db.close();
    const detail = error instanceof Error ? error.message : String(error);
    throw new Error(
      `the search index ${path} can't be read (${detail}): remove the file, and run verify --heal to fill it again`,
      {
        cause: error,
      },
    );
  }
}

function made(db: Sqlite): Sqlite {
  db.exec(`BEGIN IMMEDIATE; ${TABLES} COMMIT;`);
  return db;
}

const pragma = (db: Sqlite, name: string): number => count(db, `SELECT ${name} AS n FROM pragma_${name}`);
const count = (db: Sqlite, sql: string): number => Number(db.prepare(sql).get()?.n ?? 0);
