/** An engine whose threads die again and again is said not to work; one that a picture kills again and again is not. The engine is the test's. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import sharp from 'sharp';
import { tesseractPool } from '../../providers/tesseract/pool.ts';
import { type StartThread, ThreadEnded } from '../../providers/tesseract/thread.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';
import { until } from '../worlds/wait.ts';

const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-health-'));
after(() => rm(folder, { recursive: true, force: true }));
const SIDE = 200;
const ASK_AGAIN_MS = 12_345;
const png = await sharp({ create: { width: SIDE, height: SIDE, channels: 3, background: 'white' } })
  .png()
  .toBuffer();

type Engine = { starts: boolean; reads(bytes: Uint8Array): boolean | Promise<boolean> };
/** What was told, and what waits to be asked again; `engine` may be changed at any time. */
function pool(engine: Engine) {
  const told: (string | null)[] = [];
  const again: { pass: () => void; is_cancelled: boolean }[] = [];
  const asked: number[] = [];
  const system = systemClock();
  const start_thread: StartThread = async () => {
    if (!engine.starts) throw new Error('no memory');
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    return {
      async recognise(bytes) {
        const { width = 0 } = await sharp(bytes).metadata();
        if (width < SIDE) asked.push(width);
        if (await engine.reads(bytes)) return { blocks: [] };
        end();
        throw new ThreadEnded('the thread ended (1)');
      },
      ended,
      end: async () => end(),
    };
  };
  const made = tesseractPool({
    ...{
      workers: 1,
      page_time_limit_ms: 60_000,
      pages_per_worker: 100,
      language_dir: path.join(folder, 'languages'),
      start_thread,
    },
    onHealth: (why) => told.push(why),
    ask_again_ms: ASK_AGAIN_MS,
    clock: {
      ...system,
      after(ms, then, options) {
        if (ms !== ASK_AGAIN_MS) return system.after(ms, then, options);
        const timer = { pass: then, is_cancelled: false };
        again.push(timer);
        const cancel = () => {
          timer.is_cancelled = true;
        };
        return { cancel };
      },
    },
  });
  after(() => made.close());
  const read = () => made.recognise({ png, page: 1, width: SIDE, height: SIDE }, new AbortController().signal);
  const fails = (code: string) => assert.rejects(read(), (error) => error instanceof StepError && error.failure.code === code);
  return { ...made, read, fails, told, again, asked };
}

test('threads that die again and again, also with a picture of ours: said once, with why, and over at the first page', async () => {
  const engine: Engine = { starts: true, reads: () => false };
  const { read, fails, told, again } = pool(engine);
  for (let n = 0; n < 2; n++) await fails('OCR_CRASHED');
  assert.deepEqual([told, again.length], [[], 0], 'twice may be an accident');
  await fails('OCR_CRASHED');
  await until('it is said', async () => told.length > 0);
  await fails('OCR_CRASHED');
  assert.deepEqual(told, ['the thread ended (1)']);
  engine.reads = () => true;
  await read();
  assert.deepEqual(told, ['the thread ended (1)', null]);
  assert.ok(again.every(({ is_cancelled }) => is_cancelled));
});

test('an engine that does not start is asked again at intervals, and is well without a picture of anybody', async () => {
  const engine: Engine = { starts: false, reads: () => true };
  const { fails, told, again } = pool(engine);
  for (let n = 0; n < 3; n++) await fails('PROVIDER_UNAVAILABLE');
  await until('it is asked again later', async () => again.length === 1);
  assert.match(told[0] ?? '', /^the OCR engine does not start: .*no memory/);
  again[0]?.pass();
  await until('it is asked once more', async () => again.length === 2);
  engine.starts = true;
  again[1]?.pass();
  await until('it is well', async () => told.length === 2);
  assert.equal(told[1], null);
  assert.equal(again.length, 2);
});

test('a picture that kills each thread says nothing of the engine, which reads another', async () => {
  const { fails, told, again, asked } = pool({ starts: true, reads: (bytes) => bytes.length < png.length });
  for (let n = 0; n < 3; n++) await fails('OCR_CRASHED');
  await until('it was asked', async () => asked.length === 1);
  for (let n = 0; n < 2; n++) await fails('OCR_CRASHED');
  assert.deepEqual([told, again.length, asked.length], [[], 0, 1]);
});

test('a page that is given up by who asked for it is no failure', async () => {
  let giving_up = new AbortController();
  const { recognise, told, asked } = pool({
    starts: true,
    reads: () => {
      giving_up.abort(new Error('given up'));
      return new Promise(() => {});
    },
  });
  for (let n = 0; n < 5; n++) {
    giving_up = new AbortController();
    await assert.rejects(recognise({ png, page: 1, width: SIDE, height: SIDE }, giving_up.signal), /given up/);
  }
  assert.deepEqual([told, asked], [[], []]);
});
