/** A thread of the tesseract pool that has read something and then rests gives its memory back. Real threads; the time is the test's. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import sharp from 'sharp';
import { SAMPLES } from '../../cli/project.ts';
import { tesseractPool } from '../../providers/tesseract/pool.ts';
import { type Clock, systemClock } from '../../runtime/async/clock.ts';

const IDLE_MS = 12_345;
const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-idle-'));
after(() => rm(folder, { recursive: true, force: true }));

const heading = sharp(path.join(SAMPLES, 'english-letter.png')).flatten().greyscale();
const { width } = await heading.metadata();
const { data: png, info } = await heading
  .extract({ left: 0, top: 0, width, height: 180 })
  .png()
  .toBuffer({ resolveWithObject: true });

/** A pool of one thread; its limits of idle time pass when the test says. */
function pool() {
  const idle: { pass: () => void; is_cancelled: boolean }[] = [];
  const log: string[] = [];
  const system = systemClock();
  const passing: Clock['after'] = (ms, then, options) => {
    if (ms !== IDLE_MS) return system.after(ms, then, options);
    const timer = { pass: then, is_cancelled: false };
    idle.push(timer);
    const cancel = () => {
      timer.is_cancelled = true;
    };
    return { cancel };
  };
  const limits = { workers: 1, page_time_limit_ms: 60_000, pages_per_worker: 100, idle_ms: IDLE_MS };
  const made = tesseractPool({
    ...limits,
    language_dir: path.join(folder, 'languages'),
    clock: { ...system, after: passing },
    log: (event, { why }) => log.push(why === undefined ? event : `${event}: ${why}`),
  });
  after(() => made.close());
  const read = async () =>
    (await made.recognise({ png, page: 1, width: info.width, height: info.height }, new AbortController().signal)).text;
  return { ...made, read, idle, log };
}
const WORDS = /Harbour Street Bicycle Workshop/;

test('after a page a thread that rests is ended, and the next page starts another', async () => {
  const { read, idle, log } = pool();
  await read();
  await read();
  assert.deepEqual(
    idle.map(({ is_cancelled }) => is_cancelled),
    [true, false],
    'it does not rest while it is used',
  );
  idle.at(-1)?.pass();
  assert.match(await read(), WORDS);
  assert.deepEqual(log, ['ocr_thread_started', 'ocr_thread_ended: idle', 'ocr_thread_started']);
});

test('before its first page it has taken nothing yet, and stays ready', async () => {
  const { ready, read, idle, log } = pool();
  await ready();
  for (const { pass } of idle) pass();
  assert.match(await read(), WORDS);
  assert.deepEqual(log, ['ocr_thread_started']);
});
