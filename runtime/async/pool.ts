/**
 * A fixed number of places to work at. Of those who wait, the next is whose owner holds the fewest places, and of one owner who asked
 * first. While others hold all places, a spare one is open to an owner who holds none: whoever sends much delays mostly himself.
 */

export type Pool<Slot> = {
  /**
   * Waits until one is free. Rejects with the signal's reason when it is aborted first; throws when too many wait already.
   * `owner`: on whose behalf, such as an organisation; without it all are of one.
   */
  acquire(signal: AbortSignal, owner?: string): Promise<Slot>;
  release(slot: Slot): void;
  /** True while somebody waits. */
  hasWaiters(): boolean;
};

type Waiter<Slot> = { owner: string; grant(slot: Slot): void };

/** `spare`: places beside the others, for owners who hold none. */
export function createPool<Slot>(
  all: readonly Slot[],
  max_waiting: number,
  tooMany: () => Error,
  spare: readonly Slot[] = [],
): Pool<Slot> {
  const free = { usual: [...all], spare: [...spare] };
  const spares = new Set(spare);
  const holders = new Map<Slot, string>();
  const queue: Waiter<Slot>[] = [];

  /** A free place, and for whom it is; null: none is, or only spare ones, which nobody who waits may have. */
  function next(): { slot: Slot; waiting: Waiter<Slot> } | null {
    if (free.usual.length === 0 && free.spare.length === 0) return null;
    const held = new Map<string, number>();
    for (const owner of holders.values()) held.set(owner, (held.get(owner) ?? 0) + 1);
    const of = (waiting: Waiter<Slot>) => held.get(waiting.owner) ?? 0;
    let [first] = queue;
    for (const waiting of queue) if (first && of(waiting) < of(first)) first = waiting;
    if (!first) return null;
    // The last one in is taken first: a thread that runs, before one to be started.
    const slot = free.usual.pop() ?? (of(first) === 0 ? free.spare.pop() : undefined);
    return slot === undefined ? null : { slot, waiting: first };
  }
  function leave(waiting: Waiter<Slot>): void {
    queue.splice(queue.indexOf(waiting), 1);
  }
  function admit(): void {
    for (let one = next(); one; one = next()) {
      leave(one.waiting);
      holders.set(one.slot, one.waiting.owner);
      one.waiting.grant(one.slot);
    }
  }
  return {
    acquire: async (signal, owner = '') => {
      signal.throwIfAborted();
      return new Promise<Slot>((resolve, reject) => {
        const waiting = {
          owner,
          grant: (slot: Slot) => {
            signal.removeEventListener('abort', cancel);
            resolve(slot);
          },
        };
        const cancel = () => {
          leave(waiting);
          reject(signal.reason);
        };
        signal.addEventListener('abort', cancel, { once: true });
        queue.push(waiting);
        admit();
        if (queue.length <= max_waiting) return;
        signal.removeEventListener('abort', cancel);
        leave(waiting);
        reject(tooMany());
      });
    },
    release: (slot) => {
      holders.delete(slot);
      free[spares.has(slot) ? 'spare' : 'usual'].push(slot);
      admit();
    },
    hasWaiters: () => queue.length > 0,
  };
}
