/**
 * The queue on plain structures of Redis, as a doorbell: an entry says which task waits, and nothing else. See queue-scripts.ts. A task
 * that is taken is leased to its process, which renews the leases of all that it holds at once; what a dead process held waits again.
 */
import type { StepKind } from '../../contract/step-kinds.ts';
import { repeated } from '../../runtime/async/repeated.ts';
import { withTimeout } from '../../runtime/async/timeout.ts';
import type { Queue } from '../../runtime/ports/queue.ts';
import type { RedisLink } from './connection.ts';
import { isUnavailable } from './errors.ts';
import { Lane } from './lane.ts';
import { createLeases, EXPIRE_INTERVAL_MS, LEASE_MS } from './leases.ts';
import { entryId, queueKeys } from './queue-keys.ts';
import { KNOWS, PUSH } from './queue-scripts.ts';
import { createRetryQueue } from './retry-queue.ts';

export function redisQueue(link: RedisLink): Queue {
  const { clock, reach } = link;
  const keys = queueKeys(link.prefix);
  const lanes = new Map<StepKind, Lane>();
  let stopped = false;
  /** What was allowed before a kind was consumed. */
  const allowed = new Map<StepKind, number>();
  const retries = createRetryQueue(link, keys.retries);

  const leases = createLeases(link, keys, lanes);
  const tried = (work: () => Promise<void>) => () => work().catch((error: unknown) => reportUpkeep(link, error));
  const timers = [
    repeated(link.clock, LEASE_MS / 2, tried(leases.renew)),
    repeated(link.clock, EXPIRE_INTERVAL_MS, tried(leases.takeBack)),
  ];

  return {
    async push(kind, task_id, n, owner) {
      const turn = keys.turn(kind, owner);
      const names = [keys.waiting(kind), turn.tasks, turn.keys, keys.organisations(kind), keys.bell(kind)];
      await reach((redis) => PUSH(redis, names, [entryId(task_id, n), clock.now(), turn.key, owner.org_id]));
    },
    take: (kind, _owner) => (stopped ? null : (lanes.get(kind)?.take() ?? null)),
    consume(kind, concurrency, handle) {
      const now = allowed.get(kind) ?? concurrency;
      lanes.set(kind, new Lane({ ...{ link, keys, kind, handle }, concurrency: now, sign: leases.sign }));
    },
    allow(kind, max) {
      allowed.set(kind, max);
      lanes.get(kind)?.allow(max);
    },
    retryLater: retries.add,
    consumeRetries: retries.consume,
    retries: retries.count,
    async knows(kind, task_id, n) {
      const names = [keys.waiting(kind), keys.active(kind)];
      return (await reach((redis) => KNOWS(redis, names, [entryId(task_id, n)]))) === 1;
    },
    async depth(kind) {
      const [waiting, running, oldest] = await reach((redis) =>
        Promise.all([
          redis.zcard(keys.waiting(kind)),
          redis.zcard(keys.active(kind)),
          redis.zrange(keys.waiting(kind), '0', '0', 'WITHSCORES'),
        ]),
      );
      const oldest_at = oldest[1] === undefined ? null : Number(oldest[1]);
      return { waiting, running: running + (lanes.get(kind)?.unknown ?? 0), oldest_at };
    },
    async stop(grace_ms) {
      stopped = true;
      retries.stop();
      const all = [...lanes.values()];
      for (const lane of all) lane.close();
      const ended = () => Promise.all([...all.map((lane) => lane.ended()), retries.ended()]);
      await withTimeout({ clock, limit_ms: grace_ms }, ended).catch(() => undefined); // the grace is over
      for (const timer of timers) timer.stop();
      for (const lane of all) lane.abandon();
    },
  };
}

/** Redis being away is reported by its connection. */
function reportUpkeep({ log }: RedisLink, error: unknown): void {
  if (!isUnavailable(error))
    log.warn({ event: 'queue.upkeep_failed', err: error }, 'periodic work of the queue has failed; trying again');
}
