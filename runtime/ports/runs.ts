/** The part of the facts that is about runs of operators: their instances, and what each has found. */
import type { Author } from '../../contract/resource.ts';
import type { FindingOutcome, RunKind, RunStatus } from '../../contract/runs.ts';
import type { Instance } from '../../machines/interpreter.ts';
import type { DueWant } from '../instances/due.ts';
import type { Scope } from './scope.ts';

/** installation: it is of all organisations, and org_id is that of who began it. findings: how many there are. Times are wall time. */
export type RunRow = {
  run_id: string;
  org_id: string;
  installation: boolean;
  kind: RunKind;
  status: RunStatus;
  created_by: Author;
  findings: number;
  created_at: number;
  updated_at: number;
};
export type RunRecord = RunRow & { instance: Instance };
/** Runs that a caller sees: of its organisation, and those of the installation if its key is marked for it. */
export type RunScope = Scope & { installation: boolean };

/** of_org, about: of the picture; null: of none. subject: an id, a key of the store, a column: what it is of. */
export type NewFinding = {
  finding: string;
  of_org: string | null;
  about: string | null;
  subject: string;
  detail: string;
  outcome: FindingOutcome;
};
export type FindingRow = NewFinding & { position: number; at: number };

/** mark: what must be the same at the second look. seen_at: wall time. */
export type Suspect = {
  suspect_id: string;
  finding: string;
  of_org: string;
  about: string;
  subject: string;
  mark: number;
  seen_at: number;
};

/**
 * A step of a run. expected_seq: null for a new one. active_key: only one run may have it at once; null: it is not under way. next_due_at:
 * in service time. findings, suspects: added; cleared: ids of suspects that were looked at again.
 */
export type RunChange = {
  run: RunRecord;
  expected_seq: number | null;
  active_key: string | null;
  next_due_at: number | null;
  idempotency: { key: string; fingerprint: string } | null;
  findings: FindingRow[];
  suspects: Suspect[];
  cleared: string[];
};

export type RunFilter = { kind?: RunKind[]; status?: RunStatus[] };

export interface Runs {
  /** Throws UnreadableError. */
  load(run_id: string): Promise<RunRecord | null>;
  /** By compare-and-swap; false if another was first, has the id of a new one, or has its `active_key` or idempotency key. */
  commit(change: RunChange): Promise<boolean>;
  /** Ids of those due, which is set to `until`. */
  claimDue(want: DueWant): Promise<string[]>;
  get(scope: RunScope, run_id: string): Promise<RunRecord | null>;
  /** Newest first, those before `before`. */
  list(scope: RunScope, filter: RunFilter, page: { before: string | null; limit: number }): Promise<RunRecord[]>;
  /** Those of a kind that are under way, of this organisation or of the installation; of any organisation where `scope.installation`. */
  underWay(scope: RunScope, kind: RunKind): Promise<RunRecord[]>;
  byIdempotencyKey(scope: Scope, key: string): Promise<{ run_id: string; fingerprint: string } | null>;
  /** In order, after a position. */
  findings(run_id: string, page: { after: number; limit: number }): Promise<FindingRow[]>;
  /** By id, after one. */
  suspects(run_id: string, page: { after: string | null; limit: number }): Promise<Suspect[]>;
  /** Removes runs that ended before `before` (wall time), with what they found; at most `limit`. Returns how many. */
  prune(before: number, limit: number): Promise<number>;
}
