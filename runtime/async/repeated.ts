/** Work that a process does again and again, one at a time. */
import type { Clock } from './clock.ts';

export type Repeated = {
  /** No work begins any more; what is under way may end. */
  stop(): void;
  /** The same, and resolves once no work is under way. */
  end(): Promise<void>;
};

/** Begins `work` each `interval_ms` after its last end. What it throws is its caller's to report: here it only ends that turn. */
export function repeated(clock: Pick<Clock, 'after'>, interval_ms: number, work: () => Promise<unknown>): Repeated {
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  let timer = { cancel: () => {} };
  function schedule(): void {
    if (stopped) return;
    timer = clock.after(interval_ms, () => {
      running = work().then(schedule, schedule);
    });
  }
  function stop(): void {
    stopped = true;
    timer.cancel();
  }
  schedule();
  return {
    stop,
    end: async () => {
      stop();
      await running;
    },
  };
}
