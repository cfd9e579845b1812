/** Redis loses everything, is restarted, goes back in time, is full, is cut off: no picture stays behind. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isUnavailable } from '../../persistence/redis/errors.ts';
import { EXPIRE_INTERVAL_MS, LEASE_MS } from '../../persistence/redis/leases.ts';
import { all, say } from '../faults/world.ts';
import { OWNER } from '../worlds/owner.ts';
import { letPass, until } from '../worlds/wait.ts';
import { type FaultWorld, OCR_AT_ONCE, openFaultWorld } from './redis-world.ts';

const VICTIM = fileURLToPath(new URL('./redis-victim.js', import.meta.url));
const PICTURES = 212;
const LEAST_WAITING = 200;
/** A recovery may take so much longer than the same work without a fault, measured in this run: a machine may be busy. */
const RECOVERY_MS = 10_000;
let undisturbed_ms = 60_000;
/** How long Redis is full. Each task may be refused a few times, each worker once a second; one that runs hot asks thousands of times. */
const FULL_MS = 3_000;
const MAX_REFUSED = 4 * PICTURES;
const limit = () => 2 * undisturbed_ms + RECOVERY_MS;

async function withBacklog(work: (world: FaultWorld) => Promise<void>): Promise<void> {
  const world = await openFaultWorld();
  try {
    const version = /redis_version:(\S+)/.exec(String(await world.server.say('INFO', 'server')))?.[1];
    await world.takeIn(PICTURES);
    await world.backlog(LEAST_WAITING);
    console.log(`Redis ${version}: ${(await world.redis.queue.depth('ocr')).waiting} wait, ${OCR_AT_ONCE} run`);
    await work(world);
  } finally {
    await world.close();
  }
}

describe('faults of Redis, with a backlog', () => {
  test('without a fault: what the others are compared with', () =>
    withBacklog(async ({ letGo, allIndexed }) => {
      letGo();
      undisturbed_ms = await allIndexed(PICTURES, undisturbed_ms);
      console.log(`without a fault: all INDEXED after ${undisturbed_ms} ms`);
    }));

  test('FLUSHALL: all are INDEXED within seconds, one entry each', () =>
    withBacklog(async ({ server, letGo, allIndexed, redis }) => {
      const at = performance.now();
      await server.say('FLUSHALL');
      await until('tasks made again', async () => (await redis.queue.depth('ocr')).waiting >= LEAST_WAITING);
      const again_ms = Math.round(performance.now() - at);
      console.log(`FLUSHALL: all tasks made again after ${again_ms} ms`);
      assert.ok(again_ms < RECOVERY_MS, `${again_ms} ms`);
      letGo();
      console.log(`FLUSHALL: all INDEXED after ${await allIndexed(PICTURES, limit())} ms`);
    }));

  test('restarted without anything saved: the same', () =>
    withBacklog(async ({ server, letGo, allIndexed, takeIn }) => {
      await server.kill();
      await takeIn(5); // acknowledged while Redis is unavailable
      await server.start();
      letGo();
      console.log(`restart: all INDEXED after ${await allIndexed(PICTURES + 5, limit())} ms`);
    }));

  test('put back in time: what it has forgotten is made again, what it remembers wrongly is settled', () =>
    withBacklog(async ({ server, letGo, allIndexed, takeIn, count }) => {
      await server.snapshot();
      await takeIn(10);
      letGo();
      await until('half of them done', async () => (await count('INDEXED')) > PICTURES / 2);
      await server.kill();
      await server.restore();
      await server.start();
      console.log(`back in time: all INDEXED after ${await allIndexed(PICTURES + 10, limit())} ms`);
    }));

  test('full, with noeviction: it says so, and goes on by itself once there is room', () =>
    withBacklog(async ({ server, letGo, allIndexed, takeIn, count, redis }) => {
      await server.say('CONFIG', 'SET', 'maxmemory', '1mb');
      await assert.rejects(redis.queue.push('purge', 'none', 1, OWNER), { name: 'RedisUnavailable', reason: 'refused' });
      await takeIn(5); // acknowledged, though no task can be made
      letGo();
      await letPass(FULL_MS, 'so long it is full');
      const refused = Number(/errorstat_OOM:count=(\d+)/.exec(String(await server.say('INFO', 'errorstats')))?.[1]);
      console.log(`full for ${FULL_MS} ms: ${refused} commands refused, ${await count('INDEXED')} INDEXED meanwhile`);
      assert.ok(refused < MAX_REFUSED, `${refused} commands refused: something asks again and again`);
      await server.say('CONFIG', 'SET', 'maxmemory', '0');
      console.log(`full: all INDEXED after ${await allIndexed(PICTURES + 5, limit())} ms`);
    }));

  test('every connection cut, again and again: it costs time only', () =>
    withBacklog(async ({ server, letGo, allIndexed, count }) => {
      letGo();
      for (let cut = 1; cut <= 5; cut++) {
        await until('some more done', async () => (await count('INDEXED')) >= cut * 20);
        await server.say('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      }
      console.log(`cut 5 times: all INDEXED after ${await allIndexed(PICTURES, limit())} ms`);
    }));
});

describe('without Redis', () => {
  test('timers of pictures fire, and what is taken in is acknowledged soon; all goes on when it is back', async () => {
    const world = await openFaultWorld({ resource_limits: { trash_retention_ms: 1_000 } });
    const { server, service, ports, takeIn, count, letGo } = world;
    try {
      letGo();
      await takeIn(1);
      await until('INDEXED', async () => (await count('INDEXED')) === 1);
      await server.kill();
      await until('away', () => ports.tasks.epoch().then(() => false, isUnavailable));
      const [row] = await all(ports);
      await say(service.engine, row?.resource_id ?? '', 'TRASH');
      const began = performance.now();
      await takeIn(3);
      const took = performance.now() - began;
      assert.ok(took < 2_000, `a request does not hang on Redis: ${took} ms`);
      // It may be gone already: what a process has in hand it does without Redis.
      await until('its retention is over', async () => (await count('DELETING')) + (await count('DELETED')) === 1);
      await server.start();
      await until('DELETED', async () => (await count('DELETED')) === 1);
      await until('INDEXED', async () => (await count('INDEXED')) === 3);
    } finally {
      await world.close();
    }
  });
});

describe('a worker that is killed', () => {
  test('what it had in hand is taken up by another within the time of its lock', async () => {
    const world = await openFaultWorld({}, true);
    const { server, redis, takeIn, letGo, beginOcr, allIndexed } = world;
    const victim = spawn(process.execPath, [VICTIM, server.url], { stdio: ['pipe', 'pipe', 'inherit'] });
    try {
      await takeIn(6);
      const claimed = once(victim.stdout.setEncoding('utf8'), 'data');
      await until('two in its hands', async () => (await redis.tasks.list({ status: 'running', limit: 10 })).length === 2);
      await claimed;
      const gone = once(victim, 'exit');
      victim.kill('SIGKILL');
      await gone;
      letGo();
      beginOcr();
      const took = await allIndexed(6, LEASE_MS + EXPIRE_INTERVAL_MS + undisturbed_ms);
      console.log(`a worker killed: all INDEXED after ${took} ms`);
      assert.ok(took > 1_000, 'nobody took them while the lock held');
      assert.ok(took < LEASE_MS + EXPIRE_INTERVAL_MS + RECOVERY_MS, `${took} ms`);
    } finally {
      victim.kill('SIGKILL');
      await world.close();
    }
  });
});
