/**
 * An engine of this machine: a worker (a thread or a process) at each place that needs one, and the rules of its life.
 *
 * - It starts when a picture needs it, within a limit, and reads one picture at a time.
 * - It is replaced when a picture takes too long or is given up (it can't be interrupted otherwise), when it dies, when it refuses a
 *   picture (its memory can't be trusted then), and when it is old: after a number of pages, or by its memory.
 * - It is ended when it has read something and then rests for a while: an idle service keeps none of that memory.
 * - So whatever a picture does, it fails alone: the next one has a sound worker.
 */
import { failureOf } from '../../contract/failures.ts';
import type { Clock } from '../../runtime/async/clock.ts';
import { bounded, withTimeout } from '../../runtime/async/timeout.ts';
import type { PageRead, PictureToRead } from '../../runtime/ports/providers.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';
import { type Slot, type Slots, unavailable } from './slots.ts';

/** `ended`: resolves when it has ended, by itself or by `end`, which ends it at once, in the middle of a picture too. */
export type ReadingWorker = { readonly ended: Promise<void>; end(): Promise<void> };

export type EngineLimits = {
  /** Time limit of one picture once it has a worker, in ms: waiting is not included. */
  page_time_limit_ms: number;
  pages_per_worker: number;
  /** A worker that has read something is ended after so long without a picture. */
  idle_ms?: number;
  clock: Clock;
  /** Told what becomes of workers. */
  log?: (event: string, detail: Record<string, unknown>) => void;
};
export type EngineOptions<Worker> = EngineLimits & {
  /** As its workers are called in logs. */
  kind: 'thread' | 'process';
  start(priority: number, signal: AbortSignal): Promise<Worker>;
  read(worker: Worker, picture: PictureToRead): Promise<PageRead>;
  /** Whether an error means that the worker died or can't be trusted. */
  isCrash(error: unknown): boolean;
  /** Asked after each page; a number of pages apart. */
  isOld?(worker: Worker): boolean;
};
export type LocalEngine = {
  /** Resolves when a worker is ready at this place. */
  ready(slot: Slot, signal: AbortSignal): Promise<void>;
  /** Throws StepError: OCR_CRASHED, OCR_TIMEOUT, PROVIDER_UNAVAILABLE. */
  read(slot: Slot, picture: PictureToRead, signal: AbortSignal): Promise<PageRead>;
  /** The place is in use, or not any more. */
  wake(slot: Slot): void;
  rest(slot: Slot, track: Slots['track']): void;
  /** Ends what it keeps at this place. */
  end(slot: Slot): Promise<void>;
};

/** 0.3 s on a quiet machine; a start that takes this long does not end. */
const START_LIMIT_MS = 30_000;
/** Far above the pauses of a service at work; a start, 0.3 s, is what the next picture waits for it. */
const IDLE_LIMIT_MS = 30_000;

type Kept<Worker> = { worker: Worker; pages: number };

export function createEngine<Worker extends ReadingWorker>(options: EngineOptions<Worker>): LocalEngine {
  const { kind, clock, page_time_limit_ms, pages_per_worker, idle_ms = IDLE_LIMIT_MS, log = () => {} } = options;
  const kept = new Map<Slot, Kept<Worker>>();
  const idle = new Map<Slot, { cancel(): void }>();

  const workerAt = async (slot: Slot, signal: AbortSignal): Promise<Kept<Worker>> => {
    const there = kept.get(slot);
    if (there) return there;
    const worker = await started(options.start, slot.priority, signal, clock);
    log(`ocr_${kind}_started`, {});
    const one = { worker, pages: 0 };
    kept.set(slot, one);
    void worker.ended.then(() => {
      if (kept.get(slot) !== one) return;
      kept.delete(slot); // it died: the next picture starts another
      log(`ocr_${kind}_ended`, { why: 'died', pages: one.pages });
    });
    return one;
  };
  const dismiss = async (slot: Slot, why: string): Promise<void> => {
    const one = kept.get(slot);
    kept.delete(slot);
    if (!one) return;
    log(`ocr_${kind}_ended`, { why, pages: one.pages });
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
    read: async (slot, picture, signal) => {
      const one = await workerAt(slot, signal);
      try {
        const page = await withTimeout({ clock, limit_ms: page_time_limit_ms, onTimeout: tooLong, signals: [signal] }, () =>
          options.read(one.worker, picture),
        );
        one.pages += 1;
        if (one.pages >= pages_per_worker || options.isOld?.(one.worker)) await dismiss(slot, 'old');
        return page;
      } catch (error) {
        await dismiss(slot, String(error));
        if (!(error instanceof Error) || !options.isCrash(error)) throw error; // too long, given up, or not understood
        // Retryable, and the attempts end it: a worker with a fresh memory may read what a used one could not.
        throw new StepError(failureOf('OCR_CRASHED', error.message), error);
      }
    },
    wake,
    /** A worker without a page yet has taken nothing, and stays ready. */
    rest: (slot, track) => {
      if (!kept.get(slot)?.pages) return;
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

async function started<Worker>(
  start: EngineOptions<Worker>['start'],
  priority: number,
  signal: AbortSignal,
  clock: Clock,
): Promise<Worker> {
  const late = (ms: number) => unavailable(`the OCR engine did not start within ${ms} ms`);
  const limit = bounded({ clock, limit_ms: START_LIMIT_MS, onTimeout: late, signals: [signal] });
  try {
    return await start(priority, limit.signal);
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof StepError ? error : unavailable(`the OCR engine does not start: ${String(error)}`, error);
  } finally {
    limit.release();
  }
}

/** Retryable: the limit is of the wall, and a machine under load is not the picture's fault. */
const tooLong = (ms: number) => new StepError(failureOf('OCR_TIMEOUT', `the picture was not read within ${ms} ms`));
