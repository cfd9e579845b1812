/**
 * Rebuilds lost tasks by passes over all instances with pending jobs, in the order of their ids, a page at a time. One process at a time
 * does it; its position is kept in the facts, so that another can continue there. A pass writes only repairs, so pictures that wait cost
 * no write.
 *
 * - A calm pass starts each `job_check_min_ms`, and checks a page a round of the sweep: it finds a single lost task, a lost notification, a
 *   result that was not recorded.
 * - When the task store is not the one that the facts know, all tasks are in doubt: every job is checked at once, some pages a round. The
 *   pass wraps around from its position and ends there. If the store is in doubt again meanwhile, the end moves, not the position, so that
 *   repeated outages do not keep the pass from late ids.
 * - The epoch of a new store is written before its pass (so a store that takes no writes is noticed first). The facts record it when all
 *   jobs were checked.
 */
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Clock } from '../async/clock.ts';
import { RUNTIME_LIMITS, type RuntimeLimits } from '../limits.ts';
import type { Facts } from '../ports/facts.ts';
import type { Served, StoredInstance } from '../ports/instances.ts';
import type { Tasks } from '../ports/tasks.ts';
import type { SetAsides } from './set-aside.ts';

type Parts = {
  facts: Facts;
  tasks: Pick<Tasks, 'epoch' | 'setEpoch'>;
  clock: Clock;
  limits: RuntimeLimits;
  log: Logger;
  /** The versions whose jobs are checked here. */
  served: Served;
  set_asides: Pick<SetAsides, 'report'>;
  /** Owner of the job; the same at each start where no other process can be, so that what an earlier process held is free at once. */
  owner: () => string;
};
type CheckPage = (page: StoredInstance[], doubt: boolean) => Promise<void>;

/** until: where the circle ends, as an id; null: at the end of the list. wrapped: it has begun again from the first id. */
const Doubt = z.object({ epoch: z.string(), until: z.string().nullable(), wrapped: z.boolean(), seen: z.number() });
/** open: a pass is under way, after this id. began_at: service time. */
const State = z.object({ open: z.boolean(), after: z.string().nullable(), began_at: z.number(), doubt: Doubt.nullable() });
type State = z.infer<typeof State>;
const NEVER: State = { open: false, after: null, began_at: 0, doubt: null };

const JOB_NAME = 'jobs';

/** Returns a round of the passes, which checks some pages if a pass is due and no other process holds it. */
export function createTaskRebuild(parts: Parts, checkPage: CheckPage): (stopped: () => boolean) => Promise<void> {
  const { facts, tasks, clock, limits, log, owner } = parts;
  let held: State | null = null;
  const not_before = { calm: Number.NEGATIVE_INFINITY, doubt: Number.NEGATIVE_INFINITY };

  /** Returns the epoch for which all tasks must be checked; null: the store is the one that the facts know. */
  async function epochInDoubt(): Promise<string | null> {
    const kept = await tasks.epoch();
    if (kept !== null) return kept === (await facts.upkeep.epoch()) ? null : kept;
    const started = clock.newId();
    await tasks.setEpoch(started);
    return started;
  }
  async function take(): Promise<State | null> {
    const now = clock.now();
    const taken = await facts.chores.take(JOB_NAME, { owner: owner(), now, until: now + limits.job_pass_hold_ms });
    return taken === 'taken' ? null : (State.safeParse(taken.state).data ?? NEVER);
  }
  /** Saves the state, and holds the pass while it is under way. */
  async function keep(state: State): Promise<void> {
    const until = clock.now() + (state.open ? limits.job_pass_hold_ms : 0);
    const kept = await facts.chores.keep(JOB_NAME, { owner: owner(), until, state });
    held = kept && state.open ? state : null;
  }
  /** Sets when this process checks again whether a pass is due. */
  const pause = (what: keyof typeof not_before, ms: number) => {
    not_before[what] = clock.elapsed() + ms;
  };

  async function checkPages(started: State, stopped: () => boolean): Promise<State> {
    let state = started;
    const max = state.doubt ? limits.job_pass_pages : 1;
    for (let page = 0; page < max && state.open && !stopped(); page++) {
      const next = await checkNextPage(parts, state, checkPage);
      if (!next) return state; // in doubt again: this page comes once more
      state = next;
    }
    return state;
  }

  return async (stopped) => {
    const epoch = await epochInDoubt();
    const what = epoch === null ? 'calm' : 'doubt';
    if (held === null && clock.elapsed() < not_before[what]) return;
    const current = held ?? (await take());
    if (!current) return pause(what, epoch === null ? limits.job_check_min_ms : limits.job_pass_again_ms);
    const state = begin(current, epoch, { now: clock.serviceTime(), limits });
    const done = state.open ? await checkPages(state, stopped) : state;
    if (!done.open && done.doubt) {
      await facts.upkeep.setEpoch(done.doubt.epoch);
      if (done.doubt.seen > 0)
        log.info(
          { event: 'tasks.rebuilt', instances: done.doubt.seen },
          'the task store was new or may have lost data; all tasks were checked',
        );
    }
    await keep(done.open ? done : { ...done, doubt: null });
    if (!done.open) pause('calm', Math.max(0, done.began_at + limits.job_check_min_ms - clock.serviceTime()));
  };
}

/** When the next pass over all jobs begins, or goes on (service time). */
export async function nextPassAt({ chores }: Pick<Facts, 'chores'>, clock: Pick<Clock, 'serviceTime'>): Promise<number> {
  const now = clock.serviceTime();
  const { open, began_at } = State.safeParse(await chores.state(JOB_NAME)).data ?? NEVER;
  return open ? now : Math.max(now, began_at + RUNTIME_LIMITS.job_check_min_ms);
}

/** Returns the state that the round continues with. */
function begin(state: State, epoch: string | null, { now, limits }: { now: number; limits: RuntimeLimits }): State {
  if (epoch !== null && state.doubt?.epoch === epoch) return state;
  if (epoch !== null) {
    const doubt = { epoch, until: state.after, wrapped: false, seen: 0 };
    return { open: true, after: state.after, began_at: state.open ? state.began_at : now, doubt };
  }
  if (state.open) return { ...state, doubt: null }; // what was in doubt is known by now
  return now - state.began_at < limits.job_check_min_ms ? { ...state, doubt: null } : { ...NEVER, open: true, began_at: now };
}

/** Returns the state after the next page; null: the store was, or may have been, lost again meanwhile. */
async function checkNextPage(
  { facts, tasks, limits, served, set_asides }: Parts,
  state: State,
  checkPage: CheckPage,
): Promise<State | null> {
  const { after, doubt } = state;
  const unreadable: string[] = [];
  const page = await facts.instances.withJobs(after, limits.sweep_batch, served, (error) => {
    unreadable.push(error.id);
    set_asides.report(error.id, error);
  });
  await checkPage(page, doubt !== null);
  if (doubt && (await tasks.epoch()) !== doubt.epoch) return null;
  const ids = [...page.map(({ instance_id }) => instance_id), ...unreadable].sort();
  const last = ids.length < limits.sweep_batch ? null : (ids.at(-1) ?? null);
  const seen = doubt && { ...doubt, seen: doubt.seen + ids.length };
  if (last !== null) {
    const round = doubt?.wrapped === true && doubt.until !== null && last >= doubt.until;
    return { ...state, open: !round, after: last, doubt: seen };
  }
  const again = seen !== null && seen.until !== null && !seen.wrapped;
  return { ...state, open: again, after: null, doubt: again ? { ...seen, wrapped: true } : seen };
}
