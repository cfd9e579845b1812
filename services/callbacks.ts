/**
 * What a provider calls back: kept first, then matched to its job by the token that its address names.
 * One whose token is not in the instance is kept, not believed: the next run of that step, of what it read, finds it and takes it.
 */
import type { Logger } from 'pino';
import type { Json } from '../contract/json.ts';
import type { StepKind } from '../contract/steps.ts';
import { isJobId, STEP_OF_JOB } from '../contract/steps.ts';
import type { Job } from '../runtime/durable.ts';
import type { ResourceRow } from '../runtime/ports-facts.ts';
import type { Runs } from '../runtime/runs.ts';
import { type CalledBack, ServiceError } from '../runtime/service.ts';
import type { RemoteContext } from './remote.ts';
import { remoteOf } from './steps.ts';

/** `task_id`: of the address; the body's own is compared by whoever parsed it. */
export type CallbackTo = { resource_id: string; task_id: string; webhook_id: string; body: Json };
/** told: to the job that waits for it; kept: nobody waits for it now; known: it was here before; nobody: no such picture any more. */
export type CallbackOutcome = { outcome: 'told' | 'kept' | 'known' | 'nobody' } | { outcome: 'unusable'; detail: string };

type Parts = { context: RemoteContext; runs: Pick<Runs, 'calledBack'>; log: Logger };

/** The step whose provider calls back. */
const KIND: StepKind = 'ocr';

/** For ports whose recogniser is remote. What it answers with rejects when it can't be kept: then the provider says it again. */
export function callbackReceiver({ context, runs, log }: Parts): (to: CallbackTo) => Promise<CallbackOutcome> {
  const { facts, clock } = context;
  const service = remoteOf(KIND);
  if (!service?.isGiven(context)) throw new Error(`no provider does ${KIND}, so none calls back`);

  return async ({ resource_id, task_id, webhook_id, body }) => {
    const stored = await facts.instances.load(resource_id);
    const resource = stored && (await facts.resources.get({ org_id: stored.org_id }, resource_id));
    if (!resource || resource.original_key === null || isGone(resource)) return { outcome: 'nobody' };
    const { org_id, original_key } = resource;
    const [job_id, job] = jobOf(stored.instance.jobs, task_id);
    const input: Json = job ? job.input : { resource_id, org_id, original_key };
    const said = await readable(() => service.calledBack(body, input, { ...context, task_id, signal: NEVER }));
    if ('detail' in said) return { outcome: 'unusable', detail: said.detail };
    const received_at = clock.wall();
    const callback = { webhook_id, org_id, resource_id, task_id, kind: KIND, reads: service.reads(input), received_at, body };
    if (!(await facts.callbacks.keep(callback))) return { outcome: 'known' };
    if (!job) return { outcome: 'kept' };
    await runs.calledBack({ task_id, resource_id, job_id }, said.asked, said.provider_job_id).catch((error: unknown) => {
      log.warn({ err: error, resource_id, task_id }, 'a callback is kept, but was not told; its task finds it when it asks');
    });
    return { outcome: 'told' };
  };
}
const NEVER = new AbortController().signal;

/** Then nothing of it is to be kept any more. */
const isGone = ({ status }: ResourceRow) => GONE.has(status);
const GONE = new Set<ResourceRow['status']>(['DELETING', 'PURGE_FAILED', 'DELETED']);

function jobOf(jobs: Record<string, Job>, token: string): [string, Job | null] {
  for (const [id, job] of Object.entries(jobs))
    if (job.token === token && isJobId(id) && STEP_OF_JOB[id] === KIND) return [id, job];
  return ['', null];
}

async function readable(read: () => Promise<CalledBack>): Promise<CalledBack | { detail: string }> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ServiceError) return { detail: error.failure.detail };
    throw error;
  }
}
