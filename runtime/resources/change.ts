/** Makes the change to commit from a step of an instance. */
import type { EventObject } from 'xstate';
import type { Json } from '../../contract/json.ts';
import type { Author } from '../../contract/resource.ts';
import { delayOf, type Inbound, type Step } from '../../machines/interpreter.ts';
import { type Usage, usageAdded } from '../accounts/usage.ts';
import type { Clock } from '../async/clock.ts';
import { nextDueAt } from '../instances/timers.ts';
import type { Change, FactWrite } from '../ports/facts.ts';
import type { EndedRun } from '../ports/journal.ts';
import type { OutboxMessage } from '../ports/outbox.ts';
import type { ResourceColumns } from '../ports/resources.ts';
import type { Lifecycle } from './lifecycle.ts';

export type Origin = { by: Author; request_id: string | null };
/** before: null for a new instance; then `named` has all that no lifecycle knows. */
export type Stepped = {
  step: Step;
  event: string;
  current: ResourceColumns | null;
  named: Partial<ResourceColumns>;
  writes: FactWrite[];
  expects?: Change['expects'];
  /** What the run took that ends with this step. */
  run?: EndedRun | null | undefined;
  /** The organisation's quota, where the change may be refused for it. */
  quota?: Usage | undefined;
  origin: Origin;
};
type ChangeDeps = { clock: Clock; lifecycle: Lifecycle };

export function changeOf(
  { step, event, current: previous, named, writes, expects, quota, origin, run = null }: Stepped,
  { clock, lifecycle }: ChangeDeps,
): Change {
  const { instance } = step;
  const at = clock.now();
  const lifecycle_columns = lifecycle.columns(instance);
  const indexed_at = lifecycle_columns.indexed_revision !== (previous?.indexed_revision ?? null) ? at : previous?.indexed_at;
  // A copy, written over: to copy an object alone takes V8 a hundredth of what a literal of several takes that has as many columns.
  const resource: ResourceColumns = Object.assign({ ...previous }, named, lifecycle_columns, {
    seq: instance.seq,
    rests: Object.keys(instance.jobs).length === 0,
    indexed_at: lifecycle_columns.indexed_revision === null ? null : (indexed_at ?? at),
    created_at: previous?.created_at ?? at,
    updated_at: at,
  }) as ResourceColumns; // whole: a new resource names every column, and an old one has them
  resource.waits_since = waitsSince(previous, resource, at);
  const expected_seq = previous?.seq ?? null;
  const add = usageAdded(previous, resource);
  return {
    commit_id: clock.newId(),
    instance_id: resource.resource_id,
    org_id: resource.org_id,
    expected_seq,
    instance,
    next_due_at: nextDueAt(instance),
    resource,
    ...(previous ? { before: previous } : {}),
    writes: named.remarks && hasRemarks(previous, resource) ? [...writes, remarkRows(resource, at)] : writes,
    journal: {
      at,
      event,
      from: previous?.status ?? null,
      to: resource.status,
      revision: resource.revision,
      ...origin,
      failure: resource.failure?.at === previous?.failure?.at ? null : resource.failure,
      run,
    },
    outbox: messagesOf(previous, resource, step.emitted, { clock, lifecycle, at }),
    ...(expects ? { expects } : {}),
    ...(add ? { usage: { add, quota: quota ?? null } } : {}),
  };
}

type Waiting = Pick<ResourceColumns, 'status' | 'phase' | 'searchable'>;
/** It is complete, and on its way to be found. */
const isOnItsWay = ({ status, phase, searchable }: Waiting) => phase === 'working' && status !== 'AWAITING_UPLOAD' && !searchable;
function waitsSince(previous: ResourceColumns | null, now: Waiting, at: number): number {
  const goes_on = previous && (previous.status === now.status || (isOnItsWay(previous) && isOnItsWay(now)));
  return (goes_on ? previous.waits_since : null) ?? at;
}

/** Where there were none, and are none, there is nothing to write and nothing to take away. */
const hasRemarks = (previous: ResourceColumns | null, now: ResourceColumns) =>
  now.remarks.length > 0 || (previous?.remarks.length ?? 0) > 0;
/** What filters go by: all that holds. */
const remarkRows = ({ resource_id, org_id, remarks }: ResourceColumns, at: number): FactWrite => ({
  into: 'remarks',
  row: { resource_id, org_id, at, remarks: remarks.filter(({ corrected }) => !corrected) },
});

function messagesOf(
  previous: ResourceColumns | null,
  resource: ResourceColumns,
  emitted: EventObject[],
  { clock, lifecycle, at }: { clock: Clock; lifecycle: Lifecycle; at: number },
): OutboxMessage[] {
  const types = lifecycle.messages(previous, resource, emitted);
  if (types.length === 0) return [];
  const { resource_id, batch_id, seq, revision, phase, viewable, searchable, failure } = resource;
  const from = previous?.status ?? null;
  const payload: Json = { resource_id, batch_id, seq, revision, from, to: resource.status, phase, viewable, searchable, failure };
  return types.map((type) => ({ id: clock.newId(), type, at, payload }));
}

/** The name of an inbound in the journal. */
export function eventName(inbound: Inbound): string {
  if (inbound.kind === 'event') return inbound.event.type;
  return `${inbound.kind} ${inbound.kind === 'timer' ? delayOf(inbound.id) : inbound.id}`;
}
