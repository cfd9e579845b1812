/** The queue and the announcements on a real Redis: what every one promises, and what holds between processes. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { redisAnnouncements } from '../../persistence/redis/announcements.ts';
import { redisQueue } from '../../persistence/redis/queue.ts';
import { entryId, queueKeys } from '../../persistence/redis/queue-keys.ts';
import type { Queue } from '../../runtime/ports/queue.ts';
import { counts, holding, queueSuite } from '../ports/queue.ts';
import { OWNER } from '../worlds/owner.ts';
import { until } from '../worlds/wait.ts';
import { closeAll, closed, newPrefix, openLink, serverName } from './redis.ts';

const GRACE_MS = 5_000;

before(async () => {
  const link = await openLink();
  console.log(`queue on ${await serverName(link)}`);
  await closed(link);
});
const queues = new Set<Queue>();
after(async () => {
  for (const queue of queues) await queue.stop(0); // of tests that failed
  await closeAll();
});

async function opened(prefix = newPrefix()): Promise<Queue> {
  const link = await openLink(prefix);
  const queue = redisQueue(link);
  queues.add(queue);
  return {
    ...queue,
    async stop(grace_ms) {
      queues.delete(queue);
      await queue.stop(grace_ms);
      await closed(link);
    },
  };
}
queueSuite('Redis', () => opened());

describe('the queue between processes', () => {
  test('what one rings another handles, once', async () => {
    const prefix = newPrefix();
    const [one, other] = [await opened(prefix), await opened(prefix)];
    const delivered: string[] = [];
    one.consume('ocr', 4, async ({ task_id }) => void delivered.push(task_id));
    other.consume('ocr', 4, async ({ task_id }) => void delivered.push(task_id));
    const ids = Array.from({ length: 50 }, (_, i) => `t${i}`);
    await Promise.all(ids.map((id) => one.push('ocr', id, 1, OWNER)));
    await until('all', () => delivered.length >= ids.length);
    assert.deepEqual([...delivered].sort(), [...ids].sort());
    await one.stop(GRACE_MS);
    await other.stop(GRACE_MS);
  });

  test('it knows a ring by its n, and does not know one whose worker has lost its lease', async () => {
    const link = await openLink();
    const queue = redisQueue(link);
    const { held, handle, letGo } = holding();
    queue.consume('ocr', 1, handle);
    await queue.push('ocr', 'a', 1, OWNER);
    await until('under way', () => held.size === 1);
    assert.deepEqual([await queue.knows('ocr', 'a', 1), await queue.knows('ocr', 'a', 2)], [true, false]);
    await link.redis.zrem(queueKeys(link.prefix).active('ocr'), entryId('a', 1));
    assert.equal(await queue.knows('ocr', 'a', 1), false);
    letGo();
    await queue.stop(GRACE_MS);
    await closed(link);
  });

  test('a ring that waits is not doubled when it is rung again', async () => {
    const queue = await opened();
    for (let i = 0; i < 5; i++) await queue.push('ocr', 'a', 1, OWNER);
    for (let i = 0; i < 5; i++) await queue.retryLater('a', 2, 60_000);
    assert.deepEqual(await counts(queue, 'ocr'), { waiting: 1, running: 0 });
    await queue.stop(GRACE_MS);
  });

  for (const lost of ['organisations', 'keys', 'tasks', 'bell', 'waiting'])
    test(`what a server that evicts keys loses of the turns (${lost}) keeps nobody waiting that it still knows`, async () => {
      const link = await openLink();
      const queue = redisQueue(link);
      const ids = ['a', 'b', 'c', 'd'];
      for (const [n, id] of ids.entries()) await queue.push('ocr', id, 1, { org_id: `o${n % 2}`, user_id: `u${n}` });
      for (const key of await link.redis.keys(`${link.prefix}:queue:ocr:${lost}*`)) await link.redis.del(key);
      await queue.push('ocr', 'e', 1, OWNER);
      const known = await Promise.all([...ids, 'e'].map((id) => queue.knows('ocr', id, 1)));
      const delivered: string[] = [];
      queue.consume('ocr', 1, async ({ task_id }) => void delivered.push(task_id));
      const expected = [...ids, 'e'].filter((_, n) => known[n]);
      await until('all that it knows', () => delivered.length === expected.length);
      assert.deepEqual(delivered.sort(), expected);
      assert.ok(lost === 'waiting' || expected.length === 5);
      await queue.stop(GRACE_MS);
      await closed(link);
    });

  test('work that outlasts the grace is left, and stopping ends', async () => {
    const queue = await opened();
    const { held, handle, letGo } = holding();
    queue.consume('ocr', 1, handle);
    await queue.push('ocr', 'a', 1, OWNER);
    await until('under way', () => held.size === 1);
    const began = performance.now();
    await queue.stop(300);
    const took = performance.now() - began;
    assert.ok(took >= 290 && took < 3_000, `${took} ms`);
    letGo();
  });
});

describe('announcements between processes', () => {
  test('what one publishes all hear, from when they listen', async () => {
    const prefix = newPrefix();
    const links = [await openLink(prefix), await openLink(prefix)] as const;
    const [one, other] = [redisAnnouncements(links[0]), redisAnnouncements(links[1])];
    const received = { one: 0, other: 0 };
    await one.listen(() => received.one++);
    await other.listen(() => received.other++);
    const before = { ...received };
    await one.publish();
    await until('both heard it', () => received.one > before.one && received.other > before.other);
    for (const announcements of [one, other]) await announcements.close();
    for (const link of links) await closed(link);
  });

  test('after its connection was cut it hears again, and is told to look', async () => {
    const link = await openLink();
    const announcements = redisAnnouncements(link);
    let received = 0;
    await announcements.listen(() => received++);
    const before = received;
    const clients = String(await link.redis.client('LIST')).split('\n');
    const id = clients.find((line) => line.includes(`name=${link.prefix}:outbox`))?.match(/\bid=(\d+)/)?.[1] ?? '';
    await link.redis.call('CLIENT', 'KILL', 'ID', id);
    await until('told to look', () => received > before);
    const after = received;
    await announcements.publish();
    await until('heard', () => received > after);
    await announcements.close();
    await closed(link);
  });
});
