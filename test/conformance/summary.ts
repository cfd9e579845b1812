/** What a run has covered, as it is printed and shown. */
import { ALL_TRANSITIONS, type Plan } from './plan.ts';
import type { Result } from './resource-run.ts';

/** `task`: of the task machine, in words; empty where it was not run. */
export type Coverage = {
  all: string[];
  reachable: number;
  covered: string[];
  events: { covered: number; all: number };
  tries: number;
  seconds: number;
  task: string;
};

export function coverageOf(results: Result[], { reachable, events }: Plan, seconds: number, task = ''): Coverage {
  const names = new Set(results.flatMap(({ went }) => went.covered));
  return {
    all: ALL_TRANSITIONS,
    reachable: reachable.size,
    covered: ALL_TRANSITIONS.filter((name) => names.has(name)),
    events: { covered: [...events].filter((event) => names.has(event)).length, all: events.size },
    tries: results.reduce((sum, { went }) => sum + went.tries, 0),
    seconds,
    task,
  };
}

export function inLines(results: Result[], { all, reachable, covered, events, tries, seconds, task }: Coverage): string[] {
  const failed = results.filter(({ error }) => error);
  const steps = results.reduce((sum, { path }) => sum + path.steps.length, 0);
  return [
    ...failed.flatMap(({ path, error, by }) => ['', `✗ ${path.name}`, `  found by a ${by}: ${error?.message ?? ''}`]),
    '',
    `${results.length - failed.length} of ${results.length} paths as the model says, ${steps} steps, ${seconds.toFixed(1)} s`,
    `transitions: ${covered.length} covered, ${reachable} reachable, ${all.length} in all`,
    `events of persons in the statuses that take them: ${events.covered} of ${events.all}`,
    `requests that must change nothing: ${tries}`,
    ...(task ? [`task machine: ${task}`] : []),
  ];
}
