import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AnyStateMachine, setup } from 'xstate';
import { durable, type Inbound, LimboError, newJobs } from '../../machines/interpreter.ts';
import { INPUT } from '../model/said.ts';
import {
  accepted,
  at,
  done,
  embedding,
  event,
  kernel,
  made,
  moved,
  ready,
  start,
  status,
  timer,
  timerId,
  token,
} from './lives.ts';

test('a job on a compound parent keeps its token from substate to substate', () => {
  const before = ready();
  const after = moved(before, (d) => accepted(d, 'ocr'));
  assert.deepEqual([status(before), status(after)], ['READY_FOR_OCR', 'INIT']);
  assert.equal(token(after, 'ocr'), token(before, 'ocr'));
  assert.deepEqual(after.jobs.ocr?.accepted, { provider_job_id: 'p', at: 1_000 });
  assert.deepEqual(newJobs(before, after), []);
});

test('the deadline runs the step again with a new token, and the old result is stale', () => {
  const first = moved(ready(), (d) => accepted(d, 'ocr'));
  const again = moved(first, (d) => timer(d, 'ocr_deadline'));
  assert.equal(status(again), 'READY_FOR_OCR');
  assert.deepEqual(
    newJobs(first, again).map(([job]) => job),
    ['ocr'],
  );
  const late = kernel.step(again, done(first, 'ocr'), at(0));
  assert.equal(late.outcome, 'stale');
  assert.equal(late.instance, again);
});

test('a job says since when it is owed, and an acceptance does not change that', () => {
  const given = { now: 77, newId: () => 'minted' };
  const { instance } = kernel.step(start(), event({ type: 'UPLOAD_REPORTED' }), given);
  assert.equal(instance.jobs.inspect?.since, 77);
  assert.equal(moved(instance, (d) => accepted(d, 'inspect', null)).jobs.inspect?.since, 77);
});

test('an acceptance without a transition is recorded; said twice it is stale', () => {
  const first = moved(ready(), (d) => accepted(d, 'ocr'));
  const resubmitted = moved(first, (d) => accepted(d, 'ocr', 'q'));
  assert.equal(status(resubmitted), 'INIT');
  assert.equal(resubmitted.jobs.ocr?.accepted?.provider_job_id, 'q');
  assert.deepEqual(resubmitted.timers, first.timers); // the deadline is not put off
  assert.equal(kernel.step(resubmitted, accepted(resubmitted, 'ocr', 'q'), at(0)).outcome, 'stale');
});

test('results, timers and acceptances cannot be forged as events', () => {
  for (const type of ['xstate.done.actor.ocr', 'xstate.error.actor.ocr', 'ACCEPTED.ocr', ...Object.keys(start().timers)])
    assert.equal(kernel.step(ready(), { kind: 'event', event: { type } }, at(0)).outcome, 'refused');
});

test('limbo cannot be committed', () => {
  const states = { a: { tags: 'rest', on: { GO: 'b' } }, b: {} };
  const machine: AnyStateMachine = setup({}).createMachine({ id: 'm', version: '1', initial: 'a', states });
  const { instance } = durable(machine).start(null, at(0));
  assert.throws(() => durable(machine).step(instance, { kind: 'event', event: { type: 'GO' } }, at(0)), LimboError);
});

test('a delay without a value, which XState fires at once, is an error', () => {
  const misspelt: object = { sooon: 'b' };
  const states = { a: { after: misspelt }, b: { tags: 'rest' } };
  const machine = setup({ delays: { soon: 1 } }).createMachine({ id: 'm', version: '1', initial: 'a', states });
  assert.throws(() => durable(machine).start(null, at(0)), /unknown delay/);
});

test('an instance of another version is not guessed at', () => {
  assert.throws(
    () => kernel.step({ ...start(), version: '0' }, event({ type: 'DELETE' }), at(0)),
    /resource 0 is left alone: this version of tuodi serves/,
  );
});

test('a step leaves the instance that it was given as it was', () => {
  const before = embedding();
  const copy = structuredClone(before);
  moved(before, (d) => made(d, 'embed', 'vec'));
  moved(before, () => event({ type: 'DELETE' }));
  assert.deepEqual(before, copy);
});

test('tokens come from outside, one for each obligation taken on, and none for what changes nothing', () => {
  const tokens: string[] = [];
  const given = { now: 5, newId: () => `m${tokens.push('') - 1}` };
  const { instance } = kernel.start(INPUT, given);
  assert.equal(new Set(Object.values(instance.timers).map((t) => t.token)).size, tokens.length);
  const before = tokens.length;
  assert.equal(kernel.step(instance, event({ type: 'RETRY' }), given).outcome, 'refused');
  const other: Inbound = { kind: 'timer', id: timerId(instance, 'link_expiry'), token: 'other' };
  assert.equal(kernel.step(instance, other, given).outcome, 'stale');
  assert.equal(tokens.length, before);
  const looked = kernel.step(instance, event({ type: 'UPLOAD_REPORTED' }), given).instance;
  assert.equal(looked.jobs.inspect?.token, `m${before}`);
});
