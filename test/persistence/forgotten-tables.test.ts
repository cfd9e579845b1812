/** A purge removes the rows of a picture from every table that names pictures, but for those that are listed here. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { FACT_ROWS, ROWS } from '../../contract/step-kinds.ts';
import { FACT_TABLES } from '../../persistence/sql/fact-rows.ts';
import { FORGOTTEN } from '../../persistence/sql/facts.ts';
import { openDatabase } from '../../persistence/sqlite/database.ts';
import { openSqliteFacts } from '../../persistence/sqlite/facts.ts';
import { TABLES } from '../worlds/tables.ts';

/** Its row is the tombstone; the key of its request is good until it is too old; a clean-up comes after the purge. */
const STAYS = ['resources', 'idempotency_keys', 'cleanups'];

/** The columns of each table of a new database. */
async function columns(): Promise<Map<string, string[]>> {
  const folder = mkdtempSync(path.join(tmpdir(), 'tuodi-columns-'));
  const facts = await openSqliteFacts(folder);
  const db = openDatabase(path.join(folder, 'facts.sqlite'));
  try {
    const of = (table: string) => db.prepare(`SELECT name FROM pragma_table_info('${table}')`).all();
    return new Map(TABLES.map((table) => [table, of(table).map(({ name }) => String(name))]));
  } finally {
    db.close();
    await facts.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
const COLUMNS = await columns();

test('every table that names pictures is emptied by a purge, or is listed as one that stays', () => {
  const naming = TABLES.filter((table) => COLUMNS.get(table)?.includes('resource_id'));
  assert.deepEqual(naming.sort(), [...FORGOTTEN, ...STAYS].sort());
});

test('every row of a fact has its table, with the columns that are written', () => {
  for (const name of FACT_ROWS) {
    const { table, key } = ROWS[name];
    const written = [key, 'resource_id', 'org_id', 'at', ...FACT_TABLES[name].columns];
    assert.deepEqual(COLUMNS.get(table)?.sort(), written.sort(), table);
  }
});
