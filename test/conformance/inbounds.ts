/** What can happen to a picture over HTTP and by the service around it, in each state of the model. */
import type { ResourceEvent } from '../../contract/events.ts';
import type { FactRow } from '../../contract/step-kinds.ts';
import type { Instance } from '../../machines/interpreter.ts';
import { resourceContext, statusOf, viewOf } from '../../machines/resource-view.ts';
import { READS } from '../model/said.ts';
import { type Ending, type Model, nextDue, type Step } from './model.ts';

/** An upload link is valid for an hour; a client tries it while it is. */
const LINK_VALID_MS = 60 * 60_000;

export const COMPLETE: ResourceEvent = { type: 'METADATA_SUBMITTED', complete: true };
export const DRAFT: ResourceEvent = { type: 'METADATA_SUBMITTED', complete: false };
export const CORRECTED: ResourceEvent = { type: 'TEXT_CORRECTED', correction_id: 'a correction' };
export const TAKEN_BACK: ResourceEvent = { type: 'TEXT_CORRECTED', correction_id: null };
export const STORED: ResourceEvent = { type: 'UPLOAD_REPORTED' };
export const REPORTED: ResourceEvent = { type: 'UPLOAD_REPORTED', by_store_too: true };

/** Everything that a person can send. STORED is the upload itself, by its link; REPORTED the call that reports it. */
export const PERSONS: readonly ResourceEvent[] = [
  STORED,
  REPORTED,
  { type: 'UPLOAD_LINK_ISSUED' },
  COMPLETE,
  DRAFT,
  CORRECTED,
  TAKEN_BACK,
  { type: 'RETRY' },
  { type: 'REPROCESS', from: 'ocr' },
  { type: 'REPROCESS', from: 'ocr', discard_corrections: true },
  { type: 'REPROCESS', from: 'ocr', own_text: 'ignore' },
  { type: 'REPROCESS', from: 'embed' },
  { type: 'REPROCESS', from: 'index' },
  { type: 'TRASH' },
  { type: 'RESTORE' },
  { type: 'DELETE' },
];

/**
 * How the API treats an event that it does not send on, or null if it sends it on: `unchanged`, the picture is in that state already;
 * `invalid`, the request is wrong whatever the state is.
 */
export function withoutEvent(event: ResourceEvent, { instance, uploaded }: Model): 'unchanged' | 'invalid' | null {
  const { described, fact_ids } = resourceContext(instance);
  const { status, phase, allowed_events } = viewOf(instance);
  const takes = allowed_events.includes(event.type);
  if (event.type === 'METADATA_SUBMITTED') return takes && !event.complete && described ? 'invalid' : null;
  if (event.type === 'TEXT_CORRECTED')
    return takes && event.correction_id === null && fact_ids.correction === null ? 'unchanged' : null;
  const is_looked_at = uploaded || status === 'REJECTED' || status === 'INDEX_FAILED';
  if (event.type === 'UPLOAD_REPORTED')
    return event.by_store_too && status !== 'AWAITING_UPLOAD' && is_looked_at ? 'unchanged' : null;
  if (event.type === 'TRASH') return phase === 'gone' ? 'unchanged' : null;
  if (event.type === 'DELETE') return status === 'DELETING' || status === 'DELETED' ? 'unchanged' : null;
  return null;
}

/** Everything that may move the picture, each as far as the service around it can bring it about. */
export function stepsFrom(model: Model): Step[] {
  const { instance } = model;
  const events = PERSONS.filter((event) => event !== STORED || canUpload(model)).filter((event) => !withoutEvent(event, model));
  const lost = resourceContext(instance).facts.indexed === null ? [] : [{ do: 'lost', other: false } as const];
  const time = nextDue(instance) === null ? [] : [{ do: 'time' } as const];
  const sent = events.map((event) => ({ do: 'send', event }) as const);
  return [...Object.keys(instance.jobs).flatMap((job) => endingsOf(instance, job)), ...sent, ...time, ...lost];
}

export const canUpload = ({ instance, now, link_at }: Model): boolean =>
  statusOf(instance.snapshot.value) === 'AWAITING_UPLOAD' && now < link_at + LINK_VALID_MS;

/** A task is taken by a worker before it ends. */
function endingsOf(instance: Instance, job: string): Step[] {
  if (instance.jobs[job]?.accepted === null) return [{ do: 'accept', job }];
  const missing: (FactRow | null)[] = [null, ...(READS[job] ?? []).filter((row) => isThere(instance, row))];
  const ended = (ENDINGS[job] ?? ['done']).map((ending) => ({ do: 'end', job, ending }) as const);
  return [...ended, ...missing.map((row) => ({ do: 'fail', job, missing: row }) as const), { do: 'release', job }];
}
const ENDINGS: Record<string, Ending[]> = {
  inspect: ['legal', 'illegal', 'absent'],
  index: ['done', 'ahead'],
  text: ['done', 'ahead'],
};
/** Only a row that the job reads can be found missing. */
const isThere = (instance: Instance, row: FactRow): boolean => resourceContext(instance).fact_ids[row] !== null;
