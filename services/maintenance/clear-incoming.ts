/** Clears uploads away that nobody will look at: of links that were used late or twice, and of requests that died half-way. */
import { incomingPrefix } from '../../contract/object-keys.ts';
import type { Facts } from '../../runtime/ports/facts.ts';
import type { Objects } from '../../runtime/ports/objects.ts';

/** Uploads in a page, and pages in a round: the next round goes on where this one ends, so that all are looked at in turn. */
const PAGE = 1_000;
const MAX_PAGES = 10;

/**
 * Removes what came before `before` (wall time), unless its picture still awaits an upload. `after`: where the last round ended. Returns
 * how many places it cleared, and where the next round goes on: null, from the first.
 */
export async function clearIncoming(
  { objects, facts }: { objects: Objects; facts: Pick<Facts, 'resources'> },
  before: number,
  after: string | null = null,
): Promise<{ cleared: number; next: string | null }> {
  let next = after;
  let cleared = 0;
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const uploads = await objects.page('incoming/', next, PAGE);
    const old = uploads.filter(({ modified_at }) => modified_at < before);
    const prefixes = new Map(old.map(({ key }) => idsOf(key)).map((ids) => [incomingPrefix(ids), ids]));
    for (const [prefix, { org_id, resource_id }] of prefixes) {
      const resource = await facts.resources.get({ org_id }, resource_id);
      const awaited = resource && resource.original_key === null && AWAITS.has(resource.status);
      if (awaited) continue;
      await objects.removePrefix(prefix);
      cleared += 1;
    }
    next = uploads.length < PAGE ? null : (uploads.at(-1)?.key ?? null);
    if (next === null) break;
  }
  return { cleared, next };
}
/** Where an upload may yet be looked at: by the deadline, after RESTORE, or after RETRY. */
const AWAITS = new Set(['AWAITING_UPLOAD', 'INDEX_FAILED', 'TRASHED', 'EXPIRED']);

function idsOf(key: string): { org_id: string; resource_id: string } {
  const [, org_id = '', resource_id = ''] = key.split('/');
  return { org_id, resource_id };
}
