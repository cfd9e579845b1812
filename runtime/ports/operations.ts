/** What operators see and order, kept in the facts: of the whole installation, not of an organisation. Times are wall time. */
import type { Json } from '../../contract/json.ts';
import type { Author } from '../../contract/resource.ts';
import type { StepKind } from '../../contract/step-kinds.ts';

/** body: what it says of itself; see runtime/health/process-report.ts. */
export type ProcessRow = {
  process_id: string;
  role: string;
  version: string;
  started_at: number;
  last_seen_at: number;
  body: Json;
};
export interface Processes {
  /** Writes the row of a process whole. */
  keep(row: ProcessRow): Promise<void>;
  /** Rows that were renewed at or after `since`, the newest process first; at most 1,000. */
  list(since: number): Promise<ProcessRow[]>;
  /** A process that ends in order takes its row along. */
  remove(process_id: string): Promise<void>;
  /** Removes rows that were last renewed before `before`. Returns how many. */
  prune(before: number): Promise<number>;
}

export type Pause = { kind: StepKind; paused_at: number; by: Author };
/** Steps that take no work, in any process. */
export interface StepPauses {
  list(): Promise<Pause[]>;
  /** No effect on a step that is paused: the first pause stays. */
  pause(pause: Pause): Promise<void>;
  resume(kind: StepKind): Promise<void>;
}
