/**
 * Limits the work that a provider has at once. Work that waits here has no deadline yet; in the provider's own queue its deadline would
 * run. The count comes from the task store, so that all processes together keep the limit, except for simultaneous submissions.
 *
 * The limit adapts to how long work takes: it is halved once the oldest work has been there for `in_flight_target_ms`, and grows by one
 * with each piece of work that ends well within that.
 */
import type { StepKind } from '../../contract/step-kinds.ts';
import type { Clock } from '../async/clock.ts';
import type { RuntimeLimits } from '../limits.ts';
import type { TaskRecord, Tasks } from '../ports/tasks.ts';

type Parts = { tasks: Pick<Tasks, 'list'>; clock: Clock; limits: RuntimeLimits };
export type InFlight = {
  /**
   * Waits for a free place, first come first served. Call the returned function once the task runs, or does not. null: none within
   * `in_flight_wait_ms`. Rejects with the signal's reason when it is aborted first.
   */
  enter(kind: StepKind, signal: AbortSignal): Promise<(() => void) | null>;
  /** Tasks whose work is with a provider, as many as there is room for and one more of each status. */
  running(kind: StepKind): Promise<TaskRecord[]>;
};

export function createInFlight(parts: Parts): InFlight {
  const { tasks, limits } = parts;
  const queues = new Map<StepKind, (signal: AbortSignal) => Promise<(() => void) | null>>();
  const listInFlight = async (kind: StepKind) => {
    const limit = limits.in_flight + 1;
    const found = await Promise.all((['running', 'asking'] as const).map((status) => tasks.list({ kind, status, limit })));
    return found.flat();
  };
  return {
    running: listInFlight,
    enter(kind, signal) {
      const queue = queues.get(kind) ?? createEntryQueue(() => listInFlight(kind), parts);
      queues.set(kind, queue);
      return queue(signal);
    },
  };
}

function createEntryQueue(listInFlight: () => Promise<TaskRecord[]>, { clock, limits }: Omit<Parts, 'tasks'>) {
  const room = adaptiveLimit(limits);
  /** Admitted, but not yet among the tasks that run. */
  let entering = 0;
  let last: Promise<unknown> = Promise.resolve();

  async function waitForRoom(signal: AbortSignal): Promise<(() => void) | null> {
    const deadline = clock.elapsed() + limits.in_flight_wait_ms;
    for (;;) {
      signal.throwIfAborted();
      const ids = new Set((await listInFlight()).map(({ task_id }) => task_id));
      if (ids.size + entering < room.now(ids, clock.elapsed())) break;
      if (clock.elapsed() >= deadline) return null;
      await clock.sleep(limits.in_flight_look_ms, signal);
    }
    entering += 1;
    let is_in = true;
    return () => {
      if (is_in) entering -= 1;
      is_in = false;
    };
  }
  return (signal: AbortSignal): Promise<(() => void) | null> => {
    const admitted = last.then(() => waitForRoom(signal));
    last = admitted.catch(() => undefined); // the caller gets the error; the next one goes on
    return admitted;
  };
}

/** The adaptive limit, from how long observed work took. */
export function adaptiveLimit({ in_flight: max, in_flight_first, in_flight_target_ms: target_ms }: RuntimeLimits) {
  let room = Math.min(max, in_flight_first);
  let cut_at = Number.NEGATIVE_INFINITY;
  /** By task: the `Clock.elapsed` at which it was first observed. */
  const since = new Map<string, number>();
  return {
    now(ids: ReadonlySet<string>, at: number): number {
      const was_full = since.size >= room;
      for (const [id, begun] of since) {
        if (ids.has(id)) continue;
        since.delete(id);
        if (was_full && at - begun < target_ms / 2) room = Math.min(max, room + 1);
      }
      for (const id of ids) if (!since.has(id)) since.set(id, at);
      const oldest = Math.min(at, ...since.values());
      if (at - oldest > target_ms && at - cut_at > target_ms) {
        room = Math.max(1, Math.ceil(room / 2));
        cut_at = at;
      }
      return room;
    },
  };
}
