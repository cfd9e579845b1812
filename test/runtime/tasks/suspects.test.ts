import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MarkedRun } from '../../../runtime/ports/run-marks.ts';
import type { TaskRecord } from '../../../runtime/ports/tasks.ts';
import { createSuspects } from '../../../runtime/tasks/suspects.ts';

const MAX_LOSSES = 3;
const taskOf = (kind: TaskRecord['kind']) => ({ resource_id: 'a', kind }) as TaskRecord;

function world(losses: number | null) {
  const told: string[] = [];
  let known = losses;
  const marks = {
    losses: () => known,
    begin: async ({ kind }: MarkedRun, alone: boolean) => void told.push(`${kind} ${alone ? 'alone' : 'beside'}`),
    end: async ({ kind }: MarkedRun, cleared: boolean) => {
      if (cleared) known = null;
      told.push(`${kind} ${cleared ? 'cleared' : 'kept'}`);
    },
  };
  const after = (_: number, then: () => void) => {
    setImmediate(then);
    return { cancel() {} };
  };
  const slept: number[] = [];
  const sleep = async (ms: number, signal?: AbortSignal) => {
    signal?.throwIfAborted();
    slept.push(ms);
  };
  const limits = { max_losses: MAX_LOSSES, backoff_base_ms: 1_000, backoff_max_ms: 3_000 };
  return { told, slept, ...createSuspects({ marks, clock: { after, sleep }, gather_ms: 1, limits }) };
}

const NEVER = new AbortController().signal;
const refuse = () => assert.fail('it was refused');

test('a run that decodes is marked, beside others unless it is a suspect; failing clears it as well', async () => {
  const plain = world(null);
  await plain.run(taskOf('ocr'), NEVER, { begin: async () => {}, refuse });
  assert.deepEqual(plain.told, ['ocr beside', 'ocr cleared']);
  const suspect = world(MAX_LOSSES - 1);
  const begin = () => Promise.reject(new Error('bad'));
  await assert.rejects(suspect.run(taskOf('inspect'), NEVER, { begin, refuse }), /bad/);
  assert.deepEqual(suspect.told, ['inspect alone', 'inspect cleared']);
  const other = world(null);
  await other.run(taskOf('save'), NEVER, { begin: async () => {}, refuse });
  assert.deepEqual(other.told, []);
});

test('a suspect waits for longer with each process that was lost with it alone; others do not', async () => {
  for (const [losses, waited] of [
    [null, []],
    [0, [1_000]],
    [1, [2_000]],
    [2, [3_000]],
  ] as const) {
    const { run, slept } = world(losses);
    await run(taskOf('ocr'), NEVER, { begin: async () => {}, refuse });
    assert.deepEqual(slept, waited);
  }
});

test('after too many losses it is refused for good, and its count ends when its picture knows', async () => {
  const { told, run } = world(MAX_LOSSES);
  await run(taskOf('ocr'), NEVER, {
    begin: () => assert.fail('it was run'),
    refuse: async ({ failure: { code, retryable, detail } }) =>
      void told.push(`${code} ${retryable} ${detail.split(' while')[0]}`),
  });
  assert.deepEqual(told, ['WORKER_LOST false 3 processes were lost', 'ocr cleared']);
});

test('a run that a stop hands back is neither cleared nor blamed', async () => {
  const { told, run } = world(1);
  const stopping = new AbortController();
  await run(taskOf('ocr'), stopping.signal, { begin: async () => stopping.abort(new Error('stop')), refuse });
  assert.deepEqual(told, ['ocr alone', 'ocr kept']);
  await run(taskOf('ocr'), stopping.signal, { begin: () => assert.fail('it was run'), refuse });
  assert.equal(told.length, 2);
});
