import type { Failure } from '../../contract/failures.ts';
import type { Metadata } from '../../contract/metadata.ts';
import type { RemarkCode } from '../../contract/remark-codes.ts';
import type { KeptRemark } from '../../contract/remarks.ts';
import type { Phase, Status } from '../../contract/statuses.ts';
import type { StepKind } from '../../contract/step-kinds.ts';
import type { Reading } from '../../contract/steps.ts';
import type { PageSize } from '../../contract/text.ts';
import type { IdempotencyKey, Scope } from './scope.ts';

/** The row of `resources`: what readers list and filter by. Written whole with every commit of its instance. */
export type ResourceColumns = {
  resource_id: string;
  org_id: string;
  user_id: string;
  /** The key that began it; null: before keys were kept, or by the service itself. */
  key_id: string | null;
  batch_id: string | null;
  status: Status;
  phase: Phase;
  seq: number;
  revision: number;
  indexed_revision: number | null;
  has_vector: boolean;
  viewable: boolean;
  searchable: boolean;
  rests: boolean;
  described: boolean;
  allowed_events: string[];
  deadline_at: number | null;
  failure: Failure | null;
  /** The failed step that the service tries again by itself. Written only: see `toRetry`. */
  retry_step?: StepKind | null;
  filename: string;
  content_type: string;
  byte_size: number | null;
  sha256: string | null;
  original_key: string | null;
  /** How it was ordered to be read. */
  reading: Reading;
  recognition_id: string | null;
  correction_id: string | null;
  text_id: string | null;
  page_count: number | null;
  width: number | null;
  height: number | null;
  /** Name of the recogniser that read any page of its text; `file`: all of it is the text of the file; null: it was not read. */
  engine: string | null;
  /** Width and height of each page, upright as its file says; null: all are as the first, or it was inspected by an earlier version. */
  page_sizes: PageSize[] | null;
  /** How far its pages were turned to be read, as `turnsOf` has it; null: not at all, or not read yet. */
  turns: string | null;
  /** When the picture was taken, as its file says: RFC 3339 with an offset, or a date alone. What a person says of it goes before. */
  file_taken_at: string | null;
  /** Written by `withRemarks` and `withCorrections` alone. What holds of them is in the table of remarks too, for filters. */
  remarks: KeptRemark[];
  /** What no other picture of its organisation may claim while this one is under way or can be viewed; null: it claims no bytes. */
  byte_claim: string | null;
  /** It was made on purpose beside pictures with the same bytes. */
  kept: boolean;
  created_at: number;
  updated_at: number;
  /** Wall time since when it is in its status; while it is worked on and no search finds it: since it was complete. Absent: not known. */
  waits_since?: number | null;
  uploaded_at: number | null;
  indexed_at: number | null;
  /** The newest index that holds its entry; null where indexes have no names. Kept up by a rebuild too, beside the commits. */
  indexed_in: string | null;
};

/** A row as read, with the metadata that people entered. `duplicate_of`: the oldest with the same bytes that can be viewed; null: none, or itself. */
export type ResourceRow = ResourceColumns & { metadata: Metadata; duplicate_of: string | null };

/** A picture among those with the same bytes. */
export type SameBytes = { resource_id: string; sha256: string; created_at: number };

export type ResourceFilter = {
  status?: Status[];
  phase?: Phase[];
  not_phase?: Phase;
  tag?: string[];
  not_tag?: string[];
  batch_id?: string[];
  sha256?: string[];
  remark?: RemarkCode[];
  viewable?: boolean;
  searchable?: boolean;
  failure_code?: string[];
  failure_step?: string[];
  engine?: string[];
  created_from?: number;
  created_to?: number;
};

/** deadline_at: the earliest first, then those without one. */
export type ResourceSort = '-created_at' | 'title' | 'deadline_at';

/** The position after a row: its sort key and its id. A missing title sorts as ''; null: it has no deadline. */
export type ResourcePosition = { key: number | string | null; resource_id: string };

/** by_remark: pictures with a remark of the code; those that are gone only where a filter names phases or statuses. */
export type Counts = {
  total: number;
  by_phase: Partial<Record<Phase, number>>;
  by_status: Partial<Record<Status, number>>;
  by_remark: Partial<Record<RemarkCode, number>>;
};

/** A resource whose entry an index lacks, and the revision at which the index must have it. */
export type LackingEntry = { resource_id: string; org_id: string; seq: number; indexed_revision: number; has_vector: boolean };

export interface Resources {
  get(scope: Scope, resource_id: string): Promise<ResourceRow | null>;
  /** In the order of `ids`; those that are not there, or not in scope, are left out. At most 200 ids. */
  getMany(scope: Scope, ids: string[]): Promise<ResourceRow[]>;
  /** The texts that those of these are found by that searches may find, in any order. At most 200 ids. */
  searchableTexts(scope: Scope, ids: string[]): Promise<{ resource_id: string; text_id: string; phase: Phase }[]>;
  list(
    scope: Scope,
    filter: ResourceFilter,
    page: { sort: ResourceSort; after: ResourcePosition | null; limit: number },
  ): Promise<ResourceRow[]>;
  counts(scope: Scope, filter: ResourceFilter): Promise<Counts>;
  /**
   * Pictures by the month in which they were created (2026-11), the earliest first; those that are gone only where the filter names them.
   * offset_ms: how far the clocks by which months begin are before UTC.
   */
  countsByMonth(scope: Scope, filter: ResourceFilter, offset_ms: number): Promise<Record<string, number>>;
  /** Tags that begin so, whatever their case, with how many pictures that are not gone have each; the most frequent first. */
  tags(scope: Scope, of: { prefix: string; limit: number }): Promise<{ tag: string; count: number }[]>;
  /** The oldest resource with these bytes that can be viewed (so they were seen, not only announced). */
  alive(scope: Scope, sha256: string): Promise<ResourceRow | null>;
  /** The one that holds one of these claims; of several, that of the claim that is named first. */
  claimant(scope: Scope, byte_claims: string[]): Promise<ResourceRow | null>;
  /** Those with these bytes that can be viewed, the oldest first. At most 200 checksums. */
  withBytes(scope: Scope, sha256: string[], limit: number): Promise<SameBytes[]>;
  /** Ids of those whose entries an index still holds, though they were withdrawn from readers: the trash, and removals under way. */
  withdrawn(scope: Scope, limit: number): Promise<string[]>;
  byIdempotencyKey(scope: Scope, key: string): Promise<IdempotencyKey | null>;
  /** Lists, by id and in all organisations, those whose failed step the service tries again by itself. */
  toRetry(step: StepKind, after: string | null, limit: number): Promise<{ resource_id: string; org_id: string }[]>;
  /** Lists, by id and in all organisations, those that the index holds an entry of, though not the index of this name. For a rebuild. */
  lackingIn(index: string, after: string | null, limit: number): Promise<LackingEntry[]>;
  /** Records that the index of this name has the entry, unless the resource has moved on from `seq`. */
  markIn(index: string, resource_id: string, seq: number): Promise<void>;
}
