import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type FailureCode, failureOf } from '../../contract/failures.ts';
import { durable, type Inbound, type Instance } from '../../machines/interpreter.ts';
import { TASK_LIMITS } from '../../machines/limits.ts';
import { taskContext, taskMachine, taskStatus, type Unavailable } from '../../machines/task.ts';
import { known } from '../model/known.ts';
import { at, done, event, timer, timerId, timerIds } from './lives.ts';

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

test('a step that opens no picture blames none for a worker that is lost again and again: it waits as for an outage', () => {
  let d = tasks.start({ task_id: 't', provider_job_id: null, answered: false, decodes: false }, at(0)).instance;
  const lose = (now: number): void => {
    if (timerIds(d, 'backoff').length > 0) d = tasks.step(d, timer(d, 'backoff'), at(now)).instance;
    d = tasks.step(d, claim, at(now)).instance;
    d = tasks.step(d, claim, at(now)).instance;
    d = tasks.step(d, done(d, 'ask', { status: 'unknown' }), at(now)).instance;
  };
  for (let times = 0; times < 3 * TASK_LIMITS.max_losses; times++) lose(times);
  assert.deepEqual([taskStatus(d), taskContext(d).losses], ['retrying', 0]);
  d = tasks.step(d, timer(d, 'give_up'), at(TASK_LIMITS.give_up_ms)).instance;
  lose(TASK_LIMITS.give_up_ms);
  assert.deepEqual([taskStatus(d), taskContext(d).failure?.code], ['dead', 'WORKER_LOST']);
});

test('what a picture itself costs is tried twice, other trouble as often as it may be', () => {
  const attempts = (code: FailureCode): number => {
    let d = task(null, false);
    for (let runs = 1; runs <= TASK_LIMITS.max_attempts; runs++) {
      d = tasks.step(d, claim, at(0)).instance;
      const { attempt, losses } = taskContext(d);
      d = tasks.step(d, event({ type: 'FAILED', attempt, losses, failure: failureOf(code, '') }), at(0)).instance;
      if (taskStatus(d) !== 'retrying') return runs;
      d = tasks.step(d, timer(d, 'backoff'), at(0)).instance;
    }
    throw new Error('tried without end');
  };
  assert.deepEqual((['OCR_TIMEOUT', 'OCR_CRASHED', 'DECODE_LIMIT', 'UNEXPECTED', 'DEADLINE_EXCEEDED'] as const).map(attempts), [
    2,
    2,
    1,
    TASK_LIMITS.max_attempts,
    TASK_LIMITS.max_attempts,
  ]);
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
  const failed = (code: 'UNEXPECTED' | 'PROVIDER_UNAVAILABLE', jitter: number, attempts: number): number => {
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
  assert.deepEqual([failed('UNEXPECTED', 0, 1), failed('UNEXPECTED', 0, 2)], [2 * backoff_base_ms, 4 * backoff_base_ms]);
  assert.equal(failed('UNEXPECTED', 0.5, 1), 1.5 * backoff_base_ms);
  assert.deepEqual(
    [failed('PROVIDER_UNAVAILABLE', 0, 1), failed('PROVIDER_UNAVAILABLE', 0, 9)],
    [outage_pause_ms, outage_pause_ms],
  );
});

describe('the time granted to an outage', () => {
  const HOUR = 3_600_000;
  const { give_up_ms } = TASK_LIMITS;
  type Known = { code?: FailureCode; away?: Unavailable };
  /** Claimed and failed at `hours`, after its backoff where it has one. */
  const failedAt = (d: Instance, hours: number, { code = 'PROVIDER_UNAVAILABLE', away }: Known = {}): Instance => {
    const now = at(hours * HOUR);
    let next = timerIds(d, 'backoff').length > 0 ? tasks.step(d, timer(d, 'backoff'), now).instance : d;
    next = tasks.step(next, claim, now).instance;
    const { attempt, losses } = taskContext(next);
    const failed = { type: 'FAILED' as const, attempt, losses, failure: failureOf(code, ''), ...(away ? { away } : {}) };
    return tasks.step(next, event(failed), now).instance;
  };
  const gaveUp = (d: Instance, hours: number) => tasks.step(d, timer(d, 'give_up'), at(hours * HOUR)).instance;

  test('begins with its first failure, however long the task has waited in line', () => {
    const waiting = task(null, false);
    assert.deepEqual(timerIds(waiting, 'give_up'), []);
    const first = failedAt(waiting, 7);
    assert.equal(taskStatus(first), 'retrying');
    assert.equal(known(first.timers[timerId(first, 'give_up')], 'give_up').due_at, 7 * HOUR + give_up_ms);
    const second = failedAt(first, 9);
    assert.equal(known(second.timers[timerId(second, 'give_up')], 'give_up').due_at, 7 * HOUR + give_up_ms, 'the first counts');
  });

  test('is over: the next failure ends the task, and a run that goes well before does not meet it', () => {
    const away = gaveUp(failedAt(task(null, false), 0), 6);
    assert.equal(taskStatus(away), 'retrying');
    const dead = failedAt(away, 7);
    assert.deepEqual([taskStatus(dead), taskContext(dead).failure?.code], ['dead', 'PROVIDER_UNAVAILABLE']);
    const back = tasks.step(tasks.step(away, timer(away, 'backoff'), at(7 * HOUR)).instance, claim, at(7 * HOUR)).instance;
    assert.equal(taskStatus(tasks.step(back, event({ type: 'SUCCEEDED', output: null }), at(7 * HOUR)).instance), 'succeeded');
  });

  test('ends with a failure that is none of an outage: the next outage has a time of its own', () => {
    const other = failedAt(gaveUp(failedAt(task(null, false), 0), 6), 6.5, { code: 'OCR_CRASHED' });
    assert.deepEqual([timerIds(other, 'give_up'), taskContext(other).attempt], [[], 2]);
    const again = failedAt(other, 7);
    assert.equal(taskStatus(again), 'retrying');
    assert.equal(known(again.timers[timerId(again, 'give_up')], 'give_up').due_at, 7 * HOUR + give_up_ms);
  });

  test('is of this outage, as long as the worker has seen it: not of the one before, which ended while the task was in line', () => {
    const before = gaveUp(failedAt(task(null, false), 0), 6);
    const next = failedAt(before, 8, { away: { ms: HOUR, since: 7 * HOUR, from_start: true } });
    assert.equal(taskStatus(next), 'retrying');
    assert.equal(known(next.timers[timerId(next, 'give_up')], 'give_up').due_at, 7 * HOUR + give_up_ms);
    const late = failedAt(task(null, false), 8, { away: { ms: give_up_ms, since: 2 * HOUR, from_start: false } });
    assert.equal(taskStatus(late), 'dead', 'it was away for long before this task met it');
  });

  test('is not given anew without end to a picture that alone is refused', () => {
    let d = task(null, false);
    for (let times = 0; times <= TASK_LIMITS.max_attempts; times++)
      d = failedAt(d, times, { away: { ms: 0, since: times, from_start: true } });
    const last = known(d.timers[timerId(d, 'give_up')], 'give_up').due_at;
    const more = failedAt(d, 5.5, { away: { ms: 0, since: 99, from_start: true } });
    assert.equal(known(more.timers[timerId(more, 'give_up')], 'give_up').due_at, last);
    assert.equal(taskStatus(failedAt(gaveUp(more, 12), 12, { away: { ms: 0, since: 99, from_start: true } })), 'dead');
  });

  test('is granted to what is full and to what is not found as well, without an attempt', () => {
    for (const code of ['STORAGE_FULL', 'READ_BACK_MISMATCH'] as const) {
      let d = task(null, false);
      for (let times = 0; times < 3 * TASK_LIMITS.max_attempts; times++) d = failedAt(d, times / 10, { code });
      assert.deepEqual([taskStatus(d), taskContext(d).attempt], ['retrying', 1], code);
      assert.deepEqual([taskStatus(failedAt(gaveUp(d, 6), 6, { code }))], ['dead'], code);
    }
  });
});
