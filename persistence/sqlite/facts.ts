/** The facts on SQLite: one connection that writes, one that reads what is committed. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Knex } from 'knex';
import type { Facts } from '../../runtime/ports-facts.ts';
import { accounts } from '../sql/accounts.ts';
import { commit } from '../sql/commit.ts';
import type { Dialect, Row } from '../sql/dialect.ts';
import { instances } from '../sql/instances.ts';
import { journal } from '../sql/journal.ts';
import { migrate, pendingMigrations } from '../sql/migrations.ts';
import { outbox } from '../sql/outbox.ts';
import { resources } from '../sql/resources.ts';
import { texts } from '../sql/texts.ts';
import { upkeep } from '../sql/upkeep.ts';
import { uniqueViolation } from './database.ts';
import { type SqliteOptions, sqliteKnex } from './driver.ts';

const FILE = 'facts.sqlite';

/** Opens `facts.sqlite` in a folder, made and migrated if need be. */
export async function openSqliteFacts(dir: string, options: SqliteOptions = {}): Promise<Facts> {
  mkdirSync(dir, { recursive: true });
  const file = join(dir, FILE);
  const writer = sqliteKnex(file, options);
  try {
    await migrate(writer);
  } catch (error) {
    await writer.destroy();
    throw error;
  }
  const reader = sqliteKnex(file, { ...options, readonly: true });
  return {
    instances: instances(reader, writer, DIALECT),
    resources: resources(reader),
    texts: texts(reader),
    journal: journal(reader),
    outbox: outbox(reader, writer, DIALECT),
    accounts: accounts(reader, writer, DIALECT),
    upkeep: upkeep(reader, writer, DIALECT),
    commit: (changes) => commit(writer, DIALECT, changes),
    ping: async () => {
      await reader.raw('SELECT 1');
    },
    close: async () => {
      await reader.destroy();
      await writer.destroy();
    },
  };
}

/** Without opening it for work: what a migration would do, or has done. */
export async function migrateSqliteFacts(dir: string, check: boolean): Promise<string[]> {
  mkdirSync(dir, { recursive: true });
  const knex = sqliteKnex(join(dir, FILE));
  try {
    return check ? await pendingMigrations(knex) : await migrate(knex);
  } finally {
    await knex.destroy();
  }
}

const CLAIM = `UPDATE instances SET next_due_at = ? WHERE instance_id IN
  (SELECT instance_id FROM instances WHERE next_due_at <= ? ORDER BY next_due_at LIMIT ?) RETURNING instance_id, org_id, body`;

const DIALECT: Dialect = {
  insert_ignore: 'INSERT OR IGNORE',
  changed: (answer) => (hasChanges(answer) ? answer.changes : 0),
  rows: rowsOf,
  claimDue: async (knex: Knex, { now, until, limit }) => rowsOf(await knex.raw(CLAIM, [until, now, limit])),
  for_update: '', // a transaction here has taken the write lock when it began
  uniqueViolation,
};

function rowsOf(answer: unknown): Row[] {
  if (!Array.isArray(answer)) throw new TypeError('no rows were answered');
  return answer;
}
const hasChanges = (answer: unknown): answer is { changes: number } => typeof answer === 'object' && answer !== null && 'changes' in answer;
