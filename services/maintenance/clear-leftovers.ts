/**
 * Looks again at the bytes of a picture after they were removed, or after a run of it was given up. A run that nobody wants any more may
 * hang in a write and end it hours later; it can't be asked, and its process may be another. So the place is looked at more than once:
 * after the longest that a run may take, and twice later. What is left of a picture then is a tombstone, which is kept for a while.
 */
import type { Logger } from 'pino';
import { incomingPrefix, ownPrefix } from '../../contract/object-keys.ts';
import type { Clock } from '../../runtime/async/clock.ts';
import type { Facts, FactWrite } from '../../runtime/ports/facts.ts';
import type { Objects } from '../../runtime/ports/objects.ts';
import type { ResourceRow } from '../../runtime/ports/resources.ts';
import type { SearchIndex } from '../../runtime/ports/search-index.ts';
import type { Cleanup } from '../../runtime/ports/service-state.ts';

type ResourceIds = { resource_id: string; org_id: string };
const MINUTE_MS = 60_000;
/** After the event, and after the look before: above the limit of a run (4 minutes), a frozen machine, a store that queues for a day. */
const ROUNDS_MS = [10 * MINUTE_MS, 60 * MINUTE_MS, 24 * 60 * MINUTE_MS] as const;
/** The rows of a picture that is gone, and its tombstone in the index: a client that comes back after a season learns what became of it. */
const TOMBSTONE_MS = 90 * 24 * 60 * MINUTE_MS;
const TOMBSTONE = ROUNDS_MS.length;
/** While it is open what becomes of the picture: it waits for its upload, or is in the trash without a known copy. */
const OPEN_MS = 24 * 60 * MINUTE_MS;
/** How long a look is left to the one who has claimed it. */
const CLAIM_MS = 5 * MINUTE_MS;
/** Objects of one picture that are listed: the copies and previews of many runs. */
const MAX_OBJECTS = 5_000;

/** What a commit brings when runs are left behind. `at`: wall time. */
export const firstCleanup = ({ resource_id, org_id }: ResourceIds, at: number): FactWrite => ({
  into: 'cleanups',
  row: { resource_id, org_id, at: at + ROUNDS_MS[0] },
});

type Parts = {
  facts: Pick<Facts, 'cleanups' | 'resources' | 'retention' | 'index_targets'>;
  objects: Objects;
  index: Pick<SearchIndex, 'forget'>;
  clock: Pick<Clock, 'now'>;
  log: Logger;
};

/** Those that are due, at most `limit`. Removing twice removes once. Returns how many it looked at. */
export async function clearLeftovers(parts: Parts, limit: number): Promise<number> {
  const { facts, clock, log } = parts;
  const now = clock.now();
  const due = await facts.cleanups.claimDue({ now, until: now + CLAIM_MS, limit });
  for (const one of due) {
    try {
      await facts.cleanups.move(one, await look(parts, one));
    } catch (error) {
      const { resource_id } = one;
      log.warn(
        { event: 'cleanup.failed', err: error, resource_id },
        'could not clean up after a deleted picture; retrying later',
      );
    }
  }
  return due.length;
}

async function look(parts: Parts, { resource_id, org_id, round }: Cleanup) {
  const { facts, objects, clock } = parts;
  const ids = { resource_id, org_id };
  const row = await facts.resources.get({ org_id }, resource_id);
  const now = clock.now();
  if (isGone(row)) {
    await objects.removePrefix(incomingPrefix(ids));
    await objects.removePrefix(ownPrefix(ids));
    if (round >= TOMBSTONE) return forget(parts, ids);
    if (round + 1 === TOMBSTONE) return { due_at: now + TOMBSTONE_MS, round: TOMBSTONE };
  } else if (row?.original_key) await removeOthers(objects, ids, row.original_key);
  else return { due_at: now + OPEN_MS, round: 0 };
  const wait_ms = ROUNDS_MS[round + 1];
  return wait_ms === undefined ? null : { due_at: now + wait_ms, round: round + 1 };
}

/** Its rows last: a death in between leaves what is looked at again. */
async function forget({ facts, index }: Parts, { resource_id, org_id }: ResourceIds): Promise<null> {
  await index.forget({ org_id }, [resource_id], await facts.index_targets.get());
  await facts.retention.tombstone({ org_id }, resource_id);
  return null;
}

/** For good: what has expired may be restored while its bytes are kept. */
export const isGone = (row: ResourceRow | null): boolean =>
  row === null || row.status === 'DELETED' || (row.status === 'EXPIRED' && row.rests && !row.allowed_events.includes('RESTORE'));

/** What is not beside the copy that counts is of a run whose result was never believed: nothing leads to it. */
async function removeOthers(objects: Objects, ids: ResourceIds, original_key: string): Promise<void> {
  const own = ownPrefix(ids);
  const found = await objects.list(own, MAX_OBJECTS);
  const runs = new Set(found.map(({ key }) => runOf(own, key)));
  runs.delete(runOf(own, original_key));
  for (const run of runs) await objects.removePrefix(`${own}${run}/`);
}
const runOf = (own: string, key: string): string => key.slice(own.length).split('/')[0] ?? '';
