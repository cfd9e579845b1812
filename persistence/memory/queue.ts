/**
 * The queue in process: each kind with its own concurrency, and turns of those whose tasks wait (see turns.ts). While all places of a kind
 * are held by others, one more is open to an organisation that holds none, and then to a key that holds none: so whoever sends much
 * delays mostly himself, and nothing is idle for it.
 */
import type { StepKind } from '../../contract/step-kinds.ts';
import type { Clock } from '../../runtime/async/clock.ts';
import { withTimeout } from '../../runtime/async/timeout.ts';
import type { Notification, Queue } from '../../runtime/ports/queue.ts';
import { type Turn, type Turns, turnsOf } from './turns.ts';

type Handle = (ring: Notification) => Promise<void>;
type Lane = {
  waiting: Turns;
  running: Map<string, { owner: Turn; handled: Promise<void> }>;
  /** As it was begun with. */
  usual: number;
  /** As many as are allowed now. */
  concurrency: number;
  handle: Handle | null;
  paused: boolean;
};

/** Beside the concurrency of a kind: for who holds no place while others hold them all. */
const SPARE_PLACES = 1;

/** `max_waiting`: rings held, a kind. One more is dropped: the task's own timer redelivers. */
export function memoryQueue({ clock, max_waiting }: { clock: Clock; max_waiting: number }): Queue {
  const lanes = new Map<StepKind, Lane>();
  const retries = new Map<string, { cancel(): void }>();
  let retry: ((task_id: string) => Promise<void>) | null = null;
  let stopped = false;
  const laneOf = (kind: StepKind): Lane => {
    const known = lanes.get(kind);
    if (known) return known;
    const lane: Lane = { waiting: turnsOf(), running: new Map(), usual: 0, concurrency: 0, handle: null, paused: false };
    lanes.set(kind, lane);
    return lane;
  };
  /** null: nobody waits who may have a place that is free. A task delivered again while it is handled waits for its turn. */
  function nextOf({ waiting, running, concurrency, usual }: Lane) {
    if (running.size < concurrency) return waiting.next(running, () => true);
    // While fewer than usual are allowed, what the step needs is unavailable: one more would be one too many.
    if (concurrency < usual || running.size >= concurrency + SPARE_PLACES) return null;
    const places = [...running.values()].map(({ owner }) => owner);
    return waiting.next(running, (owner) => mayHaveSpare(owner, places));
  }
  function begin(lane: Lane) {
    while (!stopped && !lane.paused && lane.handle) {
      const next = nextOf(lane);
      if (!next) return;
      const { task_id, owner } = next;
      const handled = lane.handle({ task_id, again: false }).finally(() => {
        lane.running.delete(task_id);
        begin(lane);
      });
      lane.running.set(task_id, { owner, handled });
    }
  }
  return {
    async push(kind, task_id, _n, owner) {
      const lane = laneOf(kind);
      if (lane.waiting.size < max_waiting || lane.waiting.dropFor(owner.org_id)) lane.waiting.add(task_id, owner);
      begin(lane);
    },
    consume(kind, concurrency, handle) {
      const lane = laneOf(kind);
      Object.assign(lane, { usual: concurrency, concurrency, handle });
      begin(lane);
    },
    allow(kind, max) {
      const lane = laneOf(kind);
      lane.concurrency = max;
      begin(lane);
    },
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
      const running = [...lanes.values()].flatMap((lane) => [...lane.running.values()].map(({ handled }) => handled));
      await withTimeout({ clock, limit_ms: grace_ms }, () => Promise.all(running)).catch(() => undefined); // the grace is over
    },
  };
}

/** Whether it may take a spare place: its organisation holds none, or, where one organisation holds all, its key holds none. */
function mayHaveSpare({ org_id, key }: Turn, places: Turn[]): boolean {
  const own = places.filter((held) => held.org_id === org_id);
  return own.length === 0 || (own.length === places.length && own.every((held) => held.key !== key));
}
