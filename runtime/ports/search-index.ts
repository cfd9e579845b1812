import type { Facet, SearchMode } from '../../contract/search.ts';
import type { ParsedQuery } from '../../text/query.ts';
import type { Sought, Weighed } from '../../text/sought.ts';
import type { Available } from './reachable.ts';
import type { Scope } from './scope.ts';
import type { IndexTargets } from './service-state.ts';
import type { SavedText, Vectors } from './texts.ts';

/** All that a search finds a picture by. `vectors`: null while there are none; those of another model than the index is opened for are kept, and compared with nothing. */
export type IndexEntry = { resource_id: string; org_id: string; revision: number; saved: SavedText; vectors: Vectors | null };

export type PutResult = { put: 'seen' } | { put: 'ahead'; found: number };

/** An entry as searches see it now. */
export type EntryHead = { resource_id: string; org_id: string; revision: number; deleted: boolean; has_vector: boolean };
/** content: see runtime/content-hash.ts; null: of a tombstone, or written by an earlier version, which kept none. */
export type EntryContent = EntryHead & { content: string | null };

/** The index knows no phases: the facts do. */
export type IndexFacet = Exclude<Facet, 'phase'>;

export type IndexQuery = {
  query: ParsedQuery;
  /** By words, or by the nearest vectors. */
  mode: Exclude<SearchMode, 'hybrid'>;
  /** The vector of the query, by the model that the index is opened for; null in text mode, and for an empty query. */
  vector: Float32Array | null;
  /** By vector: the least cosine of a hit; absent: the nearest, however far they are. */
  least?: number;
  tag?: string[];
  batch_id?: string[];
  taken_from?: number;
  taken_to?: number;
  /** At this time or later, and before that one. */
  created_from?: number;
  created_to?: number;
  sort: 'relevance' | 'newest';
  /** For `newest` only: hits after this position. null: from the first. */
  after: IndexPosition | null;
  /** Ids that are neither found nor counted, though the index may hold them: what was withdrawn from readers. At most 1,000. */
  except: string[];
  /** Ids of which alone some may be found; absent: all. At most 200. */
  only?: string[];
  facets: IndexFacet[];
  limit: number;
};

/** What of a query narrows what may be found, whatever is looked for: not its words. */
export type IndexFilters = Omit<IndexQuery, 'mode' | 'vector' | 'sort' | 'after' | 'facets' | 'limit'>;

/** Where an entry stands among the newest; the same at every revision. */
export type IndexPosition = { created_at: number; resource_id: string };

export type IndexPage = {
  /**
   * Those of one ranking that come first: a longer page begins with the shorter one. By relevance: `score` is CLASS, a sum of what is
   * said of a hit, and of equal ones the newest come first; by vector it is the cosine of the nearest passage.
   */
  hits: { resource_id: string; revision: number; created_at: number; score: number }[];
  total: number;
  total_is_exact: boolean;
  facets: Partial<Record<IndexFacet, { value: string; count: number }[]>>;
};

/**
 * What is said of a hit by words: they stand as typed to the letter, several of them one after the other in any of their forms, all of them
 * are in the title, the description, the tags or the file name, or one of them is.
 */
export const CLASS = { as_typed: 8, together: 4, all_named: 2, one_named: 1 } as const;

/** The search index: a copy of the facts that can be rebuilt from them. */
export interface SearchIndex extends Available {
  /**
   * Writes an entry at its revision and resolves once a search returns it at that revision. An equal revision overwrites; an older
   * one is refused: `ahead`, with the revision found. Throws if the write can't be seen. `into`: the
   * names of all indexes it is written to; without, it is the one that searches read.
   */
  put(entry: IndexEntry, into?: IndexTargets | null): Promise<PutResult>;
  /** A tombstone at max(revision, found) + 1, which refuses every older put: removal wins. Also for ids it never saw. */
  remove(scope: Scope, resource_id: string, revision: number, into?: IndexTargets | null): Promise<void>;
  /** Forgets that entries were removed, of which no late put can come any more; those that are not removed stay. At most 200 ids. */
  forget(scope: Scope, ids: string[], into?: IndexTargets | null): Promise<void>;
  search(scope: Scope, query: IndexQuery): Promise<IndexPage>;
  /**
   * What may be found though it has not all that was typed: what each entry has of these, its weights summed up as `score`; the heaviest
   * first, of equal ones the newest. It may be more than what is sought, and never less but for words that are like another.
   */
  candidates(scope: Scope, filters: IndexFilters, weighed: Weighed[], limit: number): Promise<IndexPage['hits']>;
  /** How many entries have each of these, and how many the filters let through in all. */
  counts(scope: Scope, filters: IndexFilters, sought: Sought[]): Promise<{ total: number; counts: number[] }>;
  /** At most 200 ids; those it does not hold are left out. */
  heads(scope: Scope, ids: string[]): Promise<EntryHead[]>;
  /** The same, with what each was written with. */
  contents(scope: Scope, ids: string[]): Promise<EntryContent[]>;
  /** All entries, tombstones too, by resource_id. */
  scan(after: string | null, limit: number): Promise<EntryHead[]>;
  /** The number of entries of all organisations, without tombstones. */
  count(): Promise<number>;
  /**
   * The name of the index that searches read: it changes each time the index is created anew or replaced. A missing index is first created,
   * empty.
   */
  identity(): Promise<string>;
  /** Registers `then`, called each time this process has created the index anew, empty. */
  onMadeAnew(then: () => void): void;
  /**
   * Whether what searches read has to be made again: entries of an older analyser are found by its rules until then, and of vectors of an
   * earlier version it is not known which model made them.
   */
  outdated(): Promise<boolean>;
  ping(): Promise<void>;
  close(): Promise<void>;
  /** Null where no second index can be built beside the live one. */
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
  /** Whether the index of this name has to be built again; so has one that is not there. */
  outdated(name: string): Promise<boolean>;
}
