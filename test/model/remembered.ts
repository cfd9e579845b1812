/** Steps by instance and inbound are remembered: a product of machines visits the same pair thousands of times. */
import type { AnyStateMachine } from 'xstate';
import { isOutage } from '../../contract/failures.ts';
import type { Json } from '../../contract/json.ts';
import { FACTS } from '../../contract/step-kinds.ts';
import { NO_READING } from '../../contract/steps.ts';
import { durable, type Environment, type Inbound, type Instance, type Outcome } from '../../machines/interpreter.ts';
import { resourceContext } from '../../machines/resource-view.ts';
import { taskContext } from '../../machines/task.ts';
import { known } from './known.ts';
import { marked, NEW, NOW, nameless, wrongStep } from './laws.ts';
import { OUTAGE, TRANSIENT } from './said.ts';
import { jobOf } from './world.ts';

/** Live tokens are all called this; a stale one is called anything else. */
export const LIVE = 'live';
const GIVEN: Environment = { now: NOW, newId: () => NEW };
/** kept_job: the pipeline still owes the same run; raised: to a later revision. */
type Remembrance = { outcome: Outcome; instance: Instance; kept_job: boolean; raised: boolean };

/** exact: whether the machine ever read a picture is part of the states. check_tokens: false is a kernel that believes everyone. */
export function remembered(machine: AnyStateMachine, { exact = true, check_tokens = true } = {}) {
  const kernel = durable(machine);
  const instances = new Map<string, Instance>();
  const ids = new Map<Instance, number>();
  const memory = new Map<Instance, Map<string, Remembrance>>();
  const tags = new Map<string, boolean>();
  const wrong = new Set<string>();
  const intern = (instance: Instance): Instance => {
    const plain = abstract(instance, exact);
    const text = JSON.stringify(plain);
    const seen = instances.get(text);
    if (seen) return seen;
    ids.set(plain, instances.size);
    instances.set(text, plain);
    memory.set(plain, new Map());
    return plain;
  };
  const take = (instance: Instance, inbound: Inbound): Remembrance => {
    const told = check_tokens || !('token' in inbound) ? inbound : { ...inbound, token: LIVE };
    const is_resource = instance.machine === 'resource';
    const before = is_resource ? marked(instance) : instance;
    const { outcome, instance: after } = kernel.step(before, told, GIVEN);
    if (outcome !== 'moved') return { outcome, instance, kept_job: true, raised: false };
    if (is_resource) for (const what of wrongStep(before, told, after)) wrong.add(what);
    const job = jobOf(instance);
    const kept_job = job === jobOf(after) && (job === null || after.jobs[job]?.token === LIVE);
    const raised = is_resource && resourceContext(after).revision > resourceContext(instance).revision;
    return { outcome, instance: intern(after), kept_job, raised };
  };
  return {
    start: (input: Json): Instance => intern(kernel.start(input, GIVEN).instance),
    /** An instance of another memory, as this one knows it. */
    adopt: intern,
    idOf: (instance: Instance): number => known(ids.get(instance), 'an id for the instance'),
    hasTag(instance: Instance, tag: string): boolean {
      const key = `${ids.get(instance)} ${tag}`;
      const seen = tags.get(key) ?? kernel.hasTag(instance, tag);
      tags.set(key, seen);
      return seen;
    },
    step(instance: Instance, inbound: Inbound): Remembrance {
      const steps = known(memory.get(instance), 'the instance');
      const key = JSON.stringify(inbound);
      let step = steps.get(key);
      if (!step) {
        step = take(instance, inbound);
        steps.set(key, step);
      }
      return step;
    },
    /** Broken laws of steps since the last call. */
    takeWrong(): string[] {
      if (wrong.size === 0) return [];
      const taken = [...wrong];
      wrong.clear();
      return taken;
    },
    size: () => instances.size,
  };
}
export type Remembered = ReturnType<typeof remembered>;

/** Revisions become 2 (current) and 1 (older): the machine only asks whether a fact is of the current one. */
function abstract(instance: Instance, exact: boolean): Instance {
  const copy = structuredClone(instance);
  copy.seq = 0;
  for (const job of Object.values(copy.jobs)) {
    Object.assign(job, { token: LIVE, input: null, since: 0 });
    if (job.accepted) job.accepted.at = 0;
  }
  for (const timer of Object.values(copy.timers)) Object.assign(timer, { token: LIVE, due_at: 0 });
  copy.timers = sorted(copy.timers);
  const { context } = copy.snapshot;
  if (copy.machine === 'resource') {
    const own = resourceContext(copy);
    for (const fact of FACTS) own.facts[fact] = own.facts[fact] === null ? null : own.facts[fact] === own.revision ? 2 : 1;
    const failure = own.failure && { step: own.failure.step, code: isOutage(own.failure) ? OUTAGE.code : TRANSIENT.code };
    Object.assign(context, { revision: 2, orders: 0, reading: NO_READING, failure, ...nameless(own, exact) });
  } else {
    const { failure, outage_runs } = taskContext(copy);
    const outage = { outage_runs: Math.min(outage_runs, 1), outages: 0 };
    Object.assign(context, { failure: failure && { ...failure, detail: '' }, output: null, jitter: 0, ...outage });
  }
  return copy;
}
const sorted = <T>(record: Record<string, T>): Record<string, T> =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
