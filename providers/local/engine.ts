/** An OCR engine of this machine: workers that read one picture at a time. */
import { failureOf } from '../../contract/failures.ts';
import type { Clock } from '../../runtime/async/clock.ts';
import type { PageRead, PictureToRead } from '../../runtime/ports/providers.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';
import { createWorkers, type Worker, type Workers } from './workers.ts';

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
export type EngineOptions<Own> = EngineLimits & {
  /** As its workers are called in logs. */
  kind: 'thread' | 'process';
  start(priority: number, signal: AbortSignal): Promise<Own>;
  read(worker: Own, picture: PictureToRead): Promise<PageRead>;
  /** Whether an error means that the worker died or can't be trusted. */
  isCrash(error: unknown): boolean;
  /** Asked after each page; a number of pages apart. */
  isOld?(worker: Own): boolean;
};
type Reading = Workers<PictureToRead, PageRead>;
export type LocalEngine = Omit<Reading, 'work'> & {
  /** Throws StepError: OCR_CRASHED, OCR_TIMEOUT, PROVIDER_UNAVAILABLE. */
  read: Reading['work'];
};

export function createEngine<Own extends Worker>(options: EngineOptions<Own>): LocalEngine {
  const { kind, page_time_limit_ms, pages_per_worker, read, ...rest } = options;
  const { work, ...life } = createWorkers<Own, PictureToRead, PageRead>({
    ...rest,
    ...{ name: 'the OCR engine', event: `ocr_${kind}`, time_limit_ms: page_time_limit_ms, pieces_per_worker: pages_per_worker },
    work: read,
    tooLong,
    crashed: (error) => new StepError(failureOf('OCR_CRASHED', error.message), error),
  });
  return { ...life, read: work };
}

/** Retryable: the limit is of the wall, and a machine under load is not the picture's fault. */
const tooLong = (ms: number) => new StepError(failureOf('OCR_TIMEOUT', `the picture was not read within ${ms} ms`));
