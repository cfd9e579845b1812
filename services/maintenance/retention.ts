/** What is removed once it was kept long enough; docs/operations.md has all that is kept, for how long, and why. */
import type { Clock } from '../../runtime/async/clock.ts';
import { REPORT_LIMITS } from '../../runtime/health/process-report.ts';
import type { RuntimeLimits } from '../../runtime/limits.ts';
import type { Facts } from '../../runtime/ports/facts.ts';
import { inPages } from '../../runtime/recovery/periodic-jobs.ts';

const CHORE = 'retention';
/** Prefix of the names of keys that a start of the service makes for commands on its machine. */
const LOCAL_KEYS = 'local-';

type Parts = { facts: Facts; clock: Clock; limits: RuntimeLimits; owner: string };

/** By one process at a time. Returns how many rows it removed. */
export async function removeOld({ facts, clock, limits, owner }: Parts): Promise<number> {
  const now = clock.now();
  const until = now + limits.prune_time_ms * KINDS.length + limits.prune_interval_ms / 2;
  if ((await facts.chores.take(CHORE, { owner, now, until })) === 'taken') return 0;
  let removed = 0;
  for (const { batch, page } of KINDS) {
    const paced = { clock, limit: limits[batch], max_ms: limits.prune_time_ms };
    removed += await inPages(paced, (limit) => page(facts, { limits, now: clock.steady() }, limit));
  }
  return removed;
}

type Given = { limits: RuntimeLimits; now: number };
type Kind = {
  batch: 'prune_batch' | 'prune_callbacks_batch';
  page: (facts: Facts, given: Given, limit: number) => Promise<number>;
};
const KINDS: readonly Kind[] = [
  { batch: 'prune_batch', page: ({ outbox }, { limits, now }, limit) => outbox.prune(now - limits.outbox_retention_ms, limit) },
  {
    batch: 'prune_callbacks_batch',
    page: ({ retention }, { limits, now }, limit) =>
      retention.callbacks({
        superseded_before: now - limits.callback_superseded_retention_ms,
        before: now - limits.callback_retention_ms,
        limit,
      }),
  },
  {
    batch: 'prune_batch',
    page: ({ retention }, { limits, now }, limit) => retention.idempotencyKeys(now - limits.idempotency_retention_ms, limit),
  },
  {
    batch: 'prune_batch',
    page: ({ bulk_requests }, { limits, now }, limit) => bulk_requests.prune(now - limits.idempotency_retention_ms, limit),
  },
  {
    batch: 'prune_batch',
    page: ({ retention }, { limits, now }, limit) =>
      retention.revokedKeys(LOCAL_KEYS, now - limits.local_key_retention_ms, limit),
  },
  {
    batch: 'prune_batch',
    page: ({ sessions }, { limits, now }, limit) => sessions.prune(now - limits.session_retention_ms, limit),
  },
  { batch: 'prune_batch', page: ({ processes }, { now }) => processes.prune(now - REPORT_LIMITS.kept_ms) },
  { batch: 'prune_batch', page: ({ runs }, { limits, now }, limit) => runs.prune(now - limits.run_retention_ms, limit) },
];
