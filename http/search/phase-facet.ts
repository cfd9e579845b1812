/**
 * How many of what a search finds are in each phase. The index knows nothing of phases, and nearly all that is found is `ready`: so those that
 * are not, such as pictures that are being indexed again, are listed by the facts, and the index says which of them the search finds.
 */
import type { SearchAnswer } from '../../contract/search.ts';
import { PHASES, type Phase } from '../../contract/statuses.ts';
import type { IndexQuery } from '../../runtime/ports/search-index.ts';
import type { KeyRequest } from '../context.ts';

/** As many as the index takes in one question. */
const MAX_OTHERS = 200;
const OTHERS: Phase[] = PHASES.filter((phase) => phase !== 'ready' && phase !== 'gone');

export type PhaseCounts = NonNullable<SearchAnswer['facets']['phase']>;
type Searched = { ranked: Omit<IndexQuery, 'after' | 'except' | 'only' | 'limit'>; except: string[]; total: number };

/** The most frequent first. null: more than 200 pictures of the organisation are found and not `ready`, so that nothing is counted. */
export async function phaseCounts(
  { deps, caller }: KeyRequest,
  { ranked, except, total }: Searched,
): Promise<PhaseCounts | null> {
  const filter = { searchable: true, phase: OTHERS };
  const others = await deps.facts.resources.list(caller.scope, filter, {
    sort: '-created_at',
    after: null,
    limit: MAX_OTHERS + 1,
  });
  if (others.length > MAX_OTHERS) return null;
  const counts = new Map<string, number>();
  if (others.length > 0) {
    const only = others.map(({ resource_id }) => resource_id);
    const asked = { ...ranked, except, only, after: null, facets: [], limit: only.length };
    const { hits } = await deps.index.search(caller.scope, asked);
    const phases = new Map(others.map(({ resource_id, phase }) => [resource_id, phase]));
    for (const { resource_id } of hits) {
      const phase = phases.get(resource_id) ?? 'ready';
      counts.set(phase, (counts.get(phase) ?? 0) + 1);
    }
  }
  const ready = total - [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (ready > 0) counts.set('ready', ready);
  return [...counts].map(([value, count]) => ({ value, count })).sort((a, b) => b.count - a.count);
}
