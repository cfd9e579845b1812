/**
 * Of pictures with the same bytes a search shows one: the oldest of those that it finds. The index knows nothing of bytes, and an older
 * picture may have another title or tag that does not match: so whether the search finds it as well is asked of the index.
 */
import type { ResourceRow } from '../../runtime/ports/resources.ts';
import type { IndexPage, IndexQuery } from '../../runtime/ports/search-index.ts';
import type { KeyRequest } from '../context.ts';

/** Older pictures that are looked at for a page: as many as the index takes in one question. */
const MAX_OLDER = 200;

/** rows: of hits. hits: the page as the index ranked it. confirm: those of these ids that the search may show. */
type Wanted = {
  rows: ResourceRow[];
  hits: IndexPage['hits'];
  ranked: Omit<IndexQuery, 'after' | 'except' | 'only' | 'limit'>;
  except: string[];
  confirm: (ids: string[]) => Promise<Map<string, ResourceRow>>;
};

/** Those of the rows that an older one with the same bytes stands for. Nothing is asked where there are no duplicates. */
export async function hiddenDuplicates(call: KeyRequest, { rows, hits, confirm, ...search }: Wanted): Promise<Set<string>> {
  const later = rows.filter(({ duplicate_of, kept }) => duplicate_of !== null && !kept);
  if (later.length === 0) return new Set();
  const { deps, caller } = call;
  const sums = new Set(later.flatMap(({ sha256 }) => sha256 ?? []));
  const same = await deps.facts.resources.withBytes(caller.scope, [...sums], MAX_OLDER);
  const known = await confirm(same.map(({ resource_id }) => resource_id));
  const there = new Set(hits.map(({ resource_id }) => resource_id));
  const others = [...known.keys()].filter((id) => !there.has(id));
  for (const id of await foundAmong(call, others, search)) there.add(id);
  const shown = [...known.values()].filter(({ resource_id }) => there.has(resource_id));
  return new Set(
    later
      .filter((row) => shown.some((one) => one.sha256 === row.sha256 && isOlder(one, row)))
      .map(({ resource_id }) => resource_id),
  );
}

const isOlder = (a: ResourceRow, b: ResourceRow): boolean =>
  a.created_at < b.created_at || (a.created_at === b.created_at && a.resource_id < b.resource_id);

async function foundAmong(
  { deps, caller }: KeyRequest,
  only: string[],
  { ranked, except }: Pick<Wanted, 'ranked' | 'except'>,
): Promise<string[]> {
  if (only.length === 0) return [];
  const asked = { ...ranked, except, only, after: null, facets: [], limit: only.length };
  const { hits } = await deps.index.search(caller.scope, asked);
  return hits.map(({ resource_id }) => resource_id);
}
