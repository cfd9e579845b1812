/** The interface of a step's handler, and its errors. */
import type { ServiceFailure } from '../../contract/failures.ts';
import type { Remark } from '../../contract/remarks.ts';
import type { Need } from '../../contract/step-kinds.ts';
import type { Clock } from '../async/clock.ts';
import type { Callback } from '../ports/callbacks.ts';
import type { Change, Facts, FactWrite } from '../ports/facts.ts';
import type { Objects } from '../ports/objects.ts';
import type { Asked, Embedder, Recogniser, Ticket } from '../ports/providers.ts';
import type { ResourceColumns } from '../ports/resources.ts';
import type { SearchIndex } from '../ports/search-index.ts';

/** The dependencies of a handler. `task_id` names its run: the same when a run is repeated, another when the step is run again. */
export type StepContext = {
  task_id: string;
  facts: Facts;
  objects: Objects;
  index: SearchIndex;
  recogniser: Recogniser;
  embedder: Embedder;
  limits: StepLimits;
  clock: Clock;
  /** Aborted at the time limit of the step, or when the process stops. */
  signal: AbortSignal;
  /** Resolves to false once this run was cancelled. Absent: unknown here. */
  isWanted?: () => Promise<boolean>;
};
export type StepLimits = {
  max_bytes: number;
  /** Maximum pixels of one page. */
  max_pixels: number;
  /** Maximum pages of one document. */
  max_pages: number;
  /** Maximum pixels of all pages of one document together. */
  max_document_pixels: number;
  /** Time limit of decoding one page. */
  decode_time_limit_ms: number;
  /** Time limit of decoding a small document; a large one has more. */
  document_time_limit_ms: number;
  /** Pixels of a page as it is passed to recognition. */
  ocr_pixels: number;
};

/**
 * The rows and columns of a result, written in the commit that accepts it, provided that what it `expects` still holds. `remarks` take the
 * place of those that the step gave before; absent: it has none to give.
 */
export type Writes = {
  facts: FactWrite[];
  columns?: Partial<ResourceColumns>;
  remarks?: readonly Remark[];
  expects?: NonNullable<Change['expects']>;
};

/**
 * The work of one step: an async function that returns a result or throws a ServiceError.
 * It tolerates running twice, one after the other and both at once; its comment says how.
 */
export interface StepHandler<Input, Output> {
  run(input: Input, context: StepContext): Promise<Output>;
  /** What `run` would return for any input, where there is nothing to do; null: it must be run. Absent: always. */
  withoutRun?(context: Pick<StepContext, Need>): Output | null;
  /** Computed from rows read at each attempt to commit. 'outdated': its inputs changed meanwhile; the step is run again. */
  writes?(output: Output, of: { input: Input; at: number; facts: Facts }): Promise<Writes | 'outdated'>;
  /** Cleans up once the result is recorded. Best effort. */
  tidy?(output: Output, input: Input, context: StepContext): Promise<void>;
  /** For steps that may run at a provider, whose result has the form of the output of `run`. */
  remote?: RemoteStepHandler<Input>;
}

/** A parsed callback: the ticket of the work, and its outcome in the form of the step's output. */
export type CalledBack = Ticket & { asked: Asked };

/** Submits the work of a step to a provider. All throw ServiceError. */
export interface RemoteStepHandler<Input> {
  /** Returns true if such a provider is configured. */
  isConfigured(context: Pick<StepContext, 'recogniser' | 'embedder'>): boolean;
  /** Names the inputs of the work and its order: a result of one run holds for every run with the same. */
  reads(input: Input): string;
  /** Idempotent for all runs of the same work. */
  submit(input: Input, context: StepContext): Promise<Ticket>;
  ask(input: Input, provider_job_id: string | null, context: StepContext): Promise<Asked>;
  /** `task_id`: that the callback was addressed to, which may be an earlier run's. Throws PROVIDER_BAD_RESULT for a body that can't be used. */
  parseCallback(body: string, task_id: string, input: Input, context: StepContext): Promise<CalledBack>;
  /** Returns false for a result of a run before the one whose result the facts hold, so that the present run needs another. */
  isCurrent(answer: Callback, facts: Facts): Promise<boolean>;
}

/** A failure with a known code. Any other error is UNEXPECTED, and retryable. */
export class StepError extends Error {
  readonly failure: ServiceFailure;
  constructor(failure: ServiceFailure, cause?: unknown) {
    super(`${failure.code}: ${failure.detail}`, { cause });
    this.name = 'ServiceError';
    this.failure = failure;
  }
}
