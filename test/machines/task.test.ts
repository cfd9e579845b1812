import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failureOf } from '../../contract/failures.ts';
import { TASK_LIMITS } from '../../machines/limits.ts';
import { taskContext, taskMachine, taskStatus } from '../../machines/task.ts';
import { durable, type Inbound, type Instance } from '../../runtime/durable.ts';
import { known } from '../model/known.ts';
import { at, done, event, timer, timerId } from './lives.ts';

const tasks = durable(taskMachine);
const task = (provider_job_id: string | null, answered: boolean): Instance =>
  tasks.start({ task_id: 't', provider_job_id, answered }, at(0)).instance;
const claim: Inbound = event({ type: 'CLAIMED', provider_job_id: null });

test('a task asks first if a ticket or an answer is kept', () => {
  const begun = [task(null, false), task('p', false), task(null, true)];
  assert.deepEqual(begun.map(taskStatus), ['pending', 'asking', 'asking']);
});

test('a run that is lost is a loss, not an attempt, and losses end', () => {
  let d = task(null, false);
  const say = (inbound: Inbound): void => {
    d = tasks.step(d, inbound, at(0)).instance;
  };
  for (let losses = 1; losses <= TASK_LIMITS.max_losses; losses++) {
    say(claim);
    say(claim); // the queue delivers it again
    assert.equal(taskStatus(d), 'asking');
    say(done(d, 'ask', { status: 'unknown' }));
    assert.deepEqual([taskContext(d).attempt, taskContext(d).losses], [1, losses]);
    if (losses < TASK_LIMITS.max_losses) say(timer(d, 'backoff'));
  }
  assert.deepEqual([taskStatus(d), taskContext(d).failure?.code], ['dead', 'WORKER_LOST']);
});

test('work that could not be given away fails while it is pending: an outage spends nothing, a refusal ends it', () => {
  const { attempt, losses } = taskContext(task(null, false));
  const failed = (code: 'PROVIDER_UNAVAILABLE' | 'PROVIDER_REFUSED' | 'PROVIDER_BAD_RESULT') =>
    tasks.step(task(null, false), event({ type: 'FAILED', attempt, losses, failure: failureOf(code, '') }), at(0)).instance;
  const seen = (['PROVIDER_UNAVAILABLE', 'PROVIDER_BAD_RESULT', 'PROVIDER_REFUSED'] as const).map(failed);
  assert.deepEqual(
    seen.map((instance) => [taskStatus(instance), taskContext(instance).attempt]),
    [
      ['retrying', 1],
      ['retrying', 2],
      ['failed', 1],
    ],
  );
});

test('backoff doubles with each attempt, jitter shortens it by up to a half, and an outage waits its own time', () => {
  const failed = (code: 'OCR_CRASHED' | 'PROVIDER_UNAVAILABLE', jitter: number, attempts: number): number => {
    let d = task(null, false);
    for (let attempt = 1; ; attempt++) {
      d = tasks.step(d, claim, at(0)).instance;
      const { attempt: of, losses } = taskContext(d);
      d = tasks.step(d, event({ type: 'FAILED', attempt: of, losses, failure: failureOf(code, ''), jitter }), at(0)).instance;
      if (attempt === attempts) return known(d.timers[timerId(d, 'backoff')], 'backoff').due_at;
      d = tasks.step(d, timer(d, 'backoff'), at(0)).instance;
    }
  };
  const { backoff_base_ms, outage_pause_ms } = TASK_LIMITS;
  assert.deepEqual([failed('OCR_CRASHED', 0, 1), failed('OCR_CRASHED', 0, 2)], [2 * backoff_base_ms, 4 * backoff_base_ms]);
  assert.equal(failed('OCR_CRASHED', 0.5, 1), 1.5 * backoff_base_ms);
  assert.deepEqual(
    [failed('PROVIDER_UNAVAILABLE', 0, 1), failed('PROVIDER_UNAVAILABLE', 0, 9)],
    [outage_pause_ms, outage_pause_ms],
  );
});
