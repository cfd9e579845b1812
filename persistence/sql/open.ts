/** Facts over any database that has a dialect. */
import type { Facts } from '../../runtime/ports-facts.ts';
import { accountsOf } from './accounts.ts';
import { callbacksOf } from './callbacks.ts';
import { choresOf } from './chores.ts';
import { cleanupsOf } from './cleanups.ts';
import { commitOf } from './commit.ts';
import type { Database } from './database.ts';
import { indexTargetsOf } from './index-targets.ts';
import { instancesOf } from './instances.ts';
import { journalOf } from './journal.ts';
import { outboxOf } from './outbox.ts';
import { promisedOf } from './promised.ts';
import { resourcesOf } from './resources.ts';
import { textsOf } from './texts.ts';
import { upkeepOf } from './upkeep.ts';

/** The tables must be there: see migrate.ts. */
export function sqlFacts(db: Database): Facts {
  return {
    instances: instancesOf(db),
    resources: resourcesOf(db),
    texts: textsOf(db),
    journal: journalOf(db),
    outbox: outboxOf(db),
    accounts: accountsOf(db),
    upkeep: upkeepOf(db),
    callbacks: callbacksOf(db),
    index_targets: indexTargetsOf(db),
    chores: choresOf(db),
    cleanups: cleanupsOf(db),
    promised: promisedOf(db),
    commit: commitOf(db),
    async ping() {
      await db.read.raw('select 1');
    },
    async close() {
      await db.read.destroy();
      await db.write.destroy(); // last, so that SQLite folds its write-ahead log into the file
    },
  };
}
