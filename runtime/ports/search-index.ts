import type { Facet, SearchMode } from '../../contract/search.ts';
import type { ParsedQuery } from '../../text/query.ts';
import type { Available } from './reachable.ts';
import type { Scope } from './scope.ts';
import type { IndexTargets } from './service-state.ts';
import type { SavedText } from './texts.ts';

/** All that a search finds a picture by. `vector`: unit length, or null while there is none. */
export type IndexEntry = { resource_id: string; org_id: string; revision: number; saved: SavedText; vector: Float32Array | null };

export type PutResult = { put: 'seen' } | { put: 'ahead'; found: number };

/** An entry as searches see it now. */
export type EntryHead = { resource_id: string; org_id: string; revision: number; deleted: boolean; has_vector: boolean };
/** content: see runtime/content-hash.ts; null: of a tombstone, or written by an earlier version, which kept none. */
export type EntryContent = EntryHead & { content: string | null };

/** The index knows no phases: the facts do. */
export type IndexFacet = Exclude<Facet, 'phase'>;

export type IndexQuery = {
  query: ParsedQuery;
  mode: SearchMode;
  /** The vector of the query; null in text mode, and for an empty query. */
  vector: Float32Array | null;
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

/** Where an entry stands among the newest; the same at every revision. */
export type IndexPosition = { created_at: number; resource_id: string };

export type IndexPage = {
  /** Those of one ranking that come first: a longer page begins with the shorter one. */
  hits: { resource_id: string; revision: number; created_at: number; score: number }[];
  total: number;
  total_is_exact: boolean;
  facets: Partial<Record<IndexFacet, { value: string; count: number }[]>>;
};

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
   * Why what searches read has to be made again: entries of an older analyser are found by its rules until then, and those of another
   * embedder have vectors of another length. Null: it has not.
   */
  outdated(): Promise<'analyser' | 'embedder' | null>;
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
  /** Why the index of this name has to be built again; one that is not there is of no analyser. */
  outdated(name: string): Promise<'analyser' | 'embedder' | null>;
}
