/**
 * Runs of operators: begun by a request, worked on by any process, and kept in the facts. One of a kind at a time is under way for an
 * organisation; the same one asked for again is that one, or goes on where it was stopped.
 */
import type { Logger } from 'pino';
import { Problem } from '../../contract/problems.ts';
import type { RunKind, RunParams } from '../../contract/runs.ts';
import type { RunEvent } from '../../machines/run.ts';
import type { Clock } from '../async/clock.ts';
import type { Each } from '../async/each.ts';
import { createDueRound } from '../instances/due.ts';
import { ConflictError, createHost } from '../instances/host.ts';
import type { RuntimeLimits } from '../limits.ts';
import type { RunRecord, Runs as RunRows, RunScope } from '../ports/runs.ts';
import { type NewRun, type RunDetail, type RunLifecycle, runStore, stateOf } from './run-store.ts';
import type { RunWork } from './run-work.ts';
import { createRunWorker } from './run-worker.ts';

export type WantedRun = NewRun & { params: RunParams };

/** Commands to runs; they are read in the facts. */
export interface Runs {
  /**
   * Begins a run, or goes on with one that was stopped and has the same parameters; the same one that is under way is returned as it is.
   * Throws RUN_UNDER_WAY when another one of that kind is.
   */
  start(wanted: WantedRun): Promise<RunRecord>;
  /** Has it stop at its next step; one that does not go on stays as it is. null: there is none in scope. */
  stop(scope: RunScope, run_id: string): Promise<RunRecord | null>;
}

type Parts = {
  runs: RunRows;
  lifecycle: RunLifecycle;
  works: Readonly<Record<RunKind, RunWork>>;
  clock: Clock;
  limits: RuntimeLimits;
  log: Logger;
  each: Each;
};

/** Attempts to begin a run while others begin and end. */
const ATTEMPTS = 5;

export function createRuns(parts: Parts) {
  const { runs, lifecycle, clock, limits, log } = parts;
  const host = createHost<RunRecord, RunDetail>({
    ...{ kernel: lifecycle.kernel, store: runStore(parts), clock, attempts: limits.commit_attempts },
    unserved: ({ run_id }) =>
      log.info({ event: 'run.later_version', run_id }, 'runs of a later version are left to its processes'),
    dispatchFailed: ({ run_id }, err) =>
      log.warn({ event: 'run.not_dispatched', err, run_id }, 'a run was not taken up; retrying'),
  });
  const worker = createRunWorker({ ...parts, host });
  const send = (run_id: string, event: RunEvent) => host.send(run_id, () => ({ inbound: { kind: 'event', event }, detail: {} }));

  async function resumed({ org_id, installation, kind, params }: WantedRun): Promise<RunRecord | null> {
    const scope = { org_id, installation };
    const [last] = (await runs.list(scope, { kind: [kind] }, { before: null, limit: 1 })).filter(
      (one) => one.installation === installation,
    );
    if (last?.status !== 'stopped' || !isSame(stateOf(last).params, params)) return null;
    const sent = await send(last.run_id, { type: 'RESUME' }).catch(asNoTurn);
    return sent?.outcome === 'moved' ? sent.record : null;
  }
  async function attempt(wanted: WantedRun): Promise<RunRecord | null> {
    const { params, ...begun } = wanted;
    const [under_way] = await runs.underWay(wanted, wanted.kind);
    if (under_way) {
      if (isOf(under_way, wanted) && isSame(stateOf(under_way).params, params)) return under_way;
      throw otherUnderWay(under_way, isOf(under_way, wanted));
    }
    const input = { kind: wanted.kind, params };
    return (await resumed(wanted)) ?? host.create(clock.newId(), input, { begun });
  }
  const api: Runs = {
    async start(wanted) {
      for (let n = 0; n < ATTEMPTS; n++) {
        const run = await attempt(wanted);
        if (run) return run;
      }
      throw new ConflictError(`the run ${wanted.kind}`);
    },
    async stop(scope, run_id) {
      if (!(await runs.get(scope, run_id))) return null;
      const sent = await send(run_id, { type: 'STOP' }); // refused by one that does not go on
      return sent?.record ?? null;
    },
  };
  return {
    ...api,
    /** Takes up what waits, and what a lost process had: part of the sweep. */
    round: createDueRound({ host, claimDue: runs.claimDue, detail: {}, each: parts.each, clock, limits }),
    close: worker.stop,
  };
}

const isOf = (run: RunRecord, { org_id, installation }: RunScope): boolean =>
  run.org_id === org_id && run.installation === installation;
const isSame = (one: RunParams, other: RunParams): boolean =>
  one.heal === other.heal && one.step === other.step && one.code === other.code && one.limit === other.limit;
function asNoTurn(error: unknown): null {
  if (error instanceof ConflictError) return null;
  throw error;
}

/** `is_own`: only then is its id named. */
const otherUnderWay = ({ run_id, kind }: RunRecord, is_own: boolean): Problem =>
  new Problem(
    'RUN_UNDER_WAY',
    {
      en: `Another run of the kind ${kind} is under way, with other parameters or for other organisations. Nothing was begun: wait until it ends, or stop it first.`,
      zh: `另一个 ${kind} 作业正在进行，其参数或所涉组织不同。未发起任何作业：请等其结束，或先将其停止。`,
    },
    { more: is_own ? { run_id } : {} },
  );
