/**
 * What is stuck: the list is empty while the promise is kept. What only takes long is seen by its age; what waits for a part that is away or
 * for a step that is paused is not stuck.
 */
import type { PartName } from '../../contract/parts.ts';
import { STEP_KINDS, STEPS, type StepKind } from '../../contract/step-kinds.ts';
import { delayOf } from '../../machines/interpreter.ts';
import type { Clock } from '../async/clock.ts';
import type { MergedPart } from '../health/process-report.ts';
import { PART_OF_NEED } from '../health/retry-since.ts';
import type { RuntimeLimits } from '../limits.ts';
import type { Facts } from '../ports/facts.ts';
import type { StoredInstance } from '../ports/instances.ts';
import type { Scope } from '../ports/scope.ts';

/** since: wall time. */
export type StuckItem = {
  resource_id: string;
  why: 'overdue' | 'set_aside' | 'late_task';
  step: StepKind | null;
  since: number;
  detail: string | null;
};
type Want = {
  scope: Scope | null;
  /** As all processes see them. */
  parts: readonly Pick<MergedPart, 'part' | 'state'>[];
  /** Steps that are paused, or kept by an outage. */
  held: (kind: StepKind) => boolean;
};
type Deps = { facts: Pick<Facts, 'overview' | 'instances'>; clock: Clock; limits: Pick<RuntimeLimits, 'claim_ms'> };

/** Maximum items of each kind. */
export const MAX_STUCK = 100;
/** Instances with a timer soon, of which jobs are looked at. */
const MAX_LOOKED_AT = 500;
const HALF = 0.5;
const LONGEST_MS = Math.max(...STEP_KINDS.map((kind) => STEPS[kind].deadline_ms)) * HALF;

/** An instance that was due before then (service time, ms) is overdue: whoever claims it sees to it within `claim_ms`. */
export const overdueBefore = (now: number, { claim_ms }: Pick<RuntimeLimits, 'claim_ms'>): number => now - 2 * claim_ms;

export async function stuckOf(
  { facts, clock, limits }: Deps,
  { scope, parts, held }: Want,
): Promise<{ items: StuckItem[]; is_whole: boolean }> {
  const now = clock.serviceTime();
  const wall = (at: number) => clock.now() - (now - at);
  const [due, aside, near] = await Promise.all([
    facts.overview.dueBefore(scope, overdueBefore(now, limits), MAX_STUCK + 1),
    facts.instances.listSetAside(null, MAX_LOOKED_AT),
    facts.overview.withJobsDue(scope, { from: now, to: now + LONGEST_MS }, MAX_LOOKED_AT),
  ]);
  const own = aside.filter(({ org_id }) => scope === null || org_id === scope.org_id);
  const works = (kind: StepKind) => !held(kind) && STEPS[kind].needs.every((need) => isOk(parts, PART_OF_NEED[need]));
  const overdue = due.map(({ instance_id, due_at }): StuckItem => ({ ...item(instance_id, 'overdue'), since: wall(due_at) }));
  const set_aside = own.map(
    ({ instance_id, since, reason }): StuckItem => ({ ...item(instance_id, 'set_aside'), since, detail: reason }),
  );
  const late = near.flatMap((stored) => lateTasks(stored, now, works));
  const kinds = [overdue, set_aside, late];
  const is_whole = kinds.every(({ length }) => length <= MAX_STUCK) && Math.max(aside.length, near.length) < MAX_LOOKED_AT;
  return { items: kinds.flatMap((items) => items.slice(0, MAX_STUCK)), is_whole };
}

const isOk = (parts: Want['parts'], name: PartName): boolean => parts.find(({ part }) => part === name)?.state === 'ok';
const item = (resource_id: string, why: StuckItem['why']): StuckItem => ({
  resource_id,
  why,
  step: null,
  since: 0,
  detail: null,
});

/** Jobs that were accepted, and have less than half of the time of their step left. */
function lateTasks({ instance_id, instance }: StoredInstance, now: number, works: (kind: StepKind) => boolean): StuckItem[] {
  return Object.values(instance.jobs).flatMap(({ src, accepted }): StuckItem[] => {
    const kind = STEP_KINDS.find((name) => name === src);
    const deadline = Object.entries(instance.timers).find(([id]) => delayOf(id) === `${src}_deadline`)?.[1];
    if (!kind || !accepted || !deadline || !works(kind)) return [];
    if (deadline.due_at - now >= STEPS[kind].deadline_ms * HALF) return [];
    return [{ ...item(instance_id, 'late_task'), step: kind, since: accepted.at }];
  });
}
