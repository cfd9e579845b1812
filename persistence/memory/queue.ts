/** The queue in process: first in, first out, a kind with its own concurrency. */
import type { StepKind } from '../../contract/steps.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Queue, Ring } from '../../runtime/ports.ts';
import { within } from '../../runtime/within.ts';

type Handle = (ring: Ring) => Promise<void>;
type Lane = {
  waiting: Set<string>;
  running: Map<string, Promise<void>>;
  concurrency: number;
  handle: Handle | null;
  paused: boolean;
};

/** `most_waiting`: rings held, a kind. One more is dropped: the task's own timer rings again. */
export function memoryQueue({ clock, most_waiting }: { clock: Clock; most_waiting: number }): Queue {
  const lanes = new Map<StepKind, Lane>();
  const retries = new Map<string, { cancel(): void }>();
  let retry: ((task_id: string) => Promise<void>) | null = null;
  let stopped = false;
  const laneOf = (kind: StepKind): Lane => {
    const known = lanes.get(kind);
    if (known) return known;
    const lane: Lane = { waiting: new Set(), running: new Map(), concurrency: 0, handle: null, paused: false };
    lanes.set(kind, lane);
    return lane;
  };
  function begin(lane: Lane) {
    for (const task_id of lane.waiting) {
      if (stopped || lane.paused || !lane.handle || lane.running.size >= lane.concurrency) return;
      if (lane.running.has(task_id)) continue; // rung again while it is handled: waits for its turn
      lane.waiting.delete(task_id);
      const handled = lane.handle({ task_id, again: false }).finally(() => {
        lane.running.delete(task_id);
        begin(lane);
      });
      lane.running.set(task_id, handled);
    }
  }
  return {
    async push(kind, task_id) {
      const lane = laneOf(kind);
      if (lane.waiting.size < most_waiting) lane.waiting.add(task_id);
      begin(lane);
    },
    consume(kind, concurrency, handle) {
      const lane = laneOf(kind);
      Object.assign(lane, { concurrency, handle });
      begin(lane);
    },
    allow(kind, most) {
      const lane = laneOf(kind);
      lane.concurrency = most;
      begin(lane);
    },
    async retryLater(task_id, _n, delay_ms) {
      retries.get(task_id)?.cancel();
      if (stopped || retries.size >= most_waiting) return;
      const timer = clock.after(delay_ms, () => {
        retries.delete(task_id);
        void retry?.(task_id);
      });
      retries.set(task_id, timer);
    },
    consumeRetries(handle) {
      retry = handle;
    },
    async knows(kind, task_id) {
      const { waiting, running } = laneOf(kind);
      return waiting.has(task_id) || running.has(task_id);
    },
    async depth(kind) {
      const { waiting, running } = laneOf(kind);
      return { waiting: waiting.size, running: running.size };
    },
    async pause(kind) {
      laneOf(kind).paused = true;
    },
    async resume(kind) {
      const lane = laneOf(kind);
      lane.paused = false;
      begin(lane);
    },
    async stop(grace_ms) {
      stopped = true;
      for (const timer of retries.values()) timer.cancel();
      retries.clear();
      const running = [...lanes.values()].flatMap((lane) => [...lane.running.values()]);
      await within({ clock, limit_ms: grace_ms }, () => Promise.all(running)).catch(() => undefined); // the grace is over
    },
  };
}
