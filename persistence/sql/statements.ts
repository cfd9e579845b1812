/**
 * Statements that are built by knex once and run many times: building one takes knex longer than SQLite takes to run it.
 * They are built with the names of their columns as values, so that knex itself says in which order it binds them.
 */
import type { Knex } from 'knex';

export type Value = null | string | number | boolean | Buffer;
export type Values = Record<string, Value>;
/** `names`: of the values, in the order in which `sql` binds them. */
export type Statement = { sql: string; names: string[] };

const named = (columns: readonly string[]) => Object.fromEntries(columns.map((column) => [column, column]));

function built(query: Knex.QueryBuilder): Statement {
  const { sql, bindings } = query.toSQL().toNative();
  return { sql, names: bindings.map(String) };
}

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

/** Updates of rows by their key, by the columns that they write, in order: some tens of them, since steps of one kind change the same ones. */
export type UpdateStatements = (columns: string[]) => Statement;
export function updateStatements(knex: Knex, table: string, key: string): UpdateStatements {
  const known = new Map<string, Statement>();
  return (columns) => {
    const name = columns.join();
    const statement = known.get(name) ?? updates(knex, table, columns, { [key]: key });
    known.set(name, statement);
    return statement;
  };
}

/** How the rows of a table are made, and are written when they are there: whole, or the columns that differ. */
export type RowStatements = { make: Statement; move: Statement; change: UpdateStatements };

export const deletes = (knex: Knex, table: string, columns: readonly string[]): Statement =>
  built(knex(table).where(named(columns)).del());

/** All rows of a resource but one. Of NULL there are none: then all stay. */
export const others = (knex: Knex, table: string, key: string): Statement =>
  built(
    knex(table)
      .where(named(['resource_id', 'org_id']))
      .whereNot(key, key)
      .del(),
  );

/** A statement with what it binds. */
export type Bound = { sql: string; bindings: Value[] };
export const bound = (statement: Statement, values: Values): Bound => ({
  sql: statement.sql,
  bindings: bindingsOf(statement, values),
});

/** An insert for each of the rows, as many of them in one statement as the database likes. */
export function boundAll({ rows_at_once }: { rows_at_once: number }, statement: Statement, rows: Values[]): Bound[] {
  const all: Bound[] = [];
  for (let from = 0; from < rows.length; from += rows_at_once) {
    const some = rows.slice(from, from + rows_at_once);
    const sql = repeated(statement.sql, some.length);
    all.push({ sql, bindings: some.flatMap((values) => bindingsOf(statement, values)) });
  }
  return all;
}

/**
 * Rows that are there. A database that keeps an index as it is where its columns keep their values gets whole rows, many in a statement.
 * SQLite writes each index that has a column of the statement anew: it is told only what has changed of each.
 */
export const moved = <Row>(
  dialect: { rows_at_once: number },
  move: Statement,
  rows: Row[],
  { whole, changed }: { whole: (row: Row) => Values; changed: (row: Row) => Bound },
): Bound[] => (dialect.rows_at_once > 1 ? boundAll(dialect, move, rows.map(whole)) : rows.map(changed));

/** Between statements that are sent together. No statement of ours holds it. */
export const SEVERAL = ';\n';

/** Rows in one UPDATE that gives each its own value. */
const EACH = 100;

/** Gives each row, by its key, its own value of one column: in few statements, whatever the number of rows. */
export async function setEach(
  trx: Knex,
  { table, key, column }: { table: string; key: string; column: string },
  values: [key: number, value: number][],
): Promise<void> {
  for (let from = 0; from < values.length; from += EACH) {
    const some = values.slice(from, from + EACH);
    const cases = some.map(() => 'when ? then ?').join(' ');
    const keys = some.map(([of]) => of);
    await trx(table)
      .whereIn(key, keys)
      .update({ [column]: trx.raw(`case ?? ${cases} end`, [key, ...some.flat()]) });
  }
}

/** An insert's list of values, so many times. */
const repeated = (sql: string, times: number): string =>
  times === 1 ? sql : sql.replace(/ values (\([^()]*\))/i, (_, row: string) => ` values ${Array(times).fill(row).join(', ')}`);

/** Throws when a value is not given, since a forgotten column must not become NULL. */
function bindingsOf({ names }: Statement, values: Values): Value[] {
  return names.map((name) => {
    const value = values[name];
    if (value === undefined) throw new TypeError(`no value for ${name}`);
    return value;
  });
}
