/** The life of the search thread, and the calls to it. Its death fails what was asked of it, and the next call starts another. */
import { Worker } from 'node:worker_threads';
import type { Clock } from '../../runtime/clock.ts';
import type { Answers, Question, ThreadOptions, Told } from './calls.ts';

/** Far above any search, batch or start (reading 100,000 vectors takes a second): a thread silent for longer hangs, and is ended. */
const ANSWER_LIMIT_MS = 120_000;

export type Thread = {
  ask<Q extends Question>(question: Q): Promise<Answers[Q['ask']]>;
  /** After what was asked before. Then every call is refused. */
  close(): Promise<void>;
};
export type StartThread = (options: ThreadOptions) => Worker;

/** Compiled code lies in .js files, and the development server runs .ts: TypeScript rewrites imports, but not this. */
const BESIDE = import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js';
export const startThread: StartThread = (workerData) => new Worker(new URL(BESIDE, import.meta.url), { workerData });

type Answer = Answers[keyof Answers];
type Waiting = { resolve(answer: Answer): void; reject(error: Error): void; limit: { cancel(): void } };
type Running = { worker: Worker; waiting: Map<number, Waiting> };

/** `onReady` is told each time a thread has opened the file. */
export function threadCaller(start: () => Worker, clock: Clock, onReady: (made_anew: boolean) => void): Thread {
  let running: Running | null = null;
  let closed = false;
  let next = 0;

  function started(): Running {
    if (closed) throw new Error('the search index is closed');
    if (running) return running;
    const mine: Running = { worker: start(), waiting: new Map() };
    const end = (error: Error) => {
      if (running === mine) running = null;
      failAll(mine, error);
    };
    mine.worker.on('message', (told: Told) => (told.told === 'ready' ? onReady(told.made_anew) : settle(mine, told)));
    mine.worker.on('error', (error) => end(error instanceof Error ? error : new Error(String(error))));
    mine.worker.on('exit', (code) => end(new Error(`the search thread ended (${code})`)));
    running = mine;
    return mine;
  }
  /** A thread that still starts keeps what it is sent until it has opened the file. */
  function put({ worker, waiting }: Running, question: Question): Promise<Answer> {
    const id = next;
    next += 1;
    return new Promise((resolve, reject) => {
      worker.postMessage({ id, question });
      const limit = clock.after(ANSWER_LIMIT_MS, () => void worker.terminate());
      waiting.set(id, { resolve, reject, limit });
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
      await put(running, { ask: 'close' });
      await worker.terminate();
    },
  };
}

function settle({ waiting }: Running, told: Exclude<Told, { told: 'ready' }>): void {
  const one = waiting.get(told.id);
  if (!one) return; // it was failed when the thread was ended
  waiting.delete(told.id);
  one.limit.cancel();
  if (told.told === 'answer') one.resolve(told.answer);
  else one.reject(new Error(told.message));
}

function failAll({ waiting }: Running, error: Error): void {
  for (const { reject, limit } of waiting.values()) {
    limit.cancel();
    reject(error);
  }
  waiting.clear();
}
