/** What a comparison of the facts with themselves, the index and the store reads of them, and how what follows from an instance is rewritten. */
import type { FactRow } from '../../contract/step-kinds.ts';
import type { Instance } from '../../machines/interpreter.ts';
import type { ResourceColumns, ResourceRow } from './resources.ts';
import type { Scope } from './scope.ts';

/** With the columns that nobody else reads. title: what lists sort by. */
export type CheckedRow = Omit<ResourceRow, 'retry_step'> & {
  retry_step: string | null;
  failure_step: string | null;
  failure_code: string | null;
  failure_at: number | null;
  title: string;
};
/**
 * A picture by its rows, each as far as it is there. unreadable: why one that is there can't be read. next_due_at, has_jobs: what the sweep
 * goes by. tags: what lists filter by. is_cleared: a look for what late
 * writers left of it is planned.
 */
export type CheckedPicture = {
  resource_id: string;
  org_id: string;
  instance: Instance | null;
  row: CheckedRow | null;
  unreadable: { instance: string | null; row: string | null };
  next_due_at: number | null;
  has_jobs: boolean;
  has_metadata: boolean;
  is_cleared: boolean;
  tags: string[];
};
/** What is written in place of what was there. `columns`: of the row, those that follow from the instance. */
export type Rewrite = {
  columns?: Partial<ResourceColumns>;
  title?: string;
  tags?: string[];
  next_due_at?: number | null;
  has_jobs?: boolean;
};

/** `scope`: null is all organisations. */
export interface Verification {
  /** By id, after `after` and up to `to`; null: no end. Those of which there is an instance or a row. */
  page(scope: Scope | null, range: { after: string | null; to: string | null; limit: number }): Promise<CheckedPicture[]>;
  /** In the order of their ids; those of which there is nothing are left out. At most 200 ids. */
  some(ids: string[]): Promise<CheckedPicture[]>;
  /** Which of these rows are there. At most 200 ids. */
  present(row: FactRow, ids: string[]): Promise<Set<string>>;
  count(scope: Scope | null): Promise<number>;
  /** The organisation after this one, by id, that is known or has pictures. */
  organisationAfter(org_id: string | null): Promise<string | null>;
  knowsOrganisation(org_id: string): Promise<boolean>;
  /** By compare-and-swap on the `seq` of the instance: false, and nothing was written, if it has moved on. */
  rewrite(of: { resource_id: string; org_id: string; seq: number }, rewrite: Rewrite): Promise<boolean>;
}
