/** The steps whose work a provider does, as the runtime needs them. */

import type { Json } from '../../contract/json.ts';
import type { RemoteRun, RemoteWork } from '../../runtime/tasks/remote-work.ts';
import { type RemoteStepHandler, type StepContext, StepError } from '../../runtime/tasks/step-handler.ts';
import { remoteOf } from '../steps/table.ts';

/** All of a context but what is of one run. */
export type RemoteContext = Omit<StepContext, 'task_id' | 'signal'>;

export function remoteWork(context: RemoteContext): RemoteWork {
  const { facts } = context;
  const inRun = ({ task_id }: RemoteRun, signal: AbortSignal): StepContext => ({ ...context, task_id, signal });
  return {
    isRemote: (kind) => remoteOf(kind)?.isConfigured(context) ?? false,
    async storedResult(run) {
      const { kind, org_id, resource_id, input } = run;
      const service = serviceOf(run);
      const answer = await facts.callbacks.find({ org_id }, { resource_id, kind, reads: service.reads(input) });
      if (!answer || !(await service.isCurrent(answer, facts))) return null;
      return usable(() => service.parseCallback(answer.body, answer.task_id, input, inRun(run, NEVER)));
    },
    submit: (run, signal) => serviceOf(run).submit(run.input, inRun(run, signal)),
    ask: (run, signal) => serviceOf(run).ask(run.input, run.provider_job_id, inRun(run, signal)),
  };
}
const NEVER = new AbortController().signal;

function serviceOf({ kind }: RemoteRun): RemoteStepHandler<Json> {
  const service = remoteOf(kind);
  if (!service) throw new Error(`no provider does ${kind}`);
  return service;
}

/** A stored failure is that of the run which it answered; what can't be read any more (another version's) is none. */
async function usable(read: () => ReturnType<RemoteStepHandler<Json>['parseCallback']>): Promise<Json | null> {
  try {
    const { asked } = await read();
    return asked.status === 'done' ? asked.output : null;
  } catch (error) {
    if (error instanceof StepError) return null;
    throw error;
  }
}
