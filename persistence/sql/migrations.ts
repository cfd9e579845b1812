/** The migrations, as a list: named without an extension, since a file is .ts before and .js after it is compiled. */
import type { Knex } from 'knex';
import * as facts0001 from './migrations/0001-facts.ts';

type Migration = { up(knex: Knex): Promise<void> };
const MIGRATIONS: [name: string, migration: Migration][] = [['0001_facts', facts0001]];

const source: Knex.MigrationSource<[string, Migration]> = {
  getMigrations: async () => MIGRATIONS,
  getMigrationName: ([name]) => name,
  getMigration: async ([, { up }]) => ({
    up,
    down: async () => {
      throw new Error('a migration is not taken back: restore a backup');
    },
  }),
};

/** Brings the database to this version; answers the names of what was done. */
export async function migrate(knex: Knex): Promise<string[]> {
  const [, done] = await knex.migrate.latest({ migrationSource: source });
  await knex.raw('INSERT INTO upkeep (id, last_sweep_at, offset_ms) SELECT 1, 0, 0 WHERE NOT EXISTS (SELECT 1 FROM upkeep)');
  return done;
}

/** What `migrate` would do. Changes nothing. */
export async function pendingMigrations(knex: Knex): Promise<string[]> {
  const has = await knex.schema.hasTable('knex_migrations');
  const done: { name: string }[] = has ? await knex('knex_migrations').select('name') : [];
  return MIGRATIONS.map(([name]) => name).filter((name) => !done.some((one) => one.name === name));
}
