import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EVENT_TYPES, PERSON_EVENTS, RESOURCE_EVENTS, type ResourceEvent } from '../../contract/events.ts';
import { STATUSES } from '../../contract/statuses.ts';
import type { Instance } from '../../machines/interpreter.ts';
import { resourceContext, statusOf, viewOf } from '../../machines/resource-view.ts';
import { instancesOf } from '../model/paths.ts';
import { remembered } from '../model/remembered.ts';
import { ALWAYS, AT_WILL } from '../model/said.ts';
import { RESOURCE } from '../model/subjects.ts';

const memory = remembered(RESOURCE.machine);
const instances = instancesOf(RESOURCE);
/** The types that at least one form of is taken by the machine. */
function taken(instance: Instance): Set<string> {
  const { indexed } = resourceContext(instance).facts;
  const lost: ResourceEvent[] = indexed === null ? [] : [{ type: 'INDEX_LOST', revision: indexed }];
  const known = memory.adopt(instance);
  const events = [...ALWAYS, ...AT_WILL, ...lost].filter(
    (event) => memory.step(known, { kind: 'event', event }).outcome === 'moved',
  );
  return new Set(events.map(({ type }) => type));
}
const takenBy = new Map(instances.map((instance) => [instance, taken(instance)]));

test('the events table is exactly what the machine takes, status by status', () => {
  const byStatus = new Map<string, Set<string>>(STATUSES.map(({ status }) => [status, new Set()]));
  for (const [instance, types] of takenBy) for (const type of types) byStatus.get(statusOf(instance.snapshot.value))?.add(type);
  for (const type of EVENT_TYPES) {
    const statuses = STATUSES.map(({ status }) => status).filter((status) => byStatus.get(status)?.has(type));
    assert.deepEqual(statuses, STATUSES.map(({ status }) => status).filter(inTable(type)), type);
  }
});
const inTable = (type: (typeof EVENT_TYPES)[number]) => {
  const accepted: readonly string[] = RESOURCE_EVENTS[type].accepted_in;
  return (status: string): boolean => accepted.includes(status);
};

test('what a view allows is exactly what the machine would take of a person', () => {
  assert.ok(instances.length > 500);
  for (const [instance, types] of takenBy) {
    const allowed = PERSON_EVENTS.filter((type) => types.has(type));
    assert.deepEqual(viewOf(instance).allowed_events.toSorted(), allowed.toSorted(), JSON.stringify(instance.snapshot.value));
  }
});
