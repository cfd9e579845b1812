/** Whose pages the tesseract pool reads next. The engine is the test's: it reads nothing, for as long as it is told to. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import sharp from 'sharp';
import { tesseractPool } from '../../providers/tesseract/pool.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import { until } from '../worlds/wait.ts';

const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-turns-'));
after(() => rm(folder, { recursive: true, force: true }));

const size = { width: 200, height: 60 };
const blank = await sharp({ create: { ...size, channels: 3, background: '#fff' } })
  .png()
  .toBuffer();

/** A pool whose reads end when they are told to, in the order in which they began. */
function held(workers: number) {
  const reading: (() => void)[] = [];
  const priorities: number[] = [];
  const pool = tesseractPool({
    ...{ workers, page_time_limit_ms: 60_000, pages_per_worker: 100 },
    ...{ language_dir: path.join(folder, 'languages'), clock: systemClock() },
    start_thread: async ({ priority }) => {
      priorities.push(priority);
      let end = () => {};
      const ended = new Promise<void>((resolve) => {
        end = resolve;
      });
      return {
        recognise: async () => {
          await new Promise<void>((resolve) => reading.push(resolve));
          return { blocks: [] };
        },
        ended,
        end: async () => end(),
      };
    },
  });
  const never = new AbortController().signal;
  return { reading, priorities, pool, read: (owner: string) => pool.recognise({ png: blank, page: 1, ...size }, never, owner) };
}

test('a page of an organisation of which none is read does not wait for those of one that sends many', async () => {
  const { reading, priorities, pool, read } = held(2);
  let little_is_read = false;
  const much = Array.from({ length: 6 }, () => read('much'));
  await until('both threads read', () => reading.length === 2);
  const little = read('little').then(() => {
    little_is_read = true;
  });
  await until('a third one reads', () => reading.length === 3);
  assert.deepEqual(priorities, [10, 10, 5], 'nice values: its thread gets more of busy processors');
  reading.at(-1)?.();
  await until('its page is through', () => {
    for (const end of reading.slice(3)) end(); // a page may be looked at more than once while it is prepared
    return little_is_read;
  });
  await little;
  const all = Promise.all(much);
  let is_over = false;
  void all.then(() => {
    is_over = true;
  });
  await until('the rest is read too', () => {
    for (const end of reading) end();
    return is_over;
  });
  await pool.close();
});
