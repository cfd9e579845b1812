/** Lives of a resource, told step by step with the real interpreter: what the tests of machines begin from. */
import assert from 'node:assert/strict';
import type { ResourceEvent } from '../../contract/events.ts';
import { failureOf } from '../../contract/failures.ts';
import type { Json } from '../../contract/json.ts';
import { delayOf, durable, type Inbound, type Instance } from '../../machines/interpreter.ts';
import { resourceMachine } from '../../machines/resource.ts';
import { statusOf } from '../../machines/resource-view.ts';
import type { TaskEvent } from '../../machines/task.ts';
import { known } from '../model/known.ts';
import { INPUT, LEGAL_PICTURE } from '../model/said.ts';

export const kernel = durable(resourceMachine);
let minted = 0;
export const at = (now: number) => ({ now, newId: () => `t${++minted}` });
export const failure = failureOf('OCR_CRASHED', 'it crashed');
export const event = (said: ResourceEvent | TaskEvent): Inbound => ({ kind: 'event', event: said });
export const COMPLETE = event({ type: 'METADATA_SUBMITTED', complete: true });
export const token = (d: Instance, id: string): string => known(d.jobs[id], id).token;
export const accepted = (d: Instance, id: string, provider_job_id: string | null = 'p'): Inbound => ({
  kind: 'accepted',
  id,
  token: token(d, id),
  provider_job_id,
});
export const done = (d: Instance, id: string, output: Json = null): Inbound => ({
  kind: 'done',
  id,
  token: token(d, id),
  output,
});
export const made = (d: Instance, id: string, fact_id: string): Inbound => done(d, id, { fact_id });
export const timerIds = (d: Instance, name: string): string[] => Object.keys(d.timers).filter((id) => delayOf(id) === name);
export const timerId = (d: Instance, name: string): string =>
  known(
    Object.keys(d.timers).find((id) => delayOf(id) === name),
    name,
  );
export const timer = (d: Instance, name: string): Inbound => {
  const id = timerId(d, name);
  return { kind: 'timer', id, token: known(d.timers[id], id).token };
};
export const moved = (d: Instance, ...inbounds: ((d: Instance) => Inbound)[]): Instance =>
  inbounds.reduce((from, say) => {
    const step = kernel.step(from, say(from), at(1_000));
    assert.equal(step.outcome, 'moved');
    return step.instance;
  }, d);
export const start = (): Instance => kernel.start(INPUT, at(0)).instance;
export const ready = (): Instance =>
  moved(
    start(),
    () => COMPLETE,
    () => event({ type: 'UPLOAD_REPORTED' }),
    (d) => done(d, 'inspect', LEGAL_PICTURE),
  );
export const embedding = (): Instance =>
  moved(
    ready(),
    (d) => made(d, 'ocr', 'rec'),
    (d) => made(d, 'save', 'txt'),
  );
export const indexed = (): Instance =>
  moved(
    embedding(),
    (d) => made(d, 'embed', 'vec'),
    (d) => done(d, 'index', { put: 'seen' }),
  );
export const status = (d: Instance): string => statusOf(d.snapshot.value);
