/** Decoders and recognition step back behind requests: their threads have a lower priority than the one that serves. Linux alone has it. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { tesseractPool } from '../../../providers/tesseract/pool.ts';
import { systemClock } from '../../../runtime/async/clock.ts';
import { LOW_PRIORITY } from '../../../runtime/async/low-priority.ts';
import { openFile } from '../../../services/formats/registry.ts';
import { LIMITS } from '../../worlds/inspected.ts';
import { line, pdf } from '../../worlds/pdf-file.ts';

const TASKS = '/proc/self/task';
/** The nice value of each thread of this process: the 19th field of its status, the second of which may have spaces. */
async function niceValues(): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (const id of await readdir(TASKS)) {
    const stat = await readFile(path.join(TASKS, id, 'stat'), 'utf8').catch(() => ''); // it ended meanwhile
    if (stat !== '') found.set(id, Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]));
  }
  return found;
}
const lowered = async () => [...(await niceValues()).values()].filter((nice) => nice === LOW_PRIORITY).length;
const own = async () => (await niceValues()).get(String(process.pid));

describe('the thread that serves has its priority, and a lower one has that of', { skip: process.platform !== 'linux' }, () => {
  test('a PDF that is open', async () => {
    const [before, mine] = [await lowered(), await own()];
    const signal = new AbortController().signal;
    const file = await openFile(pdf([{ content: line(72, 700, 12, 'a page') }]), {
      limits: LIMITS,
      clock: systemClock(),
      signal,
    });
    try {
      assert.equal(await lowered(), before + 1);
      assert.equal(await own(), mine);
    } finally {
      await file.close();
    }
  });

  test('recognition', async () => {
    const language_dir = await mkdtemp(path.join(tmpdir(), 'tuodi-test-'));
    const limits = { workers: 1, page_time_limit_ms: 60_000, pages_per_worker: 10 };
    const pool = tesseractPool({ ...limits, language_dir, clock: systemClock() });
    try {
      const [before, mine] = [await lowered(), await own()];
      await pool.ready();
      assert.equal(await lowered(), before + 1);
      assert.equal(await own(), mine);
    } finally {
      await pool.close();
      await rm(language_dir, { recursive: true, force: true });
    }
  });
});
