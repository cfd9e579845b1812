/** Facts over any database that has a dialect. */
import type { Logger } from 'pino';
import type { Facts } from '../../runtime/ports/facts.ts';
import { accountsOf } from './accounts.ts';
import { bulkRequestsOf } from './bulk-requests.ts';
import { callbacksOf } from './callbacks.ts';
import { cleanupsOf } from './cleanups.ts';
import { commitOf } from './commit.ts';
import type { Database } from './database.ts';
import { deadLettersOf } from './dead-letters.ts';
import { groupsOf } from './groups.ts';
import { indexTargetsOf } from './index-targets.ts';
import { instancesOf } from './instances.ts';
import { journalOf } from './journal.ts';
import { processesOf, stepPausesOf } from './operations.ts';
import { outboxOf } from './outbox.ts';
import { overviewOf } from './overview.ts';
import { choresOf } from './periodic-jobs.ts';
import { promisedOf } from './promised.ts';
import { resourcesOf } from './resources.ts';
import { retentionOf } from './retention.ts';
import type { Unreadable } from './row.ts';
import { runsOf } from './runs.ts';
import { upkeepOf } from './service-state.ts';
import { sessionsOf } from './sessions.ts';
import { textsOf } from './texts.ts';
import { usageRowsOf } from './usage.ts';
import { vectorRowsOf } from './vector-rows.ts';
import { verificationOf } from './verification.ts';

/** The tables must be there: see migrate.ts. `log` gets rows that can't be read. */
export function sqlFacts({ log, ...parts }: Omit<Database, 'unreadable'> & { log?: Logger | undefined }): Facts {
  const db: Database = { ...parts, unreadable: reportedOnce(log) };
  const resources = resourcesOf(db);
  return {
    instances: instancesOf(db),
    resources,
    groups: groupsOf(db, resources),
    bulk_requests: bulkRequestsOf(db),
    texts: textsOf(db),
    journal: journalOf(db),
    outbox: outboxOf(db),
    accounts: accountsOf(db),
    sessions: sessionsOf(db),
    upkeep: upkeepOf(db),
    usage: usageRowsOf(db),
    callbacks: callbacksOf(db),
    index_targets: indexTargetsOf(db),
    chores: choresOf(db),
    cleanups: cleanupsOf(db),
    retention: retentionOf(db),
    promised: promisedOf(db),
    processes: processesOf(db),
    step_pauses: stepPausesOf(db),
    runs: runsOf(db),
    dead_letters: deadLettersOf(db),
    vectors: vectorRowsOf(db),
    overview: overviewOf(db),
    verification: verificationOf(db),
    commit: commitOf(db),
    async ping() {
      await db.read.raw('select 1');
    },
    async close() {
      try {
        await db.read.destroy();
      } finally {
        await db.write.destroy(); // last, so that SQLite folds its write-ahead log into the file
      }
    },
  };
}

/** Maximum rows that are logged, so that one that is read again and again fills no log; beyond it none is. */
const MAX_REPORTED = 1_000;

function reportedOnce(log: Logger | undefined): Unreadable {
  const reported = new Set<string>();
  return ({ table, id, error }) => {
    const name = `${table} ${id}`;
    if (reported.has(name) || reported.size >= MAX_REPORTED) return;
    reported.add(name);
    log?.error(
      { event: 'database.row_unreadable', err: error, table, id },
      'skipped an unreadable row; restore it from a backup or repair it',
    );
  };
}
