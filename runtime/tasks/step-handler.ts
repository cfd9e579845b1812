/** What a service is: the work of one step. */
import type { ServiceFailure } from '../../contract/failures.ts';
import type { Clock } from '../async/clock.ts';
import type { Callback } from '../ports/callbacks.ts';
import type { Change, Facts, FactWrite } from '../ports/facts.ts';
import type { Objects } from '../ports/objects.ts';
import type { Asked, Embedder, Recogniser, Ticket } from '../ports/providers.ts';
import type { ResourceColumns } from '../ports/resources.ts';
import type { SearchIndex } from '../ports/search-index.ts';

/** What a service works with. `task_id` is its run: the same when a run is repeated, another when the step is run again. */
export type StepContext = {
  task_id: string;
  facts: Facts;
  objects: Objects;
  index: SearchIndex;
  recogniser: Recogniser;
  embedder: Embedder;
  limits: StepLimits;
  clock: Clock;
  /** Aborted when the time of the step is over or the process stops. */
  signal: AbortSignal;
  /** False once nobody waits for this run. Absent: that is not known here. */
  isWanted?: () => Promise<boolean>;
};
export type StepLimits = {
  max_bytes: number;
  /** Of one page. */
  max_pixels: number;
  /** Of one document. */
  max_pages: number;
  /** Of all pages of one document together. */
  max_document_pixels: number;
  /** Of a decoder over one page. */
  decode_time_limit_ms: number;
  /** Of decoders over a small document in all; a large one has more. */
  document_time_limit_ms: number;
  /** Of a page as it is recognised. */
  ocr_pixels: number;
};

/** The rows and columns that a result brings, written in the commit that believes it, if what it `expects` is still so then. */
export type Writes = { facts: FactWrite[]; columns?: Partial<ResourceColumns>; expects?: NonNullable<Change['expects']> };

/**
 * The work of one step: an async function of its input that answers a result or throws a ServiceError.
 * It tolerates running twice, one after the other and both at once; its comment says how.
 */
export interface StepHandler<Input, Output> {
  run(input: Input, context: StepContext): Promise<Output>;
  /** Computed from rows read now, again at each attempt to commit. 'outdated': it was done for what is no longer so, and is done again. */
  writes?(output: Output, of: { input: Input; at: number; facts: Facts }): Promise<Writes | 'outdated'>;
  /** What may be cleared away once the result was told. Best effort: nothing is wrong when it does not happen. */
  tidy?(output: Output, input: Input, context: StepContext): Promise<void>;
  /** For steps whose work may be done by a provider; its answer is the output of `run`. */
  remote?: RemoteStepHandler<Input>;
}

/** What a callback says: of the work of which ticket, and what became of it in terms of the step's own output. */
export type CalledBack = Ticket & { asked: Asked };

/** How the work of a step is given to a provider. All throw ServiceError. */
export interface RemoteStepHandler<Input> {
  /** True where such a provider is configured. */
  isConfigured(context: Pick<StepContext, 'recogniser' | 'embedder'>): boolean;
  /** What the work reads, and by which order: an answer to one run answers every run of the same. */
  reads(input: Input): string;
  /** Idempotent for all runs of the same work. */
  submit(input: Input, context: StepContext): Promise<Ticket>;
  ask(input: Input, provider_job_id: string | null, context: StepContext): Promise<Asked>;
  /** `task_id`: that the callback was addressed to, which may be an earlier run's. Throws PROVIDER_BAD_RESULT for a body that can't be used. */
  parseCallback(body: string, task_id: string, input: Input, context: StepContext): Promise<CalledBack>;
  /** False: it answers a run before the one whose result the facts hold already, so that a run of now wants another. */
  isCurrent(answer: Callback, facts: Facts): Promise<boolean>;
}

/** A failure that a service knows the code of. Any other error is an UNEXPECTED one, and retryable. */
export class StepError extends Error {
  readonly failure: ServiceFailure;
  constructor(failure: ServiceFailure, cause?: unknown) {
    super(`${failure.code}: ${failure.detail}`, { cause });
    this.name = 'ServiceError';
    this.failure = failure;
  }
}
