/**
 * The nightly comparison: begun by one process once a day, at the time that is configured. It never begins beside a run that is under way:
 * that is waited for, for some hours, and then the next night is.
 */
import type { Logger } from 'pino';
import { z } from 'zod';
import { RUN_KINDS } from '../contract/runs.ts';
import type { Clock } from '../runtime/async/clock.ts';
import type { Facts } from '../runtime/ports/facts.ts';
import type { PeriodicJob } from '../runtime/recovery/periodic-jobs.ts';
import type { Runs } from '../runtime/runs/runs.ts';
import type { Config } from './config.ts';
import { beginRun, INSTALLATION } from './own-runs.ts';

const JOB = 'nightly verify';
const LOOK_MS = 60_000;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** How late it may begin: beyond that, it would run into the day. */
const LATEST_MS = 3 * 60 * MINUTE_MS;

/** at: minutes after midnight in UTC. */
export type Nightly = { at: number; heal: boolean };
type Parts = {
  facts: Pick<Facts, 'chores' | 'runs'>;
  runs: Pick<Runs, 'start'>;
  clock: Pick<Clock, 'now'>;
  log: Logger;
  owner: string;
};
/** night: the one that it began in last, in days since the epoch. */
const State = z.object({ night: z.number() });

export type NightlyConfig = Partial<Pick<Config, 'verify_at' | 'verify_heal'>>;
/** The job that the settings ask for; none without a time. */
export function nightlyJobs({ verify_at: at, verify_heal: heal = false }: NightlyConfig, parts: Parts): PeriodicJob[] {
  return at === undefined ? [] : [nightlyVerify(parts, { at, heal })];
}

export const nightlyVerify = (parts: Parts, nightly: Nightly): PeriodicJob => ({
  name: 'nightly_verify',
  interval_ms: LOOK_MS,
  work: () => beginIfDue(parts, nightly),
});

async function beginIfDue({ facts, runs, clock, log, owner }: Parts, { at, heal }: Nightly): Promise<void> {
  const now = clock.now();
  const since = now - at * MINUTE_MS;
  const night = Math.floor(since / DAY_MS);
  if (since - night * DAY_MS > LATEST_MS) return;
  const taken = await facts.chores.take(JOB, { owner, now, until: now + LOOK_MS / 2 });
  if (taken === 'taken' || (State.safeParse(taken.state).data?.night ?? -1) >= night) return;
  for (const kind of RUN_KINDS) if ((await facts.runs.underWay(INSTALLATION, kind)).length > 0) return; // looked at again in a minute
  const run_id = await beginRun({ runs, owner, kind: 'verify', heal });
  if (run_id === null) return;
  log.info({ event: 'verify.nightly', run_id, heal }, 'the nightly comparison of all stores has begun');
  await facts.chores.keep(JOB, { owner, until: now, state: { night } });
}
