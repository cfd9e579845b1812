/** The lives of the threads of a tesseract pool: what starts one, what ends it, and the language data that all of them need. */
import { failureOf } from '../../contract/failures.ts';
import type { Clock } from '../../runtime/async/clock.ts';
import { bounded, withTimeout } from '../../runtime/async/timeout.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';
import { installLanguages } from './languages.ts';
import { EngineRefused, type StartThread, type Thread, ThreadEnded } from './thread.ts';

/** 0.3 s on a quiet machine; a start that takes this long does not end. */
const START_LIMIT_MS = 30_000;

/** A place for a thread, with or without one. priority: a nice value, on Linux. */
export type Slot = { thread: Thread | null; pages: number; idle: { cancel(): void } | null; priority: number };

export type ThreadsOptions = {
  /** Time limit of one picture once it has a thread, in ms: waiting is not included. */
  page_time_limit_ms: number;
  pages_per_worker: number;
  /** A thread that has read something is ended after so long without a picture. */
  idle_ms: number;
  /** Where the language data is put. */
  language_dir: string;
  /** Names of tesseract's language data, in its order of trying. */
  languages: readonly string[];
  clock: Clock;
  /** Told what becomes of threads. */
  log: (event: string, detail: Record<string, unknown>) => void;
  start_thread: StartThread;
};

export function createThreads(options: ThreadsOptions) {
  const { page_time_limit_ms, pages_per_worker, idle_ms, language_dir, languages, clock, log, start_thread } = options;
  let installed: Promise<void> | null = null;

  /** Once for all threads; tried again after it failed, since somebody may have put the data there. */
  const install = () => {
    installed ??= installLanguages(language_dir, languages, clock).catch((error: unknown) => {
      installed = null;
      throw error instanceof StepError
        ? error
        : unavailable(`the language data cannot be put into ${language_dir}: ${String(error)}`, error);
    });
    return installed;
  };

  async function threadOf(slot: Slot, signal: AbortSignal): Promise<Thread> {
    if (slot.thread !== null) return slot.thread;
    await install();
    const thread = await started(start_thread, { language_dir, languages, priority: slot.priority }, signal, clock);
    log('ocr_thread_started', {});
    slot.thread = thread;
    slot.pages = 0;
    void thread.ended.then(() => {
      if (slot.thread === thread) slot.thread = null; // died between two pictures: the next one starts another
    });
    return thread;
  }
  async function dismiss(slot: Slot, why: string): Promise<void> {
    const { thread } = slot;
    slot.thread = null;
    if (thread === null) return;
    log('ocr_thread_ended', { why, pages: slot.pages });
    await thread.end();
  }
  return {
    threadOf,
    dismiss,
    /** A thread without a page yet has taken nothing, and stays ready. ended: given what the end of the thread is. */
    endWhenIdle(slot: Slot, ended: (end: Promise<void>) => unknown): void {
      if (slot.thread === null || slot.pages === 0) return;
      slot.idle = clock.after(idle_ms, () => void ended(dismiss(slot, 'idle')));
    },
    /** Reads a page by a thread, which is dismissed when that fails, and when it has read enough. */
    async reading<Read>(slot: Slot, signal: AbortSignal, read: (thread: Thread) => Promise<Read>): Promise<Read> {
      const thread = await threadOf(slot, signal);
      try {
        const limits = { clock, limit_ms: page_time_limit_ms, onTimeout: tooLong, signals: [signal] };
        const page = await withTimeout(limits, () => read(thread));
        slot.pages += 1;
        if (slot.pages >= pages_per_worker) await dismiss(slot, 'old');
        return page;
      } catch (error) {
        await dismiss(slot, String(error));
        throw failureFrom(error);
      }
    },
  };
}

async function started(start: StartThread, what: Parameters<StartThread>[0], signal: AbortSignal, clock: Clock): Promise<Thread> {
  const late = (ms: number) => unavailable(`the OCR engine did not start within ${ms} ms`);
  const limit = bounded({ clock, limit_ms: START_LIMIT_MS, onTimeout: late, signals: [signal] });
  try {
    return await start(what, limit.signal);
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof StepError ? error : unavailable(`the OCR engine does not start: ${String(error)}`, error);
  } finally {
    limit.release();
  }
}

/**
 * All are retryable, and the attempts end it. Too long: the limit is of the wall, and a machine under load is not the picture's
 * fault. Crashed or refused: a thread with a fresh memory may read what a used one could not.
 */
function failureFrom(error: unknown): unknown {
  if (error instanceof ThreadEnded || error instanceof EngineRefused)
    return new StepError(failureOf('OCR_CRASHED', error.message), error);
  return error; // too long, given up by the caller, or not understood
}
/** What a thread may fail by, whether it is the engine or the picture that is wrong. */
export const isOfThread = (error: unknown): boolean =>
  error instanceof StepError && ['OCR_CRASHED', 'OCR_TIMEOUT', 'PROVIDER_UNAVAILABLE'].includes(error.failure.code);
const tooLong = (ms: number) => new StepError(failureOf('OCR_TIMEOUT', `the picture was not read within ${ms} ms`));

export const unavailable = (detail: string, cause?: unknown) => new StepError(failureOf('PROVIDER_UNAVAILABLE', detail), cause);
