/** Random walks of legal and illegal steps; a failing one is made as short as it still fails. */
import { seeded } from '../worlds/texts.ts';
import { PERSONS, STORED, stepsFrom, withoutEvent } from './inbounds.ts';
import { type Step, startModel, stepModel } from './model.ts';
import { inputOf } from './plan.ts';

export type Walk = { described: boolean; steps: Step[] };

/** A walk of at most `length` steps. One in five is a request that the model refuses, which stays in the walk as a try. */
export function randomWalk(seed: number, length: number): Walk {
  const random = seeded(seed);
  const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)];
  const described = random() < 0.5;
  let model = startModel(inputOf(described), 0);
  const steps: Step[] = [];
  while (steps.length < length) {
    const step = random() < ILLEGAL ? pick(refusedIn(model)) : pick(weighted(stepsFrom(model)));
    if (!step) continue;
    const moved = stepModel(model, step);
    if (moved.outcome !== 'moved' && step.do !== 'send') continue; // an audit's report, where nothing takes it
    steps.push(step);
    if (moved.outcome === 'moved') model = moved.model;
    if (stepsFrom(model).length === 0) break; // deleted
  }
  return { described, steps };
}
const ILLEGAL = 0.2;
const refusedIn = (model: Parameters<typeof stepsFrom>[0]): Step[] =>
  PERSONS.filter((event) => event !== STORED && !withoutEvent(event, model))
    .map((event): Step => ({ do: 'send', event }))
    .filter((step) => stepModel(model, step).outcome !== 'moved');
/** Work goes on more often than not, and a picture is seldom removed: else most walks would end early. */
const weighted = (steps: Step[]): Step[] =>
  steps.flatMap((step) => Array<Step>(isOnward(step) ? ONWARD : isEnd(step) ? 1 : 3).fill(step));
const ONWARD = 50;
const isOnward = (step: Step): boolean => step.do === 'accept' || (step.do === 'end' && ['done', 'legal'].includes(step.ending));
const isEnd = (step: Step): boolean =>
  step.do === 'send' ? ['DELETE', 'TRASH'].includes(step.event.type) : step.do === 'end' && step.ending === 'illegal';

/** Leaves steps out for as long as it still fails. Steps that the model can no longer take are left out with them. */
export async function shrink(walk: Walk, fails: (walk: Walk) => Promise<boolean>, max_runs = 60): Promise<Walk> {
  let [best, runs] = [walk, 0];
  for (let size = Math.ceil(best.steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.floor(size / 2))
    for (let at = 0; at < best.steps.length && runs < max_runs; ) {
      const shorter = possible({ ...best, steps: best.steps.toSpliced(at, size) });
      runs += 1;
      if (shorter.steps.length < best.steps.length && (await fails(shorter))) best = shorter;
      else at += size;
    }
  return best;
}
/** Without the steps that can't be brought about any more. */
function possible({ described, steps }: Walk): Walk {
  let model = startModel(inputOf(described), 0);
  const kept: Step[] = [];
  for (const step of steps) {
    const moved = stepModel(model, step);
    const can = moved.outcome === 'moved' && stepsFrom(model).some((one) => JSON.stringify(one) === JSON.stringify(step));
    const is_try = step.do === 'send' && moved.outcome !== 'moved' && withoutEvent(step.event, model) === null;
    if (!can && !is_try) continue;
    kept.push(step);
    if (moved.outcome === 'moved') model = moved.model;
  }
  return { described, steps: kept };
}
