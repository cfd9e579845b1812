/** The model of one picture: its machine on the interpreter, with its own clock. What a client must see is computed from it. */
import type { ResourceEvent } from '../../contract/events.ts';
import { failureOf, type ServiceFailure } from '../../contract/failures.ts';
import type { Json } from '../../contract/json.ts';
import type { FactRow } from '../../contract/step-kinds.ts';
import { durable, type Inbound, type Instance } from '../../machines/interpreter.ts';
import { resourceMachineWith } from '../../machines/resource.ts';
import { resourceContext, viewOf } from '../../machines/resource-view.ts';

/** Fewer runs than a service has, so that paths are short; every branch is there. */
export const MODEL_LIMITS = { max_runs: 2, max_remakes: 1 };
export const MACHINE = resourceMachineWith(MODEL_LIMITS);
const kernel = durable(MACHINE);

/** How a step of the service ends. `legal`, `illegal`, `absent`: what inspection finds; `ahead`: the index holds a later revision. */
export type Ending = 'done' | 'legal' | 'illegal' | 'absent' | 'ahead';
/**
 * One step of a path. accept: a worker takes the task; release: an outage gives it back; time: the clock moves to the next timer;
 * lost: the audit finds the index entry missing. `other`: of another revision than the promised one.
 */
export type Step =
  | { do: 'send'; event: ResourceEvent }
  | { do: 'accept'; job: string }
  | { do: 'release'; job: string }
  | { do: 'end'; job: string; ending: Ending }
  | { do: 'fail'; job: string; missing: FactRow | null }
  | { do: 'time' }
  | { do: 'lost'; other: boolean };

export const REFUSED: ServiceFailure = failureOf('PROVIDER_REFUSED', 'refused by the test');
export const OUTAGE: ServiceFailure = failureOf('PROVIDER_UNAVAILABLE', 'made unavailable by the test');
export const failureWith = (missing: FactRow | null): ServiceFailure =>
  missing ? { ...failureOf('FACT_MISSING', `the test took ${missing} away`), missing } : REFUSED;

/** How long a task pauses in an outage: the clock moves by it after a release. */
export const PAUSE_MS = 1;
/** `link_at`: when the upload link was issued that the client holds. `uploaded`: bytes were seen, of whatever kind. */
export type Model = { instance: Instance; now: number; link_at: number; uploaded: boolean; minted: number };
/** `taken`: the inbounds that were accepted, each with the instance before it. */
export type Moved = { outcome: 'moved' | 'refused' | 'stale'; model: Model; taken: { before: Instance; inbound: Inbound }[] };

export type ModelInput = Parameters<typeof kernel.start>[0];
export function startModel(input: ModelInput, now: number): Model {
  let minted = 0;
  const { instance } = kernel.start(input, { now, wall: now, newId: () => `token-${++minted}` });
  return { instance, now, link_at: now, uploaded: false, minted };
}

/** What the model does at a step. `output`: of the service, where it has run; else one that stands for it. */
export function stepModel(model: Model, step: Step, output?: Json): Moved {
  if (step.do === 'time') {
    const due = nextDue(model.instance);
    if (due === null) return { outcome: 'refused', model, taken: [] };
    return fireDue({ ...model, now: Math.max(due, model.now) });
  }
  const moved = deliver(model, inboundOf(step, model.instance, output));
  if (moved.outcome !== 'moved') return moved;
  if (step.do === 'send' && step.event.type === 'UPLOAD_LINK_ISSUED') moved.model.link_at = model.now;
  if (step.do === 'end' && (step.ending === 'legal' || step.ending === 'illegal')) moved.model.uploaded = true;
  if (step.do === 'end' && (step.job === 'purge' || step.job === 'discard')) moved.model.uploaded = false; // forgotten
  if (step.do !== 'release') return moved;
  const after = fireDue({ ...moved.model, now: model.now + PAUSE_MS });
  return { ...after, outcome: 'moved', taken: [...moved.taken, ...after.taken] };
}

const dueTimes = ({ timers }: Instance): number[] => Object.values(timers).map(({ due_at }) => due_at);
export const nextDue = (instance: Instance): number | null =>
  Object.keys(instance.timers).length === 0 ? null : Math.min(...dueTimes(instance));

/** Fires what is due, in rounds as the sweep does: all timers that an instance has when it is loaded. */
function fireDue(model: Model): Moved {
  const moved: Moved = { outcome: 'refused', model, taken: [] };
  for (let due = dueOf(moved.model); due.length > 0; due = dueOf(moved.model))
    for (const [id, { token }] of due) {
      const next = deliver(moved.model, { kind: 'timer', id, token });
      if (next.outcome !== 'moved') continue;
      Object.assign(moved, { outcome: 'moved', model: next.model, taken: [...moved.taken, ...next.taken] });
    }
  return moved;
}
const dueOf = ({ instance, now }: Model) => Object.entries(instance.timers).filter(([, { due_at }]) => due_at <= now);

function deliver(model: Model, inbound: Inbound): Moved {
  let { minted } = model;
  const { now } = model;
  const { outcome, instance } = kernel.step(model.instance, inbound, { now, wall: now, newId: () => `token-${++minted}` });
  if (outcome !== 'moved') return { outcome, model, taken: [] };
  return { outcome, model: { ...model, instance, minted }, taken: [{ before: model.instance, inbound }] };
}

function inboundOf(step: Exclude<Step, { do: 'time' }>, instance: Instance, output?: Json): Inbound {
  if (step.do === 'send') return { kind: 'event', event: step.event };
  if (step.do === 'lost') {
    const { indexed } = resourceContext(instance).facts;
    const event: ResourceEvent = { type: 'INDEX_LOST', revision: (indexed ?? 0) - (step.other ? 1 : 0) };
    return { kind: 'event', event };
  }
  const { job: id } = step;
  const token = instance.jobs[id]?.token ?? 'none';
  if (step.do === 'accept') return { kind: 'accepted', id, token, provider_job_id: null };
  if (step.do === 'release') return { kind: 'released', id, token };
  if (step.do === 'fail') return { kind: 'error', id, token, failure: failureWith(step.missing) };
  return { kind: 'done', id, token, output: output ?? standIn(step.job, step.ending, instance) };
}

/** An output of the right shape, for a search that runs no service. */
function standIn(job: string, ending: Ending, instance: Instance): Json {
  const picture = { byte_size: 1, content_type: 'image/png', width: 1, height: 1, page_count: 1, fact_id: null };
  if (ending === 'legal') return { verdict: 'legal', sha256: 'x', original_key: 'key', ...picture };
  if (ending === 'illegal') return { verdict: 'illegal', code: 'NOT_AN_IMAGE', detail: 'a text file' };
  if (ending === 'absent') return { verdict: 'absent' };
  if (ending === 'ahead') return { put: 'ahead', found: resourceContext(instance).revision + AHEAD_BY };
  return job === 'index' || job === 'text' ? { put: 'seen' } : { fact_id: `${job} made it` };
}
/** By how many revisions the index is ahead, where it is. */
export const AHEAD_BY = 3;

/** What a client must see: times in epoch milliseconds. */
export function expectedView({ instance }: Model) {
  const { status, phase, viewable, searchable, revision, indexed_revision, has_vector, failure, ...view } = viewOf(instance);
  const failed = failure && { step: failure.step, code: failure.code, retryable: failure.retryable, attempts: failure.attempts };
  const allowed_events = [...view.allowed_events].sort();
  const etag = `"${instance.seq}"`;
  const seen = { etag, status, phase, viewable, searchable, revision, indexed_revision, has_vector };
  return { ...seen, deadline_at: view.deadline_at, failure: failed, allowed_events };
}
export type View = ReturnType<typeof expectedView>;
