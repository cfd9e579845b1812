import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ResourceEvent } from '../../contract/events.ts';
import { PHASES, STATUSES } from '../../contract/statuses.ts';
import { delayOf, durable } from '../../machines/interpreter.ts';
import { RESOURCE_LIMITS, TASK_LIMITS } from '../../machines/limits.ts';
import { resourceMachine } from '../../machines/resource.ts';
import { type ResourceInstance, viewOf } from '../../machines/resource-view.ts';
import { taskStatus } from '../../machines/task.ts';
import { instancesOf } from '../model/paths.ts';
import { INPUT } from '../model/said.ts';
import { RESOURCE, TASK } from '../model/subjects.ts';

const kernel = durable(RESOURCE.machine);
const instances = instancesOf(RESOURCE);

test('a view says what the tags of the machine say, in every instance there is', () => {
  for (const instance of instances) {
    const view = viewOf(instance);
    const has = (tag: string): boolean => kernel.hasTag(instance, tag);
    const tags = { phases: PHASES.filter(has), viewable: has('viewable'), searchable: has('searchable'), rests: has('rest') };
    const { viewable, searchable, rests } = view;
    assert.deepEqual({ phases: [view.phase], viewable, searchable, rests }, tags, JSON.stringify(instance.snapshot.value));
  }
});

test('every status is reached, and each has its words in both languages', () => {
  const reached = new Set(instances.map((instance) => viewOf(instance).status));
  for (const { status, label, meaning, waits_for, guarded_by } of STATUSES) {
    assert.ok(reached.has(status), status);
    for (const { en, zh } of [label, meaning, waits_for, guarded_by]) assert.ok(en && /\p{Script=Han}/u.test(zh), status);
  }
});

test('people see the deadline that is theirs, and no deadline of a worker', () => {
  const deadlined = new Set<string>();
  for (const instance of instances) {
    const due = Object.entries(instance.timers).map(([id], i) => [id, { due_at: i + 1 }] as const);
    const dated: ResourceInstance = { ...instance, timers: Object.fromEntries(due) };
    const { deadline_at, status } = viewOf(dated);
    if (deadline_at === null) continue;
    deadlined.add(`${status} ${delayOf(due[deadline_at - 1]?.[0] ?? '')}`);
  }
  assert.deepEqual([...deadlined].sort(), [
    'AWAITING_UPLOAD upload_deadline',
    'EXPIRED expired_retention',
    'REJECTED rejected_retention',
    'TRASHED trash_retention',
    'UPLOADED_NO_METADATA metadata_deadline',
  ]);
});

test('a picture that is described on arrival goes on without a person', () => {
  let minted = 0;
  const given = { now: 5, newId: () => `t${++minted}` };
  const service = durable(resourceMachine);
  const { instance } = service.start({ ...INPUT, described: true }, given);
  const view = viewOf(instance);
  assert.deepEqual(
    [view.status, view.phase, view.deadline_at],
    ['AWAITING_UPLOAD', 'uploading', 5 + RESOURCE_LIMITS.upload_deadline_ms],
  );
  const draft: ResourceEvent = { type: 'METADATA_SUBMITTED', complete: false };
  const told = service.step(instance, { kind: 'event', event: draft }, given);
  assert.equal(told.outcome, 'refused'); // it would become incomplete
});

test('no delay is longer than the sweep looks ahead, and every limit is a positive whole number', () => {
  for (const [name, value] of Object.entries({ ...RESOURCE_LIMITS, ...TASK_LIMITS }))
    assert.ok(Number.isInteger(value) && value > 0 && value <= 30 * 24 * 60 * 60_000, name);
});

test('a task has a status in the words of the contract wherever it is', () => {
  const statuses = new Set(instancesOf(TASK).map(taskStatus));
  assert.deepEqual([...statuses].sort(), ['asking', 'dead', 'failed', 'pending', 'retrying', 'running', 'succeeded']);
});
