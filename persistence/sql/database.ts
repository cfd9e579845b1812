/** What the repositories stand on: two knexes on one database, and the few things in which databases differ. */
import type { Knex } from 'knex';
import { AlreadyThere } from '../../runtime/ports-facts.ts';

/** `read` sees what is committed. Inside a transaction only its own knex may be asked: with one connection, another waits for ever. */
export type Database = { write: Knex; read: Knex; dialect: Dialect };

/** All that a new database must add. */
export interface Dialect {
  /** Rows changed, as the driver answers a raw statement. */
  changed(response: unknown): number;
  /** An insert, made to change 0 rows when a row with this key is there. */
  ifAbsent(insert: Knex.QueryBuilder, key: string): Knex.QueryBuilder;
  /** Moves `next_due_at` of at most `limit` rows that are due to `until`, and answers them; two callers never get the same. */
  claimDue(knex: Knex, want: { now: number; until: number; limit: number }): Promise<unknown[]>;
  /** The database's clock (epoch ms); null where it is that of this process. */
  time(knex: Knex): Promise<number | null>;
  /** Makes a select wait for writers of its rows, and keep them out until the transaction ends. */
  shareLock(query: Knex.QueryBuilder): Knex.QueryBuilder;
  /** The table whose unique key refused a row, or null for any other error. */
  uniqueViolation(error: unknown): string | null;
}

/** What the port promises to throw, made of what the driver threw. */
export function portError(dialect: Dialect, thrown: unknown): Error {
  const table = dialect.uniqueViolation(thrown);
  if (table !== null) return new AlreadyThere(table, thrown);
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
