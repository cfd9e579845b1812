/** When an instance must be checked, and which of its timers are due. All times are service time (ms). */
import type { Inbound, Instance } from '../../machines/interpreter.ts';

type TimerInbound = Extract<Inbound, { kind: 'timer' }>;

/** The next timer of an instance; null: it has none. */
export function nextDueAt({ timers }: Pick<Instance, 'timers'>): number | null {
  const all = Object.values(timers).map(({ due_at }) => due_at);
  return all.length > 0 ? Math.min(...all) : null;
}

/** The next timer, or `job_check_ms` from `now` if a job is pending and no timer is earlier. null: nothing is to happen. */
export function nextCheckAt(instance: Pick<Instance, 'timers' | 'jobs'>, now: number, job_check_ms: number): number | null {
  const next = nextDueAt(instance);
  if (Object.keys(instance.jobs).length === 0) return next;
  return Math.min(next ?? Number.POSITIVE_INFINITY, now + job_check_ms);
}

/** The timers that are due at `now`. */
export const dueTimers = ({ timers }: Pick<Instance, 'timers'>, now: number): TimerInbound[] =>
  Object.entries(timers).flatMap(([id, { due_at, token }]) => (due_at <= now ? [{ kind: 'timer', id, token }] : []));
