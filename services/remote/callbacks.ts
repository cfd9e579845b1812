/**
 * What a provider calls back: kept first, then matched to its job by the token that its address names.
 * One whose work is not under way is kept, not believed: the next run of that step, of what it read, finds it and takes it.
 *
 * Whose result it is, its address says, which is signed by us: no address is good for another picture, task or order. What the body says
 * of whose it is must agree with that.
 */
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Json } from '../../contract/json.ts';
import { isJobId, STEP_OF_JOB, type StepKind } from '../../contract/step-kinds.ts';
import type { Job } from '../../machines/interpreter.ts';
import type { ResourceRow } from '../../runtime/ports/resources.ts';
import { type CalledBack, type RemoteStepHandler, StepError } from '../../runtime/tasks/step-handler.ts';
import type { TaskRunner } from '../../runtime/tasks/task-runner.ts';
import { remoteOf } from '../steps/table.ts';
import type { RemoteContext } from './remote-work.ts';

/** As it came: `order` and `signature` are of the query. */
export type CallbackAddress = { resource_id: string; task_id: string; order: number; signature: string };
/** `body`: JSON, which nobody has looked at. */
export type CallbackTo = CallbackAddress & { webhook_id: string; body: string };
/** Why an address is refused. unknown: there is no such picture, or not any more. forged: it was not signed by us. */
type Refused = 'unknown' | 'forged';
/** told: sent to the job that waits for it; kept: nobody waits for it now; known: it was here before. */
export type CallbackOutcome = { outcome: 'told' | 'kept' | 'known' | Refused } | { outcome: 'unusable'; detail: string };
/** What is known of an address without the body: its work is under way, or was before. */
export type CallbackExpected = 'under_way' | 'earlier' | Refused;
export type CallbackReceiver = {
  expected(address: CallbackAddress): Promise<CallbackExpected>;
  /** Rejects when it can't be kept: then the provider says it again. */
  receive(to: CallbackTo): Promise<CallbackOutcome>;
};

type Parts = {
  context: RemoteContext;
  runs: Pick<TaskRunner, 'onCallback'>;
  /** Signed by us for exactly this. */
  isOurs: (of: { org_id: string } & Omit<CallbackAddress, 'signature'>, signature: string) => boolean;
  log: Logger;
};
/** Where a callback belongs. `job`: null if its work is not under way. */
type Place = { org_id: string; input: Json; job_id: string; job: Job | null };

/** The step whose provider calls back. */
const KIND: StepKind = 'ocr';

/** For ports whose recogniser is remote. */
export function callbackReceiver({ context, runs, isOurs, log }: Parts): CallbackReceiver {
  const { facts, clock } = context;
  const service = remoteOf(KIND);
  if (!service?.isConfigured(context)) throw new Error(`no provider does ${KIND}, so none calls back`);
  const { reads } = service;

  async function placeOf({ signature, ...of }: CallbackAddress): Promise<Place | Refused> {
    const { resource_id, task_id, order } = of;
    const stored = await facts.instances.load(resource_id);
    const resource = stored && (await facts.resources.get({ org_id: stored.org_id }, resource_id));
    if (!resource || resource.original_key === null || isGone(resource)) return 'unknown';
    const { org_id, original_key } = resource;
    if (!isOurs({ ...of, org_id }, signature)) return 'forged';
    const input = { resource_id, org_id, original_key, order };
    const found = jobOf(stored.instance.jobs, ({ token, input: its }) => token === task_id || reads(its) === reads(input));
    return { org_id, input, ...(found ?? { job_id: '', job: null }) };
  }

  return {
    async expected(address) {
      const place = await placeOf(address);
      if (typeof place === 'string') return place;
      return place.job ? 'under_way' : 'earlier';
    },
    async receive({ webhook_id, body, ...address }) {
      const place = await placeOf(address);
      if (typeof place === 'string') return { outcome: place };
      const { resource_id, task_id } = address;
      const { org_id, input, job_id, job } = place;
      const parsed = await readable(() => parseBody(service, { task_id, body }, place, context));
      if ('detail' in parsed) {
        log.warn(
          { event: 'callback.unusable', resource_id, task_id, webhook_id, detail: parsed.detail },
          'rejected an unusable callback; asking the provider about the work instead',
        );
        return { outcome: 'unusable', detail: parsed.detail };
      }
      const received_at = clock.now();
      const callback = { webhook_id, org_id, resource_id, task_id, kind: KIND, reads: service.reads(input), received_at, body };
      const is_new = await facts.callbacks.keep(callback);
      if (body.length > LONG_BODY) await turnOfTheLoop(); // its rows are written one after the other, and others come in between
      if (!is_new) return { outcome: 'known' };
      if (!job) return { outcome: 'kept' };
      await runs
        .onCallback({ task_id: job.token, resource_id, job_id }, parsed.asked, parsed.provider_job_id)
        .catch((error: unknown) => {
          log.warn(
            { event: 'callback.delivery_failed', err: error, resource_id, task_id },
            'stored a callback but could not deliver it to its task; the task reads it at its next status query',
          );
        });
      return { outcome: 'told' };
    },
  };
}
/** In characters: a row of so many takes SQLite some 10 ms. */
const LONG_BODY = 256 * 1024;
const NEVER = new AbortController().signal;

/** A result under another ticket than the one that the work was accepted with is another's, or of a run that is over. */
async function parseBody(
  service: RemoteStepHandler<Json>,
  { task_id, body }: { task_id: string; body: string },
  { input, job }: Place,
  context: RemoteContext,
): Promise<CalledBack> {
  const run = { ...context, task_id: job?.token ?? task_id, signal: NEVER };
  const parsed = await service.parseCallback(body, task_id, input, run);
  const ticket = job?.accepted?.provider_job_id ?? parsed.provider_job_id;
  if (parsed.asked.status === 'done' && parsed.provider_job_id !== ticket)
    throw new StepError({
      code: 'PROVIDER_BAD_RESULT',
      retryable: true,
      detail: `its provider_job_id is ${parsed.provider_job_id}, but the work was last taken as ${ticket}`,
    });
  return parsed;
}

/** Then nothing of it is to be kept any more. */
const isGone = ({ status }: ResourceRow) => GONE.has(status);
const GONE = new Set<ResourceRow['status']>(['DELETING', 'PURGE_FAILED', 'DELETED']);

/** Its run, or a later one of the same order, which does the same work. */
function jobOf(jobs: Record<string, Job>, isIts: (job: Job) => boolean): { job_id: string; job: Job } | null {
  for (const [job_id, job] of Object.entries(jobs))
    if (isJobId(job_id) && STEP_OF_JOB[job_id] === KIND && isIts(job)) return { job_id, job };
  return null;
}

async function readable(read: () => Promise<CalledBack>): Promise<CalledBack | { detail: string }> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof StepError && error.failure.code === 'PROVIDER_BAD_RESULT') return { detail: error.failure.detail };
    throw error;
  }
}
