/** The states of parts: what calls, silence and errors make of them, said once each. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { failureOf } from '../../../contract/failures.ts';
import { unavailable } from '../../../persistence/redis/errors.ts';
import { ProviderUnavailable } from '../../../providers/policy.ts';
import { CredentialsRefused } from '../../../runtime/health/credentials.ts';
import { PART_LIMITS } from '../../../runtime/health/part-state.ts';
import { createParts, type PartQuestions } from '../../../runtime/health/parts.ts';
import { StepError } from '../../../runtime/tasks/step-handler.ts';
import { heldClock } from '../../worlds/held-clock.ts';

const AWAY = new StepError(failureOf('PROVIDER_UNAVAILABLE', 'connection refused by 10.0.0.9'));

async function world(questions: PartQuestions = {}) {
  const lines: string[] = [];
  const log = pino({ base: undefined }, { write: (line: string) => void lines.push(line) });
  const clock = heldClock();
  const parts = createParts({ clock, log });
  const changes: string[] = [];
  parts.onChange((view, before) => void changes.push(`${view.part} ${before.state} ${view.state}`));
  parts.start(questions);
  return { parts, clock, lines, changes, index: parts.watch(['index']) };
}

test('one failure is an accident; three in a row are an outage, which is said once, and is over at the first answer', async () => {
  const { parts, lines, changes, index } = await world();
  index.failed(AWAY);
  index.failed(AWAY);
  assert.equal(parts.of('index').state, 'ok');
  for (let n = 0; n < 5; n++) index.failed(AWAY);
  const { state, code, detail } = parts.of('index');
  assert.deepEqual({ state, code, detail }, { state: 'away', code: 'unavailable', detail: 'connection refused by 10.0.0.9' });
  index.answered();
  assert.equal(parts.of('index').state, 'ok');
  assert.deepEqual(changes, ['index ok away', 'index away ok']);
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).event),
    ['part.away', 'part.ok'],
  );
});

test('failures without an answer between them are an outage after two seconds, however few they are', async () => {
  const { parts, clock, index } = await world();
  index.failed(AWAY);
  await clock.pass(PART_LIMITS.failing_ms);
  index.failed(AWAY);
  assert.equal(parts.of('index').state, 'away');
});

test('an answer that refuses what was asked is an answer; what says nothing of the part changes nothing', async () => {
  const { parts, index } = await world();
  for (let n = 0; n < 3; n++) index.failed(new StepError(failureOf('INDEX_REFUSED', 'a field is too long')));
  for (let n = 0; n < 3; n++) index.failed(new Error('a bug of ours'));
  assert.equal(parts.of('index').state, 'ok');
  for (let n = 0; n < 3; n++) index.failed(AWAY);
  index.failed(new StepError(failureOf('INDEX_REFUSED', 'a field is too long')));
  assert.equal(parts.of('index').state, 'ok');
});

test('a silent part is asked, is slow after two seconds and away after five, and one question is under way at a time', async () => {
  let asked = 0;
  let answer = () => {};
  const { parts, clock, changes } = await world({
    index: () => {
      asked += 1;
      return new Promise<void>((resolve) => {
        answer = resolve;
      });
    },
  });
  await clock.pass(PART_LIMITS.ask_ms + PART_LIMITS.look_ms);
  assert.deepEqual([asked, parts.of('index').state], [1, 'ok']);
  await clock.pass(PART_LIMITS.slow_ms);
  assert.equal(parts.of('index').state, 'slow');
  await clock.pass(PART_LIMITS.silent_ms);
  const { state, code } = parts.of('index');
  assert.deepEqual({ asked, state, code }, { asked: 1, state: 'away', code: 'no_answer' });
  answer();
  await clock.pass(100);
  assert.equal(parts.of('index').state, 'ok');
  assert.equal(changes[0], 'index ok slow');
});

test('a silent server is seen as away within ten seconds, also by whoever has not used it', async () => {
  const { parts, clock } = await world({ database: () => new Promise(() => {}) });
  await clock.pass(10_000);
  assert.equal(parts.of('database').state, 'away');
});

test('a part in use is not asked', async () => {
  let asked = 0;
  const { clock, index } = await world({
    index: async () => {
      asked += 1;
    },
  });
  for (let n = 0; n < 10; n++) {
    index.answered();
    await clock.pass(PART_LIMITS.look_ms);
  }
  assert.equal(asked, 0);
});

test('a call that takes long makes nobody slow while others are answered', async () => {
  const { parts, clock, index } = await world({ index: async () => undefined });
  const end = index.began();
  for (let n = 0; n < 10; n++) {
    index.answered();
    await clock.pass(PART_LIMITS.look_ms);
  }
  assert.equal(parts.of('index').state, 'ok');
  end();
});

test('refused credentials are said at once, and are over once they were good for a while', async () => {
  const { parts, clock, index } = await world();
  index.failed(new CredentialsRefused('the index refuses us'));
  assert.equal(parts.of('index').state, 'refused');
  index.answered();
  assert.equal(parts.of('index').state, 'refused');
  await clock.pass(PART_LIMITS.good_after_ms);
  index.answered();
  assert.equal(parts.of('index').state, 'ok');
});

test('a full store, a Redis without room, and a provider that asks for a pause are told apart', async () => {
  const { parts, clock } = await world();
  parts.watch(['store']).failed(new StepError(failureOf('STORAGE_FULL', 'the bucket is full')));
  parts.watch(['tasks', 'queue']).failed(unavailable(new Error('OOM command not allowed when used memory > maxmemory')));
  parts.watch(['embedder']).failed(new ProviderUnavailable('429', { pause_ms: 5_000 }));
  const states = Object.fromEntries(parts.list().map(({ part, state }) => [part, state]));
  assert.deepEqual([states.store, states.tasks, states.queue, states.embedder], ['full', 'full', 'full', 'paused']);
  assert.equal(parts.of('embedder').next_try_at, clock.now() + 5_000);
});

test('a full or locked part answers what it can: it is not ok before something was written, or before it was met for a while', async () => {
  const { parts, clock, changes, index } = await world();
  const full = new StepError(failureOf('STORAGE_FULL', 'the disk is full'));
  index.failed(full);
  index.answered();
  assert.equal(parts.of('index').state, 'full', 'a read is answered by a full one too');
  index.answered(true);
  assert.equal(parts.of('index').state, 'ok');
  const locked = Object.assign(new Error('locked'), {
    part_fault: { state: 'refused', code: 'locked', is_certain: true } as const,
  });
  index.failed(locked);
  await clock.pass(PART_LIMITS.certain_kept_ms - 1);
  index.answered();
  assert.equal(parts.of('index').code, 'locked');
  await clock.pass(1);
  index.answered();
  assert.equal(parts.of('index').state, 'ok');
  assert.deepEqual(changes, ['index ok full', 'index full ok', 'index ok refused', 'index refused ok']);
});

test('what a full part met is forgotten in an outage, which is over at the first answer', async () => {
  const { parts, index } = await world();
  index.failed(new StepError(failureOf('STORAGE_FULL', 'the disk is full')));
  for (let n = 0; n < 3; n++) index.failed(AWAY);
  assert.equal(parts.of('index').state, 'away');
  index.answered();
  assert.equal(parts.of('index').state, 'ok');
});

test('a loop says its own state, and the sentence of its first failure stays', async () => {
  const { parts, lines } = await world();
  parts.set('sweep', { state: 'away', code: 'round_failed', detail: 'due_instances' });
  parts.set('sweep', { state: 'away', code: 'round_failed', detail: 'outbox' });
  assert.equal(parts.of('sweep').detail, 'due_instances');
  parts.set('sweep', null);
  assert.deepEqual([parts.of('sweep').state, lines.length], ['ok', 2]);
});
