/** What an operator reads of a picture's way, and of a sweep that fails. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { pino } from 'pino';
import { readConfig } from '../../app/config.ts';
import { createService } from '../../app/create-service.ts';
import { concurrently } from '../../runtime/async/each.ts';
import { OPTIONS, openWorld, restIn, takeIn, world } from '../faults/world.ts';

type Line = Record<string, unknown>;
function capturingLog(level = 'info') {
  const lines: Line[] = [];
  return { lines, log: pino({ level }, { write: (line: string) => void lines.push(JSON.parse(line) as Line) }) };
}

test('each run that ends and a picture that settles are one line each, with ids, attempt, time and outcome', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-lines-'));
  t.after(() => rm(folder, { recursive: true }));
  const ports = await openWorld(folder);
  const { lines, log } = capturingLog();
  const { config } = readConfig({ TUODI_OCR_WORKERS: '1' });
  const service = createService(ports, { config, ...OPTIONS }, { ...world, log });
  await service.start();
  const resource_id = await takeIn(service.engine, ports, 7);
  await restIn(ports, [resource_id], ['INDEXED']);
  await service.stop();
  await ports.close();

  const runs = lines.filter(({ event }) => event === 'task.run_succeeded');
  assert.deepEqual(
    runs.map(({ kind }) => kind),
    ['inspect', 'ocr', 'save', 'embed', 'index'],
  );
  for (const { ms, task_id, ...run } of runs) {
    assert.deepEqual([run.resource_id, run.org_id, run.attempt, run.outcome], [resource_id, 'org', 1, 'succeeded']);
    assert.ok(Number.isInteger(ms) && typeof task_id === 'string');
  }
  const settled = lines.filter(({ event, status }) => event === 'resource.settled' && status === 'INDEXED');
  assert.deepEqual(
    settled.map(({ resource_id: id, org_id, failure }) => ({ id, org_id, failure })),
    [{ id: resource_id, org_id: 'org', failure: null }],
  );
});

test('a sweep names the pictures and tasks that it could not help', async () => {
  const { lines, log } = capturingLog();
  const each = concurrently({ log, limits: { sweep_slice: 2 } });
  const items = ['a', 'b', 'c'].map((resource_id) => ({ resource_id, task_id: `task of ${resource_id}` }));
  await each(items, async ({ resource_id }) => {
    if (resource_id !== 'b') throw new Error(`${resource_id} can't be helped`);
  });
  const [line] = lines;
  assert.deepEqual(
    [lines.length, line?.event, line?.failed, line?.resource_ids, line?.task_ids],
    [1, 'sweep.items_failed', 2, ['a', 'c'], ['task of a', 'task of c']],
  );
});
