/** How soon a process that keeps ending is started again. */
import type { Clock } from '../../runtime/async/clock.ts';
import { ProcessEnded } from './process.ts';
import { unavailable } from './slots.ts';

/** Starts after failures in a row: at once, and from the third one on after so long, doubled each time. */
const FREE_FAILURES = 2;
const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 30_000;

export type Backoff = {
  /** Starts a process. Throws PROVIDER_UNAVAILABLE while it is too soon. A start that fails counts, unless it was given up by `signal`. */
  start<Process>(start: () => Promise<Process>, signal: AbortSignal): Promise<Process>;
  /** What a process answers. Its death counts; an answer ends the count. */
  answered<Answer>(work: Promise<Answer>): Promise<Answer>;
};

/** `name`: of the process, as errors call it. */
export function createBackoff(clock: Clock, name: string): Backoff {
  let [failures, not_before] = [0, 0];
  const failed = () => {
    failures += 1;
    if (failures <= FREE_FAILURES) return;
    not_before = clock.elapsed() + Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (failures - FREE_FAILURES - 1));
  };
  return {
    async start(start, signal) {
      const wait_ms = Math.max(0, Math.ceil(not_before - clock.elapsed()));
      if (wait_ms > 0) throw unavailable(`${name} ended several times; it is started again in ${wait_ms} ms`);
      return start().catch((error: unknown) => {
        if (!signal.aborted) failed();
        throw error;
      });
    },
    async answered(work) {
      const answer = await work.catch((error: unknown) => {
        if (error instanceof ProcessEnded) failed();
        throw error;
      });
      [failures, not_before] = [0, 0];
      return answer;
    },
  };
}
