/**
 * How instances of earlier versions become instances of the present ones. Instances outlive programs: a picture that was begun by one
 * version is stepped by the next.
 *
 * An upgrade is pure, goes from one version to the next, and is applied when an instance is loaded; what it makes is stored by the next
 * step that is committed. It must be so for every instance that the earlier version can have left: `test/machines/upgrades.test.ts` takes
 * those of `test/fixtures/machines/`, upgrades each and steps it to its end. Rules:
 *
 * - Every field that the context has gained is given its value here, and every region that the value has gained its state: XState would
 *   fill in a region silently, and a field not at all.
 * - A state that is gone is mapped to the one that takes its place; the jobs and timers of the old one that mean the same keep their
 *   tokens under their new names, others are left out.
 * - A timer that a state has gained is not in an old instance. Where it matters, it is added with a time made from one that is there, and
 *   with the token of that one: a token is accepted only together with the id of its timer. An instance without jobs and timers is not
 *   checked by the sweep: to give it one takes a SQL migration that sets its `next_due_at` too.
 * - The input of a job that waits is what its service reads: a field that a service has gained is added here as well.
 *
 * Version 2 is not released yet: whoever changes a machine adds to the upgrade from 1 to 2 what the change needs, and leaves the version
 * alone. Once it is released, its instances are recorded (`node dist/test/model/golden.js`), its upgrade never changes again, and the
 * next change makes version 3.
 *
 * Statuses are in a CHECK of the table `resources` also: one that is added needs a SQL migration beside the new version.
 */
import type { StateValue } from 'xstate';
import type { Json } from '../contract/json.ts';
import { isJobId, ROWS, STEP_OF_JOB, STEPS } from '../contract/step-kinds.ts';
import { NO_FACT_IDS, NO_FACTS, NO_READING } from '../contract/steps.ts';

/** What the interpreter keeps of an instance beside its name, version and `seq`. */
export type InstanceBody = {
  snapshot: { value: StateValue; context: Record<string, Json>; status: string };
  jobs: Record<
    string,
    { src: string; input: Json; token: string; since: number; accepted: { provider_job_id: string | null; at: number } | null }
  >;
  timers: Record<string, { event: { type: string }; due_at: number; token: string }>;
};
/** By the version that it begins from. */
export type Upgrades = Readonly<Record<string, { to: string; upgrade: (old: InstanceBody) => InstanceBody }>>;

export const RESOURCE_UPGRADES: Upgrades = {
  1: { to: '2', upgrade: (old) => withOrders(old) },
};

/**
 * Orders to read again, and retries by the service itself, are counted from now on; how to read it was ordered by nobody. An upload that is awaited is looked at when its link
 * expires, as it was: the looks before that are of links that are given from now on.
 */
function withOrders({ snapshot, jobs, timers }: InstanceBody): InstanceBody {
  const { ocr } = jobs;
  return {
    snapshot: {
      ...snapshot,
      context: {
        ...withAllFacts(snapshot.context),
        orders: 0,
        reading: NO_READING,
        service_retries: 0,
        remakes: 0,
        look_again: false,
      },
    },
    jobs: withAllReads(ocr ? { ...jobs, ocr: { ...ocr, input: withOrder(ocr.input) } } : jobs),
    timers,
  };
}

type Fields = Record<string, Json>;
const isFields = (value: Json | undefined): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const nulls = (names: readonly string[]): Fields => Object.fromEntries(names.map((name) => [name, null]));

/**
 * Facts and rows that were gained are not there yet: they are made when an edit leads the picture past their step. This follows the
 * declaration, also when a later version has declared more: what is null here the upgrade to that version makes null again.
 */
function withAllFacts(context: Fields): Fields {
  const [facts, fact_ids] = [isFields(context.facts) ? context.facts : {}, isFields(context.fact_ids) ? context.fact_ids : {}];
  return { ...context, facts: { ...NO_FACTS, ...facts }, fact_ids: { ...NO_FACT_IDS, ...fact_ids } };
}
/** A job that waits gets every row that its step reads now. */
function withAllReads(jobs: InstanceBody['jobs']): InstanceBody['jobs'] {
  const updated = Object.entries(jobs).map(([id, job]) => {
    const keys = isJobId(id) ? STEPS[STEP_OF_JOB[id]].reads.map((row) => ROWS[row].key) : [];
    return [id, isFields(job.input) ? { ...job, input: { ...nulls(keys), ...job.input } } : job] as const;
  });
  return Object.fromEntries(updated);
}
const withOrder = (input: Json): Json => (isFields(input) ? { ...input, order: 0, reading: NO_READING } : input);

export const TASK_UPGRADES: Upgrades = {
  1: { to: '2', upgrade: outageOfItsOwn },
};

/** The time granted to an outage was that of the task, and began with it. Now it begins with the next failure. */
function outageOfItsOwn({ snapshot, jobs, timers }: InstanceBody): InstanceBody {
  const { 'xstate.after.give_up.task.open': _, ...others } = timers;
  const no_outage = { outage_runs: 0, outage_since: null, outages: 0, gives_up: false };
  return { snapshot: { ...snapshot, context: { ...snapshot.context, ...no_outage } }, jobs, timers: others };
}
