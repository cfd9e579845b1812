/** The state of one part, made of the calls that are told of and of silence: see parts.ts. */
import type { PartName, PartReason, PartState } from '../../contract/parts.ts';
import type { Clock } from '../async/clock.ts';
import { type PartFault, signOf } from './part-signs.ts';

/** since, next_try_at: wall time. code, next_try_at: null while it is ok. */
export type PartView = {
  part: PartName;
  state: PartState;
  since: number;
  code: PartReason | null;
  detail: string | null;
  next_try_at: number | null;
};
export type PartLimits = typeof PART_LIMITS;
export const PART_LIMITS = {
  /** How often calls under way are looked at. */
  look_ms: 1_000,
  /** A part that was not heard of for so long is asked. */
  ask_ms: 3_000,
  /** Time limit of that question, above the longest that an adapter takes to give up. */
  ask_limit_ms: 40_000,
  /** A call without an answer for so long, and no other answered meanwhile: the part is slow, and then away. */
  slow_ms: 2_000,
  silent_ms: 5_000,
  /** Failures in a row, or the time since the first of them, after which it is away. */
  failures: 3,
  failing_ms: 2_000,
  /** How long a slow answer is remembered, so that the state does not change with each call. */
  slow_kept_ms: 10_000,
  /** How long credentials must have been good after a refusal. */
  good_after_ms: 30_000,
  /** How long what only some calls meet (a full disk, a lock) is remembered when other calls are answered. */
  certain_kept_ms: 10_000,
};

type Deps = {
  part: PartName;
  clock: Clock;
  limits: PartLimits;
  /** When it is asked next; null: it is not asked. */
  nextQuestion: () => number | null;
  changed: (view: PartView, before: PartView) => void;
};

export class TrackedPart {
  readonly #deps: Deps;
  readonly #under_way = new Map<symbol, number>();
  view: PartView;
  /** Times by `elapsed`. */
  heard_at: number;
  #failures = 0;
  #failing_since = 0;
  #slow_until = 0;
  /** Until then answers don't end what it is in. */
  #held_until = 0;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.view = { part: deps.part, state: 'ok', since: deps.clock.now(), code: null, detail: null, next_try_at: null };
    this.heard_at = deps.clock.elapsed();
  }

  /** null: it is ok. */
  move(fault: PartFault | null): void {
    const before = this.view;
    const { part, clock, changed } = this.#deps;
    const state = fault?.state ?? 'ok';
    const code = fault?.code ?? null;
    const next_try_at = this.#nextTry(fault);
    if (before.state === state && before.code === code) {
      this.view = { ...before, next_try_at }; // the first detail stays: it is what was logged
      return;
    }
    const since = before.state === state ? before.since : clock.now();
    this.view = { part, state, since, code, detail: fault?.detail ?? null, next_try_at };
    changed(this.view, before);
  }

  began(): symbol {
    const call = Symbol('call');
    this.#under_way.set(call, this.#deps.clock.elapsed());
    return call;
  }

  /** `times`: a slow answer counts: of a part whose calls are all short. */
  ended(call: symbol, times: boolean): void {
    const { clock, limits } = this.#deps;
    const at = this.#under_way.get(call);
    this.#under_way.delete(call);
    const now = clock.elapsed();
    if (times && at !== undefined && now - at >= limits.slow_ms) this.#slow_until = now + limits.slow_kept_ms;
  }

  /** wrote: something was written, and is there. */
  answered(wrote = false): void {
    const now = this.#deps.clock.elapsed();
    this.heard_at = now;
    this.#failures = 0;
    const { state } = this.view;
    if (state === 'slow' || (now < this.#held_until && !wrote)) return; // slow ends at a look
    this.#held_until = 0;
    this.move(null);
  }

  failed(error: unknown): void {
    const sign = signOf(error);
    if (sign === null) return;
    if (sign === 'answered') {
      this.answered();
      return;
    }
    const { clock, limits } = this.#deps;
    const now = clock.elapsed();
    if (this.#failures === 0) this.#failing_since = now;
    this.#failures += 1;
    this.heard_at = now;
    const certain = sign.is_certain || sign.state === 'full';
    if (sign.state === 'refused' && !certain) this.#held_until = now + limits.good_after_ms;
    else if (certain) this.#held_until = now + limits.certain_kept_ms;
    else if (this.view.state === 'refused' && now < this.#held_until)
      return; // an outage of what refuses us is no news
    else this.#held_until = 0;
    if (certain || sign.state !== 'away' || this.#isFailing(now)) this.move(sign);
  }

  /** Judges calls under way, and what was slow. */
  look(): void {
    const { clock, limits } = this.#deps;
    const now = clock.elapsed();
    const [oldest] = this.#under_way.values();
    const silent_ms = oldest === undefined ? 0 : now - Math.max(oldest, this.heard_at);
    const { state } = this.view;
    const is_slow = silent_ms >= limits.slow_ms || now < this.#slow_until;
    if (silent_ms >= limits.silent_ms) this.move(SILENT);
    else if (is_slow && state === 'ok') this.move(SLOW);
    else if (!is_slow && state === 'slow' && this.#failures === 0) this.move(null);
  }

  #isFailing(now: number): boolean {
    const { failures, failing_ms } = this.#deps.limits;
    return this.view.state === 'away' || this.#failures >= failures || now - this.#failing_since >= failing_ms;
  }
  #nextTry(fault: PartFault | null): number | null {
    if (!fault) return null;
    return fault.next_try_ms === undefined ? this.#deps.nextQuestion() : this.#deps.clock.now() + fault.next_try_ms;
  }
}

const SLOW: PartFault = { state: 'slow', code: 'answers_late', detail: null };
const SILENT: PartFault = { state: 'away', code: 'no_answer', detail: null };
