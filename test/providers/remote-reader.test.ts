/** Long answers of an engine are read in a thread: meanwhile the event loop serves others, and what is broken there breaks nothing here. */
import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { parsedResponse } from '../../providers/remote-ocr/answer.ts';
import { answerReader, LONG_ANSWER, type Reader } from '../../providers/remote-ocr/reader.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';

const clock = systemClock();
const word = { text: 'hello', confidence: 0.9, x: 0.1, y: 0.1, w: 0.2, h: 0.1 };
const answer = (pages: number, words: number) => ({
  ...{ provider_job_id: 'p', task_id: 't', resource_id: 'r', work_id: 'w', status: 'done' },
  pages: Array.from({ length: pages }, (_, i) => ({
    ...{ page: i + 1, text: 'hello', confidence: 1 },
    words: Array.from({ length: words }, () => word),
  })),
});
/** 4 MB. */
const LONG = answer(70, 900);

let reader: Reader = answerReader(clock);
afterEach(() => reader.close());
function open(start?: () => Worker): { starts: () => number } {
  let starts = 0;
  const counted = (make: () => Worker) => () => {
    starts += 1;
    return make();
  };
  reader = start ? answerReader(clock, counted(start)) : answerReader(clock);
  return { starts: () => starts };
}
/** How often the event loop came round while `work` was under way. */
async function rounds<T>(work: Promise<T>): Promise<{ value: T; rounds: number }> {
  let count = 0;
  let over = false;
  const round = () => {
    count += 1;
    if (!over) setImmediate(round);
  };
  setImmediate(round);
  const value = await work.finally(() => {
    over = true;
  });
  return { value, rounds: count };
}
const badResult = (error: unknown) => error instanceof StepError && error.failure.code === 'PROVIDER_BAD_RESULT';

describe('an answer', () => {
  test('of 4 MB is read as a short one is, while the event loop goes round: at least once a page', async () => {
    open();
    const text = JSON.stringify(LONG);
    assert.ok(text.length > 4_000_000);
    const long = await rounds(reader.read(text));
    assert.deepEqual(long.value, parsedResponse(LONG));
    assert.ok(long.rounds > 60, `${long.rounds} rounds`);
    const short = await rounds(reader.read(JSON.stringify(answer(1, 2))));
    assert.ok(short.rounds <= 1, 'a short one needs no thread');
  });

  test('of one page with 40,000 words is read in pieces too', async () => {
    open();
    const one = answer(1, 40_000);
    const { value, rounds: turns } = await rounds(reader.read(JSON.stringify(one)));
    assert.deepEqual(value, parsedResponse(one));
    assert.ok(turns > 15, `${turns} rounds`);
  });

  test('that is long and not of the protocol, or no JSON, is told so; the same thread reads the next', async () => {
    const script = new URL('../../providers/remote-ocr/reader-thread.js', import.meta.url);
    const { starts } = open(() => new Worker(script));
    const text = JSON.stringify(LONG);
    await assert.rejects(reader.read(text.replace('"confidence":1', '"confidence":97')), badResult);
    await assert.rejects(reader.read(text.slice(0, -1)), badResult);
    assert.equal((await reader.read(text)).names.task_id, 't');
    assert.equal(starts(), 1);
  });

  test('that kills its reader fails alone: the next has another thread', async () => {
    const deadly = 'require("node:worker_threads").parentPort.once("message", () => process.exit(3))';
    const { starts } = open(() => new Worker(deadly, { eval: true }));
    const long = ' '.repeat(LONG_ANSWER + 1);
    const both = await Promise.allSettled([reader.read(long), reader.read(long)]);
    assert.ok(both.every((one) => one.status === 'rejected' && badResult(one.reason)));
    assert.equal(starts(), 2);
  });

  test('that is long waits its turn: several at once are each read whole', async () => {
    open();
    const texts = [1, 2, 3].map((n) => JSON.stringify({ ...LONG, provider_job_id: `p${n}` }));
    const read = await Promise.all(texts.map((text) => reader.read(text)));
    assert.deepEqual(
      read.map(({ provider_job_id }) => provider_job_id),
      ['p1', 'p2', 'p3'],
    );
  });
});

test('an answer that is only deep is refused before it is parsed, a short one and a long one; one within bounds is read', async () => {
  open();
  const deep = (levels: number) =>
    JSON.stringify({ ...answer(1, 1), other: 0 }).replace('"other":0', `"other":${'['.repeat(levels)}${']'.repeat(levels)}`);
  const began = performance.now();
  for (const levels of [100, 3_000_000]) await assert.rejects(reader.read(deep(levels)), /nested too deep/);
  assert.ok(performance.now() - began < 5_000, `${performance.now() - began} ms`); // it took 10 s and more
  assert.equal((await reader.read(deep(50))).asked.status, 'done');
  const brackets = JSON.stringify({ ...answer(1, 1), other: `\\"${'['.repeat(200)}` });
  assert.equal((await reader.read(brackets)).asked.status, 'done', 'brackets in a text are none');
});
