import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { TASK_LIMITS } from '../../machines/limits.ts';
import { letPass } from '../worlds/wait.ts';
import { KILLER, PICTURES, type Shape } from './killer-shape.ts';
import { all, openWorld } from './world.ts';

const CHILD = fileURLToPath(new URL('./killer-child.js', import.meta.url));

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-killer-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
/** Runs a process on the folder until it ends; it is killed so long after it is ready, if a time is given. */
async function life(folder: string, shape: Shape, kill_after_ms: number | null = null) {
  const child = spawn(process.execPath, [CHILD, folder, JSON.stringify(shape)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  let began = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const reported: { began?: string; ready?: true } = JSON.parse(line);
    if (reported.began !== undefined) began += 1;
    if (reported.ready && kill_after_ms !== null)
      void letPass(kill_after_ms, 'the time of the kill').then(() => child.kill('SIGKILL'));
  }
  const [code, signal] = await ended;
  return { code, signal, began };
}
/** Starts processes one after the other, as a supervisor does, until one ends by itself. Returns how many were started. */
async function livesUntilRest(folder: string, shape: Shape, max_starts: number) {
  for (let starts = 1; starts <= max_starts; starts++) {
    const { code, signal } = await life(folder, shape);
    if (code === 0) return starts;
    assert.equal(signal, 'SIGKILL', `it ended with ${code}`);
  }
  return assert.fail(`${max_starts} processes were killed, and the next one would be`);
}
async function statuses(folder: string) {
  const ports = await openWorld(folder);
  try {
    const rows = await all(ports);
    return rows.map(({ resource_id, filename, status, failure }) => ({
      resource_id,
      number: Number.parseInt(filename, 10),
      status,
      failure,
    }));
  } finally {
    await ports.close();
  }
}

describe('a picture that kills its process', () => {
  for (const kills_in of ['inspect', 'ocr'] as const)
    test(`in ${kills_in}: comes to rest after so many processes, and all others are INDEXED`, async () => {
      await inFolder(async (folder) => {
        const shape: Shape = { kills_in, read_ms: 60, backoff_base_ms: 50 };
        const starts = await livesUntilRest(folder, shape, TASK_LIMITS.max_losses + 3);
        assert.ok(starts <= TASK_LIMITS.max_losses + 2, `${starts}: one beside others, the rest alone, the last one ends`);
        const seen = await statuses(folder);
        const killer = seen.find(({ number }) => number === KILLER);
        assert.deepEqual(
          [killer?.status, killer?.failure?.code, killer?.failure?.step],
          ['INDEX_FAILED', 'WORKER_LOST', kills_in],
        );
        assert.match(killer?.failure?.detail ?? '', new RegExp(`^${TASK_LIMITS.max_losses} processes were lost`));
        const others = seen.filter(({ number }) => number !== KILLER).map(({ status }) => status);
        assert.deepEqual(others, Array(PICTURES - 1).fill('INDEXED'));
        // An innocent picture's mark may be left, when its process was killed between its last commit and the removal.
        const marks = await readdir(path.join(folder, 'starts'));
        assert.ok(!marks.includes(`${killer?.resource_id}.${kills_in}`), 'nothing is left of the count');
      });
    });

  test('is none when processes are killed from outside: all pictures are INDEXED', async () => {
    await inFolder(async (folder) => {
      const shape: Shape = { kills_in: null, read_ms: 1_000, backoff_base_ms: TASK_LIMITS.backoff_base_ms };
      for (let kills = 0; kills < TASK_LIMITS.max_losses + 3; kills++) {
        const { signal } = await life(folder, shape, 700); // in the midst of reading
        assert.equal(signal, 'SIGKILL');
      }
      assert.equal((await life(folder, shape)).code, 0);
      assert.deepEqual(
        (await statuses(folder)).map(({ status }) => status),
        Array(PICTURES).fill('INDEXED'),
      );
    });
  });
});
