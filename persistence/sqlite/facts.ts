/** The facts in a folder: `facts.sqlite`, by one connection for writes and one for reads. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Facts } from '../../runtime/ports/facts.ts';
import { migrate, migrationState } from '../sql/migrate.ts';
import { sqlFacts } from '../sql/open.ts';
import { makePrivate } from './database.ts';
import { sqliteDialect } from './dialect.ts';
import { type SqliteOptions, sqliteKnex } from './driver.ts';
import { lockFolder } from './lock.ts';

/** See SqliteOptions; the first two are for tests of a full disk and of a lock. */
export type SqliteFactsOptions = Pick<SqliteOptions, 'max_pages' | 'busy_ms' | 'credentials'> & { log?: Logger };

/** Runs pending migrations first. The caller holds the folder's lock (lock.ts). */
export async function openSqliteFacts(dir: string, { log, ...options }: SqliteFactsOptions = {}): Promise<Facts> {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const file = join(dir, 'facts.sqlite');
  makePrivate(file);
  const write = sqliteKnex(file, options);
  try {
    await migrate(write);
    const read = sqliteKnex(file, { readonly: true, credentials: options.credentials });
    return sqlFacts({ write, read, dialect: sqliteDialect, log });
  } catch (error) {
    await write.destroy();
    throw error;
  }
}

/** As they are: nothing is migrated. null where there are none. */
export async function readSqliteFacts(dir: string): Promise<Facts | null> {
  const file = join(dir, 'facts.sqlite');
  if (!existsSync(file)) return null;
  const [write, read] = [sqliteKnex(file), sqliteKnex(file, { readonly: true })];
  const facts = sqlFacts({ write, read, dialect: sqliteDialect });
  if (await read.schema.hasTable('instances')) return facts;
  await facts.close();
  return null;
}

/**
 * Names of migrations: of those that were pending and have been run; or, when only checked, of those that are pending. Throws
 * FolderInUse when there is something to run and a service is running on the folder.
 */
export async function migrateSqliteFacts(dir: string, check: boolean): Promise<string[]> {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const file = join(dir, 'facts.sqlite');
  makePrivate(file);
  const knex = sqliteKnex(file);
  try {
    const { pending } = await migrationState(knex);
    if (check || pending.length === 0) return pending;
    const lock = lockFolder(dir);
    try {
      return await migrate(knex);
    } finally {
      lock.release();
    }
  } finally {
    await knex.destroy();
  }
}
