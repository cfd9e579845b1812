/** What is stuck, one test a kind; and what only takes long, or waits for something that is known, is not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PART_NAMES } from '../../../contract/parts.ts';
import { STEPS } from '../../../contract/step-kinds.ts';
import type { Instance } from '../../../machines/interpreter.ts';
import type { Facts } from '../../../runtime/ports/facts.ts';
import { stuckOf } from '../../../runtime/recovery/stuck.ts';
import { AT, change, commit, instance } from '../../ports/facts-rows.ts';
import { heldClock } from '../../worlds/held-clock.ts';
import { ownFacts } from '../../worlds/own-facts.ts';

const clock = heldClock(AT);
const limits = { claim_ms: 30_000 };
const ok = PART_NAMES.map((part) => ({ part, state: 'ok' as const }));
const never = () => false;
const DEADLINE_MS = STEPS.ocr.deadline_ms;

/** A picture whose OCR was accepted, with so much of its time left. */
function running(left_ms: number): Partial<Instance> {
  const accepted = { provider_job_id: null, at: AT - DEADLINE_MS + left_ms };
  const timer = { event: { type: 'x' }, due_at: AT + left_ms, token: 't' };
  return {
    jobs: { ocr: { src: 'ocr', input: {}, token: 't', since: AT, accepted } },
    timers: { 'xstate.after.ocr_deadline.resource.x': timer },
  };
}
const stored = (facts: Facts, id: string, next_due_at: number, parts: Partial<Instance> = {}) =>
  commit(facts, { ...change(id), next_due_at, instance: instance(1, parts) });
const listed = async (facts: Facts, given: Partial<Parameters<typeof stuckOf>[1]> = {}) => {
  const { items } = await stuckOf({ facts, clock, limits }, { scope: null, parts: ok, held: never, ...given });
  return items.map(({ resource_id, why, step }) => ({ resource_id, why, step }));
};

test('a timer that is overdue by more than twice the claim of the sweep', async (t) => {
  const facts = await ownFacts(t);
  await stored(facts, 'late', AT - 60_001);
  await stored(facts, 'claimed', AT - 59_000);
  assert.deepEqual(await listed(facts), [{ resource_id: 'late', why: 'overdue', step: null }]);
  assert.deepEqual(await listed(facts, { scope: { org_id: 'another' } }), []);
});

test('a row that is set aside', async (t) => {
  const facts = await ownFacts(t);
  await stored(facts, 'odd', AT + 1_000_000);
  await facts.instances.setAside('odd', { at: AT, reason: 'no JSON', next_due_at: AT + 1_000_000 });
  assert.deepEqual(await listed(facts), [{ resource_id: 'odd', why: 'set_aside', step: null }]);
  assert.deepEqual(await listed(facts, { scope: { org_id: 'another' } }), []);
});

test('a task past half of its time, while all that its step needs works', async (t) => {
  const facts = await ownFacts(t);
  await stored(facts, 'late', AT + DEADLINE_MS / 2 - 1, running(DEADLINE_MS / 2 - 1));
  await stored(facts, 'slow', AT + DEADLINE_MS / 2 + 1, running(DEADLINE_MS / 2 + 1));
  assert.deepEqual(await listed(facts), [{ resource_id: 'late', why: 'late_task', step: 'ocr' }]);
});

test('not a task whose part is away or slow, nor one whose step is held', async (t) => {
  const facts = await ownFacts(t);
  await stored(facts, 'late', AT + 1_000, running(1_000));
  assert.equal((await listed(facts)).length, 1);
  for (const state of ['away', 'slow', 'paused', 'full', 'refused'] as const)
    assert.deepEqual(
      await listed(facts, { parts: ok.map((one) => (one.part === 'recogniser' ? { ...one, state } : one)) }),
      [],
      state,
    );
  assert.deepEqual(await listed(facts, { held: (kind) => kind === 'ocr' }), []);
});
