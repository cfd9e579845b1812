/**
 * Pictures whose vectors are missing, or of another model, are embedded by themselves: a run of the kind `embed`, begun when an embedder or
 * another model is configured. Where a run was stopped, or failed, after a process began, that process begins none: a person is obeyed until
 * the next start, and a broken model fails no more pictures.
 */
import type { Logger } from 'pino';
import type { Clock } from '../runtime/async/clock.ts';
import type { Facts } from '../runtime/ports/facts.ts';
import { type Embedder, isAbsent } from '../runtime/ports/providers.ts';
import type { PeriodicJob } from '../runtime/recovery/periodic-jobs.ts';
import type { Runs } from '../runtime/runs/runs.ts';
import { lackingAfter } from '../services/vectors/embed-run.ts';
import { beginRun, INSTALLATION, wasStopped } from './own-runs.ts';

/** Names the turn: one of two processes that start at once begins the run, the other finds it under way. */
export const EMBED_JOB = 'embed what lacks vectors';
const LOOK_MS = 10_000;
/** After a run was begun, or nothing lacked any: what comes back from the trash, or was stuck, may. */
const LOOK_AGAIN_MS = 10 * 60_000;

type Parts = {
  facts: Pick<Facts, 'chores' | 'runs' | 'vectors'>;
  embedder: Pick<Embedder, 'model' | 'dimension'>;
  runs: Pick<Runs, 'start'>;
  clock: Pick<Clock, 'now' | 'elapsed'>;
  log: Logger;
  owner: string;
};

export function embedLacking(parts: Parts): PeriodicJob {
  const { facts, embedder, clock } = parts;
  const started = parts.clock.now();
  let not_before = Number.NEGATIVE_INFINITY;
  return {
    name: 'embed_lacking',
    interval_ms: LOOK_MS,
    async work() {
      if (isAbsent(embedder) || clock.elapsed() < not_before) return;
      if (await wasStopped({ facts, kind: 'embed', since: started })) return;
      if ((await facts.runs.underWay(INSTALLATION, 'embed')).length > 0) return;
      const lacks = (await lackingAfter(parts, null, { after: null, limit: 1 })).length > 0;
      if (!lacks || (await beginning(parts))) not_before = clock.elapsed() + LOOK_AGAIN_MS;
    },
  };
}

/** False: another process is at it. */
async function beginning({ facts, embedder, runs, clock, log, owner }: Parts): Promise<boolean> {
  const now = clock.now();
  if ((await facts.chores.take(EMBED_JOB, { owner, now, until: now + LOOK_MS / 2 })) === 'taken') return false;
  const run_id = await beginRun({ runs, owner, kind: 'embed' });
  if (run_id === null) return false;
  const { model } = embedder;
  const message = 'pictures lack vectors of this model: they are embedded, and found meanwhile';
  log.info({ event: 'vectors.lacking', model, run_id }, message);
  return true;
}
