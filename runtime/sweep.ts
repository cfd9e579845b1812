/**
 * The sweep: the backstop of everything. It fires what is due, and makes again what was lost: tasks gone with their store,
 * a commit whose dispatch never came, a worker that died, a message that was never heard.
 */
import type { Logger } from 'pino';
import { nextDueAt, type Origin } from './change.ts';
import type { Clock } from './clock.ts';
import type { Engine } from './engine.ts';
import type { RuntimeLimits } from './limits.ts';
import type { Tasks } from './ports.ts';
import type { Facts, StoredInstance } from './ports-facts.ts';
import type { Relay } from './relay.ts';
import type { Runs } from './runs.ts';

type Parts = {
  facts: Facts;
  tasks: Tasks;
  engine: Pick<Engine, 'hear'>;
  runs: Runs;
  relay: Pick<Relay, 'run'>;
  clock: Clock;
  limits: RuntimeLimits;
  log: Logger;
  origin: Origin;
};
export type Sweep = ReturnType<typeof createSweep>;

export function createSweep({ facts, tasks, engine, runs, relay, clock, limits, log, origin }: Parts) {
  let ticked_at = Number.NEGATIVE_INFINITY;
  let quiet_until = Number.NEGATIVE_INFINITY;
  let stopped = false;
  let sweeping: Promise<void> = Promise.resolve();
  const pause = new AbortController();

  /** Service time goes on while somebody sweeps. After it has stood still nothing irreversible happens at once. */
  async function tick(): Promise<void> {
    if (clock.elapsed() - ticked_at < limits.tick_interval_ms) return;
    const { offset_ms, gap_ms } = await facts.upkeep.tick(clock.wall(), limits.max_gap_ms);
    ticked_at = clock.elapsed();
    clock.standStill(offset_ms);
    if (gap_ms === 0) return;
    quiet_until = clock.service() + limits.settle_ms;
    log.info({ gap_ms }, 'nothing swept for a while: service time stood still');
  }
  /** All tasks are lost when their store is not the one that the facts know: every job gets one again, at once. */
  async function remake(): Promise<void> {
    const epoch = await tasks.epoch();
    if (epoch !== null && epoch === (await facts.upkeep.epoch())) return;
    let made = 0;
    let after: string | null = null;
    for (let page: StoredInstance[]; !stopped; ) {
      page = await facts.instances.withJobs(after, limits.sweep_batch);
      await each(page, (stored) => runs.check(stored));
      made += page.length;
      after = page.at(-1)?.instance_id ?? null;
      if (after === null) break;
    }
    if (stopped) return;
    const begun = clock.mint();
    await tasks.setEpoch(begun);
    await facts.upkeep.setEpoch(begun);
    if (made > 0) log.info({ instances: made }, 'a new task store: tasks were made again');
  }
  async function dueInstances(): Promise<void> {
    for (let batch = 0; batch < limits.sweep_batches && !stopped; batch++) {
      const now = clock.service();
      const claimed = await facts.instances.claimDue({ now, until: now + limits.claim_ms, limit: limits.sweep_batch });
      await each(claimed, look);
      if (claimed.length < limits.sweep_batch) return;
    }
  }
  /** One instance: its timers that are due are heard, its jobs are checked. If it did not move, it is looked at again later. */
  async function look(stored: StoredInstance): Promise<void> {
    const { instance_id, instance } = stored;
    const now = clock.service();
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
    for (const result of await Promise.allSettled(items.map(work)))
      if (result.status === 'rejected') log.error({ err: result.reason }, 'the sweep could not help one; it comes again');
  }
  async function once(): Promise<void> {
    await tick();
    await remake();
    await dueInstances();
    await dueTasks();
    await relay.run();
  }

  return {
    /** One round. Throws what the stores throw. */
    once,
    start(): void {
      sweeping = (async () => {
        while (!stopped) {
          await once().catch((error: unknown) => log.error({ err: error }, 'a sweep failed; the next one comes'));
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
