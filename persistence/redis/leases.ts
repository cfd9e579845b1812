/**
 * Leases of tasks that are being handled. A process shows that it lives by a number that it changes for all that it holds; others take back
 * what has had the same number for a lease, each by its own monotonic clock: a clock that is set, or differs, expires nothing.
 */
import type { StepKind } from '../../contract/step-kinds.ts';
import type { RedisLink } from './connection.ts';
import type { Lane } from './lane.ts';
import type { QueueKeys } from './queue-keys.ts';
import { TAKE_BACK } from './queue-scripts.ts';

/** A process that renews nothing for so long is dead. It renews at half of that; an event loop that stands still must be shorter. */
export const LEASE_MS = 10_000;
/** How often expired leases are looked for: a dead worker's task is given to another at most LEASE_MS + this later. */
export const EXPIRE_INTERVAL_MS = 5_000;
/** The numbers begin again after so many renewals; a double keeps them exactly. */
const NUMBERS = 2 ** 48;

/** An entry, the number that it had, and since when (`Clock.elapsed`). */
type Seen = Map<string, { number: string; since: number }>;

export function createLeases({ clock, log, reach }: RedisLink, keys: QueueKeys, lanes: ReadonlyMap<StepKind, Lane>) {
  let number = Math.floor(clock.random() * NUMBERS);
  const seen = new Map<StepKind, Seen>();

  /** Returns those that have had one number for a lease. */
  function expired(kind: StepKind, rows: string[], held: ReadonlySet<string>): string[] {
    const before = seen.get(kind);
    const now: Seen = new Map();
    for (let i = 0; i < rows.length; i += 2) {
      const [entry = '', own = ''] = [rows[i], rows[i + 1]];
      const last = before?.get(entry);
      if (!held.has(entry)) now.set(entry, last?.number === own ? last : { number: own, since: clock.elapsed() });
    }
    seen.set(kind, now);
    return [...now]
      .filter(([, { since }]) => clock.elapsed() - since >= LEASE_MS)
      .flatMap(([entry, last]) => [entry, last.number]);
  }
  return {
    sign: () => number,
    async renew(): Promise<void> {
      number = (number + 1) % NUMBERS;
      for (const [kind, { held }] of lanes) {
        const pairs = [...held].flatMap((entry) => [String(number), entry]);
        if (pairs.length > 0) await reach((redis) => redis.call('ZADD', keys.active(kind), 'XX', ...pairs));
      }
    },
    async takeBack(): Promise<void> {
      for (const [kind, { held }] of lanes) {
        const rows = await reach((redis) => redis.zrange(keys.active(kind), '0', '-1', 'WITHSCORES'));
        const pairs = expired(kind, rows, held);
        if (pairs.length === 0) continue;
        const names = [keys.waiting(kind), keys.active(kind), keys.expired(kind), keys.bell(kind)];
        const count = Number(await reach((redis) => TAKE_BACK(redis, names, [clock.now(), ...pairs])));
        if (count > 0) log.warn({ event: 'queue.leases_expired', kind, count }, 'a worker is lost: its tasks wait again');
      }
    },
  };
}
