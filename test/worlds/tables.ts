/** All tables of the facts, as a new database has them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openDatabase } from '../../persistence/sqlite/database.ts';
import { openSqliteFacts } from '../../persistence/sqlite/facts.ts';

export const TABLES: string[] = await tables();

async function tables(): Promise<string[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'tuodi-tables-'));
  const facts = await openSqliteFacts(folder);
  const db = openDatabase(path.join(folder, 'facts.sqlite'));
  try {
    const found = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
    return found.map(({ name }) => String(name)).filter((name) => !/^(sqlite|knex)_/.test(name));
  } finally {
    db.close();
    await facts.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
