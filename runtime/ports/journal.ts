import type { Failure, ServiceFailure } from '../../contract/failures.ts';
import type { Author } from '../../contract/resource.ts';
import type { Scope } from './scope.ts';

/**
 * The work of a step, as it ended. attempts: runs that counted, the last one too. losses: runs that ended with their process. ms: of the
 * last run, at a provider since it was accepted; null: not known. last_failure: of the last run that failed; null: none did.
 */
export type EndedRun = { attempts: number; losses: number; ms: number | null; last_failure: ServiceFailure | null };

/** `event`: what was accepted, such as METADATA_SUBMITTED, `done ocr`, `accepted ocr`, `timer ocr_deadline`. from, to: statuses. */
export type JournalEntry = {
  at: number;
  event: string;
  from: string | null;
  to: string;
  revision: number;
  by: Author;
  request_id: string | null;
  failure: Failure | null;
  /** null: no run ended with it, or nothing is known of the run. */
  run: EndedRun | null;
};

export interface Journal {
  /** By seq, rising, after `after`. */
  list(
    scope: Scope,
    resource_id: string,
    page: { after: number | null; limit: number },
  ): Promise<(JournalEntry & { seq: number })[]>;
}
