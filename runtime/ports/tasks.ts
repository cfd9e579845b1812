/** The ports to everything that is not the facts (those are in ports-facts.ts): each small, with its contract in its comment. */
import type { Readable } from 'node:stream';
import type { ServiceFailure } from '../../contract/failures.ts';
import type { Json } from '../../contract/json.ts';
import type { Facet, SearchMode } from '../../contract/search.ts';
import type { StepKind } from '../../contract/steps.ts';
import type { TaskStatus } from '../../contract/task.ts';
import type { Word } from '../../contract/text.ts';
import type { Instance } from '../../machines/interpreter.ts';
import type { ParsedQuery } from '../../text/query.ts';
import type { SavedText, Scope } from './facts.ts';
import type { IndexTargets } from './service-state.ts';

/** One run of one step. `task_id` is the token of the job; `instance` is of the task machine. */
export type TaskRecord = {
  task_id: string;
  resource_id: string;
  org_id: string;
  user_id: string;
  /** Of the key that began the picture. */
  key_id?: string | null;
  job_id: string;
  kind: StepKind;
  input: Json;
  status: TaskStatus;
  instance: Instance;
  /** The `n` it was last rung with: its `seq` when it last became pending. */
  ring: number;
  next_due_at: number | null;
  created_at: number;
  updated_at: number;
};

/** Transient records of tasks. Losing all of them loses no fact. */
export interface Tasks {
  /** False if there is one with this id: sweep and dispatch can't make two. */
  create(task: TaskRecord): Promise<boolean>;
  get(task_id: string): Promise<TaskRecord | null>;
  /** With its next timer in one write, if its `seq` is still `expected_seq`; else false. */
  replace(task: TaskRecord, expected_seq: number): Promise<boolean>;
  remove(task_id: string): Promise<void>;
  /**
   * Those whose next timer is due at `now`, at most `limit`; none is handed out again before `until`. Of these versions of the task
   * machine only: others are left to processes of theirs.
   */
  claimDue(want: { now: number; until: number; limit: number; versions: readonly string[] }): Promise<TaskRecord[]>;
  list(want: { kind?: StepKind; status?: TaskStatus; limit: number }): Promise<TaskRecord[]>;
  /**
   * What this store was begun with; null if it is new, was restarted or restored since, or failed to answer a call of this process:
   * then something may be lost. Different from the facts' epoch, then every task is looked at, and made again if it is gone.
   */
  epoch(): Promise<string | null>;
  setEpoch(epoch: string): Promise<void>;
  close(): Promise<void>;
}

/** again: it was given to a worker before, whose hold on it has run out: nobody that lives is at work on it. */
export type Ring = { task_id: string; again: boolean };

/** Whose work a task is: who waits takes turns by organisation, and then by key, or by user where the key is not known. */
export type TaskOwner = { org_id: string; user_id: string; key_id?: string | null };

/** A doorbell: it says that a task waits, at least once. The task's record says what is true. */
export interface Queue {
  /**
   * `n` differs at each entry of a task into `pending`; the same pair rung twice may ring once, unless it was handled in between.
   * `owner`: by whom a queue may give turns, so that one who sends much delays mostly himself.
   */
  push(kind: StepKind, task_id: string, n: number, owner: TaskOwner): Promise<void>;
  /** Calls `handle` for each ring, at most `concurrency` at a time. `handle` never throws. */
  consume(kind: StepKind, concurrency: number, handle: (ring: Ring) => Promise<void>): void;
  /** From now on this process handles at most so many rings of the kind at a time; 0: none is taken until it is allowed. Other processes go on. */
  allow(kind: StepKind, most: number): void;
  /** Into the retry queue: it rings after `delay_ms`, for `consumeRetries`. `n` differs at each entry of a task into `retrying`. */
  retryLater(task_id: string, n: number, delay_ms: number): Promise<void>;
  /** Calls `handle` for each task whose time in the retry queue is over. `handle` never throws. */
  consumeRetries(handle: (task_id: string) => Promise<void>): void;
  /** True while the task waits here or is being handled by a living worker. */
  knows(kind: StepKind, task_id: string, n: number): Promise<boolean>;
  depth(kind: StepKind): Promise<{ waiting: number; running: number }>;
  pause(kind: StepKind): Promise<void>;
  resume(kind: StepKind): Promise<void>;
  /** No new ring is answered; resolves when those being handled have ended, or after `grace_ms`. */
  stop(grace_ms: number): Promise<void>;
}

/** Tells all processes that the outbox has grown. Best effort: who listens looks by itself from time to time. */
export interface Announcements {
  publish(): Promise<void>;
  /** Resolves once what is published from now on is heard. */
  listen(heard: () => void): Promise<void>;
  close(): Promise<void>;
}

/** Of everything that may be away: false while it is known to be, so that no deadline begins for work that can't be done. */
export interface Reachable {
  /** Absent: it is always there. */
  reachable?(): boolean;
}

export type ObjectHead = { key: string; byte_size: number; modified_at: number };
/** sha256: lower-case hexadecimal, of exactly the bytes stored. */
export type StoredObject = ObjectHead & { sha256: string };
export type UploadLink = {
  method: 'PUT' | 'POST';
  url: string;
  headers: Record<string, string>;
  fields?: Record<string, string>;
  expires_at: number;
};
export class TooManyBytes extends Error {}

/** Where the bytes are. Keys have no `..`; reading what is not there answers null. */
export interface Objects extends Reachable {
  /**
   * A link that lets its holder upload exactly `key`, of at most `max_bytes` and this type, until `expires_at` (wall time).
   * `byte_size`: what was announced; a store that can't bound what comes takes nothing of another size then.
   */
  presignUpload(want: {
    key: string;
    max_bytes: number;
    byte_size?: number | null;
    content_type: string;
    expires_at: number;
    /** The API key that it is given out to: a store whose links lead to the service ends them with it; others can't. */
    granted_to?: string | undefined;
  }): Promise<UploadLink>;
  /** A link to read `key` until `expires_at` (wall time), served with this type and name. */
  presignRead(want: {
    key: string;
    expires_at: number;
    content_type: string;
    filename: string;
    granted_to?: string | undefined;
  }): Promise<string>;
  /** Durable when it resolves, and never seen half-written. More than `max_bytes`: throws TooManyBytes, and nothing is kept. */
  put(key: string, body: AsyncIterable<Uint8Array>, max_bytes: number): Promise<StoredObject>;
  /**
   * Runs `work`, an upload of at most so many bytes. Throws STORAGE_FULL, and runs nothing, when that would leave less room than is kept
   * for what is in already. Absent: the store itself says when it is full.
   */
  withRoom?<Value>(byte_size: number, work: () => Promise<Value>): Promise<Value>;
  head(key: string): Promise<ObjectHead | null>;
  read(key: string, range?: { start: number; end: number }): Promise<Readable | null>;
  /** A copy under `to` that no later write to `from` changes. Run again with `to` there: keeps what is there. null: nothing at either. */
  freeze(from: string, to: string): Promise<ObjectHead | null>;
  /** Those below a prefix whose keys come after `after`, by key, at most `limit`. */
  page(prefix: string, after: string | null, limit: number): Promise<ObjectHead[]>;
  /** Newest first. */
  list(prefix: string, limit: number): Promise<ObjectHead[]>;
  /** Removes all below a prefix that ends in `/`. */
  removePrefix(prefix: string): Promise<void>;
  close(): Promise<void>;
}

/** All that a search finds a picture by. `vector`: unit length, or null while there is none. */
export type IndexEntry = { resource_id: string; org_id: string; revision: number; saved: SavedText; vector: Float32Array | null };
export type PutAnswer = { put: 'seen' } | { put: 'ahead'; found: number };
/** As a search sees it now. */
export type EntryHead = { resource_id: string; org_id: string; revision: number; deleted: boolean; has_vector: boolean };

export type IndexQuery = {
  query: ParsedQuery;
  mode: SearchMode;
  /** Of the query; null in text mode, and for an empty query. */
  vector: Float32Array | null;
  tag?: string[];
  batch_id?: string[];
  taken_from?: number;
  taken_to?: number;
  sort: 'relevance' | 'newest';
  /** Of `newest` only: what comes after this place. null: from the first. */
  after: IndexPlace | null;
  /** Ids that are neither found nor counted, though the index may hold them: what was withdrawn from readers. At most 1,000. */
  except: string[];
  facets: Facet[];
  limit: number;
};
/** Where an entry stands among the newest; the same at every revision. */
export type IndexPlace = { created_at: number; resource_id: string };
export type IndexPage = {
  /** Those of one ranking that come first: a longer page begins with the shorter one. */
  hits: { resource_id: string; revision: number; created_at: number; score: number }[];
  total: number;
  total_is_exact: boolean;
  facets: Partial<Record<Facet, { value: string; count: number }[]>>;
};

/** The search view: a copy of what the facts say, that can be rebuilt from them. */
export interface SearchIndex extends Reachable {
  /**
   * Writes an entry at its revision and answers once a search returns it at that revision. An equal revision overwrites; an older
   * one is refused: `ahead`, with the revision found. Throws if the write can't be seen. `into`: the
   * names of all indexes it is written to; without, it is the one that searches read.
   */
  put(entry: IndexEntry, into?: IndexTargets | null): Promise<PutAnswer>;
  /** A tombstone at max(revision, found) + 1, which refuses every older put: removal wins. Also for ids it never saw. */
  remove(scope: Scope, resource_id: string, revision: number, into?: IndexTargets | null): Promise<void>;
  /** Forgets that entries were removed, of which no late put can come any more; those that are not removed stay. At most 200 ids. */
  forget(scope: Scope, ids: string[], into?: IndexTargets | null): Promise<void>;
  search(scope: Scope, query: IndexQuery): Promise<IndexPage>;
  /** At most 200 ids; those it does not hold are left out. */
  heads(scope: Scope, ids: string[]): Promise<EntryHead[]>;
  /** All entries, tombstones too, by resource_id. */
  scan(after: string | null, limit: number): Promise<EntryHead[]>;
  /** How many entries there are, of all organisations, tombstones aside. */
  count(): Promise<number>;
  /**
   * Which index searches read: another name each time it is made anew, or another is put in its place. An index that is gone is made
   * first, empty.
   */
  identity(): Promise<string>;
  /** Called from now on each time this process has made the index anew: it is empty then. */
  onMadeAnew(then: () => void): void;
  ping(): Promise<void>;
  close(): Promise<void>;
  /** Null where the index can't be made again beside itself. */
  readonly generations: IndexGenerations | null;
}

/** Indexes of different names behind the one that searches read, so that one can be built while another serves. */
export interface IndexGenerations {
  /** An empty index of this name; one that is there stays as it is. */
  create(name: string): Promise<void>;
  /** Entries into the index of this name alone, those that are older than what it holds are left out. Searchable when it resolves. */
  fill(name: string, entries: IndexEntry[]): Promise<void>;
  /** From now on searches read this one, and no other. */
  promote(name: string): Promise<void>;
  drop(name: string): Promise<void>;
  /** The one that searches read now; null if there is none. */
  served(): Promise<string | null>;
  /** True if its tokens are of another analyser than ours: then it finds wrongly until it is built again. */
  outdated(name: string): Promise<boolean>;
}

/** An upright picture, decoded once by us: PNG bytes with these pixels. */
export type PictureToRead = { png: Uint8Array; page: number; width: number; height: number };
export type PageRead = { text: string; confidence: number; words: Word[] };

/** What became of work that a provider took. `unknown`: it never heard of it. */
export type Asked =
  | { status: 'done'; output: Json }
  | { status: 'working' }
  | { status: 'failed'; failure: ServiceFailure }
  | { status: 'unknown' };

/** What a provider calls the work that it has taken. */
export type Ticket = { provider_job_id: string };
/** Of which run of which work something is; see work-id.ts. */
export type WorkIdentity = { resource_id: string; task_id: string; work_id: string };
/** What became of pictures that a remote engine took, before it is the output of a step. */
export type RecogniserAsked = { status: 'done'; pages: (PageRead & { page: number })[] } | Exclude<Asked, { status: 'done' }>;

/** An engine that takes work, is asked about it, and may call back. All throw ServiceError: PROVIDER_UNAVAILABLE while it is away. */
export interface RemoteRecogniser {
  /**
   * Idempotent by `work_id`: work that is under way or done is found again, and `pages` is not called; work that failed begins anew.
   * `languages`: of the text, as far as somebody said (BCP 47). `order`: goes into the address to call back.
   */
  submit(
    work: WorkIdentity & { org_id: string; order: number; languages: string[]; pages(): Promise<PictureToRead[]> },
    signal: AbortSignal,
  ): Promise<Ticket>;
  /** By its ticket, or without one by its work. Throws PROVIDER_BAD_RESULT for an answer that names other work. */
  ask(of: WorkIdentity & { provider_job_id: string | null }, signal: AbortSignal): Promise<RecogniserAsked>;
  /** What the body of a callback (JSON) says, and of which work by its own words. Throws PROVIDER_BAD_RESULT for what is not of the protocol. */
  read(body: string): Promise<Ticket & { names: Partial<WorkIdentity>; asked: RecogniserAsked }>;
}

/** Reads words off one picture. A hard time limit of its own; one bad picture can't hurt the next. Throws ServiceError. */
export interface Recogniser extends Reachable {
  readonly engine: string;
  /** Present where the engine works apart from this process; then work is given to it, and `recognise` is not called. */
  readonly remote?: RemoteRecogniser;
  recognise(picture: PictureToRead, signal: AbortSignal): Promise<PageRead>;
  /** Ready to read; rejects when it can't be (say, no language data). */
  ready(): Promise<void>;
  close(): Promise<void>;
}

/** Turns text into unit vectors of a fixed dimension, one for each text, in order. Throws ServiceError. */
export interface Embedder extends Reachable {
  readonly model: string;
  readonly dimension: number;
  embed(texts: string[], signal: AbortSignal): Promise<Float32Array[]>;
}
