/**
 * The sweep: the backstop of everything. It fires what is due, and makes again what was lost: tasks gone with their store,
 * a commit whose dispatch never came, a worker that died, a message that was never heard.
 */
import type { Logger } from 'pino';
import { nextDueAt, type Origin } from './change.ts';
import type { Clock } from './clock.ts';
import type { Durable } from './durable.ts';
import type { Engine } from './engine.ts';
import type { RuntimeLimits } from './limits.ts';
import type { Tasks } from './ports.ts';
import type { Facts } from './ports-facts.ts';
import type { StoredInstance } from './ports-instances.ts';
import type { Relay } from './relay.ts';
import { createRemake } from './remake.ts';
import type { Runs } from './runs.ts';
import type { ServiceTime } from './service-time.ts';

type Parts = {
  facts: Facts;
  tasks: Tasks;
  engine: Pick<Engine, 'hear'>;
  /** Of the instances: those of versions that it does not serve are left alone. */
  kernel: Pick<Durable, 'served' | 'upgraded'>;
  runs: Runs;
  time: ServiceTime;
  relay: Pick<Relay, 'run'>;
  clock: Clock;
  limits: RuntimeLimits;
  log: Logger;
  origin: Origin;
};
export type Sweep = ReturnType<typeof createSweep>;

export function createSweep({ facts, tasks, engine, kernel, runs, time, relay, clock, limits, log, origin }: Parts) {
  let stopped = false;
  let sweeping: Promise<void> = Promise.resolve();
  const pause = new AbortController();
  const ofThisVersion = (stored: StoredInstance): StoredInstance => ({ ...stored, instance: kernel.upgraded(stored.instance) });
  const remake = createRemake({ facts, tasks, clock, limits, log, served: kernel.served }, (page) =>
    each(page, async (stored) => runs.check(ofThisVersion(stored), true)),
  );
  const tell = teller(log);

  async function dueInstances(): Promise<void> {
    for (let batch = 0; batch < limits.sweep_batches && !stopped; batch++) {
      const now = clock.service();
      const until = now + limits.claim_ms;
      const claimed = await facts.instances.claimDue({ now, until, limit: limits.sweep_batch, of: kernel.served });
      await each(claimed, look);
      if (claimed.length < limits.sweep_batch) return;
    }
  }
  /** One instance: its timers that are due are heard, its jobs are checked. If it did not move, it is looked at again later. */
  async function look(claimed: StoredInstance): Promise<void> {
    const stored = ofThisVersion(claimed);
    const { instance_id, instance } = stored;
    const now = clock.service();
    const quiet_until = time.quietUntil(); // nothing irreversible happens at once after a silence
    const quiet = now < quiet_until;
    for (const [id, { due_at, token }] of Object.entries(instance.timers))
      if (due_at <= now && !quiet) await engine.hear(instance_id, { kind: 'timer', id, token }, origin);
    await runs.check(stored);
    const next = nextDueAt(instance, now, limits);
    await facts.instances.reschedule(instance_id, instance.seq, quiet && next !== null ? Math.max(next, quiet_until) : next);
  }
  async function dueTasks(): Promise<void> {
    for (let batch = 0; batch < limits.sweep_batches && !stopped; batch++) {
      const now = clock.service();
      const claimed = await tasks.claimDue({ now, until: now + limits.claim_ms, limit: limits.sweep_batch });
      await each(claimed, (task) => runs.fire(task));
      if (claimed.length < limits.sweep_batch) return;
    }
  }
  /** One that fails does not keep the others from being looked at; it is claimed again later. */
  async function each<Item>(items: Item[], work: (item: Item) => Promise<unknown>): Promise<void> {
    const failed = (await Promise.allSettled(items.map(work))).filter((result) => result.status === 'rejected');
    const err: unknown = failed[0]?.reason;
    if (failed.length > 0) log.error({ err, failed: failed.length }, 'the sweep could not help some; it comes again');
  }
  /** Without its store of tasks the rest of a round goes on: timers of instances are facts. */
  async function once(): Promise<void> {
    const failed: unknown[] = [];
    const apart = (part: () => Promise<void>) => part().catch((error: unknown) => failed.push(error));
    await time.tick();
    await apart(() => remake(() => stopped));
    await dueInstances();
    await apart(dueTasks);
    await apart(relay.run); // its announcement goes through Redis too
    if (failed.length > 0) throw failed[0];
  }

  return {
    /** One round. Throws what the stores throw, once all is done that can be. */
    once,
    start(): void {
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
