/**
 * What each new status of a task asks for, done: pending → ring; retrying → ring later; asking → ask; an end → report to the resource.
 * Whatever is not done here, the sweep does.
 */
import type { Logger } from 'pino';
import type { ServiceFailure } from '../../contract/failures.ts';
import type { StepKind } from '../../contract/step-kinds.ts';
import type { TaskStatus } from '../../contract/task.ts';
import type { Inbound } from '../../machines/interpreter.ts';
import type { Clock } from '../async/clock.ts';
import { type LimitedConcurrency, limitConcurrency } from '../async/concurrency.ts';
import type { RuntimeLimits } from '../limits.ts';
import type { Asked } from '../ports/providers.ts';
import type { Queue } from '../ports/queue.ts';
import type { TaskRecord, Tasks } from '../ports/tasks.ts';
import type { Origin } from '../resources/change.ts';
import type { Engine, Owed } from '../resources/engine.ts';
import type { RemoteRun, RemoteWork } from './remote-work.ts';
import { StepError } from './step-handler.ts';
import { createTaskStore, type TaskLifecycle, type TaskView } from './task-store.ts';

export type TaskEffectsDeps = {
  tasks: Tasks;
  queue: Queue;
  engine: Pick<Engine, 'deliver' | 'pendingJob'>;
  lifecycle: TaskLifecycle;
  clock: Clock;
  limits: RuntimeLimits;
  log: Logger;
  origin: Origin;
  /** null: all work is done in our own processes. */
  remote: RemoteWork | null;
  /** False while something that the step needs is known to be away. */
  isAvailable: (kind: StepKind) => boolean;
};

export function createTaskEffects(parts: TaskEffectsDeps) {
  const { tasks, queue, engine, lifecycle, clock, limits, log, origin, remote } = parts;
  const { view } = lifecycle;
  const { recordOf, step, serves } = createTaskStore({ tasks, lifecycle, clock, limits, log });
  const asks: LimitedConcurrency = limitConcurrency(limits.asks_at_once);

  /** A task for each job, unless it has one. */
  async function dispatch(owed: Owed[]): Promise<void> {
    for (const one of owed) {
      const record = recordOf(one, await isAnswered(one));
      if (await tasks.create(record)) await follow(record); // the record first: a ring that overtakes it rings for nobody
    }
  }
  async function isAnswered({ resource, job_id, job }: Owed): Promise<boolean> {
    const kind = lifecycle.kindOf(job_id);
    if (!remote?.isRemote(kind)) return false;
    return (await remote.storedResult({ ...resource, kind, task_id: job.token, input: job.input })) !== null;
  }
  /** Of a job whose task may be gone. null: its work is done here. */
  async function askedOf({ resource, job_id, job }: Owed, provider_job_id: string, signal: AbortSignal): Promise<Asked | null> {
    const kind = lifecycle.kindOf(job_id);
    if (!remote?.isRemote(kind)) return null;
    return asked(remote, { ...resource, kind, task_id: job.token, input: job.input }, provider_job_id, signal);
  }

  const say = async (
    task_id: string,
    inbound: (now: TaskRecord, seen: TaskView) => Inbound | null,
  ): Promise<TaskRecord | null> => {
    const next = await step(task_id, inbound);
    if (next) await follow(next);
    return next;
  };

  /** Does what a status asks for. */
  async function follow(record: TaskRecord): Promise<void> {
    const { kind, task_id, status, instance, ring, next_due_at } = record;
    if (status === 'retrying' && view(instance).in_outage) await release(record);
    if (status === 'pending') await queue.push(kind, task_id, ring, record);
    if (status === 'retrying' && next_due_at !== null)
      await queue.retryLater(task_id, instance.seq, Math.max(0, next_due_at - clock.serviceTime()));
    if (status === 'asking') await ask(record);
    if (isEnd(status)) await report(record);
  }
  /** An outage uses up no deadline: the job waits again. Best effort: else its deadline has it run again. */
  async function release({ task_id: token, resource_id, job_id: id }: TaskRecord): Promise<void> {
    await engine.deliver(resource_id, { kind: 'released', id, token }, origin).catch((error: unknown) => {
      log.warn({ err: error, resource_id, task_id: token }, 'a job that waits again could not be told so; its deadline goes on');
    });
  }
  /** Of work in our own processes the queue knows what became of it; of other work its provider does, asked beside whoever calls. */
  async function ask(record: TaskRecord): Promise<void> {
    const { kind, task_id, ring } = record;
    if (remote?.isRemote(kind)) await asks.begin((signal) => askProvider(remote, record, signal));
    else await answer(task_id, { status: (await queue.knows(kind, task_id, ring)) ? 'working' : 'unknown' });
  }
  async function askProvider(provider: RemoteWork, record: TaskRecord, signal: AbortSignal): Promise<void> {
    const { task_id } = record;
    try {
      await answer(task_id, await asked(provider, record, view(record.instance).provider_job_id, signal));
    } catch (error) {
      if (signal.aborted) return; // the process stops; the task is asked about by whoever comes after
      log.info({ err: error, task_id }, 'what became of a run could not be asked; it is asked again after a lease');
      await heardOfAsk(task_id, (ask) => ({ kind: 'error', ...ask, failure: AWAY })).catch((untold: unknown) =>
        log.warn({ err: untold, task_id }, 'the end of a question was not told; its deadline does it'),
      );
    }
  }
  const answer = (task_id: string, output: Asked) => heardOfAsk(task_id, (ask) => ({ kind: 'done', ...ask, output }));
  const heardOfAsk = (task_id: string, inbound: (ask: { id: string; token: string }) => Inbound) =>
    say(task_id, ({ instance }) => {
      const token = instance.jobs.ask?.token;
      return token ? inbound({ id: 'ask', token }) : null;
    });
  /** Tells the resource how the run ended. The record is kept until it has answered; if the step must be run again, it gets a new one. */
  async function report({ task_id: token, resource_id, job_id: id, instance }: TaskRecord): Promise<void> {
    const { status, output, failure, attempt } = view(instance);
    const said = status === 'succeeded' ? { kind: 'done' as const, id, token, output } : failed({ id, token, failure, attempt });
    const outcome = await engine.deliver(resource_id, said, origin);
    await tasks.remove(token);
    if (outcome !== 'outdated') return;
    const owed = await engine.pendingJob(resource_id, id, token);
    if (owed) await dispatch([owed]);
  }

  return { dispatch, serves, say, step, follow, ask, askedOf, begin: asks.begin, answer, report, stop: asks.stop };
}

/** A stored answer comes first: a callback to an earlier run of the same work. */
async function asked(provider: RemoteWork, run: RemoteRun, provider_job_id: string | null, signal: AbortSignal): Promise<Asked> {
  const output = await provider.storedResult(run);
  if (output !== null) return { status: 'done', output };
  try {
    return await provider.ask({ ...run, provider_job_id }, signal);
  } catch (error) {
    if (!(error instanceof StepError) || error.failure.code === AWAY.code) throw error;
    return { status: 'failed', failure: error.failure }; // it answered, and that can't be used
  }
}

export const isEnd = (status: TaskStatus) => status === 'succeeded' || status === 'failed' || status === 'dead';
const AWAY: ServiceFailure = { code: 'PROVIDER_UNAVAILABLE', retryable: true, detail: 'it could not be asked' };
const LOST: ServiceFailure = { code: 'WORKER_LOST', retryable: true, detail: 'nobody knows what became of the run' };
type Ended = { id: string; token: string; failure: ServiceFailure | null; attempt: number };
const failed = ({ id, token, failure, attempt }: Ended): Exclude<Inbound, { kind: 'event' }> => ({
  kind: 'error',
  id,
  token,
  failure: failure ?? LOST,
  attempts: attempt,
});
