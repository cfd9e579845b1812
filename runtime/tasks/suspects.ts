/**
 * Pictures that may be what killed a process: each run that decodes a picture is marked, and whatever was marked when a process died is
 * a suspect. A suspect runs alone: it clears itself by ending, in whichever way; each process that is lost meanwhile counts against it, and
 * against no other.
 */
import { DECODES } from '../../contract/step-kinds.ts';
import type { TaskLimits } from '../../machines/limits.ts';
import { createAlone } from '../async/alone.ts';
import type { Clock } from '../async/clock.ts';
import type { RunMarks } from '../ports/run-marks.ts';
import type { TaskRecord } from '../ports/tasks.ts';
import { StepError } from './step-handler.ts';

type Parts = {
  marks: RunMarks;
  clock: Pick<Clock, 'after' | 'sleep'>;
  gather_ms: number;
  limits: Pick<TaskLimits, 'max_losses' | 'backoff_base_ms' | 'backoff_max_ms'>;
};
type SuspectRun = Pick<TaskRecord, 'kind' | 'resource_id'>;
type Work = { begin(): Promise<void>; refuse(why: StepError): Promise<void> };
export type Suspects = ReturnType<typeof createSuspects>;

export function createSuspects({ marks, clock, gather_ms, limits }: Parts) {
  const { max_losses, backoff_base_ms, backoff_max_ms } = limits;
  /** A suspect waits, so that a process lives for longer without it each time: what else kills it, kills it before. */
  const entered = async (losses: number | null, signal: AbortSignal) => {
    if (losses !== null) await clock.sleep(Math.min(2 ** losses * backoff_base_ms, backoff_max_ms), signal);
    return door.enter(losses, signal);
  };
  const door = createAlone({ clock, gather_ms });
  return {
    /**
     * Begins the work, marked meanwhile. `refuse` is called instead, with WORKER_LOST, never retried by itself, if too many processes were
     * lost with it alone: once its picture knows, the count ends, so that a person's retry begins a new one. Neither when `stopping` comes first.
     */
    async run(task: SuspectRun, stopping: AbortSignal, { begin, refuse }: Work): Promise<void> {
      if (!DECODES.has(task.kind)) return begin();
      const losses = marks.losses(task);
      if (losses !== null && losses >= max_losses) {
        await refuse(lost(losses, task));
        return marks.end(task, true);
      }
      const leave = await entered(losses, stopping).catch(() => null); // handed back
      if (!leave) return;
      try {
        await marks.begin(task, losses !== null);
        await begin();
      } finally {
        // Handed back by a stop, it has not been cleared; nor has it killed anybody.
        await marks.end(task, !stopping.aborted);
        leave();
      }
    },
  };
}

const lost = (losses: number, { kind }: SuspectRun) =>
  new StepError({
    code: 'WORKER_LOST',
    retryable: false,
    detail: `${losses} processes were lost while ${kind} of this picture was the only one that they ran`,
  });
