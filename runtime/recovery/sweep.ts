/**
 * The sweep: the backstop of everything. It fires what is due, and makes again what was lost: tasks gone with their store,
 * a commit whose dispatch never came, a worker that died, a message that was never heard.
 */

import type { Logger } from 'pino';
import { concurrently } from '../async/each.ts';
import { createDueInstances } from './due-instances.ts';
import { createTaskRebuild } from './rebuild-tasks.ts';
import type { Parts } from './sweep-parts.ts';

export type Sweep = ReturnType<typeof createSweep>;

export function createSweep(parts: Parts) {
  const { tasks, kernel, runs, time, relay, clock, limits, log } = parts;
  let stopped = false;
  let sweeping: Promise<void> = Promise.resolve();
  const pause = new AbortController();
  const each = concurrently(parts);
  const dueInstances = createDueInstances({ ...parts, each });
  let owner = parts.owner;
  const jobPass = createTaskRebuild({ ...parts, served: kernel.served, owner: () => owner }, (page, doubt) =>
    each(page, async (stored) => runs.check({ ...stored, instance: kernel.upgraded(stored.instance) }, doubt)),
  );
  const tell = teller(log);

  async function dueTasks(): Promise<void> {
    for (let batch = 0; batch < limits.sweep_batches && !stopped; batch++) {
      const now = clock.serviceTime();
      const until = now + limits.claim_ms;
      const claimed = await tasks.claimDue({ now, until, limit: limits.sweep_batch, versions: runs.versions });
      await each(claimed, (task) => runs.fire(task));
      if (claimed.length < limits.sweep_batch) return;
    }
  }
  /** Without its store of tasks the rest of a round goes on: timers of instances are facts. */
  async function once(): Promise<void> {
    const failed: unknown[] = [];
    const apart = (part: () => Promise<void>) => part().catch((error: unknown) => failed.push(error));
    await time.tick();
    await apart(() => jobPass(() => stopped));
    await dueInstances(() => stopped);
    await apart(dueTasks);
    await apart(relay.run); // its announcement goes through Redis too
    if (failed.length > 0) throw failed[0];
  }

  return {
    /** One round. Throws what the stores throw, once all is done that can be. */
    once,
    /** `alone`: no other process is on these facts, so that what one before this one had is free at once. */
    start(alone: boolean): void {
      if (alone) owner = ALONE;
      sweeping = (async () => {
        while (!stopped) {
          await once().then(() => tell(null), tell);
          await clock.sleep(limits.sweep_interval_ms, pause.signal).catch(() => undefined); // woken to stop
        }
      })();
    },
    async stop(): Promise<void> {
      stopped = true;
      pause.abort();
      await sweeping;
    },
  };
}

const ALONE = 'alone';

/** Each trouble is said once, however many rounds it lasts. `null`: a round without any. */
function teller(log: Logger) {
  let ailing: string | null = null;
  return (error: unknown): void => {
    const now = error === null ? null : String(error);
    if (now === ailing) return;
    if (now) log.error({ err: error }, 'a sweep failed; the next one comes');
    else log.info('the sweep is whole again');
    ailing = now;
  };
}
