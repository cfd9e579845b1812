/**
 * What the schema of a database of facts may hold. A database is a program too: a trigger or a view in it runs with every statement that
 * touches its table. So of one that comes from elsewhere all is refused that no migration of ours has made.
 */
import { migratedStepwise } from '../sql/migrate.ts';
import { isRow, textOrNull } from '../sql/row.ts';
import { openDatabase } from './database.ts';
import { sqliteKnex } from './driver.ts';

/** Objects whose SQL is compared too. For tables and indexes the name is enough: versions of a library write the same table in several ways. */
const RUNS = new Set(['trigger', 'view']);
const ALL = 'SELECT type, name, tbl_name, sql FROM sqlite_schema';

type SchemaObject = { type: string; name: string; table: string; sql: string };

/** Names of what no migration has made, as `trigger x`. Throws when the file is no database. */
export async function unknownObjects(file: string): Promise<string[]> {
  const known = new Set(await knownObjects());
  const db = openDatabase(file);
  try {
    const found = db.prepare(ALL).all().map(objectOf);
    return found.filter((one) => !isOwn(one) && !known.has(identityOf(one))).map(({ type, name }) => `${type} ${name}`);
  } finally {
    db.close();
  }
}

/** SQLite's own: automatic indexes, sequences, statistics. Nobody else can make one of that name. */
const isOwn = ({ type, name }: SchemaObject) => name.startsWith('sqlite_') && !RUNS.has(type);

/** After each migration, since a backup may be of any version. */
async function knownObjects(): Promise<string[]> {
  const knex = sqliteKnex(':memory:');
  const known: string[] = [];
  try {
    await migratedStepwise(knex, async () => {
      const rows: unknown[] = await knex.raw(ALL);
      known.push(...rows.map(objectOf).map(identityOf));
    });
    return known;
  } finally {
    await knex.destroy();
  }
}

function identityOf({ type, name, table, sql }: SchemaObject): string {
  const words = sql.replace(/\s+/g, ' ').trim();
  return JSON.stringify([type, name, table, RUNS.has(type) ? words : /^create virtual/i.test(words)]);
}

function objectOf(row: unknown): SchemaObject {
  if (!isRow(row)) throw new Error('a row of the schema is none');
  const of = (column: string) => textOrNull(row, column) ?? '';
  return { type: of('type'), name: of('name'), table: of('tbl_name'), sql: of('sql') };
}
