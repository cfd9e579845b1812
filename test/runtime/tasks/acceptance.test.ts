/** When a run is accepted: while its step takes long, and not while its result is being recorded. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { pino } from 'pino';
import { systemClock } from '../../../runtime/async/clock.ts';
import { RUNTIME_LIMITS } from '../../../runtime/limits.ts';
import { createStepRuns } from '../../../runtime/tasks/run-step.ts';

const TASK = { task_id: 't', resource_id: 'r', org_id: 'o', user_id: 'u', job_id: 'save', kind: 'save', input: {} } as const;
const RECORD = { exists: () => false, ensure: async () => {}, show: async () => {} };
const PASSAGE = { refusal: () => null, recordRun() {}, leave() {} };

/** A run, and what ends its step and its recording; `accepts`: how many timers of its acceptance are set. */
function heldRun() {
  const timers = new Set<() => void>();
  const after = (ms: number, then: () => void) => {
    if (ms === RUNTIME_LIMITS.accept_after_ms) timers.add(then);
    return { cancel: () => void timers.delete(then) };
  };
  const held = { accepted: 0, recording: 0, endStep: () => {}, endRecording: (_: 'recorded' | 'outdated') => {} };
  const step_runs = createStepRuns({
    runs: {
      tryAccept: async () => {
        held.accepted += 1;
      },
      succeeded: () => {
        held.recording += 1;
        return new Promise((resolve) => {
          held.endRecording = resolve;
        });
      },
      failed: async () => assert.fail('it does not fail'),
    },
    services: {
      run: () => new Promise((resolve) => (held.endStep = () => resolve({}))),
      cleanUp: async () => {},
      isAvailable: () => true,
    },
    gates: { isOpen: () => true, outageOf: () => null } as never,
    activity: { began: () => () => {}, failed() {} },
    clock: { ...systemClock(), after },
    ...{ limits: RUNTIME_LIMITS, log: pino({ level: 'silent' }), stopping: new AbortController().signal },
  });
  const ended = step_runs.run(TASK, { attempt: 1, losses: 0 }, PASSAGE, RECORD);
  return { held, timers, ended };
}

test('a step that takes long is accepted', async () => {
  const { held, timers, ended } = heldRun();
  assert.equal(timers.size, 1);
  for (const due of timers) due();
  await turnOfTheLoop();
  assert.equal(held.accepted, 1);
  held.endStep();
  await turnOfTheLoop();
  held.endRecording('recorded');
  await ended;
});

test('one that is over is not, however long its result takes to be recorded; run again, it is', async () => {
  const { held, timers, ended } = heldRun();
  held.endStep();
  await turnOfTheLoop();
  assert.deepEqual([held.recording, timers.size], [1, 0]);
  held.endRecording('outdated');
  await turnOfTheLoop();
  assert.equal(timers.size, 1, 'its step runs again');
  held.endStep();
  await turnOfTheLoop();
  held.endRecording('recorded');
  await ended;
  assert.equal(timers.size, 0);
});
