/**
 * The relay numbers committed messages in one order for all readers, and announces that there are more. It runs soon after a commit of
 * this process, and at each sweep for messages of a process that died. One relay runs at a time: within a process by waiting for its end,
 * among processes by a lock in the facts, for which none waits.
 */
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Clock } from '../async/clock.ts';
import type { Parts as HealthParts } from '../health/parts.ts';
import type { RuntimeLimits } from '../limits.ts';
import type { Announcements } from '../ports/announcements.ts';
import type { Facts } from '../ports/facts.ts';

export type Relay = ReturnType<typeof createRelay>;
type Parts = {
  facts: Pick<Facts, 'outbox'>;
  announcements: Announcements;
  /** Told of each round. */
  parts?: Pick<HealthParts, 'set'>;
  clock: Clock;
  limits: RuntimeLimits;
  log: Logger;
};

export function createRelay({ facts, announcements, parts, clock, limits, log }: Parts) {
  let waiting: { cancel(): void } | null = null;
  let running: Promise<boolean> | null = null;
  let started = false;
  let busy_tries = 0;

  /** Returns false if another process is relaying. */
  async function relayAll(): Promise<boolean> {
    let numbered = 0;
    let alone = true;
    for (let batch = 0; batch < limits.sweep_batches; batch++) {
      const { length } = await facts.outbox.relay(limits.relay_batch, () => {
        alone = false;
      });
      numbered += length;
      if (length < limits.relay_batch) break;
      await turnOfTheLoop(); // embedded, a batch is work of this process
    }
    if (numbered > 0) await announcements.publish();
    return alone;
  }
  /** Runs one at a time in this process: a call during one waits for its end. */
  function runOnce(): Promise<boolean> {
    running ??= relayAll()
      .then(
        (alone) => {
          parts?.set('relay', null);
          return alone;
        },
        (error: unknown) => {
          const detail = error instanceof Error ? error.message.slice(0, 300) : String(error);
          parts?.set('relay', { state: 'away', code: 'round_failed', detail });
          throw error;
        },
      )
      .finally(() => {
        running = null;
      });
    return running;
  }
  function schedule(): void {
    if (waiting || !started) return;
    waiting = clock.after(limits.relay_gather_ms, () => void runScheduled());
  }
  /** What was committed while one was running here is numbered by the next. `waiting` until this one begins, so that few wait for it. */
  async function runScheduled(): Promise<void> {
    try {
      await running?.catch(() => undefined); // its caller handles the error
      waiting = null;
      if (!started) return;
      busy_tries = (await runOnce()) ? 0 : busy_tries + 1;
      if (busy_tries > 0 && busy_tries <= limits.relay_busy_tries) schedule();
      else busy_tries = 0;
    } catch (error) {
      log.warn({ event: 'outbox.relay_failed', err: error }, 'could not number messages of the outbox; the sweep will');
    }
  }
  return {
    /** Numbers what waits. Throws what the stores throw. */
    async run(): Promise<void> {
      await runOnce();
    },
    /** Something was committed: numbered soon, together with what else comes meanwhile. */
    nudge: schedule,
    start(): void {
      started = true;
    },
    /** Resolves when none is under way. */
    async stop(): Promise<void> {
      started = false;
      waiting?.cancel();
      waiting = null;
      await running?.catch(() => undefined); // its caller handles the error
    },
  };
}
