/** The facts on a MySQL or MariaDB server, which several processes may share. */
import type { Logger } from 'pino';
import type { Clock } from '../../runtime/async/clock.ts';
import type { Facts } from '../../runtime/ports/facts.ts';
import { sqlFacts } from '../sql/open.ts';
import { mysqlDialect } from './dialect.ts';
import { mysqlKnex } from './driver.ts';
import { migrateTarget } from './migrate.ts';
import { type Target, targetOf } from './target.ts';

/**
 * Connections of a process. Commits go one at a time; the others are the sweep's, the relay's and those of callbacks. Readers are
 * requests: six at a millisecond each answer thousands a second. A server's default of 151 holds fifteen processes.
 */
const WRITERS = 4;
const READERS = 6;

export type MysqlFactsOptions = { url: string; clock: Clock; log?: Logger } & Pick<Target, 'ca' | 'credentials'>;

/** Runs pending migrations first, one process at a time. Rejects with DatabaseError when the database is unavailable. */
export async function openMysqlFacts({ url, clock, log, ...trust }: MysqlFactsOptions): Promise<Facts> {
  const target = targetOf(url, trust);
  await migrateTarget({ target, clock }, false);
  return factsAt(target, clock, log);
}

/** Opens the facts of a database whose tables exist. */
export function factsAt(target: Target, clock: Clock, log?: Logger): Facts {
  const write = mysqlKnex({ target, clock, connections: WRITERS, takes_several: true });
  const read = mysqlKnex({ target, clock, connections: READERS });
  return sqlFacts({ write, read, dialect: mysqlDialect, log });
}

/** As they are: nothing is migrated. null where there are none. */
export async function readMysqlFacts({ url, clock, ...trust }: MysqlFactsOptions): Promise<Facts | null> {
  const target = targetOf(url, trust);
  const looking = mysqlKnex({ target, clock, connections: 1 });
  try {
    return (await looking.schema.hasTable('instances')) ? factsAt(target, clock) : null;
  } finally {
    await looking.destroy();
  }
}

/** Names of migrations: of those that were pending and have been run; or, when only checked, of those that are pending. */
export function migrateMysqlFacts({ url, clock, ...trust }: MysqlFactsOptions, check: boolean): Promise<string[]> {
  return migrateTarget({ target: targetOf(url, trust), clock }, check);
}
