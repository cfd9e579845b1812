/**
 * A fixed number of places to work at. Of those who wait, the next is whose owner holds the fewest places, and of one owner who asked
 * first. While others hold all places, a spare one is open to an owner who holds none: whoever sends much delays mostly himself.
 */

export type Pool<Seat> = {
  /**
   * Waits until one is free. Rejects with the signal's reason when it is aborted first; throws when too many wait already.
   * `owner`: on whose behalf, such as an organisation; without it all are of one.
   */
  acquire(signal: AbortSignal, owner?: string): Promise<Seat>;
  release(seat: Seat): void;
  /** True while somebody waits. */
  hasWaiters(): boolean;
};

type Waiting<Seat> = { owner: string; sit(seat: Seat): void };

/** `spare`: places beside the others, for owners who hold none. */
export function createPool<Seat>(
  all: readonly Seat[],
  max_waiting: number,
  tooMany: () => Error,
  spare: readonly Seat[] = [],
): Pool<Seat> {
  const free = { usual: [...all], spare: [...spare] };
  const spares = new Set(spare);
  const holders = new Map<Seat, string>();
  const queue: Waiting<Seat>[] = [];

  /** A free place, and for whom it is; null: none is, or only spare ones, which nobody who waits may have. */
  function next(): { seat: Seat; waiting: Waiting<Seat> } | null {
    if (free.usual.length === 0 && free.spare.length === 0) return null;
    const held = new Map<string, number>();
    for (const owner of holders.values()) held.set(owner, (held.get(owner) ?? 0) + 1);
    const of = (waiting: Waiting<Seat>) => held.get(waiting.owner) ?? 0;
    let [first] = queue;
    for (const waiting of queue) if (first && of(waiting) < of(first)) first = waiting;
    if (!first) return null;
    // The last one in is taken first: a thread that runs, before one to be started.
    const seat = free.usual.pop() ?? (of(first) === 0 ? free.spare.pop() : undefined);
    return seat === undefined ? null : { seat, waiting: first };
  }
  function leave(waiting: Waiting<Seat>): void {
    queue.splice(queue.indexOf(waiting), 1);
  }
  function admit(): void {
    for (let one = next(); one; one = next()) {
      leave(one.waiting);
      holders.set(one.seat, one.waiting.owner);
      one.waiting.sit(one.seat);
    }
  }
  return {
    acquire: async (signal, owner = '') => {
      signal.throwIfAborted();
      return new Promise<Seat>((resolve, reject) => {
        const waiting = {
          owner,
          sit: (seat: Seat) => {
            signal.removeEventListener('abort', gone);
            resolve(seat);
          },
        };
        const gone = () => {
          leave(waiting);
          reject(signal.reason);
        };
        signal.addEventListener('abort', gone, { once: true });
        queue.push(waiting);
        admit();
        if (queue.length <= max_waiting) return;
        signal.removeEventListener('abort', gone);
        leave(waiting);
        reject(tooMany());
      });
    },
    release: (seat) => {
      holders.delete(seat);
      free[spares.has(seat) ? 'spare' : 'usual'].push(seat);
      admit();
    },
    hasWaiters: () => queue.length > 0,
  };
}
