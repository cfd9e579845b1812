/** Dead letters: pictures of which a step was given up, or a removal. A view of the facts. */
import type { Scope } from './scope.ts';

/** step, code: null where it is not grouped by. Times are wall time; oldest_deadline_at: service time; null: none has one. */
export type DeadLetterGroup = {
  step: string | null;
  code: string | null;
  count: number;
  first_at: number | null;
  last_at: number | null;
  oldest_deadline_at: number | null;
};
export type DeadLetter = { resource_id: string; org_id: string; seq: number; step: string; code: string };
/** null: any. */
export type DeadLetterFilter = { step: string | null; code: string | null };

/** `scope`: null is all organisations. */
export interface DeadLetters {
  groups(scope: Scope | null, by: { step: boolean; code: boolean }): Promise<DeadLetterGroup[]>;
  /** By id, after one. */
  page(scope: Scope | null, filter: DeadLetterFilter, page: { after: string | null; limit: number }): Promise<DeadLetter[]>;
  count(scope: Scope | null, filter: DeadLetterFilter): Promise<number>;
}
