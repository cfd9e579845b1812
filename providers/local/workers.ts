/**
 * Workers of this machine (a thread or a process) at each place that needs one, and the rules of their life.
 *
 * - One starts when there is work for it, within a limit, and does one piece at a time.
 * - It is replaced when a piece takes too long or is given up (it can't be interrupted otherwise), when it dies, when it refuses one (its
 *   memory can't be trusted then), and when it is old: after a number of pieces, or by its memory.
 * - It is ended when it has done something and then rests for a while: an idle service keeps none of that memory.
 * - So whatever a piece of work does, it fails alone: the next one has a sound worker.
 */
import type { Clock } from '../../runtime/async/clock.ts';
import { bounded, withTimeout } from '../../runtime/async/timeout.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';
import { type Slot, type Slots, unavailable } from './slots.ts';

/** `ended`: resolves when it has ended, by itself or by `end`, which ends it at once, in the middle of its work too. */
export type Worker = { readonly ended: Promise<void>; end(): Promise<void> };

export type WorkersOptions<Own extends Worker, Asked, Answer> = {
  /** As errors and logs call them: `the OCR engine`, `ocr_process`. */
  name: string;
  event: string;
  /** Time limit of one piece of work once it has a worker, in ms: waiting is not included. */
  time_limit_ms: number;
  pieces_per_worker: number;
  /** A start that takes longer is given up; absent: 30 s. */
  start_limit_ms?: number;
  /** One that has done something is ended after so long without work; absent: 30 s. */
  idle_ms?: number;
  clock: Clock;
  /** Told what becomes of workers. */
  log?: (event: string, detail: Record<string, unknown>) => void;
  start(priority: number, signal: AbortSignal): Promise<Own>;
  work(worker: Own, asked: Asked): Promise<Answer>;
  /** Whether an error means that the worker died or can't be trusted. */
  isCrash(error: unknown): boolean;
  /** Asked after each piece of work. */
  isOld?(worker: Own): boolean;
  /** What is thrown for a piece that took too long, and of one at which its worker died. */
  tooLong(limit_ms: number): StepError;
  crashed(error: Error): StepError;
};
export type Workers<Asked, Answer> = {
  /** Resolves when a worker is ready at this place. */
  ready(slot: Slot, signal: AbortSignal): Promise<void>;
  /** Throws StepError: `tooLong`, `crashed`, PROVIDER_UNAVAILABLE. */
  work(slot: Slot, asked: Asked, signal: AbortSignal): Promise<Answer>;
  /** The place is in use, or not any more. */
  wake(slot: Slot): void;
  rest(slot: Slot, track: Slots['track']): void;
  /** Ends what it keeps at this place. */
  end(slot: Slot): Promise<void>;
};

/** 0.3 s on a quiet machine for the models of reading, some seconds for large ones; a start that takes this long does not end. */
const START_LIMIT_MS = 30_000;
/** Far above the pauses of a service at work; a start is what the next piece waits for it. */
const IDLE_LIMIT_MS = 30_000;

type Kept<Own> = { worker: Own; pieces: number };

export function createWorkers<Own extends Worker, Asked, Answer>(
  options: WorkersOptions<Own, Asked, Answer>,
): Workers<Asked, Answer> {
  const { event, clock, time_limit_ms, pieces_per_worker, idle_ms = IDLE_LIMIT_MS, log = () => {}, tooLong } = options;
  const kept = new Map<Slot, Kept<Own>>();
  const idle = new Map<Slot, { cancel(): void }>();

  const workerAt = async (slot: Slot, signal: AbortSignal): Promise<Kept<Own>> => {
    const there = kept.get(slot);
    if (there) return there;
    const worker = await started(options, slot.priority, signal);
    log(`${event}_started`, {});
    const one = { worker, pieces: 0 };
    kept.set(slot, one);
    void worker.ended.then(() => {
      if (kept.get(slot) !== one) return;
      kept.delete(slot); // it died: the next piece starts another
      log(`${event}_ended`, { why: 'died', pieces: one.pieces });
    });
    return one;
  };
  const dismiss = async (slot: Slot, why: string): Promise<void> => {
    const one = kept.get(slot);
    kept.delete(slot);
    if (!one) return;
    log(`${event}_ended`, { why, pieces: one.pieces });
    await one.worker.end();
  };
  const wake = (slot: Slot) => {
    idle.get(slot)?.cancel();
    idle.delete(slot);
  };
  return {
    ready: async (slot, signal) => {
      await workerAt(slot, signal);
    },
    work: async (slot, asked, signal) => {
      const one = await workerAt(slot, signal);
      try {
        const answer = await withTimeout({ clock, limit_ms: time_limit_ms, onTimeout: tooLong, signals: [signal] }, () =>
          options.work(one.worker, asked),
        );
        one.pieces += 1;
        if (one.pieces >= pieces_per_worker || options.isOld?.(one.worker)) await dismiss(slot, 'old');
        return answer;
      } catch (error) {
        await dismiss(slot, String(error));
        if (!(error instanceof Error) || !options.isCrash(error)) throw error; // too long, given up, or not understood
        // Retryable, and the attempts end it: a worker with a fresh memory may do what a used one could not.
        throw options.crashed(error);
      }
    },
    wake,
    /** A worker that has done nothing yet has taken nothing, and stays ready. */
    rest: (slot, track) => {
      if (!kept.get(slot)?.pieces) return;
      idle.set(
        slot,
        clock.after(idle_ms, () => void track(dismiss(slot, 'idle'))),
      );
    },
    end: async (slot) => {
      wake(slot);
      await dismiss(slot, 'close');
    },
  };
}

async function started<Own extends Worker, Asked, Answer>(
  { start, name, clock, start_limit_ms = START_LIMIT_MS }: WorkersOptions<Own, Asked, Answer>,
  priority: number,
  signal: AbortSignal,
): Promise<Own> {
  const late = (ms: number) => unavailable(`${name} did not start within ${ms} ms`);
  const limit = bounded({ clock, limit_ms: start_limit_ms, onTimeout: late, signals: [signal] });
  try {
    return await start(priority, limit.signal);
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof StepError ? error : unavailable(`${name} does not start: ${String(error)}`, error);
  } finally {
    limit.release();
  }
}
