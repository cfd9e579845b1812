/** A service that works for long holds no more than one that has just begun. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { openWorld, SCOPE, serviceOf, world } from '../faults/world.ts';
import { heapInUse } from '../worlds/heap.ts';
import { largeSteps } from '../worlds/large-steps.ts';
import { pictureOf } from '../worlds/numbered.ts';
import { takeInBytes } from '../worlds/take-in.ts';

/** Fills what is kept on purpose, which the limits below make small. */
const WARM_UP = 1_000;
const PICTURES = 4_000;
const IN_FLIGHT = 16;
const KEPT = { remembered_instances: 50, feed_kept: 50 };
/** A picture's outputs are about 80 KB: one listener that keeps one of them is far above this. */
const MAX_BYTES_A_PICTURE = 500;

test(`${PICTURES} pictures through the worker leave at most ${MAX_BYTES_A_PICTURE} bytes each in memory`, async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-soak-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const ports = await openWorld(folder);
  const service = serviceOf(ports, { services: largeSteps, limits: KEPT, resource_limits: {} });
  await service.start();
  t.after(async () => {
    await service.stop();
    await ports.close();
  });
  const into = { engine: service.engine, objects: ports.objects, clock: world.clock, scope: SCOPE };
  const never = new AbortController().signal;
  const bytes = await pictureOf(1);
  const one = async (n: number) => {
    const resource_id = await takeInBytes(into, { bytes, filename: `${n}.png`, title: `picture ${n}` });
    const rested = await service.engine.waitUntilSettled({ scope: SCOPE, resource_id }, 60_000, never);
    assert.equal(rested?.status, 'INDEXED');
  };
  const through = async (pictures: number) => {
    const numbers = Array.from({ length: pictures }, (_, n) => n).values();
    const lane = async () => {
      for (const n of numbers) await one(n);
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  };
  await through(WARM_UP);
  const before = await heapInUse();
  await through(PICTURES);
  const grown = ((await heapInUse()) - before) / PICTURES;
  t.diagnostic(`${grown.toFixed(0)} bytes a picture`);
  assert.ok(grown <= MAX_BYTES_A_PICTURE, `the heap grew by ${grown.toFixed(0)} bytes a picture`);
});
