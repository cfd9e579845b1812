/** How long workers of this machine may take to start. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failureOf } from '../../../contract/failures.ts';
import { createWorkers } from '../../../providers/local/workers.ts';
import { type Clock, systemClock } from '../../../runtime/async/clock.ts';
import { StepError } from '../../../runtime/tasks/step-handler.ts';

/** The limit at which a start that never ends is given up. */
async function limitOf(limits: { start_limit_ms?: number }): Promise<number> {
  let given = 0;
  const after: Clock['after'] = (ms, then) => {
    given = ms;
    queueMicrotask(then);
    return { cancel() {} };
  };
  const failed = () => new StepError(failureOf('PROVIDER_BAD_RESULT', 'failed'));
  const workers = createWorkers({
    ...{ name: 'it', event: 'it', clock: { ...systemClock(), after }, time_limit_ms: 1, pieces_per_worker: 1, ...limits },
    start: (_, signal) => new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    work: async () => null,
    isCrash: () => false,
    ...{ tooLong: failed, crashed: failed },
  });
  const starting = workers.ready({ priority: 0 }, new AbortController().signal);
  await assert.rejects(starting, /it did not start within/);
  return given;
}

test('a start is given up after 30 s, or after what its kind needs', async () => {
  assert.deepEqual([await limitOf({}), await limitOf({ start_limit_ms: 120_000 })], [30_000, 120_000]);
});
