/**
 * Migrations on a server where each statement that defines something commits by itself.
 *
 * 1. One migrator at a time: every connection made here first takes a lock of the server, which ends with the connection, so that a
 *    migrator that is killed leaves none behind. (knex's own lock is a row, which would stay.)
 * 2. How many statements of a migration are done is kept beside it. One that died half-way goes on after the last of them. Only the
 *    statement that was under way may have happened unseen (each by itself is all or nothing, in MySQL 8 and MariaDB 10.6): if the server
 *    says that it is there already, it is. One that the server refused, with an error that reached us, fails with that error again.
 */
import type { Knex } from 'knex';
import type { Clock } from '../../runtime/async/clock.ts';
import { MIGRATIONS, type Migration, migrationState } from '../sql/migrate.ts';
import { number, numberOrNull, rowOf, text } from '../sql/row.ts';
import { type Connection, connected } from './connection.ts';
import { mysqlKnex } from './driver.ts';
import { hasErrno, isUnavailable } from './errors.ts';
import type { Target } from './target.ts';

/** How long one migrator waits for another: a migration of a large table takes minutes. */
const LOCK_LIMIT_S = 600;
const LOCK_MARGIN_MS = 5_000;
const LOCK_LIMIT_MS = LOCK_LIMIT_S * 1_000 + LOCK_MARGIN_MS;
/** Time limit of one statement of a migration, in ms: it may write a large table anew. */
const STATEMENT_LIMIT_MS = 60 * 60_000;
/** Locks are the server's: the name is of this database alone, and short enough for MySQL (64 characters). */
const LOCK = `SELECT GET_LOCK(CONCAT('tuodi-migrate-', SHA1(DATABASE())), ${LOCK_LIMIT_S}) AS held`;
/** A table, a column, a key, a row or a CHECK that is there already. */
const THERE_ALREADY = [1050, 1060, 1061, 1062, 1826, 3822];
const READS = /^\s*(select|show)\b/i;

type Place = { target: Target; clock: Clock };

/**
 * Names of migrations: of those that were pending and have been run; or, when only checked, of those that are pending. Throws when the
 * database is of a later version, and when another migrator is at work for too long.
 */
export async function migrateTarget({ target, clock }: Place, check: boolean): Promise<string[]> {
  const looking = mysqlKnex({ target, clock, connections: 1 });
  try {
    const { pending } = await migrationState(looking);
    if (check || pending.length === 0) return pending;
  } finally {
    await looking.destroy();
  }
  return await migrateLocked({ target, clock });
}

async function migrateLocked({ target, clock }: Place): Promise<string[]> {
  const steps = createSteps();
  const collation = await collationOf({ target, clock });
  const parts = { prepare: lock, prepare_limit_ms: LOCK_LIMIT_MS, around: steps.around, statement_limit_ms: STATEMENT_LIMIT_MS };
  const knex = mysqlKnex({ target, clock, connections: 1, collation, ...parts });
  try {
    await makeBooks(knex);
    const { pending } = await migrationState(knex); // again: another may have migrated while the lock was waited for
    const row = rowOf(await knex('knex_migrations').max({ batch: 'batch' }).first());
    const batch = (numberOrNull(row, 'batch') ?? 0) + 1;
    for (const migration of MIGRATIONS.filter(({ name }) => pending.includes(name))) await steps.run(knex, migration, batch);
    return pending;
  } finally {
    await knex.destroy();
  }
}

async function lock(connection: Connection): Promise<void> {
  const { held } = rowOf(firstOf(await connection.ask(LOCK, [], LOCK_LIMIT_MS)));
  if (held !== 1)
    throw new Error(`another process has been migrating this database for ${LOCK_LIMIT_S} s; try again when it is done`);
}

/** Compares as SQLite does: byte by byte, also spaces at the end. Servers call it differently. */
async function collationOf({ target, clock }: Place): Promise<string> {
  const connection = await connected(target, clock);
  try {
    const version = text(rowOf(firstOf(await connection.ask('SELECT VERSION() AS version'))), 'version');
    return /mariadb/i.test(version) ? 'utf8mb4_nopad_bin' : 'utf8mb4_0900_bin';
  } finally {
    connection.close();
  }
}

const firstOf = (answer: unknown): unknown => (Array.isArray(answer) ? answer[0] : undefined);

/** What was done, in the table and the columns that knex would make; and what is being done. */
async function makeBooks(knex: Knex): Promise<void> {
  if (!(await knex.schema.hasTable('knex_migrations')))
    await knex.schema.createTable('knex_migrations', (table) => {
      table.increments('id');
      table.string('name');
      table.integer('batch');
      table.timestamp('migration_time');
    });
  if (!(await knex.schema.hasTable('migration_steps')))
    await knex.schema.createTable('migration_steps', (table) => {
      table.string('name', 64).primary();
      table.integer('done').notNullable();
      table.integer('refused');
    });
}

type Running = { name: string; at: number; done: number; doubtful: number | null };

function createSteps() {
  let running: Running | null = null;

  async function around(connection: Connection, sql: string, ask: () => Promise<unknown>): Promise<unknown> {
    if (!running || READS.test(sql)) return await ask();
    const step = ++running.at;
    if (step <= running.done) return []; // by the run that died
    const note = (column: 'done' | 'refused') =>
      connection.ask(`UPDATE migration_steps SET ${column} = ? WHERE name = ?`, [step, running?.name]);
    const answer = await ask().catch(async (error: unknown) => {
      if (step === running?.doubtful && hasErrno(error, ...THERE_ALREADY)) return [];
      if (!isUnavailable(error)) await note('refused');
      throw error;
    });
    await note('done');
    return answer;
  }

  async function run(knex: Knex, { name, up }: Migration, batch: number): Promise<void> {
    const found: unknown = await knex('migration_steps').where({ name }).first();
    const row = found === undefined ? null : rowOf(found);
    const done = row ? number(row, 'done') : 0;
    const doubtful = row && numberOrNull(row, 'refused') !== done + 1 ? done + 1 : null;
    if (!row) await knex('migration_steps').insert({ name, done, refused: null });
    const steps: Running = { name, at: 0, done, doubtful };
    running = steps;
    try {
      await up(knex);
    } catch (error) {
      throw new Error(`${name} stopped at its statement ${steps.at}; what is done stays, and the next run goes on from there`, {
        cause: error,
      });
    } finally {
      running = null;
    }
    await knex('knex_migrations').insert({ name, batch, migration_time: knex.fn.now() });
    await knex('migration_steps').where({ name }).del();
  }

  return { around, run };
}
