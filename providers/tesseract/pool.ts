/**
 * The local Recogniser: a few tesseract threads, and the rules of their lives.
 *
 * - A thread starts when a picture needs it, within a limit, and reads one picture at a time; organisations take turns.
 * - It is replaced when a picture takes too long or is given up (it can't be interrupted otherwise), when it dies, when the engine
 *   refuses a picture (its memory can't be trusted then), and after a number of pages (its memory never shrinks).
 * - It is ended when it has read something and then rests for a while: an idle service keeps none of that memory.
 * - So whatever a picture does, it fails alone: the next one has a sound thread.
 */
import { failureOf } from '../../contract/failures.ts';
import type { Clock } from '../../runtime/async/clock.ts';
import { LOW_PRIORITY, RAISED_PRIORITY } from '../../runtime/async/low-priority.ts';
import { createPool } from '../../runtime/async/pool.ts';
import { bounded, withTimeout } from '../../runtime/async/timeout.ts';
import type { PageRead, PictureToRead, Recogniser } from '../../runtime/ports/providers.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';
import { installLanguages, LANGUAGES } from './languages.ts';
import { prepared } from './prepare.ts';
import { EngineRefused, type StartThread, startThread, type Thread, ThreadEnded } from './thread.ts';
import { confidenceOf, pageOf } from './words.ts';
import { looksWritten } from './writing.ts';

/** 0.3 s on a quiet machine; a start that takes this long does not end. */
const START_LIMIT_MS = 30_000;
/** Pictures waiting for a thread hold their pixels in memory. Above what any worker hands out at once: more is a mistake. */
const MAX_WAITING = 64;

/** A thread beside `workers`, while all of those read for other organisations: the queue gives a place beyond its own then, too. */
const SPARE = 1;

/** Far above the pauses of a service at work; a start, 0.3 s, is what the next picture waits for it. */
const IDLE_LIMIT_MS = 30_000;

export type TesseractOptions = {
  workers: number;
  /** Time limit of one picture once it has a thread, in ms: waiting is not included. */
  page_time_limit_ms: number;
  pages_per_worker: number;
  /** A thread that has read something is ended after so long without a picture. */
  idle_ms?: number;
  /** Where the language data is put. */
  language_dir: string;
  /** Names of tesseract's language data, in its order of trying. */
  languages?: readonly string[];
  clock: Clock;
  /** Told what becomes of threads. */
  log?: (event: string, detail: Record<string, unknown>) => void;
  /** Another engine, for tests. */
  start_thread?: StartThread;
};

/** At most `workers` of these at a time, and a spare one, which gets more of busy processors: a place for a thread, with or without one. */
type Slot = { thread: Thread | null; pages: number; idle: { cancel(): void } | null; priority: number };
const slotsOf = (length: number, priority: number) =>
  Array.from({ length }, (): Slot => ({ thread: null, pages: 0, idle: null, priority }));
type Work<T> = (slot: Slot, signal: AbortSignal) => Promise<T>;

export function tesseractPool(options: TesseractOptions): Recogniser {
  const { workers, page_time_limit_ms, pages_per_worker, language_dir, languages = LANGUAGES, clock, log = () => {} } = options;
  const { idle_ms = IDLE_LIMIT_MS } = options;
  const [usual, spare] = [slotsOf(workers, LOW_PRIORITY), slotsOf(SPARE, RAISED_PRIORITY)];
  const tooMany = () => unavailable(`${MAX_WAITING} pictures wait for the OCR engine already`);
  const slots = createPool(usual, MAX_WAITING, tooMany, spare);
  const closing = new AbortController();
  const { tracked, all } = tracking();
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

  const threadOf = async (slot: Slot, signal: AbortSignal): Promise<Thread> => {
    if (slot.thread !== null) return slot.thread;
    await install();
    const thread = await started(
      options.start_thread ?? startThread,
      { language_dir, languages, priority: slot.priority },
      signal,
      clock,
    );
    log('ocr_thread_started', {});
    slot.thread = thread;
    slot.pages = 0;
    void thread.ended.then(() => {
      if (slot.thread === thread) slot.thread = null; // died between two pictures: the next one starts another
    });
    return thread;
  };
  const dismiss = async (slot: Slot, why: string) => {
    const { thread } = slot;
    slot.thread = null;
    if (thread === null) return;
    log('ocr_thread_ended', { why, pages: slot.pages });
    await thread.end();
  };

  /** A thread without a page yet has taken nothing, and stays ready. */
  const endWhenIdle = (slot: Slot) => {
    if (slot.thread === null || slot.pages === 0) return;
    slot.idle = clock.after(idle_ms, () => void tracked(dismiss(slot, 'idle')));
  };

  const read = async (slot: Slot, picture: PictureToRead, signal: AbortSignal): Promise<PageRead> => {
    const thread = await threadOf(slot, signal);
    try {
      const page = await withTimeout({ clock, limit_ms: page_time_limit_ms, onTimeout: tooLong, signals: [signal] }, () =>
        readBy(thread, picture),
      );
      slot.pages += 1;
      if (slot.pages >= pages_per_worker) await dismiss(slot, 'old');
      return page;
    } catch (error) {
      await dismiss(slot, String(error));
      throw failureFrom(error);
    }
  };

  const onSlot = async <T>(signal: AbortSignal, work: Work<T>, owner?: string): Promise<T> => {
    const either = bounded({ clock, signals: [signal, closing.signal] });
    try {
      const slot = await slots.acquire(either.signal, owner);
      slot.idle?.cancel();
      try {
        return await work(slot, either.signal);
      } finally {
        endWhenIdle(slot);
        slots.release(slot);
      }
    } finally {
      either.release();
    }
  };
  return {
    engine: `tesseract.js/7 ${languages.join('+')}`,
    recognise: (picture, signal, owner) => tracked(onSlot(signal, (slot, either) => read(slot, picture, either), owner)),
    ready: async () => {
      await tracked(onSlot(closing.signal, threadOf));
    },
    close: async () => {
      closing.abort(unavailable('the OCR engine is being stopped'));
      await all();
      for (const { idle } of [...usual, ...spare]) idle?.cancel();
      await Promise.all([...usual, ...spare].map((slot) => dismiss(slot, 'close')));
    },
  };
}

/** What is read while a picture is prepared counts in its time as well. */
async function readBy(thread: Thread, picture: PictureToRead): Promise<PageRead> {
  const { png, back, turned, letters } = await prepared(picture, async (part) => confidenceOf(await thread.recognise(part)));
  const page = pageOf(await thread.recognise(png), picture, back);
  if (page.text === '' && looksWritten(letters)) return { ...page, looks_written: true };
  return turned === 0 || page.words.length === 0 ? page : { ...page, turned };
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

/** Knows what is under way, so that closing can wait for its end. */
function tracking() {
  const working = new Set<Promise<void>>();
  const tracked = <T>(work: Promise<T>): Promise<T> => {
    const settled = work.then(
      () => {},
      () => {}, // the caller has the other promise
    );
    working.add(settled);
    void settled.then(() => working.delete(settled));
    return work;
  };
  return { tracked, all: () => Promise.all(working) };
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
const tooLong = (ms: number) => new StepError(failureOf('OCR_TIMEOUT', `the picture was not read within ${ms} ms`));

const unavailable = (detail: string, cause?: unknown) => new StepError(failureOf('PROVIDER_UNAVAILABLE', detail), cause);
