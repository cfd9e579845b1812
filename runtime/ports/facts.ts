/**
 * The port to the facts: everything that must outlive a crash, in one database.
 * Times are epoch milliseconds. Every method that reads for a caller takes the `Scope` it may see.
 */

import type { Metadata } from '../../contract/metadata.ts';
import type { KeptRemark } from '../../contract/remarks.ts';
import type { FactRow, StoredAs, SupersededRow } from '../../contract/step-kinds.ts';
import type { Instance } from '../../machines/interpreter.ts';
import type { Usage } from '../accounts/usage.ts';
import type { Accounts } from './accounts.ts';
import type { BulkRequests } from './bulk-requests.ts';
import type { Callbacks } from './callbacks.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { Groups } from './groups.ts';
import type { Instances } from './instances.ts';
import type { Journal, JournalEntry } from './journal.ts';
import type { Processes, StepPauses } from './operations.ts';
import type { Outbox, OutboxMessage } from './outbox.ts';
import type { Overview } from './overview.ts';
import type { ResourceColumns, Resources } from './resources.ts';
import type { Runs } from './runs.ts';
import type { IdempotencyKey, Owned, Scope } from './scope.ts';
import type {
  Cleanups,
  IndexTargets,
  IndexTargetsRow,
  PeriodicJobs,
  Promised,
  Retention,
  ServiceState,
} from './service-state.ts';
import type { Sessions } from './sessions.ts';
import type { RowOf, Texts } from './texts.ts';
import type { VectorRows } from './vectors.ts';
import type { Verification } from './verification.ts';

/** A row that a change brings with it. All but metadata are immutable: written again with the same id, they change nothing. */
export type FactWrite =
  | { into: 'metadata'; row: Owned & { metadata: Metadata } }
  | { [Row in FactRow]: { into: `${StoredAs<Row>}s`; row: RowOf[Row] } }[FactRow]
  /** Throws `AlreadyThere` when the organisation has used the key. */
  | { into: 'idempotency_keys'; row: IdempotencyKey }
  /** Plans a clean-up of what late writers left: see Cleanups. `at`: when it is due. Planned again it is due then, from its first round on. */
  | { into: 'cleanups'; row: Owned }
  /** Removes the rows before these, which steps have made; what people entered stays. null: those of that kind stay. */
  | { into: 'superseded'; row: Owned & { [Row in SupersededRow as `${StoredAs<Row>}_id`]: string | null } }
  /** In place of all remarks of the resource. A change brings them whenever it brings the column `remarks`. */
  | { into: 'remarks'; row: Owned & { remarks: Omit<KeptRemark, 'corrected'>[] } }
  /** Removes all rows about a resource (metadata, and every fact): the last step of a purge. */
  | { into: 'nothing'; row: Owned };

/** One step of one instance, with all that it brings: all of it is committed, or nothing. */
export type Change = {
  commit_id: string;
  instance_id: string;
  org_id: string;
  /** The `seq` this change was made from; null: the instance is new. */
  expected_seq: number | null;
  instance: Instance;
  /** When the sweep must look at it, in service time: its next timer; null: it has none. */
  next_due_at: number | null;
  resource: ResourceColumns;
  /** The row as it was at `expected_seq`: where it is given, what has not changed since then need not be written again. */
  before?: ResourceColumns;
  writes: FactWrite[];
  journal: JournalEntry;
  outbox: OutboxMessage[];
  /** What it adds to what its organisation holds, or takes away; with `quota`, it fails with OverQuota where that would be more. */
  usage?: { add: Usage; quota: Usage | null };
  /** What the change was made for: compared in the same transaction, and a change made for something else is lost. */
  expects?: { index_targets: IndexTargets | null };
  /** The next step of the same instance, committed with this one: each has its seq, its entry in the journal and its messages. */
  followed_by?: Omit<Change, 'followed_by' | 'usage' | 'expects'>;
};
/** lost: another change of this instance was first, and nothing of this one is written. */
export type Committed = { outcome: 'committed' } | { outcome: 'lost' } | { outcome: 'failed'; error: Error };

/** A row that may exist once only exists already. */
export class AlreadyThere extends Error {
  readonly table: string;
  constructor(table: string, cause?: unknown) {
    super(`already in ${table}`, { cause });
    this.name = 'AlreadyThere';
    this.table = table;
  }
}

/** What organisations hold, kept by commits: a look at it costs the same however much it is. */
export interface UsageRows {
  get(scope: Scope): Promise<Usage>;
}

export interface Facts {
  readonly instances: Instances;
  readonly resources: Resources;
  readonly groups: Groups;
  readonly bulk_requests: BulkRequests;
  readonly texts: Texts;
  readonly journal: Journal;
  readonly outbox: Outbox;
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly upkeep: ServiceState;
  readonly usage: UsageRows;
  readonly callbacks: Callbacks;
  readonly index_targets: IndexTargetsRow;
  readonly chores: PeriodicJobs;
  readonly cleanups: Cleanups;
  readonly retention: Retention;
  readonly promised: Promised;
  readonly processes: Processes;
  readonly step_pauses: StepPauses;
  readonly runs: Runs;
  readonly dead_letters: DeadLetters;
  readonly vectors: VectorRows;
  readonly overview: Overview;
  readonly verification: Verification;
  /**
   * Each change with its own compare-and-swap on `seq`, all in one transaction, returned in the order given. At most one change an
   * instance, but for the one that it is `followed_by`, and at most 100. When the batch fails as a whole, each change is tried in a transaction of its own, so that one bad
   * change fails alone.
   */
  commit(changes: Change[]): Promise<Committed[]>;
  /** Throws when the database is unavailable. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
