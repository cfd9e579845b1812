/**
 * Decoders that we can't trust with this process run in a thread each file has to itself, with a limit on its time and its memory.
 * Whatever a file does there, it fails alone: the thread is ended with the file, and in the middle of it when a limit is passed.
 */
import { Worker } from 'node:worker_threads';
import { failureOf, isFailureCode } from '../../contract/failures.ts';
import type { PageRemark } from '../../contract/remarks.ts';
import { createPool } from '../../runtime/async/pool.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';
import type { OpenedWith, OwnText, Size } from './pages.ts';
import { RejectedFile } from './rejected-file.ts';

/** JavaScript's own memory of a thread; what decoders take beyond it is bounded in the thread itself. */
const HEAP_LIMITS = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 64, stackSizeMb: 4 };
/** Threads at once in this process; each may hold a file and a page of it in full. Inspections and recognitions wait in line for them. */
const MAX_THREADS = 4;
/** One more, for a file of an organisation that has none while others have all of them. */
const SPARE = 1;
/** Files in line hold their bytes: above what any worker hands out at once. */
const MAX_WAITING = 64;

export type DecoderName = 'pdf' | 'heic' | 'bmp';
/** remarks: what is lacking on the page as it was drawn. */
export type Pixels = Size & { rgba: Uint8Array; remarks?: PageRemark[] };
/** dates: as the file writes them. remarks: of the whole file. */
export type OpenedThere = { count: number; sizes: Size[]; dates?: string[]; remarks?: PageRemark[] };
/** What a thread is asked, in this order: to open its file, then any of the others. */
export type DecoderCalls = {
  /** sizes: of each page; none when there are more than `max_pages`, since their number is then all that counts. */
  open: { ask: { bytes: Uint8Array; max_pages: number }; answer: OpenedThere };
  draw: { ask: { page: number; size: Size }; answer: Pixels };
  read: { ask: { page: number }; answer: OwnText | null };
};
export type DecoderCall = keyof DecoderCalls;
/** illegal: the file's fault. */
export type DecoderReply = { answer: unknown } | { illegal: { code: string; detail: string } };

/** A file, and a thread of its own while one is needed. One question at a time. */
export type Isolated = {
  ask<Name extends Exclude<DecoderCall, 'open'>>(
    name: Name,
    ask: DecoderCalls[Name]['ask'],
  ): Promise<DecoderCalls[Name]['answer']>;
  /** Nothing is asked for a while: the thread is given up if another file waits for one. */
  rest(): Promise<void>;
  end(): Promise<void>;
};
type Thread = {
  ask<Name extends DecoderCall>(name: Name, ask: DecoderCalls[Name]['ask']): Promise<DecoderCalls[Name]['answer']>;
  end(): Promise<void>;
};

const numbers = Array.from({ length: MAX_THREADS + SPARE }, (_, n) => n);
const places = createPool(
  numbers.slice(0, MAX_THREADS),
  MAX_WAITING,
  () => new StepError(failureOf('PROVIDER_UNAVAILABLE', `${MAX_WAITING} files wait to be opened already`)),
  numbers.slice(MAX_THREADS),
);
/** As it is run: beside this file, in the language of this file. */
const SCRIPT = new URL(import.meta.url.endsWith('.ts') ? './isolated-thread.ts' : './isolated-thread.js', import.meta.url);

/** Opens the file; a thread that was given up since is started anew, with the file opened again. */
export async function openIsolated(
  decoder: DecoderName,
  bytes: Uint8Array,
  { limits, ...given }: OpenedWith,
): Promise<Isolated & DecoderCalls['open']['answer']> {
  let running: Thread | null = null;
  const end = async () => {
    const thread = running;
    running = null;
    await thread?.end();
  };
  /** A fault ends the thread: what it holds can't be trusted then. */
  const orEnd = async <Value>(work: (thread: Thread) => Promise<Value>): Promise<Value> => {
    try {
      running ??= await startThread(decoder, { limits, ...given });
      return await work(running);
    } catch (error) {
      await end();
      throw error;
    }
  };
  const open = () => orEnd((thread) => thread.ask('open', { bytes, max_pages: limits.max_pages }));
  const opened = await open();
  return {
    ...opened,
    async ask(name, asked) {
      if (!running) await open();
      return orEnd((thread) => thread.ask(name, asked));
    },
    rest: async () => {
      if (places.hasWaiters()) await end();
    },
    end,
  };
}

async function startThread(decoder: DecoderName, { limits, clock, signal, budget, owner }: OpenedWith): Promise<Thread> {
  const page_limit_ms = limits.decode_time_limit_ms; // of one question: opening the file, or one page of it
  const place = await places.acquire(signal, owner);
  const worker = new Worker(SCRIPT, { workerData: decoder, resourceLimits: HEAP_LIMITS, stdout: true, stderr: true });
  worker.stdout.resume(); // what decoders print is not our output
  worker.stderr.resume();
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve())).finally(() => places.release(place));
  const ask = <Name extends DecoderCall>(name: Name, asked: DecoderCalls[Name]['ask']) =>
    new Promise<DecoderReply>((resolve, reject) => {
      const limit_ms = Math.min(page_limit_ms, budget.leftMs());
      const began = clock.elapsed();
      const settle = (then: () => void) => {
        limit.cancel();
        budget.spend(clock.elapsed() - began);
        signal.removeEventListener('abort', aborted);
        worker.off('message', answered).off('error', failed).off('exit', ended);
        then();
      };
      const limit = clock.after(limit_ms, () =>
        settle(() => reject(limit_ms < page_limit_ms ? budget.late() : tooSlow(limit_ms))),
      );
      const aborted = () => settle(() => reject(signal.reason));
      const failed = (error: Error) => settle(() => reject(faultOf(error)));
      const ended = () => settle(() => reject(new RejectedFile('TRUNCATED_IMAGE', 'its decoder died of it')));
      const answered = (answer: DecoderReply) => settle(() => resolve(answer));
      signal.addEventListener('abort', aborted, { once: true });
      worker.on('message', answered).on('error', failed).on('exit', ended);
      if (signal.aborted) aborted();
      else worker.postMessage({ name, ask: asked });
    }).then(answerOf<Name>);
  return {
    ask,
    async end() {
      await worker.terminate();
      await exited;
    },
  };
}

/** The thread is our own code, and returns what it was asked. */
function answerOf<Name extends DecoderCall>(answer: DecoderReply): DecoderCalls[Name]['answer'] {
  if ('answer' in answer) return answer.answer as DecoderCalls[Name]['answer'];
  const { code, detail } = answer.illegal;
  throw new RejectedFile(isFailureCode(code) ? code : 'TRUNCATED_IMAGE', detail);
}

/** Its heap is the file's doing; anything else it dies of is ours. */
function faultOf(error: Error): Error {
  const is_heap = 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
  return is_heap ? new RejectedFile('DECODE_LIMIT', 'its decoder needs more memory than allowed', error) : error;
}

/** Final, since it would hold a place as long again; a person may retry, should the machine have been under load. */
const tooSlow = (limit_ms: number) =>
  new StepError(failureOf('DECODE_LIMIT', `its decoder took longer than ${limit_ms} ms over one page`));

/** What a decoder module gives: `open` throws Illegal, and so do the others; any other error is the file's as well. */
export type Decoder = {
  open(bytes: Uint8Array, max_pages: number): Promise<OpenedThere>;
  draw(page: number, size: Size): Promise<Pixels>;
  read(page: number): OwnText | null;
};
