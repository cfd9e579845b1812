/**
 * A scenario on the real machine and the real interpreter, with a clock that stands still between steps. Every step is kept, so that one
 * goes back and forth, and the same steps give the same again.
 */
import type { AnyStateMachine } from 'xstate';
import type { Json } from '../../contract/json.ts';
import { durable, type Inbound, type Instance, LimboError } from '../../machines/interpreter.ts';
import { statePaths } from '../../machines/state-paths.ts';
import { type Asked, tracedMachine } from './traced.ts';

/** What is said to the machine. Tokens are those of the moment; `stale`: of a job that is over, as a result that comes twice or late. */
export type Said =
  | { say: 'event'; event: { type: string } & Record<string, Json> }
  | { say: 'accepted'; job: string }
  | { say: 'released'; job: string }
  | { say: 'done'; job: string; output: Json; stale?: boolean }
  | { say: 'failed'; job: string; failure: Json; stale?: boolean }
  | { say: 'timer'; timer: string };
/** forced: guards whose answers are turned round in this step. */
export type ScenarioStep = { said: Said; forced?: readonly string[] };
export type Scenario = { machine: string; input: Json; steps: readonly ScenarioStep[] };

/** limbo: nothing would ever happen to it again; the interpreter refuses to commit that. */
export type Outcome = 'moved' | 'refused' | 'stale' | 'limbo';
/** changed: paths in the context that differ from before. */
export type Moment = {
  instance: Instance;
  states: string[];
  now: number;
  outcome: Outcome;
  asked: Asked[];
  changed: string[];
  emitted: string[];
};
export type Simulator = {
  begin: (input: Json) => Moment;
  step: (moment: Moment, step: ScenarioStep) => Moment;
  /** The moments of a scenario, its beginning first. */
  run: (scenario: Scenario) => Moment[];
  /** rest: nothing more has to happen by itself. turn: whoever hosts the machine says what comes next. null: a job or a timer must. */
  waitsFor: (moment: Moment) => 'rest' | 'turn' | null;
};

/** A token that no job has: of one that is over. */
const OVER = 'over';

export function createSimulator(machine: AnyStateMachine): Simulator {
  const { machine: traced, asked, force } = tracedMachine(machine);
  const kernel = durable(traced, {}, ['rest', 'turn']);
  const given = (now: number, seq: number) => {
    let made = 0;
    return { now, wall: now, newId: () => `${seq}.${++made}` };
  };
  const momentOf = (instance: Instance, rest: Omit<Moment, 'instance' | 'states' | 'asked'>): Moment => ({
    ...rest,
    instance,
    states: statePaths(machine.id, instance.snapshot.value),
    asked: asked.splice(0),
  });
  const self: Simulator = {
    begin(input) {
      force([]);
      asked.length = 0;
      const { instance } = kernel.start(input, given(0, 0));
      return momentOf(instance, { now: 0, outcome: 'moved', changed: [], emitted: [] });
    },
    step(before, { said, forced = [] }) {
      const { instance } = before;
      const due = said.say === 'timer' ? instance.timers[said.timer]?.due_at : undefined;
      const now = Math.max(before.now, due ?? before.now);
      force(forced);
      asked.length = 0;
      try {
        const {
          outcome,
          instance: after,
          emitted,
        } = kernel.step(instance, inboundOf(said, instance), given(now, instance.seq + 1));
        const changed = changes(instance.snapshot.context, after.snapshot.context);
        return momentOf(after, { now, outcome, changed, emitted: emitted.map(({ type }) => type) });
      } catch (error) {
        if (!(error instanceof LimboError)) throw error;
        return momentOf(instance, { now, outcome: 'limbo', changed: [], emitted: [] });
      } finally {
        force([]);
      }
    },
    run({ input, steps }) {
      const moments = [self.begin(input)];
      for (const step of steps) {
        const last = moments.at(-1);
        if (last) moments.push(self.step(last, step));
      }
      return moments;
    },
    waitsFor: ({ instance }) => {
      if (instance.snapshot.status !== 'active' || kernel.hasTag(instance, 'rest')) return 'rest';
      return kernel.hasTag(instance, 'turn') ? 'turn' : null;
    },
  };
  return self;
}

export function inboundOf(said: Said, { jobs, timers }: Instance): Inbound {
  if (said.say === 'event') return { kind: 'event', event: said.event };
  if (said.say === 'timer') return { kind: 'timer', id: said.timer, token: timers[said.timer]?.token ?? OVER };
  const id = said.job;
  const token = 'stale' in said && said.stale ? OVER : (jobs[id]?.token ?? OVER);
  if (said.say === 'accepted') return { kind: 'accepted', id, token, provider_job_id: null };
  if (said.say === 'released') return { kind: 'released', id, token };
  if (said.say === 'done') return { kind: 'done', id, token, output: said.output };
  return { kind: 'error', id, token, failure: said.failure as never }; // a scenario holds what failureOf made
}

function changes(before: Json, after: Json, path = ''): string[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  const isRecord = (value: Json): value is Record<string, Json> =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isRecord(before) || !isRecord(after)) return [path];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) => changes(before[key] ?? null, after[key] ?? null, path ? `${path}.${key}` : key));
}
