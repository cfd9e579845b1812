/**
 * The queue in process: each kind with its own concurrency, and turns of those whose tasks wait (see turns.ts). While all places of a kind
 * are held by others, one more is open to an organisation that holds none, and then to a key that holds none: so whoever sends much
 * delays mostly himself, and nothing is idle for it.
 */
import type { StepKind } from '../../contract/step-kinds.ts';
import type { Clock } from '../../runtime/async/clock.ts';
import { withTimeout } from '../../runtime/async/timeout.ts';
import type { Queue } from '../../runtime/ports/queue.ts';
import { createLane, type Lane } from './lane.ts';

/** `max_waiting`: notifications held, a kind. One more is dropped: the task's own timer redelivers. */
export function memoryQueue({ clock, max_waiting }: { clock: Clock; max_waiting: number }): Queue {
  const lanes = new Map<StepKind, Lane>();
  const retries = new Map<string, { cancel(): void }>();
  let retry: ((task_id: string) => Promise<void>) | null = null;
  let stopped = false;
  const laneOf = (kind: StepKind): Lane => {
    const known = lanes.get(kind);
    if (known) return known;
    const lane = createLane(() => stopped);
    lanes.set(kind, lane);
    return lane;
  };
  return {
    async push(kind, task_id, _n, owner) {
      const { waiting, begin } = laneOf(kind);
      if (waiting.size < max_waiting || waiting.dropFor(owner.org_id)) waiting.add(task_id, owner, clock.now());
      begin();
    },
    take: (kind, owner) => laneOf(kind).take(owner),
    consume: (kind, concurrency, handle) => laneOf(kind).consume(concurrency, handle),
    allow: (kind, max) => laneOf(kind).allow(max),
    async retryLater(task_id, _n, delay_ms) {
      retries.get(task_id)?.cancel();
      if (stopped || retries.size >= max_waiting) return;
      const timer = clock.after(delay_ms, () => {
        retries.delete(task_id);
        void retry?.(task_id);
      });
      retries.set(task_id, timer);
    },
    consumeRetries(handle) {
      retry = handle;
    },
    retries: async () => retries.size,
    knows: async (kind, task_id) => laneOf(kind).knows(task_id),
    async depth(kind) {
      const { waiting, running } = laneOf(kind);
      return { waiting: waiting.size, running: running(), oldest_at: waiting.oldest_at };
    },
    async stop(grace_ms) {
      stopped = true;
      for (const timer of retries.values()) timer.cancel();
      retries.clear();
      const ended = () => Promise.all([...lanes.values()].map((lane) => lane.ended()));
      await withTimeout({ clock, limit_ms: grace_ms }, ended).catch(() => undefined); // the grace is over
    },
  };
}
