/** A fixed number of places to work at, handed out in the order of asking. */

export type Pool<Seat> = {
  /** Waits until one is free. Rejects with the signal's reason when it is aborted first; throws when too many wait already. */
  acquire(signal: AbortSignal): Promise<Seat>;
  release(seat: Seat): void;
  /** True while somebody waits. */
  hasWaiters(): boolean;
};

export function createPool<Seat>(all: Seat[], max_waiting: number, tooMany: () => Error): Pool<Seat> {
  const free = [...all];
  const queue: ((seat: Seat) => void)[] = [];

  const waitFor = (signal: AbortSignal): Promise<Seat> =>
    new Promise((resolve, reject) => {
      const leave = () => {
        queue.splice(queue.indexOf(sit), 1);
        reject(signal.reason);
      };
      const sit = (seat: Seat) => {
        signal.removeEventListener('abort', leave);
        resolve(seat);
      };
      signal.addEventListener('abort', leave, { once: true });
      queue.push(sit);
    });

  return {
    acquire: async (signal) => {
      signal.throwIfAborted();
      const seat = free.pop();
      if (seat !== undefined) return seat;
      if (queue.length >= max_waiting) throw tooMany();
      return waitFor(signal);
    },
    release: (seat) => {
      const next = queue.shift();
      if (next === undefined)
        free.push(seat); // the last one in is taken first: a thread that runs, before one to be started
      else next(seat);
    },
    hasWaiters: () => queue.length > 0,
  };
}
