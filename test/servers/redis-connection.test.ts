/** The connection to Redis: fast to fail while it is unavailable, quick to come back, and silent about its secrets. */

import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { pino } from 'pino';
import { openRedis } from '../../persistence/redis/connection.ts';
import { isUnavailable, reasonOf } from '../../persistence/redis/errors.ts';
import { inspectRedis } from '../../persistence/redis/inspect.ts';
import { redisQueue } from '../../persistence/redis/queue.ts';
import { redisTasks } from '../../persistence/redis/tasks.ts';
import { counts } from '../ports/queue.ts';
import { OWNER } from '../worlds/owner.ts';
import { letPass, until } from '../worlds/wait.ts';
import { ownRedis } from './own-redis.ts';
import { clock, log } from './redis.ts';

describe('the connection to Redis', () => {
  test('a command fails within the limit while Redis is away, later at once; it works again when Redis is back', async () => {
    const server = await ownRedis();
    const link = await openRedis({ url: server.url, clock, log });
    const tasks = redisTasks(link);
    const queue = redisQueue(link);
    const failing = async (call: Promise<unknown>) => {
      const began = performance.now();
      const error = await call.then(
        () => null,
        (reason: unknown) => reason,
      );
      assert.ok(isUnavailable(error), String(error));
      return performance.now() - began;
    };
    try {
      await tasks.setEpoch('e');
      await queue.push('ocr', 'a', 1, OWNER);
      await server.kill();
      assert.ok((await failing(tasks.get('a'))) < 4_000);
      await until('known to be away', async () => (await failing(tasks.get('a'))) < 50);
      const many = Array.from({ length: 1_000 }, () => tasks.get('a'));
      assert.ok((await failing(Promise.any(many).catch((error: AggregateError) => Promise.reject(error.errors[0])))) < 500);
      assert.ok((await failing(queue.push('ocr', 'a', 1, OWNER))) < 50);
      assert.ok((await failing(queue.knows('ocr', 'a', 1))) < 50);
      assert.ok((await failing(queue.depth('ocr'))) < 50);
      await server.start();
      await until('back', () =>
        tasks.get('a').then(
          (task) => task === null,
          () => false,
        ),
      );
      assert.equal(await tasks.epoch(), null, 'whoever asks is told that something may be lost');
      await queue.push('ocr', 'a', 1, OWNER);
      assert.deepEqual(await counts(queue, 'ocr'), { waiting: 1, running: 0 });
    } finally {
      await queue.stop(1_000);
      await link.close();
      await server.stop();
    }
  });

  test('a worker that Redis refuses asks again about once a second, and goes on once there is room', async () => {
    const server = await ownRedis();
    const link = await openRedis({ url: server.url, clock, log });
    const queue = redisQueue(link);
    let delivered = 0;
    try {
      for (let i = 0; i < 20; i++) await queue.push('ocr', `t${i}`, 1, OWNER);
      await server.say('CONFIG', 'SET', 'maxmemory', '1mb');
      queue.consume('ocr', 4, async () => void delivered++);
      const refused = async () =>
        Number(/errorstat_OOM:count=(\d+)/.exec(String(await server.say('INFO', 'errorstats')))?.[1] ?? 0);
      await until('refused', async () => (await refused()) > 0);
      await letPass(2_000, 'so long it is full');
      assert.ok((await refused()) < 20, `refused ${await refused()} times`);
      await server.say('CONFIG', 'SET', 'maxmemory', '0');
      await until('all rung', () => delivered === 20);
    } finally {
      await queue.stop(1_000);
      await link.close();
      await server.stop();
    }
  });

  test('a cut connection costs no command', async () => {
    const server = await ownRedis();
    const link = await openRedis({ url: server.url, clock, log });
    const tasks = redisTasks(link);
    try {
      for (let cut = 0; cut < 5; cut++) {
        await server.say('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
        assert.equal(await tasks.get('a'), null);
      }
    } finally {
      await link.close();
      await server.stop();
    }
  });

  test('a wrong password is refused at once, and neither the error nor the log knows it', async () => {
    const server = await ownRedis();
    await server.say('CONFIG', 'SET', 'requirepass', 'the-right-one');
    const lines = new PassThrough();
    const url = server.url.replace('redis://', 'redis://default:the-wrong-one@');
    try {
      const error = await openRedis({ url, clock, log: pino({ level: 'trace' }, lines) }).catch((reason: unknown) => reason);
      assert.equal(reasonOf(error), 'refused', String(error));
      pino({ level: 'trace' }, lines).error({ err: error }, 'as the service would log it');
      lines.end();
      assert.ok(!/the-wrong-one/.test(await text(lines)));
    } finally {
      await server.stop();
    }
  });

  test('where nobody listens it says so within a limit', async () => {
    const server = await ownRedis();
    await server.kill();
    const error = await openRedis({ url: server.url, clock, log }).catch((reason: unknown) => reason);
    assert.ok(isUnavailable(error), String(error));
    await server.stop();
  });

  test('a policy that evicts is named, noeviction is well', async () => {
    const server = await ownRedis();
    try {
      const well = await inspectRedis({ url: server.url, clock, log });
      assert.deepEqual([well.maxmemory_policy, well.persistence, well.warning], ['noeviction', 'none', null]);
      assert.match(well.version, /^\d+\.\d+/);
      await server.say('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
      await server.say('CONFIG', 'SET', 'appendonly', 'yes');
      const unwell = await inspectRedis({ url: server.url, clock, log });
      assert.equal(unwell.persistence, 'append-only file');
      assert.match(String(unwell.warning), /allkeys-lru/);
    } finally {
      await server.stop();
    }
  });
});
