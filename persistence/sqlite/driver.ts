/**
 * SQLite for knex: its better-sqlite3 dialect over the `DatabaseSync` API. Every knex made here has one connection, and its
 * transactions take the write lock when they begin, so none of them fails half-way for want of it.
 */
import { createRequire } from 'node:module';
import type { StatementSyncInstance } from '@photostructure/sqlite';
import knex, { type Knex } from 'knex';
import { LRUCache } from 'lru-cache';
import { type Credentials, UNWATCHED } from '../../runtime/health/credentials.ts';
import { storageFault } from '../folder/faults.ts';
import { bindable } from '../sql/bindable.ts';
import type { Transaction } from '../sql/database.ts';
import { openDatabase, type Sqlite, systemCode } from './database.ts';

/** Prepared statements kept a connection. Our own SQL has about 60 shapes; filters add some. */
const STATEMENTS = 256;
/** How long a statement waits for another process (a backup, a person's sqlite3) that holds the lock. */
const BUSY_TIMEOUT_MS = 5_000;
/** Size of the page cache of a connection, in KiB: the indexes of 100,000 resources fit. */
const CACHE_KIB = 32_768;

/** Of 4 KiB each, in the write-ahead log before it is folded in: each folding costs fsyncs (four times SQLite's own: a fifth faster). */
const WAL_PAGES = 4_000;

/**
 * `max_pages`: the file may grow no further than so many pages of 4 KiB; then writes fail as on a full disk.
 * `busy_ms`: how long a statement waits for a lock. `credentials`: told of each statement, though SQLite takes none.
 */
export type SqliteOptions = { readonly?: boolean; max_pages?: number; busy_ms?: number; credentials?: Credentials | undefined };

/** A knex with one connection to `file`. */
export function sqliteKnex(file: string, options: SqliteOptions = {}): Knex {
  return knex({
    client: SqliteClient,
    connection: { filename: file },
    useNullAsDefault: true,
    compileSqlOnError: false, // else its errors repeat what was bound: people's texts, in our logs
    pool: {
      min: 1,
      max: 1,
      afterCreate: (connection: Connection, done: (error: unknown, c: Connection) => void) =>
        done(null, startedOrReported(connection, options)),
    },
  });
}

type Query = {
  sql: string;
  bindings?: readonly unknown[];
  response?: unknown;
  context?: { lastID: number | bigint; changes: number };
};
type Prepared = { statement: StatementSyncInstance; reads: boolean };

/** What knex's pool holds. knex itself adds its own ids to it. */
class Connection {
  readonly #db: Sqlite;
  readonly #prepared = new LRUCache<string, Prepared>({ max: STATEMENTS });
  credentials = UNWATCHED;
  in_transaction = false;
  /** The transaction has changed a row. */
  has_written = false;

  constructor(db: Sqlite) {
    this.#db = db;
  }

  exec(sql: string): void {
    this.#db.exec(sql);
  }

  prepare(sql: string): Prepared {
    const cached = this.#prepared.get(sql);
    if (cached) return cached;
    const statement = this.#db.prepare(sql);
    const prepared = { statement, reads: statement.columns().length > 0 };
    this.#prepared.set(sql, prepared);
    return prepared;
  }

  close(): void {
    this.#prepared.clear();
    this.#db.close();
  }
}

/** A file may be found damaged when it is looked at for the first time. */
function startedOrReported(connection: Connection, options: SqliteOptions): Connection {
  try {
    return tuned(connection, options);
  } catch (error) {
    const fault = diskFault(error);
    options.credentials?.failed(fault);
    throw fault;
  }
}
function tuned(connection: Connection, options: SqliteOptions): Connection {
  const { readonly, max_pages, busy_ms = BUSY_TIMEOUT_MS, credentials = UNWATCHED } = options;
  connection.credentials = credentials;
  connection.exec(`PRAGMA busy_timeout = ${busy_ms}`);
  connection.exec('PRAGMA journal_mode = WAL');
  connection.exec('PRAGMA synchronous = FULL'); // an acknowledged commit survives a power cut
  connection.exec('PRAGMA foreign_keys = ON');
  connection.exec(`PRAGMA cache_size = -${CACHE_KIB}`);
  connection.exec('PRAGMA temp_store = MEMORY');
  connection.exec(`PRAGMA wal_autocheckpoint = ${WAL_PAGES}`);
  if (readonly) connection.exec('PRAGMA query_only = ON');
  if (max_pages !== undefined) connection.exec(`PRAGMA max_page_count = ${max_pages}`);
  return connection;
}

// knex publishes neither class with types; these say what is used of them.
type TransactionClass = new (
  client: unknown,
  ...rest: unknown[]
) => Knex.Transaction & { query(connection: unknown, sql: string): Promise<unknown> };
const require = createRequire(import.meta.url);
const BetterSqlite: typeof Knex.Client = require('knex/lib/dialects/better-sqlite3/index.js');
const SqliteTransaction: TransactionClass = require('knex/lib/dialects/sqlite3/execution/sqlite-transaction.js');

class ImmediateTransaction extends SqliteTransaction {
  begin(connection: unknown): Promise<unknown> {
    return this.query(connection, 'BEGIN IMMEDIATE');
  }
}

class SqliteClient extends BetterSqlite {
  _driver(): unknown {
    return openDatabase;
  }

  override async acquireRawConnection(): Promise<Connection> {
    const settings = this.connectionSettings;
    if (!('filename' in settings) || typeof settings.filename !== 'string') throw new Error('SQLite needs connection.filename');
    return new Connection(openDatabase(settings.filename));
  }

  override async destroyRawConnection(connection: Connection): Promise<void> {
    connection.close();
  }

  override transaction(...rest: unknown[]): Knex.Transaction {
    return new ImmediateTransaction(this, ...rest);
  }

  /** knex asks this for every statement; it wants `response`, and `context` of one that returns no rows. */
  async _query(connection: Connection, query: Query): Promise<Query> {
    return answered(connection, query);
  }
}

/** A transaction without what knex does around each statement: that takes as long as SQLite does. */
export async function transaction<T>(knex: Knex, work: (trx: Transaction) => Promise<T>): Promise<T> {
  const connection: unknown = await knex.client.acquireConnection();
  if (!(connection instanceof Connection)) throw new TypeError('a knex without a connection of ours');
  try {
    return await inTransaction(connection, work);
  } finally {
    await knex.client.releaseConnection(connection);
  }
}

async function inTransaction<T>(connection: Connection, work: (trx: Transaction) => Promise<T>): Promise<T> {
  const run = (sql: string, bindings: readonly unknown[] = []): unknown[] => {
    const { response } = answered(connection, { sql, bindings });
    return Array.isArray(response) ? response : [];
  };
  run('BEGIN IMMEDIATE');
  try {
    const result = await work({
      ask: async (sql, bindings) => run(sql, bindings),
      runLast: async (script) => {
        for (const { sql, bindings } of script) run(sql, bindings);
      },
    });
    run('COMMIT'); // one that fails is rolled back
    return result;
  } catch (error) {
    run('ROLLBACK'); // which nothing is left of where SQLite has ended it by itself
    throw error;
  }
}

function answered(connection: Connection, query: Query): Query {
  try {
    if (query.sql.startsWith('ROLLBACK') && !query.sql.startsWith('ROLLBACK TO')) rollBack(connection);
    else if (query.sql.startsWith('COMMIT')) commit(connection);
    else execute(connection, query);
  } catch (error) {
    const fault = diskFault(error);
    connection.credentials.failed(fault);
    throw fault;
  }
  connection.credentials.accepted(isWritten(connection, query));
  return query;
}

/** A disk that is full or read-only is reported as that, not as an internal error. */
function diskFault(error: unknown): unknown {
  const code = systemCode(error);
  return code === null ? error : storageFault(Object.assign(new Error('', { cause: error }), { code }), 'write the facts');
}

function execute(connection: Connection, query: Query): void {
  const { statement, reads } = connection.prepare(query.sql);
  const bindings = (query.bindings ?? []).map(bindable);
  if (reads) {
    query.response = statement.all(...bindings);
    return;
  }
  const { changes, lastInsertRowid } = statement.run(...bindings);
  query.response = { changes: Number(changes), lastInsertRowid };
  query.context = { lastID: lastInsertRowid, changes: Number(changes) };
}

/** Whether this has brought something to the disk: a COMMIT after a change, or a change outside of transactions. */
function isWritten(connection: Connection, { sql, context }: Query): boolean {
  if (sql.startsWith('BEGIN')) connection.in_transaction = true;
  connection.has_written ||= (context?.changes ?? 0) > 0;
  if (sql.startsWith('COMMIT') || sql.startsWith('ROLLBACK')) connection.in_transaction = false;
  if (connection.in_transaction) return false;
  const written = connection.has_written && !sql.startsWith('ROLLBACK');
  connection.has_written = false;
  return written;
}

/** A COMMIT that fails (a full disk) may leave its transaction open, and knex would hand that connection to the next one. */
function commit(connection: Connection): void {
  try {
    connection.exec('COMMIT');
  } catch (error) {
    rollBack(connection);
    throw error;
  }
}

/** SQLite ends a transaction by itself on some errors; that it has is no second error, which would hide the first. */
function rollBack(connection: Connection): void {
  try {
    connection.exec('ROLLBACK');
  } catch (error) {
    if (!(error instanceof Error && error.message.includes('no transaction is active'))) throw error;
  }
}
