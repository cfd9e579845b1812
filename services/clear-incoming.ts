/** Clears uploads away that nobody will look at: of links that were used late or twice, and of requests that died half-way. */

import { incomingPrefix } from '../contract/object-keys.ts';
import type { Objects } from '../runtime/ports.ts';
import type { Facts } from '../runtime/ports-facts.ts';

/** Uploads looked at in one round; the next round comes. */
const MOST = 1_000;

/** Removes what came before `before` (wall time), unless its picture still awaits an upload. Answers how many prefixes it cleared. */
export async function clearIncoming({ objects, facts }: { objects: Objects; facts: Facts }, before: number): Promise<number> {
  const uploads = await objects.list('incoming/', MOST);
  const old = uploads.filter(({ modified_at }) => modified_at < before);
  const prefixes = new Map(old.map(({ key }) => whoseOf(key)).map((whose) => [incomingPrefix(whose), whose]));
  let cleared = 0;
  for (const [prefix, { org_id, resource_id }] of prefixes) {
    const resource = await facts.resources.get({ org_id }, resource_id);
    const awaited = resource && resource.original_key === null && AWAITS.has(resource.status);
    if (awaited) continue;
    await objects.removePrefix(prefix);
    cleared += 1;
  }
  return cleared;
}
/** Where an upload may yet be looked at: by the deadline, after RESTORE, or after RETRY. */
const AWAITS = new Set(['AWAITING_UPLOAD', 'INDEX_FAILED', 'TRASHED', 'EXPIRED']);

function whoseOf(key: string): { org_id: string; resource_id: string } {
  const [, org_id = '', resource_id = ''] = key.split('/');
  return { org_id, resource_id };
}
