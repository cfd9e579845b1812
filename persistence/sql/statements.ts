/**
 * Statements that are built by knex once and run many times: building one takes knex longer than SQLite takes to run it.
 * They are built with the names of their columns as values, so that knex itself says in which order it binds them.
 */
import type { Knex } from 'knex';
import type { Dialect } from './database.ts';

export type Value = null | string | number | boolean | Buffer;
export type Values = Record<string, Value>;
/** `names`: of the values, in the order in which `sql` binds them. */
export type Statement = { sql: string; names: string[] };

const named = (columns: readonly string[]) => Object.fromEntries(columns.map((column) => [column, column]));

function built(query: Knex.QueryBuilder): Statement {
  const { sql, bindings } = query.toSQL().toNative();
  return { sql, names: bindings.map(String) };
}

/** Changes 0 rows when a row with this key is there. */
export const insertsIfAbsent = (
  knex: Knex,
  dialect: Dialect,
  table: string,
  columns: readonly string[],
  key: string,
): Statement => built(dialect.ifAbsent(knex(table).insert(named(columns)), key));

export const inserts = (knex: Knex, table: string, columns: readonly string[]): Statement =>
  built(knex(table).insert(named(columns)));

/** The row is written whole, whether it was there or not. */
export const upserts = (knex: Knex, table: string, columns: readonly string[], key: string): Statement =>
  built(
    knex(table)
      .insert(named(columns))
      .onConflict(key)
      .merge(columns.filter((column) => column !== key)),
  );

/** A row that is there stays as it is. MySQL's INSERT IGNORE would hide other errors as well; this one sets a key to itself. */
export const keeps = (knex: Knex, table: string, columns: readonly string[], key: string): Statement =>
  built(knex(table).insert(named(columns)).onConflict(key).merge([key]));

/** `where`: from columns to the names of their values, which may differ from those that are set. */
export const updates = (knex: Knex, table: string, columns: readonly string[], where: Record<string, string>): Statement =>
  built(knex(table).where(where).update(named(columns)));

export const deletes = (knex: Knex, table: string, columns: readonly string[]): Statement =>
  built(knex(table).where(named(columns)).del());

/** Rows changed. Throws when a value is not given, since a forgotten column must not become NULL. */
export async function run(trx: Knex, dialect: Dialect, { sql, names }: Statement, values: Values): Promise<number> {
  const bindings = names.map((name) => {
    const value = values[name];
    if (value === undefined) throw new TypeError(`no value for ${name}`);
    return value;
  });
  return dialect.changed(await trx.raw(sql, bindings));
}
