/**
 * An index of an older analyser is made again by itself: a run of the kind `reindex`, begun once a process. Searches go on meanwhile, by the
 * older rules for what is not written yet. A person who stops that run is obeyed until the next start.
 */
import type { Logger } from 'pino';
import { Problem } from '../contract/problems.ts';
import type { Clock } from '../runtime/async/clock.ts';
import type { Facts } from '../runtime/ports/facts.ts';
import type { SearchIndex } from '../runtime/ports/search-index.ts';
import type { PeriodicJob } from '../runtime/recovery/periodic-jobs.ts';
import type { Runs } from '../runtime/runs/runs.ts';
import { DEFAULT_ORGANISATION } from './bootstrap-keys.ts';

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
const SCOPE = { org_id: DEFAULT_ORGANISATION.org_id, installation: true };
const PARAMS = { heal: false, step: null, code: null, limit: null };

export function reindexOutdated(parts: Parts): PeriodicJob {
  let settled = false;
  return {
    name: 'reindex_outdated',
    interval_ms: LOOK_MS,
    async work() {
      if (!settled) settled = await isSettled(parts);
    },
  };
}

/** False: it has to be looked at again, since another process or another run is at it. */
async function isSettled({ facts, index, runs, clock, log, owner }: Parts): Promise<boolean> {
  const why = await index.outdated();
  if (why === null) return true;
  if (why === 'embedder') {
    log.warn({ event: 'index.outdated', why }, 'the search index was made for another embedder: run `tuodi reindex`');
    return true;
  }
  const now = clock.now();
  if ((await facts.chores.take(JOB, { owner, now, until: now + LOOK_MS / 2 })) === 'taken') return false;
  if ((await facts.runs.underWay(SCOPE, 'reindex')).length > 0) return false;
  const created_by = { kind: 'sweep' as const, id: owner };
  try {
    const { run_id } = await runs.start({ ...SCOPE, kind: 'reindex', params: PARAMS, created_by, idempotency: null });
    const message = 'the search index was made by another version of tuodi: it is being made again, and searches go on meanwhile';
    log.info({ event: 'index.outdated', why, run_id }, message);
    return true;
  } catch (error) {
    if (error instanceof Problem) return false; // another run was begun just now
    throw error;
  }
}
