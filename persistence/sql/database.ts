/** What the repositories stand on: two knexes on one database, and the few things in which databases differ. */
import type { Knex } from 'knex';
import { AlreadyThere } from '../../runtime/ports/facts.ts';
import type { Instances, Served } from '../../runtime/ports/instances.ts';
import type { Unreadable } from './row.ts';
import type { Bound, Value } from './statements.ts';

/** `read` sees what is committed. Inside a transaction only its own knex may be asked: with one connection, another waits for ever. `unreadable` is called for
 * each row that can't be read. */
export type Database = { write: Knex; read: Knex; dialect: Dialect; unreadable: Unreadable };

/** Runs a statement in a transaction, and returns its rows. */
export type Ask = (sql: string, bindings: readonly Value[]) => Promise<unknown[]>;
export type Transaction = {
  ask: Ask;
  /**
   * Runs the last statements of the transaction, in order; nothing may follow them but its end. `at_once`: as one where several may be sent
   * as one; then an error does not say which it is of.
   */
  runLast(script: Bound[], at_once: boolean): Promise<void>;
};

/** All that a new database must add. */
export interface Dialect {
  /** Rows in one INSERT: many where each statement is a journey to a server. */
  rows_at_once: number;
  /** Several statements may be sent as one: where each is a journey to a server. */
  takes_several: boolean;
  /**
   * A transaction without what knex does around each statement. `work` may be called only once the transaction has begun; when it rejects,
   * all of it is taken back, and the error is passed on.
   */
  transaction<T>(write: Knex, work: (trx: Transaction) => Promise<T>): Promise<T>;
  /** The same of a transaction that is knex's. */
  asks(trx: Knex): Ask;
  /** It has the table `resource_counts`, which it keeps by itself. */
  keeps_counts: boolean;
  /** Makes a select of `resources as r` go by this index, where the database would else read more rows than are asked for. */
  through(knex: Knex, query: Knex.QueryBuilder, index: string): Knex.QueryBuilder;
  /** Moves `next_due_at` of at most `limit` rows that are due to `until`, and returns them; two callers never get the same. */
  claimDue(knex: Knex, want: Parameters<Instances['claimDue']>[0]): Promise<unknown[]>;
  /**
   * `instance_id`, `org_id`, `seq` of those that are there, and the columns by which it writes only what has changed of them, where it does;
   * they stay so until the transaction ends.
   */
  lockInstances(ask: Ask, ids: string[]): Promise<unknown[]>;
  /** An expression of the month of a column of epoch milliseconds, in UTC, as 2026-11. `column`: an expression of ours. */
  month(column: string): string;
  /** The database's clock (epoch ms); null where it is that of this process. */
  time(knex: Knex): Promise<number | null>;
  /** Ends a select that waits for writers of its rows, and keeps them out until the transaction ends. */
  for_share: string;
  /** Ends a select that waits for others that lock its rows, and keeps them out until the transaction ends. */
  for_update: string;
  /** As `for_share`, of a select that knex builds. */
  shareLock(query: Knex.QueryBuilder): Knex.QueryBuilder;
  /** Makes a select keep writers of its rows out until the transaction ends, and leave out rows that others have locked: it never waits. */
  tryLock(query: Knex.QueryBuilder): Knex.QueryBuilder;
  /** As `for_update`, of a select that knex builds. */
  lock(query: Knex.QueryBuilder): Knex.QueryBuilder;
  /** The table whose unique key refused a row, or null for any other error. */
  uniqueViolation(error: unknown): string | null;
  /** The transaction gave way to another: nothing of it is written, and the same again may go well. */
  collided(error: unknown): boolean;
  /** The database is unavailable or the connection broke: a COMMIT that was under way may have happened. */
  isUnavailable(error: unknown): boolean;
}

/** What the port promises to throw, made of what the driver threw. */
export function portError(dialect: Dialect, thrown: unknown): Error {
  const table = dialect.uniqueViolation(thrown);
  if (table !== null) return new AlreadyThere(table, thrown);
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/**
 * What a condition on instances adds so that it is about these versions alone. Written so, a column is compared and no index of it is
 * used: the other conditions have the better one.
 */
export function ofVersions(of: Served | undefined): { sql: string; bindings: string[] } {
  if (!of) return { sql: '', bindings: [] };
  const { machine, versions } = of;
  const marks = versions.map(() => '?').join(', ');
  return { sql: `AND COALESCE(machine, '') = ? AND COALESCE(version, '') IN (${marks})`, bindings: [machine, ...versions] };
}
