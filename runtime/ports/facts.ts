/**
 * The port to the facts: everything that must outlive a crash, in one database.
 * Times are epoch milliseconds. Every method that reads for a caller takes the `Scope` it may see.
 */
import type { Failure } from '../../contract/failures.ts';
import type { Json } from '../../contract/json.ts';
import type { Metadata } from '../../contract/metadata.ts';
import type { Author } from '../../contract/resource.ts';
import type { Phase, Status } from '../../contract/statuses.ts';
import type { StepKind } from '../../contract/steps.ts';
import type { CorrectedPage, Page } from '../../contract/text.ts';
import type { Instance } from '../../machines/interpreter.ts';
import type { Usage } from '../accounts/usage.ts';
import type { Accounts } from './accounts.ts';
import type { Instances } from './instances.ts';
import type { Chores, Cleanups, IndexTargets, IndexTargetsRow, Promised, Retention, Upkeep } from './service-state.ts';

/** Whose rows a call may touch. */
export type Scope = { org_id: string };

/** The row of `resources`: what readers list and filter by. Written whole with every commit of its instance. */
export type ResourceColumns = {
  resource_id: string;
  org_id: string;
  user_id: string;
  /** Of the key that began it; null: before keys were kept, or by the service itself. */
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
  recognition_id: string | null;
  correction_id: string | null;
  text_id: string | null;
  page_count: number | null;
  width: number | null;
  height: number | null;
  duplicate_of: string | null;
  created_at: number;
  updated_at: number;
  uploaded_at: number | null;
  indexed_at: number | null;
  /** The newest index that holds its entry; null where indexes have no names. Kept up by a rebuild too, beside the commits. */
  indexed_in: string | null;
};
/** As read: with what a person said of it. */
export type ResourceRow = ResourceColumns & { metadata: Metadata };

/** The text and metadata that one revision is found by: what embed and index read, and nothing else. */
export type SavedText = {
  title: string | null;
  description: string | null;
  tags: string[];
  taken_at: number | null;
  filename: string;
  batch_id: string | null;
  created_at: number;
  pages: { page: number; text: string }[];
};

type Owned = { resource_id: string; org_id: string; at: number };
export type Recognition = Owned & { recognition_id: string; engine: string; pages: Page[] };
export type Correction = Owned & { correction_id: string; by: Author; pages: CorrectedPage[] };
export type Text = Owned & {
  text_id: string;
  revision: number;
  recognition_id: string | null;
  correction_id: string | null;
  saved: SavedText;
};
export type Embedding = Owned & { embedding_id: string; text_id: string; model: string; vector: Float32Array };
export type IdempotencyKey = Owned & { key: string; fingerprint: string };

/** A row that a change brings with it. All but metadata are immutable: said again with the same id, they change nothing. */
export type FactWrite =
  | { into: 'metadata'; row: Owned & { metadata: Metadata } }
  | { into: 'recognitions'; row: Recognition }
  | { into: 'corrections'; row: Correction }
  | { into: 'texts'; row: Text }
  | { into: 'embeddings'; row: Embedding }
  /** Throws `AlreadyThere` when the organisation has used the key. */
  | { into: 'idempotency_keys'; row: IdempotencyKey }
  /** Plans a look for what late writers left: see Cleanups. `at`: when it is due. Planned again it is due then, from its first round on. */
  | { into: 'cleanups'; row: Owned }
  /** Removes what the resource was read, saved and embedded as before these; what a person said stays. null: those of that kind stay. */
  | { into: 'superseded'; row: Owned & { recognition_id: string | null; text_id: string; embedding_id: string } }
  /** Removes what was read and said of a resource (metadata, recognitions, corrections, texts, embeddings): the last step of a purge. */
  | { into: 'nothing'; row: Owned };

/** `event`: what was believed, such as METADATA_SUBMITTED, `done ocr`, `accepted ocr`, `timer ocr_deadline`. from, to: statuses. */
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

/** What others are told of a commit. `payload` is the `data` of the contract's envelope; null: it can't be read, and is passed over. */
export type OutboxMessage = { id: string; type: string; at: number; payload: Json };
export type PositionedMessage = OutboxMessage & { position: number; org_id: string };

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
  writes: FactWrite[];
  journal: JournalEntry;
  outbox: OutboxMessage[];
  /** What it adds to what its organisation holds, or takes away; with `quota`, it fails with OverQuota where that would be more. */
  usage?: { add: Usage; quota: Usage | null };
  /** What the change was made for: compared in the same transaction, and a change made for something else is lost. */
  expects?: { index_targets: IndexTargets | null };
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

export type ResourceFilter = {
  status?: Status[];
  phase?: Phase[];
  not_phase?: Phase;
  tag?: string[];
  batch_id?: string[];
  sha256?: string[];
  created_from?: number;
  created_to?: number;
};
export type ResourceSort = '-created_at' | 'title';
/** The place after a row: its sort key and its id. A title that is missing sorts as ''. */
export type ResourcePlace = { key: number | string; resource_id: string };
export type Counts = { total: number; by_phase: Partial<Record<Phase, number>>; by_status: Partial<Record<Status, number>> };

/** Whose entry an index lacks, and at which revision the index must have it. */
export type LackingEntry = { resource_id: string; org_id: string; seq: number; indexed_revision: number; has_vector: boolean };

export interface Resources {
  get(scope: Scope, resource_id: string): Promise<ResourceRow | null>;
  /** In the order of `ids`; those that are not there, or not in scope, are left out. At most 200 ids. */
  getMany(scope: Scope, ids: string[]): Promise<ResourceRow[]>;
  list(
    scope: Scope,
    filter: ResourceFilter,
    page: { sort: ResourceSort; after: ResourcePlace | null; limit: number },
  ): Promise<ResourceRow[]>;
  counts(scope: Scope, filter: ResourceFilter): Promise<Counts>;
  /** The oldest resource with these bytes that can be viewed (so they were seen, not only announced), other than `except`. */
  alive(scope: Scope, sha256: string, except?: string): Promise<ResourceRow | null>;
  /** Ids of those whose entries an index still holds, though they were withdrawn from readers: the trash, and removals under way. */
  withdrawn(scope: Scope, limit: number): Promise<string[]>;
  byIdempotencyKey(scope: Scope, key: string): Promise<IdempotencyKey | null>;
  /** Of all organisations, by id: those whose failed step the service tries again by itself. */
  toRetry(step: StepKind, after: string | null, limit: number): Promise<{ resource_id: string; org_id: string }[]>;
  /** Of all organisations, by id: those that the index holds an entry of, though not the index of this name. For a rebuild. */
  lackingIn(index: string, after: string | null, limit: number): Promise<LackingEntry[]>;
  /** Says that the index of this name has the entry, unless the resource has moved on from `seq`. */
  markIn(index: string, resource_id: string, seq: number): Promise<void>;
}

/** Fact rows by their ids. */
export interface Texts {
  recognition(scope: Scope, recognition_id: string): Promise<Recognition | null>;
  correction(scope: Scope, correction_id: string): Promise<Correction | null>;
  text(scope: Scope, text_id: string): Promise<Text | null>;
  /** In the order of `ids`, as far as they have `most` characters as they are stored, all together; the rest is left out. At most 200 ids. */
  texts(scope: Scope, ids: string[], most: number): Promise<Text[]>;
  /**
   * Pages of recognitions, by their places there (from 0). A recognition of more than `most` characters as it is stored is left out: its
   * pages are all looked through for one. At most 200 ids.
   */
  recognisedPages(
    scope: Scope,
    of: { recognition_id: string; places: number[] }[],
    most: number,
  ): Promise<{ recognition_id: string; pages: Page[] }[]>;
  embedding(scope: Scope, embedding_id: string): Promise<Embedding | null>;
  /** What a revision is found by: the text saved last at or before it. */
  textOf(scope: Scope, resource_id: string, revision: number): Promise<Text | null>;
  /** The vector made last of a saved text. */
  embeddingOf(scope: Scope, text_id: string): Promise<Embedding | null>;
}

export interface Journal {
  /** By seq, rising, after `after`. */
  list(
    scope: Scope,
    resource_id: string,
    page: { after: number | null; limit: number },
  ): Promise<(JournalEntry & { seq: number })[]>;
}

export interface Outbox {
  /** A message of the service itself, which is of no commit; it gets its position like any other. */
  append(org_id: string, message: OutboxMessage): Promise<void>;
  /**
   * Numbers committed messages that have no position yet, in one order for all readers; returns those it numbered. One relay at a time:
   * while another process is at it this one does not wait, calls `busy` and numbers none.
   */
  relay(limit: number, busy?: () => void): Promise<PositionedMessage[]>;
  /** After a position, in order. */
  after(scope: Scope, position: number, limit: number): Promise<PositionedMessage[]>;
  /** After a position, in order, of all organisations: for those who tell others. */
  afterAll(position: number, limit: number): Promise<PositionedMessage[]>;
  /** Positions: up to which messages were removed, and which was given out last. 0: none. */
  bounds(): Promise<{ removed: number; last: number }>;
  /** Removes messages that have a position and are older than `before` (wall time), at most `limit`. Answers how many. */
  prune(before: number, limit: number): Promise<number>;
}

/**
 * A provider's signed result, as it came. `reads`: the ids of the facts that its run read, as JSON: a stored answer belongs to a step
 * and what it read, so that it outlives the task that asked.
 */
export type Callback = {
  webhook_id: string;
  org_id: string;
  resource_id: string;
  task_id: string;
  kind: StepKind;
  reads: string;
  received_at: number;
  /** JSON, as it came: it is read where it is wanted, away from the event loop if it is long. */
  body: string;
};
export interface Callbacks {
  /** Durable when it resolves. False: this message to this task of this resource is known. */
  keep(callback: Callback): Promise<boolean>;
  /** The newest for a step and what it read. */
  find(scope: Scope, want: { resource_id: string; kind: StepKind; reads: string }): Promise<Callback | null>;
}

/** What organisations hold, kept by commits: a look at it costs the same however much it is. */
export interface UsageRows {
  get(scope: Scope): Promise<Usage>;
}

export interface Facts {
  readonly instances: Instances;
  readonly resources: Resources;
  readonly texts: Texts;
  readonly journal: Journal;
  readonly outbox: Outbox;
  readonly accounts: Accounts;
  readonly upkeep: Upkeep;
  readonly usage: UsageRows;
  readonly callbacks: Callbacks;
  readonly index_targets: IndexTargetsRow;
  readonly chores: Chores;
  readonly cleanups: Cleanups;
  readonly retention: Retention;
  readonly promised: Promised;
  /**
   * Each change with its own compare-and-swap on `seq`, all in one transaction, answered in the order given. At most one change an
   * instance, and at most 100. When the batch fails as a whole, each change is tried in a transaction of its own, so that one bad
   * change fails alone.
   */
  commit(changes: Change[]): Promise<Committed[]>;
  /** Throws when the database does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
