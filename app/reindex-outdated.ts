/**
 * An index of an older analyser is made again by itself: a run of the kind `reindex`, begun once a process. Searches go on meanwhile, by the
 * older rules for what is not written yet. A person who stops that run is obeyed by each process until its next start.
 */
import type { Logger } from 'pino';
import type { Clock } from '../runtime/async/clock.ts';
import type { Facts } from '../runtime/ports/facts.ts';
import type { SearchIndex } from '../runtime/ports/search-index.ts';
import type { PeriodicJob } from '../runtime/recovery/periodic-jobs.ts';
import type { Runs } from '../runtime/runs/runs.ts';
import { beginRun, INSTALLATION, wasStopped } from './own-runs.ts';

/** Names the turn: one of two processes that start at once begins the run, the other finds it under way. */
const JOB = 'reindex of an outdated index';
const LOOK_MS = 10_000;

type Parts = {
  facts: Pick<Facts, 'chores' | 'runs'>;
  index: Pick<SearchIndex, 'outdated'>;
  runs: Pick<Runs, 'start'>;
  clock: Pick<Clock, 'now'>;
  log: Logger;
  owner: string;
};

export function reindexOutdated(parts: Parts): PeriodicJob {
  const started = parts.clock.now();
  let settled = false;
  return {
    name: 'reindex_outdated',
    interval_ms: LOOK_MS,
    async work() {
      if (!settled) settled = await isSettled(parts, started);
    },
  };
}

/** False: it has to be looked at again, since another process or another run is at it. */
async function isSettled({ facts, index, runs, clock, log, owner }: Parts, started: number): Promise<boolean> {
  if (!(await index.outdated()) || (await wasStopped({ facts, kind: 'reindex', since: started }))) return true;
  const now = clock.now();
  if ((await facts.chores.take(JOB, { owner, now, until: now + LOOK_MS / 2 })) === 'taken') return false;
  if ((await facts.runs.underWay(INSTALLATION, 'reindex')).length > 0) return false;
  const run_id = await beginRun({ runs, owner, kind: 'reindex' });
  if (run_id === null) return false;
  const message = 'the search index was made by another version of tuodi: it is being made again, and searches go on meanwhile';
  log.info({ event: 'index.outdated', run_id }, message);
  return true;
}
