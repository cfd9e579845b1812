/** Clocks that are stepped while the service runs: nothing expires by it, and work goes on. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { readConfig } from '../../app/config.ts';
import { createService } from '../../app/create-service.ts';
import { openPorts } from '../../app/open-ports.ts';
import type { Origin } from '../../runtime/resources/engine.ts';
import { movedClock } from '../worlds/moved-clock.ts';
import { numberReader, pictureOf } from '../worlds/numbered.ts';
import { createWithBytes } from '../worlds/take-in.ts';
import { until } from '../worlds/wait.ts';
import { OPTIONS, SCOPE, world } from './world.ts';

const DAY = 24 * 60 * 60_000;
const BY: Origin = { by: { kind: 'user', id: 'u' }, request_id: null };
const TICK_MS = 100;
/** How late a tick may be seen on a busy machine. */
const LATE_MS = 2_000;
/** Often, so that a test takes seconds; the limits of the machines are as they are. */
const LIMITS = { ...OPTIONS.limits, tick_interval_ms: TICK_MS, sweep_interval_ms: 20, settle_ms: 500 };

async function movedWorld(folder: string) {
  const { config } = readConfig({ TUODI_DATA_DIR: folder, TUODI_OCR_WORKERS: '1' });
  const moved = movedClock();
  const { clock } = moved;
  const opened = await openPorts(config, () => 'http://localhost', { clock, log: world.log });
  const ports = { ...opened, recogniser: numberReader() };
  const service = createService(ports, { config, limits: LIMITS }, { clock, log: world.log });
  await service.start();
  const { facts, objects } = ports;
  const { engine } = service;
  const statusOf = async (id: string) => (await facts.resources.get(SCOPE, id))?.status;
  const say = (resource_id: string, type: string) => engine.send({ scope: SCOPE, resource_id }, () => ({ event: { type } }), BY);
  const takeIn = async (number: number) =>
    createWithBytes({ engine, objects, clock, scope: SCOPE }, { bytes: await pictureOf(number), filename: 'f.png', title: 't' });
  return {
    ...{ moved, facts, clock, statusOf },
    async trashed(number: number): Promise<string> {
      const id = await takeIn(number);
      await say(id, 'UPLOAD_REPORTED');
      await until('it is seen', async () => (await statusOf(id)) !== 'AWAITING_UPLOAD');
      await say(id, 'TRASH');
      return id;
    },
    /** Awaits an upload for a day. */
    awaiting: async () => {
      const resource_id = clock.newId();
      const metadata = { title: 'a', description: null, tags: [], taken_at: null, languages: [], extra: {} };
      const named = { user_id: 'u', batch_id: null, filename: 'f', content_type: 'image/png', metadata, described: true };
      await engine.create({ resource_id, ...SCOPE, ...named, claimed: { byte_size: null, sha256: null }, idempotency: null }, BY);
      return resource_id;
    },
    async indexed(number: number): Promise<void> {
      const id = await takeIn(number);
      await say(id, 'UPLOAD_REPORTED');
      await until(`picture ${number} is INDEXED`, async () => (await statusOf(id)) === 'INDEXED');
    },
    async ticks(more: number): Promise<void> {
      const { ticks } = await facts.upkeep.time();
      await until(`${more} ticks`, async () => {
        const read = clock.serviceTime();
        const { ticks: now, service_at } = await facts.upkeep.time();
        assert.ok(read <= service_at + 2 * TICK_MS, `service time is read ${read - service_at} ms ahead of the last tick`);
        return now >= ticks + more;
      });
    },
    async stop(): Promise<void> {
      await service.stop();
      await opened.close();
    },
  };
}

const STEPS: [name: string, step: (moved: ReturnType<typeof movedClock>) => void][] = [
  ['31 days forward, as after a suspended machine', (moved) => moved.stepWall(31 * DAY)],
  ['50 seconds forward, less than a gap', (moved) => moved.stepWall(50_000)],
  ['31 days back', (moved) => moved.stepWall(-31 * DAY)],
  ['31 days stood still, and the wall clock with it', (moved) => moved.stepMonotonic(31 * DAY)],
  [
    'a process that was stopped for 31 days',
    (moved) => {
      moved.stepWall(31 * DAY);
      moved.stepMonotonic(31 * DAY);
    },
  ],
];
for (const [name, step] of STEPS)
  test(`${name}: the trash is kept, an upload is awaited, and pictures go on`, async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-clocks-'));
    const w = await movedWorld(folder);
    try {
      const kept = await Promise.all([1, 2, 3].map((number) => w.trashed(number)));
      const awaiting = await w.awaiting();
      await w.ticks(1); // so that the last tick is of this moment
      const [real, before] = [performance.now(), (await w.facts.upkeep.time()).service_at];
      step(w.moved);
      await w.ticks(10);
      step(w.moved);
      await w.ticks(10);
      await w.indexed(4);
      const { service_at } = await w.facts.upkeep.time();
      assert.ok(service_at - before <= performance.now() - real + LATE_MS, `${service_at - before} ms of service time`);
      assert.deepEqual(await Promise.all(kept.map(w.statusOf)), ['TRASHED', 'TRASHED', 'TRASHED']);
      assert.equal(await w.statusOf(awaiting), 'AWAITING_UPLOAD');
    } finally {
      await w.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });

test('a clock that is stepped to and fro without end does not stop the work', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-clocks-'));
  const w = await movedWorld(folder);
  try {
    const kept = await w.trashed(1);
    for (let n = 0; n < 10; n++) {
      w.moved.stepWall(n % 2 === 0 ? 31 * DAY : -31 * DAY);
      await w.ticks(1);
    }
    await w.indexed(2);
    assert.equal(await w.statusOf(kept), 'TRASHED');
  } finally {
    await w.stop();
    await rm(folder, { recursive: true, force: true });
  }
});
