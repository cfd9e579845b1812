/** Candidates of the tiers below `exact`, and how many entries have each part of a query. */
import type { IndexFilters, IndexPage } from '../../runtime/ports/search-index.ts';
import type { Sought, Weighed } from '../../text/sought.ts';
import type { Sqlite } from '../sqlite/database.ts';
import type { Columns } from './columns.ts';
import { needsMatch, ofFilters, withSought } from './match.ts';
import { countOf, entriesOf, hasTimes, hitsOf, idsOf, type Scoped, wholeOf } from './select.ts';
import { knownIn, type Vocabulary } from './vocabulary.ts';

type Parts = { db: Sqlite; columns: Columns; vocabulary: Vocabulary };

export function candidateFinder({ db, columns, vocabulary }: Parts) {
  const words = { like: (word: string, within: boolean) => vocabulary.like(word, within), known: knownIn(db, vocabulary) };
  const scoped = (org_id: string, filters: IndexFilters): Scoped => ({
    org_id,
    query: filters,
    except: entriesOf(db, org_id, filters.except),
    only: filters.only ? entriesOf(db, org_id, filters.only) : null,
  });
  /** Null where the file has no word like what is sought. */
  function matchOf(org_id: string, filters: IndexFilters, sought: Sought): string | null {
    return withSought(columns.holdsOnly(org_id) ? null : org_id, filters, { sought, words });
  }
  /** All that the filters let through; what an organisation has is known. */
  function totalOf(org_id: string, filters: IndexFilters, world: Scoped): number {
    if (needsMatch({ ...filters, query: { ...filters.query, all: [] } }))
      return countOf(db, wholeOf(world, ofFilters(org_id, filters)));
    const is_filtered = hasTimes(filters) || world.except.length > 0 || world.only !== null;
    return is_filtered ? countOf(db, wholeOf(world, null)) : columns.count(org_id);
  }
  return {
    candidates(org_id: string, filters: IndexFilters, weighed: Weighed[], limit: number): IndexPage['hits'] {
      const world = scoped(org_id, filters);
      const weights = new Map<number, number>();
      for (const { sought, weight } of weighed) {
        const match = matchOf(org_id, filters, sought);
        if (match === null) continue;
        for (const id of idsOf(db, wholeOf(world, match))) weights.set(id, (weights.get(id) ?? 0) + weight);
      }
      return hitsOf(db, org_id, heaviest(columns, weights, limit));
    },
    counts(org_id: string, filters: IndexFilters, sought: Sought[]): { total: number; counts: number[] } {
      const world = scoped(org_id, filters);
      const count = (match: string | null) => (match === null ? 0 : countOf(db, wholeOf(world, match)));
      return { total: totalOf(org_id, filters, world), counts: sought.map((one) => count(matchOf(org_id, filters, one))) };
    },
  };
}

/** By weight, of equal ones the newest first. */
export function heaviest(columns: Columns, weights: ReadonlyMap<number, number>, limit: number): { id: number; score: number }[] {
  const groups = new Map<number, number[]>();
  for (const [id, weight] of weights) (groups.get(weight) ?? groups.set(weight, []).get(weight))?.push(id);
  const found: { id: number; score: number }[] = [];
  for (const [score, ids] of [...groups].sort(([a], [b]) => b - a)) {
    if (found.length >= limit) break;
    found.push(...columns.newest(Int32Array.from(ids), null, limit - found.length).map((id) => ({ id, score })));
  }
  return found;
}
