/**
 * The sweep: the backstop of everything. It fires timers that are due, and redoes what was lost: tasks that vanished with their store, a
 * dispatch that did not follow its commit, work of a worker that died, a message that was not received.
 */

import { concurrently } from '../async/each.ts';
import type { PartFault } from '../health/part-signs.ts';
import { type DueWant, inBatches } from '../instances/due.ts';
import type { StoredInstance } from '../ports/instances.ts';
import type { ResourceRow } from '../ports/resources.ts';
import { createDueInstances } from './due-instances.ts';
import { createTaskRebuild } from './rebuild-tasks.ts';
import type { Parts } from './sweep-parts.ts';

export type Sweep = ReturnType<typeof createSweep>;

export function createSweep(parts: Parts) {
  const { tasks, kernel, runs, time, relay, clock, limits } = parts;
  let stopped = false;
  let sweeping: Promise<void> = Promise.resolve();
  const pause = new AbortController();
  const each = concurrently(parts);
  const dueInstances = createDueInstances({ ...parts, each });
  let owner = parts.owner;
  const rebuildTasks = createTaskRebuild({ ...parts, served: kernel.served, owner: () => owner }, async (page, doubt) => {
    const rows = doubt ? await rowsOf(parts, page) : NO_ROWS; // most have a task, unless their store is in doubt
    await each(page, async (stored) => {
      const instance = kernel.upgraded(stored.instance);
      await runs.check({ ...stored, instance }, doubt, rows.get(stored.instance_id));
    });
  });
  const logOutcome = createOutcomeLog(parts);

  const claimTasks = (want: DueWant) => tasks.claimDue({ ...want, versions: runs.versions });
  const dueTasks = () =>
    inBatches(
      parts,
      () => stopped,
      claimTasks,
      (batch) => each(batch, runs.fire),
    );
  /** One round; returns the parts that failed. Timers of instances are facts, so the round goes on when the task store fails. */
  async function round(): Promise<FailedPart[]> {
    const failed: FailedPart[] = [];
    const tryPart = async (part: string, work: () => Promise<void>): Promise<boolean> => {
      const before = failed.length;
      await work().catch((error: unknown) => failed.push({ part, error }));
      return failed.length === before;
    };
    if (!(await tryPart('service_time', time.tick))) return failed;
    await tryPart('rebuild_tasks', () => rebuildTasks(() => stopped));
    if (!(await tryPart('due_instances', () => dueInstances(() => stopped)))) return failed;
    await tryPart('due_tasks', dueTasks);
    for (const [name, ofMachine] of Object.entries(parts.rounds ?? {})) await tryPart(name, () => ofMachine(() => stopped));
    await tryPart('outbox', relay.run); // its announcement goes through Redis too
    return failed;
  }

  return {
    /** One round. Does all that can be done, then throws the first error of the stores. */
    async once(): Promise<void> {
      const [first] = await round();
      if (first) throw first.error;
    },
    /** `alone`: no other process uses these facts, so that what an earlier process held is free at once. */
    start(alone: boolean): void {
      if (alone) owner = ALONE;
      sweeping = (async () => {
        while (!stopped) {
          const failed = await round();
          logOutcome(failed);
          parts.parts?.set('sweep', faultOf(failed));
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

const NO_ROWS: ReadonlyMap<string, ResourceRow> = new Map();
/** The rows of a page of instances, in one look an organisation: one by one they take as long as all else that is done for a job. */
async function rowsOf({ facts }: Pick<Parts, 'facts'>, page: StoredInstance[]): Promise<ReadonlyMap<string, ResourceRow>> {
  const ids = new Map<string, string[]>();
  for (const { org_id, instance_id } of page) ids.set(org_id, [...(ids.get(org_id) ?? []), instance_id]);
  const found = await Promise.all([...ids].map(([org_id, of]) => facts.resources.getMany({ org_id }, of)));
  return new Map(found.flat().map((row) => [row.resource_id, row]));
}

const ALONE = 'alone';

type FailedPart = { part: string; error: unknown };

/** Names of what failed: what they say is in the log, and of the parts that they need. */
const faultOf = (failed: FailedPart[]): PartFault | null =>
  failed.length === 0 ? null : { state: 'away', code: 'round_failed', detail: failed.map(({ part }) => part).join(', ') };

/** Logs a failure once, however many rounds it lasts, and its end. */
function createOutcomeLog({ log, limits }: Pick<Parts, 'log' | 'limits'>) {
  let last: string | null = null;
  return (failed: FailedPart[]): void => {
    const [first] = failed;
    const current = first ? `${first.part}: ${String(first.error)}` : null;
    if (current === last) return;
    const parts = failed.map(({ part }) => part);
    const retry_ms = limits.sweep_interval_ms;
    if (first)
      log.error(
        { event: 'sweep.failed', err: first.error, parts, retry_ms },
        `the sweep failed in ${parts.join(', ')}; it is retried`,
      );
    else log.info({ event: 'sweep.recovered' }, 'the sweep works again');
    last = current;
  };
}
