/**
 * A gate (circuit breaker) before one step. While what the step needs is unavailable, no task of it is taken from the queue, so that
 * waiting costs nothing; from time to time one task is let through as a probe. After the outage the concurrency grows step by step.
 *
 * - It closes after consecutive outage failures, or when an adapter knows that what it calls is unavailable.
 * - It opens when a run succeeds, or when that adapter is available again.
 * - After `give_up_ms` of an outage waiting tasks are let through one by one to be given up; the service retries them once the step
 *   works.
 *
 * A step that an operator has paused takes no task either, in an outage or not; what is under way goes on.
 */
import type { Logger } from 'pino';
import { FAILURE_CODES, failureOf, type ServiceFailure, waits } from '../../contract/failures.ts';
import type { StepKind } from '../../contract/step-kinds.ts';
import type { Clock } from '../async/clock.ts';
import type { RuntimeLimits } from '../limits.ts';
import type { Queue } from '../ports/queue.ts';
import { StepError } from './step-handler.ts';

/** How long what a step needs has been unavailable: `ms`, since `since` (service time). from_start: it was seen to work before. */
export type UnavailableFor = { ms: number; since: number; from_start: boolean };
/** One task of the step that is being handled. */
export type Passage = {
  /** Returns why the task is given up without a run; null: it is run. */
  refusal(): StepError | null;
  /** Records the outcome of the run; null: it succeeded. */
  recordRun(failure: ServiceFailure | null): void;
  leave(): void;
};
/** `give_up_ms`: how long an outage may last. `outage_pause_ms`: longest pause between two probes. */
export type OutageLimits = { give_up_ms: number; outage_pause_ms: number };
export type GateDeps = {
  queue: Pick<Queue, 'allow'>;
  /** Returns false while something that the step needs is known to be unavailable. */
  isAvailable: (kind: StepKind) => boolean;
  clock: Clock;
  limits: RuntimeLimits;
  outage: OutageLimits;
  log: Logger;
};

export class Gate {
  readonly #kind: StepKind;
  readonly #parts: GateDeps;
  readonly #shortest_pause_ms: number;
  readonly #longest_pause_ms: number;
  is_open = true;
  /** Tasks that may be handled at once now, but for a pause; 0: none is taken. */
  #allowed: number;
  #is_paused = false;
  /** Consecutive failures of the outage. */
  #failures = 0;
  /** When the outage began (service time); null: there is none. */
  #since: number | null = null;
  #from_start = false;
  #last_failure: ServiceFailure | null = null;
  /** `elapsed` since when the step has been seen to work; null: it has not. */
  #works_since: number | null = null;
  /** An adapter has reported that what it calls is unavailable. */
  #is_unreachable = false;
  #probe: 'none' | 'wanted' | 'running' = 'none';
  #probe_pause_ms = 0;
  #timer: { cancel(): void } | null = null;

  constructor(kind: StepKind, parts: GateDeps) {
    this.#kind = kind;
    this.#parts = parts;
    this.#allowed = parts.limits.concurrency[kind];
    this.#longest_pause_ms = Math.min(parts.limits.probe_max_ms, parts.outage.outage_pause_ms);
    this.#shortest_pause_ms = Math.min(parts.limits.probe_min_ms, this.#longest_pause_ms);
  }

  get outage(): UnavailableFor | null {
    if (this.#since === null) return null;
    const ms = Math.max(0, this.#parts.clock.serviceTime() - this.#since);
    return { ms, since: this.#since, from_start: this.#from_start };
  }
  get works_for_ms(): number | null {
    return this.#works_since === null ? null : this.#parts.clock.elapsed() - this.#works_since;
  }

  /** An operator has paused the step. */
  get is_paused(): boolean {
    return this.#is_paused;
  }
  pause(paused: boolean): void {
    if (this.#is_paused === paused) return;
    this.#is_paused = paused;
    this.#parts.queue.allow(this.#kind, paused ? 0 : this.#allowed);
  }

  enter(): Passage {
    const probes = !this.is_open && this.#probe === 'wanted';
    let has_run = false;
    if (probes) this.#probe = 'running';
    if (!this.is_open && !this.#isOverlong()) this.#setConcurrency(0); // this one and no other
    return {
      refusal: () => (!this.is_open && !probes && this.#isOverlong() ? this.#giveUpError() : null),
      recordRun: (failure) => {
        has_run = true;
        if (failure === null || FAILURE_CODES[failure.code].fault === 'picture') this.#recordSuccess();
        else if (waits(failure.code)) this.#recordFailure(failure);
        if (probes && !this.is_open) this.#probeLater();
      },
      leave: () => {
        if (!probes || has_run || this.is_open) return;
        this.#probe = 'wanted'; // its job was cancelled: the next task probes
        this.#setConcurrency(1);
      },
    };
  }

  /** Checks the adapters; called periodically. */
  look(): void {
    if (!this.#parts.isAvailable(this.#kind)) {
      this.#is_unreachable = true;
      this.#beginOutage();
      if (this.is_open) this.#close();
    } else if (this.#is_unreachable) this.#recordSuccess(); // an adapter was answered, whoever called it
    const max = this.#parts.limits.concurrency[this.#kind];
    if (this.is_open) this.#setConcurrency(Math.min(2 * Math.max(this.#allowed, 1), max));
    else if (this.#isOverlong()) this.#setConcurrency(1);
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #setConcurrency(max: number): void {
    if (this.#allowed === max) return;
    this.#allowed = max;
    if (!this.#is_paused) this.#parts.queue.allow(this.#kind, max);
  }

  #beginOutage(): void {
    if (this.#since === null) {
      this.#since = this.#parts.clock.serviceTime();
      this.#from_start = this.#works_since !== null;
    }
    this.#works_since = null;
  }

  #recordFailure(failure: ServiceFailure): void {
    this.#beginOutage();
    this.#last_failure = failure;
    this.#failures += 1;
    const { limits, isAvailable } = this.#parts;
    if (this.is_open && (this.#failures >= limits.failures_to_close || !isAvailable(this.#kind))) this.#close();
  }

  #recordSuccess(): void {
    this.#failures = 0;
    this.#is_unreachable = false;
    this.#works_since ??= this.#parts.clock.elapsed();
    if (!this.is_open) this.#open();
    this.#since = null;
  }

  #close(): void {
    this.is_open = false;
    this.#probe_pause_ms = this.#shortest_pause_ms;
    const fields = { event: 'step.paused', kind: this.#kind, failure: this.#last_failure };
    this.#parts.log.warn(
      fields,
      'a provider or store that this step needs is unavailable: its pictures wait, and no attempts are spent',
    );
    this.#setConcurrency(0);
    this.#probeLater();
  }

  /** Resumes with a concurrency of 1, doubled at each check. */
  #open(): void {
    this.#timer?.cancel();
    this.is_open = true;
    this.#probe = 'none';
    this.#parts.log.info(
      { event: 'step.resumed', kind: this.#kind, unavailable_ms: this.outage?.ms },
      'what this step needs is available again: its pictures go on',
    );
    this.#setConcurrency(1);
  }

  #probeLater(): void {
    this.#probe = 'none';
    this.#timer?.cancel();
    this.#timer = this.#parts.clock.after(this.#probe_pause_ms, () => {
      this.#probe = 'wanted';
      this.#setConcurrency(1);
    });
    this.#probe_pause_ms = Math.min(2 * this.#probe_pause_ms, this.#longest_pause_ms);
  }

  #isOverlong(): boolean {
    return (this.outage?.ms ?? 0) >= this.#parts.outage.give_up_ms;
  }

  /** Returns the failure of the last run. */
  #giveUpError(): StepError {
    const detail = `what ${this.#kind} needs has been away for too long`;
    return new StepError(this.#last_failure ?? failureOf('PROVIDER_UNAVAILABLE', detail));
  }
}
