/** What the repositories stand on: two knexes on one database, and the few things in which databases differ. */
import type { Knex } from 'knex';
import { AlreadyThere } from '../../runtime/ports/facts.ts';
import type { Instances, Served } from '../../runtime/ports/instances.ts';
import type { Unreadable } from './row.ts';

/** `read` sees what is committed. Inside a transaction only its own knex may be asked: with one connection, another waits for ever. `unreadable` is called for
 * each row that can't be read. */
export type Database = { write: Knex; read: Knex; dialect: Dialect; unreadable: Unreadable };

/** All that a new database must add. */
export interface Dialect {
  /** Rows in one INSERT: many where each statement is a journey to a server. */
  rows_at_once: number;
  /** Several statements may be sent as one: where each is a journey to a server. */
  takes_several: boolean;
  /** It has the table `resource_counts`, which it keeps by itself. */
  keeps_counts: boolean;
  /** Moves `next_due_at` of at most `limit` rows that are due to `until`, and returns them; two callers never get the same. */
  claimDue(knex: Knex, want: Parameters<Instances['claimDue']>[0]): Promise<unknown[]>;
  /** `instance_id`, `org_id`, `seq` of those that are there, in the order of their ids; they stay so until the transaction ends. */
  lockInstances(trx: Knex, ids: string[]): Promise<unknown[]>;
  /** An expression of the month of a column of epoch milliseconds, in UTC, as 2026-11. `column`: an expression of ours. */
  month(column: string): string;
  /** The database's clock (epoch ms); null where it is that of this process. */
  time(knex: Knex): Promise<number | null>;
  /** Makes a select wait for writers of its rows, and keep them out until the transaction ends. */
  shareLock(query: Knex.QueryBuilder): Knex.QueryBuilder;
  /** Makes a select keep writers of its rows out until the transaction ends, and leave out rows that others have locked: it never waits. */
  tryLock(query: Knex.QueryBuilder): Knex.QueryBuilder;
  /** Makes a select wait for others that lock its rows, and keep them out until the transaction ends. */
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
