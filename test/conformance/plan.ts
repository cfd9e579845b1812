/** Paths through the picture's machine that the service can be led along: a search, breadth first, until nothing new is covered. */
import type { AnyTransitionDefinition } from 'xstate';
import { resourceContext, statusOf } from '../../machines/resource-view.ts';
import { known } from '../model/known.ts';
import { eventOf, takenAtStart, takenBy, transitionsOf } from '../model/paths.ts';
import { label } from '../model/said.ts';
import { stepsFrom } from './inbounds.ts';
import { MACHINE, type Model, type Moved, type Step, startModel, stepModel } from './model.ts';

export type Path = { described: boolean; steps: Step[]; ends_in: string };
/** `all`: names of the transitions. `events`: each event of a person in each status that takes it. */
export type Plan = { all: string[]; reachable: Set<string>; events: Set<string>; paths: Path[]; states: number };

/** States visited at most: by then nothing new has come for long. */
const MAX_STATES = 20_000;
const NAMES = transitionsOf(MACHINE.root);
const nameAll = (transitions: AnyTransitionDefinition[]) =>
  transitions.map((t) => known(NAMES.get(t), `a name for ${t.eventType}`));

export const ALL_TRANSITIONS: string[] = [...NAMES.values()];
export const inputOf = (described: boolean, ids = { resource_id: 'r', org_id: 'o', user_id: 'u' }) => ({
  ...ids,
  described,
  claimed: { byte_size: null, sha256: null },
});
export const transitionsAtStart = (described: boolean): string[] => nameAll(takenAtStart(MACHINE, inputOf(described)));

/** The transitions that a step took, by name. */
export const transitionsIn = ({ taken }: Pick<Moved, 'taken'>): string[] =>
  taken.flatMap(({ before, inbound }) => nameAll(takenBy(MACHINE, before, eventOf(before, inbound))));
/** A person's event in a status that takes it; null for other steps. */
export const eventIn = (model: Model, step: Step): string | null =>
  step.do === 'send' ? `${statusOf(model.instance.snapshot.value)}: ${label(step.event)}` : null;

type Visit = { model: Model; described: boolean; steps: Step[] };
type Found = Visit & { covers: string[] };

export function plan(max_states = MAX_STATES): Plan {
  const reachable = new Set<string>();
  const events = new Set<string>();
  const found: Found[] = [];
  const visits = new Map<string, Visit>();
  const tried = new Set<string>();
  for (const described of [false, true]) {
    const model = startModel(inputOf(described), 0);
    for (const name of transitionsAtStart(described)) reachable.add(name);
    visits.set(keyOf(model), { model, described, steps: [] });
  }
  // grows while it is walked
  for (const { model, described, steps } of visits.values()) {
    if (visits.size > max_states || reachable.size === ALL_TRANSITIONS.length) break;
    for (const step of stepsFrom(model)) {
      const moved = stepModel(model, step);
      if (moved.outcome !== 'moved') continue;
      const way = [...steps, step];
      const event = eventIn(model, step);
      const covers = [...coversOf(moved, tried), ...(event ? [event] : [])].filter((n) => !reachable.has(n) && !events.has(n));
      if (covers.length > 0) found.push({ model: moved.model, described, steps: way, covers });
      for (const name of covers) (name === event ? events : reachable).add(name);
      const key = keyOf(moved.model);
      if (!visits.has(key)) visits.set(key, { model: moved.model, described, steps: way });
    }
  }
  return { all: ALL_TRANSITIONS, reachable, events, paths: fewest(found), states: visits.size };
}

/** Which transitions a step takes is looked up once for a state of the chart and an inbound with the same guards' outcome. */
function coversOf(moved: Moved, tried: Set<string>): string[] {
  const key = JSON.stringify(
    moved.taken.map(({ before, inbound }) => [
      before.snapshot.value,
      { ...inbound, token: '' },
      moved.model.instance.snapshot.value,
    ]),
  );
  if (tried.has(key)) return [];
  tried.add(key);
  return transitionsIn(moved);
}

/** The longest first: what lies on the way of one that is taken needs no path of its own. */
function fewest(found: Found[]): Path[] {
  const covered = new Set<string>();
  const paths: Path[] = [];
  for (const { model, described, steps, covers } of found.toReversed()) {
    if (covers.every((name) => covered.has(name))) continue;
    for (const name of coveredBy({ described, steps })) covered.add(name);
    paths.push({ described, steps, ends_in: statusOf(model.instance.snapshot.value) });
  }
  return paths;
}

/** All that a path takes: transitions, and events of persons. */
export function coveredBy({ described, steps }: Pick<Path, 'described' | 'steps'>): string[] {
  let model = startModel(inputOf(described), 0);
  const names = transitionsAtStart(described);
  for (const step of steps) {
    const event = eventIn(model, step);
    const moved = stepModel(model, step);
    if (moved.outcome !== 'moved') throw new Error(`${JSON.stringify(step)} was ${moved.outcome} on a path`);
    names.push(...transitionsIn(moved), ...(event ? [event] : []));
    model = moved.model;
  }
  return names;
}

/** What makes a difference to what follows, without names, counters and clocks. */
export function keyOf({ instance, now, link_at }: Model): string {
  const { facts, fact_ids, revision, failure, ...rest } = resourceContext(instance);
  const age = (of: number | null) => (of === null ? 0 : of === revision ? 2 : 1);
  const timers = Object.entries(instance.timers).sort(([, a], [, b]) => a.due_at - b.due_at);
  const jobs = Object.entries(instance.jobs).map(([id, { accepted }]) => [id, accepted !== null]);
  const { described, upload_overdue, look_again, withdrawn, vector_late, has_vector, runs, remakes, sha256 } = rest;
  return JSON.stringify([
    instance.snapshot.value,
    Object.values(facts).map(age),
    [fact_ids.recognition !== null, fact_ids.correction !== null, failure?.step],
    [described, upload_overdue, look_again, withdrawn, vector_late, has_vector, runs, remakes, sha256 !== null],
    [timers.map(([id]) => id), jobs, now - link_at < 3_600_000],
  ]);
}
