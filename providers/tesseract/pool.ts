/**
 * The local Recogniser: a few tesseract threads, and the rules of their lives.
 *
 * - A thread starts when a picture needs it, within a limit, and reads one picture at a time; organisations take turns.
 * - It is replaced when a picture takes too long or is given up (it can't be interrupted otherwise), when it dies, when the engine
 *   refuses a picture (its memory can't be trusted then), and after a number of pages (its memory never shrinks).
 * - It is ended when it has read something and then rests for a while: an idle service keeps none of that memory.
 * - So whatever a picture does, it fails alone: the next one has a sound thread.
 * - Whether the engine itself works is found out by a picture of its own: see engine-health.ts.
 */
import sharp from 'sharp';
import type { Clock } from '../../runtime/async/clock.ts';
import { LOW_PRIORITY, RAISED_PRIORITY } from '../../runtime/async/low-priority.ts';
import { createPool } from '../../runtime/async/pool.ts';
import { bounded } from '../../runtime/async/timeout.ts';
import type { PageRead, PictureToRead, Recogniser } from '../../runtime/ports/providers.ts';
import { engineHealth } from './engine-health.ts';
import { LANGUAGES } from './languages.ts';
import { prepared } from './prepare.ts';
import { startThread, type Thread } from './thread.ts';
import { createThreads, isOfThread, type Slot, type ThreadsOptions, unavailable } from './threads.ts';
import { confidenceOf, pageOf } from './words.ts';
import { looksWritten } from './writing.ts';

/** Pictures waiting for a thread hold their pixels in memory. Above what any worker hands out at once: more is a mistake. */
const MAX_WAITING = 64;

/** A thread beside `workers`, while all of those read for other organisations: the queue gives a place beyond its own then, too. */
const SPARE = 1;

/** Far above the pauses of a service at work; a start, 0.3 s, is what the next picture waits for it. */
const IDLE_LIMIT_MS = 30_000;

const ASK_AGAIN_MS = 30_000;

/** Absent settings are those of tuodi; `start_thread`, which is another engine, is for tests. */
export type TesseractOptions = Partial<ThreadsOptions> &
  Pick<ThreadsOptions, 'page_time_limit_ms' | 'pages_per_worker' | 'language_dir'> & {
    workers: number;
    clock: Clock;
    /** How often an engine that does not work is asked whether it does. */
    ask_again_ms?: number;
    /** Why the engine itself does not work, when that begins; null: it works again. */
    told?: (why: string | null) => void;
  };

/** At most `workers` of these at a time, and a spare one, which gets more of busy processors. */
const slotsOf = (length: number, priority: number) =>
  Array.from({ length }, (): Slot => ({ thread: null, pages: 0, idle: null, priority }));
type Work<T> = (slot: Slot, signal: AbortSignal) => Promise<T>;

export function tesseractPool({
  workers,
  told = () => {},
  ask_again_ms = ASK_AGAIN_MS,
  ...options
}: TesseractOptions): Recogniser {
  const { clock, languages = LANGUAGES } = options;
  const [usual, spare] = [slotsOf(workers, LOW_PRIORITY), slotsOf(SPARE, RAISED_PRIORITY)];
  const tooMany = () => unavailable(`${MAX_WAITING} pages wait for the OCR engine already`);
  const slots = createPool(usual, MAX_WAITING, tooMany, spare);
  const closing = new AbortController();
  const { tracked, all } = tracking();
  const threads = createThreads({ idle_ms: IDLE_LIMIT_MS, log: () => {}, start_thread: startThread, ...options, languages });

  const onSlot = async <T>(signal: AbortSignal, work: Work<T>, owner?: string): Promise<T> => {
    const either = bounded({ clock, signals: [signal, closing.signal] });
    try {
      const slot = await slots.acquire(either.signal, owner);
      slot.idle?.cancel();
      try {
        return await work(slot, either.signal);
      } finally {
        threads.endWhenIdle(slot, tracked);
        slots.release(slot);
      }
    } finally {
      either.release();
    }
  };
  const health = engineHealth({
    ...{ clock, told, again_ms: ask_again_ms },
    ask: (signal) => tracked(onSlot(signal, (slot, either) => threads.reading(slot, either, readBlank))),
  });
  const read = async (slot: Slot, picture: PictureToRead, signal: AbortSignal): Promise<PageRead> => {
    try {
      const page = await threads.reading(slot, signal, (thread) => readBy(thread, picture));
      health.read();
      return page;
    } catch (error) {
      if (isOfThread(error) && !signal.aborted) health.failed();
      throw error;
    }
  };
  return {
    engine: `tesseract.js/7 ${languages.join('+')}`,
    recognise: (picture, signal, owner) => tracked(onSlot(signal, (slot, either) => read(slot, picture, either), owner)),
    ready: async () => {
      await tracked(onSlot(closing.signal, threads.threadOf));
    },
    close: async () => {
      health.stop();
      closing.abort(unavailable('the OCR engine is being stopped'));
      await all();
      for (const { idle } of [...usual, ...spare]) idle?.cancel();
      await Promise.all([...usual, ...spare].map((slot) => threads.dismiss(slot, 'close')));
    },
  };
}

/** A picture that any engine can read, with nothing on it. */
async function readBlank(thread: Thread): Promise<unknown> {
  const white = { width: 64, height: 64, channels: 3, background: 'white' } as const;
  return thread.recognise(await sharp({ create: white }).png().toBuffer());
}

/** What is read while a picture is prepared counts in its time as well. */
async function readBy(thread: Thread, picture: PictureToRead): Promise<PageRead> {
  const { png, back, turned, letters } = await prepared(picture, async (part) => confidenceOf(await thread.recognise(part)));
  const page = pageOf(await thread.recognise(png), picture, back);
  if (page.text === '' && looksWritten(letters)) return { ...page, looks_written: true };
  return turned === 0 || page.words.length === 0 ? page : { ...page, turned };
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
