import type { Failure } from '../../contract/failures.ts';
import type { Author } from '../../contract/resource.ts';
import type { Scope } from './scope.ts';

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
};

export interface Journal {
  /** By seq, rising, after `after`. */
  list(
    scope: Scope,
    resource_id: string,
    page: { after: number | null; limit: number },
  ): Promise<(JournalEntry & { seq: number })[]>;
}
