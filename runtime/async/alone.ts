/** Work beside other work, or alone: whoever is to be alone waits until the others have left, and lets none in before it. */
import type { Clock } from './clock.ts';

type Waiter = { rank: number | null; ready: boolean; enter(): void };

/** `gather_ms`: so long those who are to be alone are waited for, that the one of the lowest rank goes first. */
export function createAlone({ clock, gather_ms }: { clock: Pick<Clock, 'after'>; gather_ms: number }) {
  const waiting = new Set<Waiter>();
  let inside = 0;
  let alone = false;

  function admit(waiter: Waiter): void {
    waiting.delete(waiter);
    inside += 1;
    alone = waiter.rank !== null;
    waiter.enter();
  }
  function next(): void {
    if (alone) return;
    const lone = [...waiting].filter(({ rank }) => rank !== null).sort((a, b) => Number(a.rank) - Number(b.rank));
    const [first] = lone;
    if (!first) for (const waiter of [...waiting]) admit(waiter);
    else if (inside === 0 && lone.every(({ ready }) => ready)) admit(first);
  }
  function leave(): void {
    inside -= 1;
    alone = false;
    next();
  }
  return {
    /** `rank`: to be alone; null: beside others. Returns what leaves again; rejects with the signal's reason when it is aborted first. */
    enter(rank: number | null, signal: AbortSignal): Promise<() => void> {
      return new Promise((resolve, reject) => {
        signal.throwIfAborted();
        const give_up = () => {
          waiting.delete(waiter);
          gathered?.cancel();
          reject(signal.reason);
          next();
        };
        const enter = () => {
          signal.removeEventListener('abort', give_up);
          resolve(leave);
        };
        const waiter: Waiter = { rank, ready: rank === null, enter };
        signal.addEventListener('abort', give_up, { once: true });
        waiting.add(waiter);
        const ready = () => {
          waiter.ready = true;
          next();
        };
        const gathered = rank === null ? null : clock.after(gather_ms, ready, { holds: true });
        next();
      });
    },
  };
}
