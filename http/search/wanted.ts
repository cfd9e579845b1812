/** What a page of a search is asked for, and how far it has come. */
import type { SearchRequest } from '../../contract/search.ts';
import type { Tier } from '../../contract/tiers.ts';
import type { ResourceRow } from '../../runtime/ports/resources.ts';
import type { IndexQuery } from '../../runtime/ports/search-index.ts';
import type { Near } from '../../runtime/search/lower-tiers.ts';
import type { QueryTerm } from '../../text/query.ts';
import type { SearchPosition } from './search-cursor.ts';

export type Ranked = Omit<IndexQuery, 'after' | 'except' | 'only' | 'limit'>;
/** marks: what stands in it of what was typed; null: all as it was typed. */
export type Found = { row: ResourceRow; match: Tier; marks: QueryTerm[] | null };
/** lowest: the lowest tier that is listed. near: the vector of the query and what is near to it, if they are needed. all: pictures with the same bytes, each. by_phase: they are counted by phase too. */
export type Wanted = {
  ranked: Ranked;
  lowest: Tier;
  near: () => Promise<Near | null>;
  position: SearchPosition | null;
  limit: number;
  phase: SearchRequest['phase'];
  all: boolean;
  by_phase: boolean;
};
/** How far a page has come. dropped: hits that the facts did not confirm, and duplicates. */
export type Progress = {
  found: Found[];
  dropped: number;
  marks: Set<string>;
  by_newest: boolean;
  after: SearchPosition['after'];
};
