/** Instances that released versions have left in databases, under the machines of now. See machines/upgrades.ts. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { Json } from '../../contract/json.ts';
import { ALLOWED_TRANSITIONS } from '../../machines/allowed-transitions.ts';
import { type Durable, durable, type Inbound, type Instance } from '../../machines/interpreter.ts';
import { resourceMachine } from '../../machines/resource.ts';
import { statusOf, viewOf } from '../../machines/resource-view.ts';
import { taskContext, taskMachine, taskStatus } from '../../machines/task.ts';
import { RESOURCE_UPGRADES, TASK_UPGRADES } from '../../machines/upgrades.ts';
import { goldenFile, goldenInstances } from '../model/golden.ts';
import { INPUT, outputOf } from '../model/said.ts';
import { TASK } from '../model/subjects.ts';

/** More steps than any life has that nobody disturbs. */
const MOST_STEPS = 60;
const resources = durable(resourceMachine, RESOURCE_UPGRADES);
const tasks = durable(taskMachine, TASK_UPGRADES);
let minted = 0;
const given = { now: 1_000_000_000, newId: () => `new${++minted}` };

/** By our own doing: work succeeds, and when there is none, the next timer fires. */
function ownDoing({ jobs, timers }: Instance): Inbound | null {
  const [job] = Object.entries(jobs);
  if (job) return { kind: 'done', id: job[0], token: job[1].token, output: answerOf(job[0]) };
  const [timer] = Object.entries(timers).sort(([, a], [, b]) => a.due_at - b.due_at);
  return timer ? { kind: 'timer', id: timer[0], token: timer[1].token } : null;
}
const answerOf = (job: string): Json =>
  job === 'ask' ? { status: 'working' } : outputOf(job, job === 'inspect' ? 'legal' : 'seen');

function toItsEnd(kernel: Durable, from: Instance, next: (now: Instance) => Inbound | null): Instance {
  let now = from;
  for (let step = 0; step < MOST_STEPS; step++) {
    if (kernel.hasTag(now, 'rest')) return now;
    const inbound = next(now);
    assert.ok(inbound, `in limbo: ${JSON.stringify(now)}`);
    const { outcome, instance } = kernel.step(now, inbound, given);
    assert.equal(outcome, 'moved', JSON.stringify([now, inbound]));
    now = JSON.parse(JSON.stringify(instance));
  }
  return assert.fail(`no end in sight: ${JSON.stringify(now)}`);
}
const keysOf = (value: unknown) => (typeof value === 'object' && value !== null ? Object.keys(value).sort() : value);
const versionsBefore = (upgrades: object) => Object.keys(upgrades);

for (const [name, upgrades] of Object.entries({ resource: RESOURCE_UPGRADES, task: TASK_UPGRADES }))
  test(`${name}: each version leads to the next, up to this one, and what each has left is on record`, () => {
    const machine = name === 'resource' ? resourceMachine : taskMachine;
    for (const from of versionsBefore(upgrades)) {
      assert.equal(upgrades[from]?.to, String(Number(from) + 1));
      assert.ok(existsSync(goldenFile(name, from)), `${name} ${from} is not on record`);
    }
    assert.equal(machine.version, String(versionsBefore(upgrades).length + 1));
  });

for (const version of versionsBefore(RESOURCE_UPGRADES))
  describe(`resource ${version}`, () => {
    const golden = goldenInstances('resource', version);
    const fresh = resources.start(INPUT, given).instance;

    test('every instance lacks nothing that a new one has, and has nothing more', () => {
      for (const old of golden) {
        const { version: to, seq, snapshot } = resources.upgraded(old);
        assert.deepEqual([to, seq], [resourceMachine.version, old.seq]);
        assert.deepEqual(keysOf(snapshot.context), keysOf(fresh.snapshot.context));
        assert.deepEqual(keysOf(snapshot.value), keysOf(fresh.snapshot.value));
      }
    });

    test('an upgrade leaves the old instance as it was, and gives the same each time', () => {
      for (const old of golden) {
        const before = JSON.stringify(old);
        assert.deepEqual(resources.upgraded(old), resources.upgraded(old));
        assert.equal(JSON.stringify(old), before);
      }
    });

    test('every instance goes on by itself to where it may rest', () => {
      for (const old of golden) {
        const { rests, status } = viewOf(toItsEnd(resources, old, ownDoing));
        assert.ok(rests, status);
      }
    });

    test('an edit or a removal by a person moves it as the table of moves says, and a removal ends in DELETED', () => {
      for (const old of golden) {
        const from = statusOf(resources.upgraded(old).snapshot.value);
        for (const type of viewOf(resources.upgraded(old)).allowed_events) {
          const event = { type, complete: true, from: 'ocr', correction_id: 'c' };
          const { outcome, instance } = resources.step(old, { kind: 'event', event }, given);
          if (outcome !== 'moved') continue; // a guard may still refuse it
          const to = statusOf(instance.snapshot.value);
          assert.ok(to === from || ALLOWED_TRANSITIONS[from].includes(to), `${type}: ${from} → ${to}`);
          if (type === 'DELETE') assert.equal(statusOf(toItsEnd(resources, instance, ownDoing).snapshot.value), 'DELETED');
        }
      }
    });
  });

for (const version of versionsBefore(TASK_UPGRADES))
  describe(`task ${version}`, () => {
    const golden = goldenInstances('task', version);
    const fresh = tasks.start(TASK.inputs[0] ?? null, given).instance;

    test('every instance lacks nothing that a new one has, and has nothing more', () => {
      for (const old of golden) {
        const { context } = tasks.upgraded(old).snapshot;
        assert.deepEqual(keysOf(context), keysOf(fresh.snapshot.context));
      }
    });

    test('every instance ends once its work is done', () => {
      for (const old of golden) {
        const worked = (now: Instance): Inbound | null => {
          const { attempt } = taskContext(now);
          assert.ok(attempt >= 1);
          const event = { type: taskStatus(now) === 'pending' ? 'CLAIMED' : 'SUCCEEDED', provider_job_id: null, output: null };
          return taskStatus(now) === 'retrying' ? ownDoing(now) : { kind: 'event', event };
        };
        assert.ok(['succeeded', 'failed', 'dead'].includes(taskStatus(toItsEnd(tasks, old, worked))));
      }
    });
  });
