/** Which parts of a search find a picture: asked of the index one by one, as the search itself asks. */
import type { Explanation } from '../../contract/explain.ts';
import { withTimeout } from '../../runtime/async/timeout.ts';
import type { ResourceRow } from '../../runtime/ports/resources.ts';
import { parseQuery, queryParts } from '../../text/query.ts';
import type { ExplainParts } from './snapshot.ts';

/** Parts that are asked for: each is a search among one picture. */
const MAX_PARTS = 12;

type Checked = NonNullable<Explanation['query']>;

/** found is null where the index does not answer within `limit_ms`. */
export async function queryCheck(
  { index, clock, log }: Pick<ExplainParts, 'index' | 'clock' | 'log'>,
  { org_id, resource_id, searchable }: Pick<ResourceRow, 'org_id' | 'resource_id' | 'searchable'>,
  { q, limit_ms }: { q: string; limit_ms: number },
): Promise<Checked> {
  const parts = queryParts(q).slice(0, MAX_PARTS);
  const last = parts.length - 1;
  // The last word may not be typed to its end, and finds what begins with it; none before it does.
  const typed = parts.map((part, i) => (i < last || /\s$/.test(q) ? `${part} ` : part));
  const finds = async (query: string): Promise<boolean> => {
    const common = { mode: 'text', vector: null, sort: 'newest', after: null, limit: 1 } as const;
    const asked = { ...common, query: parseQuery(query), except: [], facets: [], only: [resource_id] };
    const page = await index.search({ org_id }, asked);
    return searchable && page.hits.length > 0;
  };
  try {
    const found = await withTimeout({ clock, limit_ms }, () => Promise.all(typed.map(finds)));
    return { q, found: found.every(Boolean), terms: parts.map((term, i) => ({ term, found: found[i] ?? null })) };
  } catch (err) {
    log.warn({ event: 'explain.query_failed', err, resource_id }, 'explain could not ask the index about a query');
    return { q, found: null, terms: parts.map((term) => ({ term, found: null })) };
  }
}
