/** Databases for tests, on the server of TUODI_TEST_MYSQL_URL: each test file makes its own, and drops them. */
import { randomUUID } from 'node:crypto';
import type { TestContext } from 'node:test';
import { type Connection, connected } from '../../persistence/mysql/connection.ts';
import { factsAt } from '../../persistence/mysql/facts.ts';
import { migrateTarget } from '../../persistence/mysql/migrate.ts';
import { type Target, targetOf } from '../../persistence/mysql/target.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import type { Facts } from '../../runtime/ports/facts.ts';
import { env } from './env.ts';

export const clock = systemClock();

export const serverUrl = (): string => env('TUODI_TEST_MYSQL_URL').replace(/\/*$/, '/');

export type TestDatabase = {
  url: string;
  target: Target;
  /** Any statement, by a connection of the test's own. */
  sql(statement: string, bindings?: unknown[]): Promise<Record<string, unknown>[]>;
  /** As it was when its tables had just been made. */
  clear(): Promise<void>;
  drop(): Promise<void>;
};

/** `migrated` false: without tables. */
export async function testDatabase({ server = serverUrl(), migrated = true } = {}): Promise<TestDatabase> {
  const name = `tuodi_test_${randomUUID().replaceAll('-', '').slice(0, 16)}`;
  const admin = await connected({ ...targetOf(`${server}mysql`) }, clock);
  await admin.ask(`CREATE DATABASE \`${name}\``);
  await admin.ask(`USE \`${name}\``);
  const url = `${server}${name}`;
  const target = targetOf(url);
  if (migrated) await migrateTarget({ target, clock }, false);
  const sql = async (statement: string, bindings: unknown[] = []) => rowsOf(await admin.ask(statement, bindings));
  return {
    url,
    target,
    sql,
    async clear() {
      const tables = await sql('SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()');
      for (const { name: table } of tables) if (!KEPT.has(String(table))) await sql(`DELETE FROM \`${table}\``);
      await sql('UPDATE upkeep SET last_sweep_at = NULL, offset_ms = 0, epoch = NULL, last_position = 0, removed_position = 0');
      await sql('UPDATE service_time SET ticks = 0, ticked_at = NULL, service_at = 0, settle_until = 0');
      await sql('UPDATE index_targets SET live = NULL, building = NULL');
    },
    async drop() {
      await admin.ask(`DROP DATABASE \`${name}\``);
      admin.close();
    },
  };
}
const KEPT = new Set(['knex_migrations', 'migration_steps', 'upkeep', 'service_time', 'index_targets', 'presence']);

const rowsOf = (answer: unknown): Record<string, unknown>[] => (Array.isArray(answer) ? answer.map((row) => ({ ...row })) : []);

/** Facts on a database whose tables are there. */
export const factsOn = ({ target }: TestDatabase): Facts => factsAt(target, clock);

export async function sayServer({ sql }: TestDatabase): Promise<void> {
  const [row] = await sql('SELECT VERSION() AS version');
  console.log(`facts are tested on ${String(row?.version)}`);
}

/** A connection of its own in a transaction, such as another process has. */
export async function transactionOn({ target }: TestDatabase, t: TestContext): Promise<Connection> {
  const connection = await connected(target, clock);
  t.after(() => connection.close());
  await connection.ask('START TRANSACTION');
  return connection;
}
