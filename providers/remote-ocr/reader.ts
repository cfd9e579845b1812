/**
 * Reads what an engine says: a short answer at once, a long one in a thread, so that nobody else waits for it. One thread, started when
 * it is first needed and used again; one answer at a time, so that its memory has a bound.
 */
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { ServiceFailure } from '../../contract/failures.ts';
import type { Clock } from '../../runtime/async/clock.ts';
import type { PageRead } from '../../runtime/ports/providers.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';
import { badResult } from '../http.ts';
import { type ParsedResponse, parseResponse } from './answer.ts';

/** In characters: up to here parsing and checking take less than some 10 ms. */
export const LONG_ANSWER = 256 * 1024;
/** 8 MB take 2 s on a busy machine. */
const READ_LIMIT_MS = 30_000;
/** 8 MB of the smallest words there are, parsed and checked, take less. */
const HEAP_LIMITS = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 64 };
/** Answers in line hold their text: more than are ever asked for and called back at once. */
const MAX_WAITING = 256;

export type Page = PageRead & { page: number };
/** JSON that was checked: of a page without words, and of its words, some at a time. */
export type PageInPieces = { page: string; words: string[] };
/** `pages`: of a `done`. */
export type ReaderReply = { id: number; parsed?: ParsedResponse; pages?: PageInPieces[]; failure?: ServiceFailure };
export type ReaderRequest = { id: number; text: string };
export type Reader = {
  /** Throws ServiceError PROVIDER_BAD_RESULT for what is not of the protocol. */
  read(text: string): Promise<ParsedResponse>;
  close(): Promise<void>;
};

/** As it is run: beside this file, in the language of this file. */
const here = JSON.stringify(import.meta.url);
const FROM_SOURCE = `import('tsx/esm/api').then(({ tsImport }) => tsImport('./reader-thread.ts', ${here}))`;
const startThread = (): Worker =>
  import.meta.url.endsWith('.ts')
    ? new Worker(FROM_SOURCE, { eval: true, resourceLimits: HEAP_LIMITS })
    : new Worker(new URL('./reader-thread.js', import.meta.url), { resourceLimits: HEAP_LIMITS });

export function answerReader(clock: Clock, start: () => Worker = startThread): Reader {
  let worker: Worker | null = null;
  let next = 0;
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();

  /** A thread that failed or is silent is given up, and the answer with it; the next answer gets another. */
  function asked(text: string): Promise<ReaderReply> {
    const thread = worker ?? start();
    worker = thread;
    next += 1;
    const id = next;
    return new Promise<ReaderReply>((resolve, reject) => {
      const settle = (then: () => void) => {
        limit.cancel();
        thread.off('message', onMessage).off('error', failed).off('exit', ended);
        thread.unref(); // idle, it keeps no process alive
        then();
      };
      const giveUp = (error: Error) => {
        if (worker === thread) worker = null;
        settle(() => reject(error));
        void thread.terminate();
      };
      const onMessage = (answer: ReaderReply) => (answer.id === id ? settle(() => resolve(answer)) : undefined);
      const failed = (error: Error) => giveUp(badResult(`the OCR engine's answer cannot be read: ${error.message}`));
      const ended = () => giveUp(badResult("the OCR engine's answer cannot be read: its reader died of it"));
      const limit = clock.after(READ_LIMIT_MS, () =>
        giveUp(badResult(`the OCR engine's answer took more than ${READ_LIMIT_MS} ms to read`)),
      );
      thread.on('message', onMessage).on('error', failed).on('exit', ended);
      thread.ref();
      thread.postMessage({ id, text } satisfies ReaderRequest);
    });
  }
  async function inThread(text: string): Promise<ParsedResponse> {
    const { parsed, pages, failure } = await asked(text);
    if (!parsed) throw failure ? new StepError(failure) : badResult('its reader said nothing');
    return parsed.asked.status === 'done'
      ? { ...parsed, asked: { status: 'done', pages: await parsedPages(pages ?? []) } }
      : parsed;
  }
  return {
    async read(text) {
      if (text.length <= LONG_ANSWER) return parseResponse(text);
      if (waiting >= MAX_WAITING) throw new StepError(BUSY);
      waiting += 1;
      const turn = last
        .then(() => inThread(text))
        .finally(() => {
          waiting -= 1;
        });
      last = turn.catch(() => undefined); // the caller gets the error; the next one goes on
      return turn;
    },
    async close() {
      await worker?.terminate();
      worker = null;
    },
  };
}
const BUSY: ServiceFailure = {
  ...{ code: 'PROVIDER_UNAVAILABLE', retryable: true },
  detail: `${MAX_WAITING} answers wait to be read already`,
};

/** One piece at a turn of the event loop: whoever else waits comes in between. */
async function parsedPages(texts: PageInPieces[]): Promise<Page[]> {
  const pages: Page[] = [];
  for (const { page: text, words } of texts) {
    const page: Page = JSON.parse(text); // written by the thread from what it had checked, as the words are
    for (const piece of words) {
      page.words.push(...JSON.parse(piece));
      await turnOfTheLoop();
    }
    pages.push(page);
    await turnOfTheLoop();
  }
  return pages;
}
