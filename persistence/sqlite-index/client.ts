/** The life of the search thread, and the calls to it. Its death fails what was asked of it, and the next call starts another. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Clock } from '../../runtime/async/clock.ts';
import type { Answers, Question, ThreadOptions, WorkerReply } from './calls.ts';
import { errorOf, threadGone } from './faults.ts';

/** Far above any search, batch or start (reading 100,000 vectors takes one to two seconds): a thread silent for longer is given up. */
export const ANSWER_LIMIT_MS = 120_000;

export type Thread = {
  ask<Q extends Question>(question: Q): Promise<Answers[Q['ask']]>;
  /** After what was asked before. Then every call is refused. */
  close(): Promise<void>;
};
export type StartThread = (options: ThreadOptions) => Worker;

export const startThread: StartThread = (options) => opening(newThread(), options);

/** Loads a thread before it may open anything: the first start takes it, unless it has ended. `end`: it is not needed. */
export function loadThread(): { start: StartThread; end(): void } {
  let loaded: Worker | null = newThread();
  const gone = () => {
    loaded = null;
  };
  loaded.on('error', gone).on('exit', gone).unref();
  const take = () => {
    const worker = loaded;
    loaded = null;
    return worker?.off('error', gone).off('exit', gone) ?? null;
  };
  const end = () => {
    loaded?.postMessage(null);
    loaded = null; // its errors are still heard: it may fail while it loads
  };
  return { start: (options) => opening(take() ?? newThread(), options), end };
}

function opening(worker: Worker, options: ThreadOptions): Worker {
  worker.postMessage(options);
  return worker;
}
const newThread = (): Worker =>
  import.meta.url.endsWith('.ts') ? new Worker(FROM_SOURCE, { eval: true }) : new Worker(new URL('./thread.js', import.meta.url));
/** The development server runs .ts by tsx, which a thread on Node 20 has to be given by hand. */
const here = JSON.stringify(import.meta.url);
const FROM_SOURCE = `import('tsx/esm/api').then(({ tsImport }) => tsImport('./thread.ts', ${here}))`;

type Answer = Answers[keyof Answers];
type Waiting = { resolve(answer: Answer): void; reject(error: unknown): void; limit: { cancel(): void } };
type Running = { worker: Worker; waiting: Map<number, Waiting> };

/** `onReady` is called each time a thread has opened the file. */
export function threadCaller(start: () => Worker, clock: Clock, onReady: (made_anew: boolean) => void): Thread {
  let running: Running | null = null;
  let closed = false;
  let next = 0;

  function started(): Running {
    if (closed) throw new Error('the search index is closed');
    if (running) return running;
    const mine: Running = { worker: start(), waiting: new Map() };
    mine.worker.on('message', (reply: WorkerReply) => (reply.kind === 'ready' ? onReady(reply.made_anew) : settle(mine, reply)));
    mine.worker.on('error', (error) => end(mine, threadGone(`ended: ${error}`, error)));
    mine.worker.on('exit', (code) => end(mine, threadGone(`ended (${code})`)));
    mine.worker.unref(); // idle, it keeps no process alive
    running = mine;
    return mine;
  }
  function end(mine: Running, error: Error): void {
    if (running === mine) running = null;
    failAll(mine, error);
  }
  /** Never `terminate`: in the middle of a call to SQLite it ends the whole process. This one ends when it comes back. */
  function abandon(mine: Running): void {
    end(mine, threadGone(`did not answer within ${ANSWER_LIMIT_MS} ms`));
    mine.worker.unref();
    mine.worker.postMessage({ id: next, question: { ask: 'close' } });
  }
  /** A thread that still starts keeps what it is sent until it has opened the file. */
  function put(mine: Running, question: Question): Promise<Answer> {
    const id = next;
    next += 1;
    return new Promise((resolve, reject) => {
      mine.worker.postMessage({ id, question });
      mine.worker.ref();
      mine.waiting.set(id, { resolve, reject, limit: clock.after(ANSWER_LIMIT_MS, () => abandon(mine)) });
    });
  }
  return {
    async ask<Q extends Question>(question: Q) {
      const answer = await put(started(), question);
      return answer as Answers[Q['ask']]; // each question has the answer that `Answers` says: both sides are ours
    },
    async close() {
      if (closed) return;
      closed = true;
      if (!running) return;
      const { worker } = running;
      await Promise.all([once(worker, 'exit'), put(running, { ask: 'close' }).then(() => worker.ref())]);
    },
  };
}

function settle({ worker, waiting }: Running, reply: Exclude<WorkerReply, { kind: 'ready' }>): void {
  const one = waiting.get(reply.id);
  if (!one) return; // it was failed when the thread was ended
  waiting.delete(reply.id);
  one.limit.cancel();
  if (waiting.size === 0) worker.unref();
  if (reply.kind === 'answer') one.resolve(reply.answer);
  else one.reject(errorOf(reply));
}

function failAll({ waiting }: Running, error: Error): void {
  for (const { reject, limit } of waiting.values()) {
    limit.cancel();
    reject(error);
  }
  waiting.clear();
}
