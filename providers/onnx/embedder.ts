/**
 * An Embedder of this machine: a model in a process of its own, which starts when a text needs it and ends when none does for a while.
 * What people search for goes before what waits to be found.
 */
import { failureOf } from '../../contract/failures.ts';
import { batched } from '../../runtime/async/batch.ts';
import { bisect } from '../../runtime/async/bisect.ts';
import type { Clock } from '../../runtime/async/clock.ts';
import { RAISED_PRIORITY } from '../../runtime/async/low-priority.ts';
import { withTimeout } from '../../runtime/async/timeout.ts';
import type { EmbeddedAs, Embedder } from '../../runtime/ports/providers.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';
import { PASSAGE_TOKENS } from '../../text/passages.ts';
import { createBackoff } from '../local/backoff.ts';
import { ProcessEnded } from '../local/process.ts';
import { unavailable } from '../local/slots.ts';
import { createWorkers } from '../local/workers.ts';
import { type ModelFolder, stampOf } from './model-folder.ts';
import { type EmbeddingProcess, type StartProcess, startProcess, TextsRefused } from './process.ts';

/** Texts that go to the process together: a query waits for at most so many, a quarter of a second of a small model. */
const AT_ONCE = 8;
/** Time in which a model must be loaded: one of a gigabyte takes some seconds. */
export const START_LIMIT_MS = 120_000;
/** For those: 8 texts of 512 tokens of a large model take 20 s of a busy machine. */
const TIME_LIMIT_MS = 60_000;
/** Maximum wait of a text, with those ahead of it. Below the time of a run, whose end would be counted against the picture. */
const MAX_WAIT_MS = 3 * 60_000;
/** After so many messages a process is replaced, whatever it keeps. */
const PIECES_PER_PROCESS = 20_000;
/** Searches come with pauses, and a large model takes seconds to load. */
const IDLE_MS = 5 * 60_000;
const TRIAL = 'tuodi';
/** Tokens before and behind a text, and room for prompts. */
const MARKS = 8;

export type OnnxOptions = {
  folder: ModelFolder;
  clock: Clock;
  log?: (event: string, detail: Record<string, unknown>) => void;
  /** For tests. */
  limits?: { time_ms?: number; idle_ms?: number };
  start_process?: StartProcess;
};
/** signal: of who waits for it. */
type Waiting = { key: string; text: string; signal: AbortSignal };
type Outcome = { vector: Float32Array } | { error: unknown };

/** Resolves when the process has made a vector: whatever is wrong with the model is thrown here. `signal`: of the start alone. */
export async function openOnnxEmbedder(
  options: OnnxOptions,
  signal: AbortSignal,
): Promise<Embedder & { close(): Promise<void> }> {
  const { folder, clock } = options;
  const place = { priority: RAISED_PRIORITY };
  const workers = embeddingProcesses(options);
  const closing = new AbortController();
  const closed = closing.signal;
  const working = new Set<Promise<unknown>>();
  const track = <T>(work: Promise<T>): Promise<T> => {
    working.add(work);
    const settled = () => void working.delete(work);
    work.then(settled, settled);
    return work;
  };
  const inTurn = createTurns();
  let dimension = 0;
  /** What nobody waits for any more when its turn comes is not computed. */
  const outcomesOf = (waiting: Waiting[], as: EmbeddedAs): Promise<Outcome[]> =>
    inTurn(as, async () => {
      closed.throwIfAborted();
      const wanted = waiting.filter(({ signal }) => !signal.aborted);
      const made = wanted.length === 0 ? [] : await vectorsOf(wanted.map(({ text }) => folder.prompts[as] + text));
      const vectors = new Map(wanted.map(({ key }, n) => [key, made[n]]));
      return waiting.map(({ key, signal }) => {
        const vector = vectors.get(key);
        return vector ? { vector } : { error: signal.reason };
      });
    });
  const vectorsOf = async (texts: string[]): Promise<Float32Array[]> => {
    workers.wake(place);
    try {
      const vectors = await workers.work(place, texts, closed);
      if (vectors instanceof TextsRefused) throw failed(vectors.message, vectors);
      const other = vectors.find(({ length }) => length !== dimension);
      if (other) throw failed(`${folder.model} made a vector of ${other.length} numbers, not ${dimension}`);
      return vectors;
    } finally {
      workers.rest(place, track);
    }
  };
  const line = (as: EmbeddedAs) =>
    batched<Waiting, Outcome>(
      (waiting) =>
        bisect<Waiting, Outcome>(waiting, (some) => track(outcomesOf(some, as)), {
          failsAll: isOfAll,
          failed: (_, error) => ({ error }),
        }),
      { max: AT_ONCE, key: ({ key }) => key },
    );
  const lines = { query: line('query'), passage: line('passage') };
  const vectorOf = async (text: string, as: EmbeddedAs, signal: AbortSignal): Promise<Float32Array> => {
    const outcome = await lines[as]({ key: clock.randomUuid(), text, signal });
    if ('error' in outcome) throw outcome.error;
    return outcome.vector;
  };
  const trial = await workers.work(place, [TRIAL], signal);
  if (trial instanceof TextsRefused) throw trial;
  const [first] = trial;
  dimension = first?.length ?? 0;
  workers.rest(place, track);
  return {
    ...{ model: folder.name, dimension },
    passage_tokens: Math.min(PASSAGE_TOKENS, folder.max_tokens - MARKS),
    embed(texts, signal, as = 'passage') {
      const late = (ms: number) => unavailable(`the embedding process had no vector within ${ms} ms`);
      const bounds = { clock, limit_ms: MAX_WAIT_MS, onTimeout: late, signals: [signal, closed] };
      // What the process has already is made for nobody; the rest is left out.
      return withTimeout(bounds, (either) => Promise.all(texts.map((text) => vectorOf(text, as, either))));
    },
    async close() {
      closing.abort(unavailable('the embedding process is being stopped'));
      await Promise.allSettled(working);
      await workers.end(place);
    },
  };
}

function embeddingProcesses({ folder, clock, log, limits = {}, start_process = startProcess }: OnnxOptions) {
  const restarts = createBackoff(clock, 'the embedding process');
  return createWorkers<EmbeddingProcess, string[], Float32Array[] | TextsRefused>({
    ...{ name: 'the embedding process', event: 'embedding_process', clock, ...(log ? { log } : {}) },
    ...{
      time_limit_ms: limits.time_ms ?? TIME_LIMIT_MS,
      idle_ms: limits.idle_ms ?? IDLE_MS,
      start_limit_ms: START_LIMIT_MS,
      pieces_per_worker: PIECES_PER_PROCESS,
    },
    start: async (priority, signal) => {
      if ((await stampOf(folder.files)) !== folder.stamp)
        throw unavailable(`the files of ${folder.model} have changed since this service was started: restart it`);
      return restarts.start(() => start_process({ folder, priority }, signal), signal);
    },
    work: (worker, texts) =>
      restarts.answered(
        worker.embed(texts).catch((error: unknown) => {
          if (error instanceof TextsRefused) return error; // an answer: whoever else asks needs no new process
          throw error;
        }),
      ),
    isCrash: (error) => error instanceof ProcessEnded,
    tooLong: (ms) => failed(`no vector within ${ms} ms`),
    crashed: (error) => failed(error.message, error),
  });
}

/** The texts may be at fault: it costs them an attempt. */
const failed = (detail: string, cause?: unknown) => new StepError(failureOf('PROVIDER_BAD_RESULT', detail), cause);

/** What does not start says nothing of the texts. */
const isOfAll = (error: unknown): boolean => !(error instanceof StepError) || error.failure.code === 'PROVIDER_UNAVAILABLE';

/** One at a time: queries first, and each kind in its order. A line comes back after its batch: passages that wait have a turn between two of queries. */
function createTurns() {
  const waiting: Record<EmbeddedAs, (() => void)[]> = { query: [], passage: [] };
  let taken = false;
  return async <T>(as: EmbeddedAs, work: () => Promise<T>): Promise<T> => {
    if (taken) await new Promise<void>((resolve) => void waiting[as].push(resolve));
    taken = true;
    try {
      return await work();
    } finally {
      const next = waiting.query.shift() ?? waiting.passage.shift();
      if (next) next();
      else taken = false;
    }
  };
}
