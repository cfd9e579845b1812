/**
 * Works on runs in this process. A run is accepted by its token, so that one process has it; each step that is saved is a sign of life, and
 * where steps are long one is given in between. A process that stops releases its runs; of one that is lost they are taken up after the
 * lease.
 */
import type { Logger } from 'pino';
import { isFailureCode, waits } from '../../contract/failures.ts';
import type { RunKind } from '../../contract/runs.ts';
import type { Inbound } from '../../machines/interpreter.ts';
import type { RunEvent } from '../../machines/run.ts';
import type { Clock } from '../async/clock.ts';
import { repeated } from '../async/repeated.ts';
import { bounded } from '../async/timeout.ts';
import type { Host } from '../instances/host.ts';
import type { RuntimeLimits } from '../limits.ts';
import type { RunRecord } from '../ports/runs.ts';
import { StepError } from '../tasks/step-handler.ts';
import { type RunDetail, stateOf } from './run-store.ts';
import { RunHalted, type RunWork } from './run-work.ts';

export type RunHost = Host<RunRecord, RunDetail>;
type Parts = {
  host: RunHost;
  works: Readonly<Record<RunKind, RunWork>>;
  clock: Clock;
  limits: Pick<RuntimeLimits, 'run_look_ms' | 'run_sign_ms'>;
  log: Logger;
};

const JOB = 'work';

/** The run is not this process's any more, or is to stop. */
class NotOurs extends Error {}

export function createRunWorker(parts: Parts) {
  const { host, log } = parts;
  const stopping = new AbortController();
  const at_work = new Map<string, { halt: AbortController; ended: Promise<void> }>();

  async function takeUp(run_id: string, token: string, halt: AbortController): Promise<void> {
    const accepted: Inbound = { kind: 'accepted', id: JOB, token, provider_job_id: null };
    const sent = await host.send(run_id, () => ({ inbound: accepted, detail: {} }));
    if (sent?.outcome !== 'moved') return; // another process was first
    const { kind, org_id } = sent.record;
    log.info({ event: 'run.taken_up', run_id, kind, org_id }, `the run ${kind} goes on here`);
    await workOn(parts, sent.record, { token, halt, stopping: stopping.signal });
  }
  host.onJobs(async ({ run_id }, jobs) => {
    for (const [id, { token, accepted }] of jobs) {
      if (id !== JOB || accepted !== null || stopping.signal.aborted || at_work.has(run_id)) continue;
      const halt = new AbortController();
      const ended = takeUp(run_id, token, halt)
        .catch((err: unknown) =>
          log.warn({ event: 'run.not_recorded', err, run_id }, 'could not record how a run goes on; it is taken up again'),
        )
        .finally(() => at_work.delete(run_id));
      at_work.set(run_id, { halt, ended });
    }
  });
  host.onCommit(({ run_id, status }) => {
    if (status === 'stopping') at_work.get(run_id)?.halt.abort(new NotOurs('it is to stop'));
  });
  return {
    /** Releases the runs that are under way here. */
    async stop(): Promise<void> {
      stopping.abort(new NotOurs('the process stops'));
      await Promise.all([...at_work.values()].map(({ ended }) => ended));
    },
  };
}

type Held = { token: string; halt: AbortController; stopping: AbortSignal };

async function workOn(parts: Parts, taken: RunRecord, { token, halt, stopping }: Held): Promise<void> {
  const { host, works, clock, limits, log } = parts;
  const { instance: _, ...run } = taken;
  const { run_id, kind } = run;
  const limit = bounded({ clock, signals: [halt.signal, stopping] });
  let signed_at = clock.elapsed();
  const send = (event: RunEvent, detail: RunDetail = {}) =>
    host.send(run_id, (current) => (isHeld(current, token) ? { inbound: { kind: 'event', event }, detail } : null));
  const deliver = (inbound: Inbound) => host.send(run_id, () => ({ inbound, detail: {} }));

  async function save({
    findings,
    suspects,
    cleared,
    ...progress
  }: Parameters<Parameters<RunWork>[0]['save']>[0]): Promise<void> {
    const detail = { ...(findings ? { findings } : {}), ...(suspects ? { suspects } : {}), ...(cleared ? { cleared } : {}) };
    const sent = await send({ type: 'PROGRESSED', progress }, detail);
    if (sent?.outcome !== 'moved' || sent.record.status !== 'running')
      throw new NotOurs('the run goes on elsewhere, or not at all');
    signed_at = clock.elapsed();
  }
  /** Finds out whether it is to stop, and gives a sign of life. */
  async function look(): Promise<void> {
    const current = await host.load(run_id);
    if (!current || !isHeld(current, token) || current.status !== 'running') return halt.abort(new NotOurs('it is to stop'));
    if (clock.elapsed() - signed_at > limits.run_sign_ms) await save({});
  }
  const looking = repeated(clock, limits.run_look_ms, look); // of what it throws, a save or the end tells too
  try {
    limit.signal.throwIfAborted(); // it stopped while the run was taken up
    const { params, place, done, total, counts } = stateOf(taken);
    await works[kind]({ run, state: { params, place, done, total, counts }, signal: limit.signal, save });
    await looking.end();
    await deliver({ kind: 'done', id: JOB, token, output: null });
    log.info({ event: 'run.done', run_id, kind }, `the run ${kind} is done`);
  } catch (error) {
    await looking.end();
    if (stopping.aborted) await deliver({ kind: 'released', id: JOB, token });
    else await ended(error);
  } finally {
    limit.release();
  }

  async function ended(error: unknown): Promise<void> {
    if (error instanceof RunHalted) await send({ type: 'HALTED', code: error.code, detail: error.message });
    else if (halt.signal.aborted || error instanceof NotOurs) await send({ type: 'HALTED', code: 'STOPPED', detail: '' });
    else {
      const is_outage = isOutage(error);
      log.warn(
        { event: 'run.troubled', err: error, run_id, kind, is_outage },
        `the run ${kind} met an error; it goes on from its place`,
      );
      const detail = (error instanceof Error ? error.message : String(error)).slice(0, MAX_DETAIL);
      await send({ type: 'TROUBLED', detail, counts: !is_outage });
      await deliver({ kind: 'released', id: JOB, token }); // taken up again at the next check
    }
  }
}
const MAX_DETAIL = 300;

const isHeld = ({ instance }: RunRecord, token: string): boolean => instance.jobs[JOB]?.token === token;

const isOutage = (error: unknown): boolean =>
  error instanceof StepError && isFailureCode(error.failure.code) && waits(error.failure.code);
