import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import type { Ports } from '../../app/open-ports.ts';
import type { Json } from '../../contract/json.ts';
import { isJobId, STEP_OF_JOB } from '../../contract/step-kinds.ts';
import { openDatabase } from '../../persistence/sqlite/database.ts';
import { runStep } from '../../services/steps/table.ts';
import { BY, openWorld, SCOPE, say, serviceOf, takeIn, world } from '../faults/world.ts';
import { SERVICE_LIMITS } from '../worlds/service-context.ts';

const LIMITS = { ...SERVICE_LIMITS, max_bytes: 1_000_000, max_pixels: 1_000_000, ocr_pixels: 1_000_000 };

/** Every table, every stored byte, and every entry as a search sees it. */
async function everything(folder: string, { index }: Ports): Promise<unknown> {
  const db = openDatabase(path.join(folder, 'facts.sqlite'));
  try {
    const tables = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").all();
    const rows = tables.map(({ name }) => [name, db.prepare(`SELECT * FROM ${String(name)}`).all()]);
    const files = await readdir(path.join(folder, 'objects'), { recursive: true, withFileTypes: true });
    const objects = files.filter((file) => file.isFile()).map((file) => path.join(file.parentPath, file.name));
    const hashed = objects.sort().map(async (file) => [
      file,
      createHash('sha256')
        .update(await readFile(file))
        .digest('hex'),
    ]);
    return structuredClone([rows, await Promise.all(hashed), await index.scan(null, 100)]);
  } finally {
    db.close();
  }
}

/** The one job that the resource owes. */
async function jobOf({ facts }: Ports, resource_id: string) {
  const [[id = '', job] = []] = Object.entries((await facts.instances.load(resource_id))?.instance.jobs ?? {});
  if (!job || !isJobId(id)) throw new Error('no job is owed');
  return { id, job, kind: STEP_OF_JOB[id] };
}

test('every service run twice, one after the other and both at once, and its result told twice: all stores are as after one', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-twice-'));
  const ports = await openWorld(folder);
  const { engine } = serviceOf(ports); // nothing runs by itself: this test is the worker
  const tried: string[] = [];
  const live = async (resource_id: string) => {
    const { id, job, kind } = await jobOf(ports, resource_id);
    const signal = AbortSignal.timeout(10_000);
    const run = (): Promise<Json> =>
      runStep(kind, job.input, { ...ports, task_id: job.token, signal, clock: world.clock, limits: LIMITS });
    const output = await run();
    const once = await everything(folder, ports);
    assert.deepEqual(await run(), output, `${kind} answers the same again`);
    assert.deepEqual(await everything(folder, ports), once, `${kind}, one after the other`);
    assert.deepEqual(await Promise.all([run(), run()]), [output, output], `${kind} answers the same at once`);
    assert.deepEqual(await everything(folder, ports), once, `${kind}, both at once`);
    const done = { kind: 'done' as const, id, token: job.token, output };
    assert.deepEqual((await Promise.all([engine.deliver(resource_id, done, BY), engine.deliver(resource_id, done, BY)])).sort(), [
      'moved',
      'stale',
    ]);
    const notified = await everything(folder, ports);
    assert.equal(await engine.deliver(resource_id, done, BY), 'stale');
    assert.deepEqual(await everything(folder, ports), notified, `${kind}, told again`);
    tried.push(kind);
  };
  try {
    const resource_id = await takeIn(engine, ports, 7);
    await say(engine, resource_id, 'UPLOAD_REPORTED');
    for (let steps = 0; steps < 5; steps++) await live(resource_id);
    assert.equal((await ports.facts.resources.get(SCOPE, resource_id))?.status, 'INDEXED');
    await say(engine, resource_id, 'DELETE');
    await live(resource_id);
    assert.equal((await ports.facts.resources.get(SCOPE, resource_id))?.status, 'DELETED');
    assert.deepEqual(tried, ['inspect', 'ocr', 'save', 'embed', 'index', 'purge']);
  } finally {
    await ports.close();
    await rm(folder, { recursive: true, force: true });
  }
});
