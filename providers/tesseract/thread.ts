/**
 * One tesseract engine in a thread of its own, spoken to by the messages of tesseract.js' own worker script.
 *
 * Not by its `createWorker`, because that can't keep what a Recogniser promises: it has no listener for a thread that dies while it
 * starts, which ends our process; it waits for ever when language data is missing or broken; and what was asked of a thread that
 * ends is never answered. Here every question is settled, whatever becomes of the thread.
 */
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { z } from 'zod';

const require = createRequire(import.meta.url);
/** Neural engine only: also picks the core without the old engine, which needs half of the memory and reads the same. */
const LSTM_ONLY = 1;

/** `priority`: a nice value, on Linux. */
export type ThreadOptions = { language_dir: string; languages: readonly string[]; priority: number };
export type Thread = {
  /** What the engine read. Rejects with ThreadEnded when the thread dies, with EngineRefused when the engine says no. */
  recognise(png: Uint8Array): Promise<EnginePage>;
  /** Resolves when the thread has ended, by itself or by `end`. */
  readonly ended: Promise<void>;
  /** Ends it at once, in the middle of a picture too. */
  end(): Promise<void>;
};
export type StartThread = (options: ThreadOptions, signal: AbortSignal) => Promise<Thread>;

export class ThreadEnded extends Error {}
/** The engine's own words. Its memory can't be trusted after that. */
export class EngineRefused extends Error {}

const Box = z.object({ x0: z.number(), y0: z.number(), x1: z.number(), y1: z.number() });
const EngineWord = z.object({ text: z.string(), confidence: z.number(), bbox: Box });
const EngineLine = z.object({ text: z.string(), words: z.array(EngineWord) });
const EngineBlock = z.object({ paragraphs: z.array(z.object({ lines: z.array(EngineLine) })) });
/** Pixels from the top left; confidence 0–100. Blocks, and all in them, are in reading order. */
const EnginePage = z.object({ blocks: z.array(EngineBlock).nullable() });
export type EnginePage = z.infer<typeof EnginePage>;
export type EngineLine = z.infer<typeof EngineLine>;
export type EngineWord = z.infer<typeof EngineWord>;

const Answer = z.object({ jobId: z.string(), status: z.enum(['resolve', 'reject', 'progress']), data: z.unknown() });

/** Resolves when it can read. Rejects when it can't start or `signal` is aborted first, and leaves no thread behind. */
export const startThread: StartThread = async ({ language_dir, languages, priority }, signal) => {
  signal.throwIfAborted();
  const { ask, ended, end } = spawn(priority);
  const give_up = () => void end();
  signal.addEventListener('abort', give_up, { once: true });
  try {
    const langs = [...languages];
    await ask('load', { options: { lstmOnly: LSTM_ONLY, logging: false } });
    await ask('loadLanguage', { langs, options: { langPath: language_dir, cacheMethod: 'none', gzip: true, lstmOnly: true } });
    await ask('initialize', { langs, oem: LSTM_ONLY, config: {} });
    // Else the engine puts a space between any two Chinese words.
    await ask('setParameters', { params: { preserve_interword_spaces: '1' } });
  } catch (error) {
    await end();
    throw signal.aborted ? signal.reason : error;
  } finally {
    signal.removeEventListener('abort', give_up);
  }
  const recognise = async (png: Uint8Array) => {
    const answer = await ask('recognize', { image: new Uint8Array(png), options: {}, output: { text: false, blocks: true } });
    const page = EnginePage.safeParse(answer);
    if (!page.success) throw new EngineRefused(`the answer of the OCR engine is not understood: ${page.error.message}`);
    return page.data;
  };
  return { recognise, ended, end };
};

type Waiting = { resolve: (value: unknown) => void; reject: (error: Error) => void };

/** The engine's own script, on a thread of that priority: as lowerThreadPriority, which is of another kind of module. */
const scriptAt = (priority: number) => `
  try { if (process.platform === 'linux') require('node:os').setPriority(${priority}); } catch {}
  require(${JSON.stringify(require.resolve('tesseract.js/src/worker-script/node/index.js'))});
`;

function spawn(priority: number) {
  // Its own streams, read and dropped: the engine prints warnings, and our output belongs to the commands.
  const worker = new Worker(scriptAt(priority), { eval: true, stdout: true, stderr: true });
  worker.stdout.resume();
  worker.stderr.resume();
  worker.unref(); // keeps the process alive only while a request is pending

  const waiting = new Map<string, Waiting>();
  let why: Error | null = null;
  const fail = (error: Error) => {
    why ??= error;
    for (const { reject } of waiting.values()) reject(why);
    waiting.clear();
    worker.unref();
  };
  worker.on('message', (message: unknown) => {
    const { jobId, status, data } = Answer.parse(message);
    const job = waiting.get(jobId);
    if (job === undefined || status === 'progress') return;
    waiting.delete(jobId);
    if (waiting.size === 0) worker.unref();
    if (status === 'resolve') job.resolve(data);
    else job.reject(new EngineRefused(String(data)));
  });
  worker.on('error', (error) => fail(new ThreadEnded('the thread of the OCR engine crashed', { cause: error })));
  worker.on('messageerror', (error) => fail(new ThreadEnded('an answer of the OCR engine cannot be read', { cause: error })));
  const ended = new Promise<void>((resolve) => {
    worker.on('exit', (code) => {
      fail(new ThreadEnded(`the thread of the OCR engine ended with ${code}`));
      resolve();
    });
  });

  let asked = 0;
  const ask = (action: string, payload: object): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (why !== null) return reject(why);
      asked += 1;
      const jobId = `${action}-${asked}`;
      waiting.set(jobId, { resolve, reject });
      worker.ref();
      worker.postMessage({ workerId: 'tuodi', jobId, action, payload });
    });
  const end = async () => {
    await worker.terminate();
    await ended;
  };
  return { ask, ended, end };
}
