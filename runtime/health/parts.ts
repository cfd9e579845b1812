/**
 * The states of the parts that this process works with, kept by whoever uses them: adapters tell of their calls, loops and reserves say
 * their state themselves. What nobody has used for a moment is asked, by one question at a time, never for a request.
 *
 * - One failure may be an accident: a part is away after some in a row, or when none was answered meanwhile.
 * - A call without an answer makes it slow, and then away: the time limits of calls are far longer.
 * - It is ok at the first answer; after refused credentials, once they were good for a while, since only some calls may be allowed.
 */
import type { Logger } from 'pino';
import { PART_NAMES, PART_REASONS, PARTS, type PartName } from '../../contract/parts.ts';
import type { Clock } from '../async/clock.ts';
import { withTimeout } from '../async/timeout.ts';
import type { PartFault } from './part-signs.ts';
import { PART_LIMITS, type PartLimits, type PartView, TrackedPart } from './part-state.ts';

export type { PartView } from './part-state.ts';

/** Told by an adapter of its calls. */
export type PartWatch = {
  /** A call begins; the returned function says that it is over, whatever came of it. */
  began(): () => void;
  /** wrote: something was written, and is there. */
  answered(wrote?: boolean): void;
  /** What it threw, in the adapter's own errors. */
  failed(error: unknown): void;
};
/** What is asked of a part that is silent. Parts that are not named are known by their use alone. */
export type PartQuestions = Partial<Record<PartName, (signal: AbortSignal) => Promise<unknown>>>;
export type Parts = ReturnType<typeof createParts>;

type Deps = { clock: Clock; log: Logger; limits?: Partial<PartLimits> };

export function createParts({ clock, log, limits: changed }: Deps) {
  const limits = { ...PART_LIMITS, ...changed };
  const listeners = new Set<(view: PartView, before: PartView) => void>();
  let questions: PartQuestions = {};
  let timer: { cancel(): void } | null = null;
  const onChanged = (view: PartView, before: PartView) => {
    logChange(log, before, view);
    for (const listener of listeners) listener(view, before);
  };
  const tracked = (part: PartName) =>
    new TrackedPart({
      ...{ part, clock, limits, changed: onChanged },
      nextQuestion: () => (questions[part] ? clock.now() + limits.ask_ms : null),
    });
  const all = Object.fromEntries(PART_NAMES.map((part) => [part, tracked(part)])) as Record<PartName, TrackedPart>; // one a name
  const asking = new Set<PartName>();

  function look(): void {
    for (const part of PART_NAMES) {
      if (!questions[part]) continue;
      all[part].look();
      if (clock.elapsed() - all[part].heard_at >= limits.ask_ms && !asking.has(part)) void ask(part);
    }
    timer = clock.after(limits.look_ms, look);
  }
  /** Adapters tell of the call themselves; what none tells of is told here. */
  async function ask(part: PartName): Promise<void> {
    asking.add(part);
    const { began, answered, failed } = watch([part]);
    const end = began();
    try {
      await withTimeout({ clock, limit_ms: limits.ask_limit_ms }, async (signal) => questions[part]?.(signal));
      answered();
    } catch (error) {
      failed(error);
      all[part].heard_at = clock.elapsed(); // asked again in a while, whatever the error was
    } finally {
      end();
      asking.delete(part);
    }
  }
  function watch(names: readonly PartName[]): PartWatch {
    const parts = names.map((part) => all[part]);
    return {
      began() {
        const calls = parts.map((part) => ({ part, call: part.began() }));
        return () => {
          for (const { part, call } of calls) part.ended(call, questions[part.view.part] !== undefined);
        };
      },
      answered(wrote) {
        for (const part of parts) part.answered(wrote);
      },
      failed(error) {
        for (const part of parts) part.failed(error);
      },
    };
  }
  return {
    /** For an adapter that these parts are reached by. */
    watch,
    /** The state of a part whose user knows it: null is ok. */
    set: (part: PartName, fault: PartFault | null): void => all[part].move(fault),
    of: (part: PartName): PartView => all[part].view,
    list: (): PartView[] => PART_NAMES.map((part) => all[part].view),
    /** Called after each change of a state. Returns what ends that. */
    onChange(listener: (view: PartView, before: PartView) => void): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    /** From now on parts that nobody uses are asked. */
    start(asked: PartQuestions): void {
      questions = asked;
      timer = clock.after(limits.look_ms, look);
    },
    stop(): void {
      timer?.cancel();
      questions = {};
    },
  };
}

function logChange(log: Logger, before: PartView, { part, state, code, detail, since }: PartView): void {
  const name = PARTS[part].en;
  if (state === 'ok' || code === null)
    log.info({ event: 'part.ok', part, was: before.state, lasted_ms: since - before.since }, `${name}: works again`);
  else log.warn({ event: `part.${state}`, part, code, detail, was: before.state }, `${name}: ${PART_REASONS[code].en}`);
}
