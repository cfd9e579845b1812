/** What happens at the steps of this process, by organisation: work that came in and went out a minute, runs under way, the last failure. */
import { z } from 'zod';
import { STEP_KINDS, type StepKind } from '../../contract/step-kinds.ts';
import type { Job } from '../../machines/interpreter.ts';
import type { Clock } from '../async/clock.ts';
import { countMinute, MinuteCounts, sumMinutes } from './minutes.ts';
import { type Observer, type RunSeen, UNOBSERVED } from './observer.ts';

/** Organisations with counters of their own in one process; the least recently active loses its counters to another. */
const MAX_ORGANISATIONS = 100;

/** `at`: wall time. */
export const StepActivity = z.object({
  org_id: z.string(),
  kind: z.string(),
  came: MinuteCounts,
  went: MinuteCounts,
  at_work: z.number(),
  last_failure: z.object({ code: z.string(), at: z.number(), resource_id: z.string() }).nullable(),
});
export type StepActivity = z.infer<typeof StepActivity>;

type Counters = {
  came: Map<number, number>;
  went: Map<number, number>;
  at_work: number;
  last_failure: StepActivity['last_failure'];
};
type Owned = { org_id: string; resource_id: string; kind: StepKind };
export type Activity = ReturnType<typeof createActivity>;

/** `seen`: told of each run that ends. */
export function createActivity(clock: Pick<Clock, 'now'>, seen: Pick<Observer, 'ran'> = UNOBSERVED) {
  const of_orgs = new Map<string, Map<StepKind, Counters>>();

  function countersOf(org_id: string, kind: StepKind): Counters {
    const known = of_orgs.get(org_id) ?? new Map<StepKind, Counters>();
    of_orgs.delete(org_id); // the last of the map is the most recently active
    of_orgs.set(org_id, known);
    if (of_orgs.size > MAX_ORGANISATIONS)
      for (const [oldest, kinds] of of_orgs) if (!isBusy(kinds) && of_orgs.delete(oldest)) break;
    const counters = known.get(kind) ?? { came: new Map(), went: new Map(), at_work: 0, last_failure: null };
    known.set(kind, counters);
    return counters;
  }
  const count = (minutes: Map<number, number>) => countMinute(minutes, clock.now());
  return {
    /** Counts what a commit has added to the jobs of a picture and taken from them. */
    moved(org_id: string, before: Record<string, Job>, after: Record<string, Job>): void {
      for (const [id, { src, token }] of Object.entries(after))
        if (isKind(src) && before[id]?.token !== token) count(countersOf(org_id, src).came);
      for (const [id, { src, token }] of Object.entries(before))
        if (isKind(src) && after[id]?.token !== token) count(countersOf(org_id, src).went);
    },
    /** A run begins; the returned function says that it is over, and what came of it. */
    began({ org_id, kind }: Owned): (end: Omit<RunSeen, 'kind'>) => void {
      const counters = countersOf(org_id, kind);
      counters.at_work += 1;
      return (end) => {
        counters.at_work -= 1;
        seen.ran({ kind, ...end });
      };
    },
    failed({ org_id, kind, resource_id }: Owned, code: string): void {
      countersOf(org_id, kind).last_failure = { code, at: clock.now(), resource_id };
    },
    list: (): StepActivity[] =>
      [...of_orgs].flatMap(([org_id, kinds]) =>
        [...kinds].map(([kind, { came, went, ...rest }]) => ({ org_id, kind, came: [...came], went: [...went], ...rest })),
      ),
  };
}

const isBusy = (kinds: Map<StepKind, Counters>) => [...kinds.values()].some(({ at_work }) => at_work > 0);
const isKind = (name: string): name is StepKind => STEP_KINDS.some((kind) => kind === name);

/** The sums over all processes. `per_minute_…`: 60 numbers, the present minute last. */
export type StepTotals = {
  per_minute_in: number[];
  per_minute_out: number[];
  at_work: number;
  last_failure: StepActivity['last_failure'];
};
export function totalsOf(kind: StepKind, all: readonly StepActivity[], now: number): StepTotals {
  const own = all.filter((one) => one.kind === kind);
  const failures = own.flatMap(({ last_failure }) => (last_failure ? [last_failure] : []));
  return {
    per_minute_in: sumMinutes(
      own.map(({ came }) => came),
      now,
    ),
    per_minute_out: sumMinutes(
      own.map(({ went }) => went),
      now,
    ),
    at_work: own.reduce((sum, { at_work }) => sum + at_work, 0),
    last_failure: failures.sort((a, b) => b.at - a.at)[0] ?? null,
  };
}
