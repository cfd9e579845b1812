/**
 * The relay: what was committed gets its place in the one order that all readers go by, and everybody is told that there is more.
 * It runs soon after a commit of this process, and at each sweep for what a dead one has left. One relay at a time (a lock in the facts).
 */
import type { Logger } from 'pino';
import type { Clock } from './clock.ts';
import type { RuntimeLimits } from './limits.ts';
import type { Announcements } from './ports.ts';
import type { Facts } from './ports-facts.ts';

export type Relay = ReturnType<typeof createRelay>;
type Parts = { facts: Pick<Facts, 'outbox'>; announcements: Announcements; clock: Clock; limits: RuntimeLimits; log: Logger };

export function createRelay({ facts, announcements, clock, limits, log }: Parts) {
  let waiting: { cancel(): void } | null = null;
  let started = false;

  async function run(): Promise<void> {
    let numbered = 0;
    for (let batch = 0; batch < limits.sweep_batches; batch++) {
      const { length } = await facts.outbox.relay(limits.relay_batch);
      numbered += length;
      if (length < limits.relay_batch) break;
    }
    if (numbered > 0) await announcements.publish();
  }
  return {
    /** Numbers what waits. Throws what the stores throw. */
    run,
    /** Something was committed: numbered soon, together with what else comes meanwhile. */
    nudge(): void {
      if (waiting || !started) return;
      waiting = clock.after(limits.relay_gather_ms, () => {
        waiting = null;
        run().catch((error: unknown) => log.warn({ err: error }, 'the outbox was not relayed; the sweep does it'));
      });
    },
    start(): void {
      started = true;
    },
    stop(): void {
      started = false;
      waiting?.cancel();
      waiting = null;
    },
  };
}
