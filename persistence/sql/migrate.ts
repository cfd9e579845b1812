/** The migrations, in order. Their names are kept in every database: without an extension, since source and build differ in it. */
import type { Knex } from 'knex';
import * as facts from './migrations/0001_facts.ts';
import * as servers from './migrations/0002_servers.ts';
import * as counts from './migrations/0003_counts.ts';
import * as serviceTime from './migrations/0004_service_time.ts';
import * as chores from './migrations/0005_chores.ts';
import * as callbackKeys from './migrations/0006_callback_keys.ts';
import * as cleanups from './migrations/0007_cleanups.ts';
import * as setAside from './migrations/0008_set_aside.ts';
import * as versions from './migrations/0009_versions.ts';
import * as retention from './migrations/0010_retention.ts';
import * as retries from './migrations/0011_retries.ts';
import * as usage from './migrations/0012_usage.ts';
import * as roles from './migrations/0013_roles.ts';
import * as remarks from './migrations/0014_remarks.ts';
import * as reading from './migrations/0015_reading.ts';
import * as turns from './migrations/0016_turns.ts';
import * as takenAt from './migrations/0017_taken_at.ts';
import * as sameBytes from './migrations/0018_same_bytes.ts';
import * as processes from './migrations/0020_processes.ts';
import * as runs from './migrations/0022_runs.ts';
import * as failures from './migrations/0023_failures.ts';
import * as waiting from './migrations/0024_waiting.ts';
import * as keyUse from './migrations/0025_key_use.ts';
import * as endedRuns from './migrations/0026_ended_runs.ts';
import * as inbox from './migrations/0028_inbox.ts';
import * as bulk from './migrations/0029_bulk.ts';
import * as sessions from './migrations/0030_sessions.ts';
import * as pageSizes from './migrations/0031_page_sizes.ts';
import * as passages from './migrations/0032_passages.ts';
import * as leanIndexes from './migrations/0033_lean_indexes.ts';

export type Migration = { name: string; up: (knex: Knex) => Promise<void> };
export const MIGRATIONS: readonly Migration[] = [
  { name: '0001_facts', up: facts.up },
  { name: '0002_servers', up: servers.up },
  { name: '0003_counts', up: counts.up },
  { name: '0004_service_time', up: serviceTime.up },
  { name: '0005_chores', up: chores.up },
  { name: '0006_callback_keys', up: callbackKeys.up },
  { name: '0007_cleanups', up: cleanups.up },
  { name: '0008_set_aside', up: setAside.up },
  { name: '0009_versions', up: versions.up },
  { name: '0010_retention', up: retention.up },
  { name: '0011_retries', up: retries.up },
  { name: '0012_usage', up: usage.up },
  { name: '0013_roles', up: roles.up },
  { name: '0014_remarks', up: remarks.up },
  { name: '0015_reading', up: reading.up },
  { name: '0016_turns', up: turns.up },
  { name: '0017_taken_at', up: takenAt.up },
  { name: '0018_same_bytes', up: sameBytes.up },
  { name: '0020_processes', up: processes.up },
  { name: '0022_runs', up: runs.up },
  { name: '0023_failures', up: failures.up },
  { name: '0024_waiting', up: waiting.up },
  { name: '0025_key_use', up: keyUse.up },
  { name: '0026_ended_runs', up: endedRuns.up },
  { name: '0028_inbox', up: inbox.up },
  { name: '0029_bulk', up: bulk.up },
  { name: '0030_sessions', up: sessions.up },
  { name: '0031_page_sizes', up: pageSizes.up },
  { name: '0032_passages', up: passages.up },
  { name: '0033_lean_indexes', up: leanIndexes.up },
];

/** Names, in order. */
export type MigrationState = { done: string[]; pending: string[] };

const source: Knex.MigrationSource<Migration> = {
  getMigrations: async () => [...MIGRATIONS],
  getMigrationName: ({ name }) => name,
  getMigration: async ({ name, up }) => ({
    up,
    down: async () => {
      throw new Error(`${name} is not taken back: restore a backup instead`);
    },
  }),
};

/** Runs what is pending, all of it in one transaction where the database can, and returns its names. */
export async function migrate(knex: Knex): Promise<string[]> {
  const { pending } = await migrationState(knex);
  if (pending.length > 0) await knex.migrate.latest({ migrationSource: source });
  return pending;
}

/** An empty database brought to each version in turn; `look` is called at each. */
export async function migratedStepwise(knex: Knex, look: () => Promise<void>): Promise<void> {
  for (const _ of MIGRATIONS) {
    await knex.migrate.up({ migrationSource: source });
    await look();
  }
}

/** The database was made by a later version: nothing of it is touched. */
export class LaterVersion extends Error {
  constructor(migration: string) {
    super(
      `the facts were written by a later version of tuodi (they know ${migration}), and were left as they are: start that version or a later one, or restore a backup that this version made`,
    );
    this.name = 'LaterVersion';
  }
}

/** Throws LaterVersion when the database knows a migration that this program does not. */
export async function migrationState(knex: Knex): Promise<MigrationState> {
  const known = MIGRATIONS.map(({ name }) => name);
  const there = await knex.schema.hasTable('knex_migrations'); // looked at first, so that looking makes no tables
  const rows: unknown[] = there ? await knex('knex_migrations').orderBy('id').pluck('name') : [];
  const done = rows.map(String);
  const unknown = done.find((name) => !known.includes(name));
  if (unknown) throw new LaterVersion(unknown);
  return { done, pending: known.filter((name) => !done.includes(name)) };
}
