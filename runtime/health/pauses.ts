/**
 * Steps that an operator has paused, as this process knows them: read from the facts every second, so that all processes know of a pause
 * soon, and of all of them before they begin. While the facts are away, what was known last holds.
 */
import type { Logger } from 'pino';
import type { Author } from '../../contract/resource.ts';
import { STEP_KINDS, type StepKind } from '../../contract/step-kinds.ts';
import type { Clock } from '../async/clock.ts';
import { type Repeated, repeated } from '../async/repeated.ts';
import type { RuntimeLimits } from '../limits.ts';
import type { Pause, StepPauses } from '../ports/operations.ts';

type Deps = {
  step_pauses: StepPauses;
  /** Holds the work of a step here. */
  hold: (kind: StepKind, paused: boolean) => void;
  clock: Clock;
  limits: Pick<RuntimeLimits, 'pauses_look_ms'>;
  log: Logger;
};
export type Pauses = ReturnType<typeof createPauses>;

export function createPauses({ step_pauses, hold, clock, limits, log }: Deps) {
  let known: ReadonlyMap<StepKind, Pause> = new Map();
  let looking: Repeated | null = null;
  /** Readings in turn: an older one never comes after a newer. */
  let reading: Promise<void> = Promise.resolve();

  async function read(): Promise<void> {
    const now = new Map((await step_pauses.list()).map((pause) => [pause.kind, pause]));
    for (const kind of STEP_KINDS) {
      const [before, pause] = [known.get(kind), now.get(kind)];
      if (Boolean(before) === Boolean(pause)) continue;
      hold(kind, pause !== undefined);
      const by = pause?.by ?? null;
      log.warn({ event: pause ? 'step.held' : 'step.released', kind, by }, pause ? 'a step is paused' : 'a step goes on');
    }
    known = now;
  }
  /** Throws what the facts throw. */
  function refresh(): Promise<void> {
    const next = reading.then(read, read);
    reading = next.catch(() => undefined); // its caller handles the error
    return next;
  }
  return {
    of: (kind: StepKind): Pause | null => known.get(kind) ?? null,
    list: (): Pause[] => [...known.values()],
    refresh,
    async set(kind: StepKind, paused: boolean, by: Author): Promise<void> {
      if (paused) await step_pauses.pause({ kind, paused_at: clock.now(), by });
      else await step_pauses.resume(kind);
      await refresh();
    },
    /** Resolves once the pauses are known. */
    async start(): Promise<void> {
      await refresh();
      looking = repeated(clock, limits.pauses_look_ms, refresh); // while the facts are away, whoever works with them says so
    },
    stop(): void {
      looking?.stop();
    },
  };
}
