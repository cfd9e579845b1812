/** What the search thread is asked, and what it returns: plain values that cross between threads. */
import type {
  EntryContent,
  EntryHead,
  IndexEntry,
  IndexFilters,
  IndexPage,
  IndexQuery,
  PutResult,
} from '../../runtime/ports/search-index.ts';
import type { Sought, Weighed } from '../../text/sought.ts';

export type Write =
  | { write: 'put'; entry: IndexEntry }
  | { write: 'remove'; org_id: string; resource_id: string; revision: number };
/** Why something failed. `code`: of the operating system, such as ENOSPC; null: it is of no disk. unseen: written, and not found. */
export type Fault = { message: string; code: string | null; unseen?: true };
/** An item that failed says why, and leaves the others of its batch alone. */
export type Written = PutResult | ({ put: 'failed' } & Fault);

export type Question =
  | { ask: 'write'; writes: Write[] }
  | { ask: 'search'; org_id: string; query: IndexQuery }
  | { ask: 'candidates'; org_id: string; filters: IndexFilters; weighed: Weighed[]; limit: number }
  | { ask: 'counts'; org_id: string; filters: IndexFilters; sought: Sought[] }
  | { ask: 'heads'; org_id: string; ids: string[] }
  | { ask: 'contents'; org_id: string; ids: string[] }
  | { ask: 'scan'; after: string | null; limit: number }
  | { ask: 'forget'; org_id: string; ids: string[] }
  | { ask: 'count' }
  | { ask: 'identity' }
  | { ask: 'outdated' }
  | { ask: 'ping' }
  | { ask: 'close' };

export type Answers = {
  write: Written[];
  search: IndexPage;
  candidates: IndexPage['hits'];
  counts: { total: number; counts: number[] };
  heads: EntryHead[];
  contents: EntryContent[];
  scan: EntryHead[];
  forget: null;
  count: number;
  identity: string;
  outdated: boolean;
  ping: null;
  close: null;
};

/** The thread's settings, given when it starts. model: whose vectors are compared; null: none are. */
export type ThreadOptions = { path: string; model: string | null };

export type WorkerRequest = { id: number; question: Question };
/** ready: each time the file was opened. `made_anew`: it was not there, or held another format; the index is empty until it is filled from the facts. */
export type WorkerReply =
  | { kind: 'ready'; made_anew: boolean }
  | { kind: 'answer'; id: number; answer: Answers[keyof Answers] }
  | ({ kind: 'error'; id: number } & Fault);
