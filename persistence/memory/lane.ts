/** A lane: the places for tasks of one kind, and those that wait for one. */
import type { Notification, Place, TaskOwner } from '../../runtime/ports/queue.ts';
import { type Turn, turnOf, turnsOf } from './turns.ts';

/** Beside the concurrency of a kind: for who holds no place while others hold them all. */
const SPARE_PLACES = 1;

export type Lane = ReturnType<typeof createLane>;

/** `isStopped`: nothing begins any more. */
export function createLane(isStopped: () => boolean) {
  const waiting = turnsOf();
  /** By task; work that was never pushed, by a name of its place. `handled`: null for that. */
  const running = new Map<string, { owner: Turn; handled: Promise<void> | null }>();
  /** Tasks of such work that others may know of. */
  const held = new Set<string>();
  let handle: ((notification: Notification) => Promise<void>) | null = null;
  /** As it was begun with; and as many as are allowed now. */
  let [usual, concurrency] = [0, 0];
  let allowed: number | null = null;
  let places = 0;

  /** null: nobody waits who may have a place that is free. A task delivered again while it is handled waits for its turn. */
  function next() {
    if (running.size < concurrency) return waiting.next(running, () => true);
    // While fewer than usual are allowed, what the step needs is unavailable: one more would be one too many.
    if (concurrency < usual || running.size >= concurrency + SPARE_PLACES) return null;
    const owners = [...running.values()].map(({ owner }) => owner);
    return waiting.next(running, (owner) => mayHaveSpare(owner, owners));
  }
  function begin(): void {
    while (!isStopped() && handle) {
      const task = next();
      if (!task) return;
      const { task_id, owner } = task;
      const handled = handle({ task_id, again: false }).finally(() => {
        running.delete(task_id);
        begin();
      });
      running.set(task_id, { owner, handled });
    }
  }
  return {
    waiting,
    begin,
    running: () => running.size,
    knows: (task_id: string) => waiting.has(task_id) || running.has(task_id) || held.has(task_id),
    take(owner: TaskOwner): Place | null {
      if (isStopped() || !handle || waiting.size > 0 || running.size >= concurrency) return null;
      const name = `place ${++places}`;
      let task: string | null = null;
      running.set(name, { owner: turnOf(owner), handled: null });
      return {
        async hold(task_id) {
          task = task_id;
          held.add(task_id);
        },
        leave() {
          if (!running.delete(name)) return;
          if (task !== null) held.delete(task);
          begin();
        },
      };
    },
    consume(max: number, by: (notification: Notification) => Promise<void>): void {
      [usual, concurrency, handle] = [max, allowed ?? max, by];
      begin();
    },
    allow(max: number): void {
      [allowed, concurrency] = [max, max];
      begin();
    },
    /** Resolves when what was taken from the queue has ended. */
    ended: async () => void (await Promise.all([...running.values()].map(({ handled }) => handled))),
  };
}

/** Whether it may take a spare place: its organisation holds none, or, where one organisation holds all, its key holds none. */
function mayHaveSpare({ org_id, key }: Turn, places: Turn[]): boolean {
  const own = places.filter((place) => place.org_id === org_id);
  return own.length === 0 || (own.length === places.length && own.every((place) => place.key !== key));
}
