/** Tasks on a real Redis: what every store of tasks promises, and what is Redis' own. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { redisTasks } from '../../persistence/redis/tasks.ts';
import type { Tasks } from '../../runtime/ports/tasks.ts';
import { record, tasksSuite, versions } from '../ports/tasks.ts';
import { clear, closeAll, closed, newPrefix, openLink, serverName } from './redis.ts';

before(async () => {
  const link = await openLink();
  console.log(`tasks on ${await serverName(link)}`);
  await closed(link);
});
after(closeAll);

tasksSuite('on Redis', async (): Promise<Tasks> => {
  const link = await openLink();
  return { ...redisTasks(link), close: () => closed(link) };
});

describe('tasks on Redis', () => {
  test('a write whose answer was lost is said again, and is the same write', async () => {
    const link = await openLink();
    const tasks = redisTasks(link);
    const first = record('a');
    const next = { ...first, status: 'running' as const, instance: { ...first.instance, seq: first.instance.seq + 1 } };
    assert.deepEqual([await tasks.create(first), await tasks.create(first)], [true, true]);
    assert.equal(await tasks.create(record('a')), false, 'another, of the same id');
    const twice = [await tasks.replace(next, first.instance.seq), await tasks.replace(next, first.instance.seq)];
    assert.deepEqual(twice, [true, true]);
    assert.equal(await tasks.replace({ ...next, updated_at: 99 }, first.instance.seq), false, 'another, from the same seq');
    await closed(link);
  });

  test('what two processes create at once exists once, and both read the same', async () => {
    const prefix = newPrefix();
    const [one, other] = await Promise.all([openLink(prefix), openLink(prefix)]);
    const made = await Promise.all([redisTasks(one).create(record('a')), redisTasks(other).create(record('a'))]);
    assert.equal(made.filter(Boolean).length, 1);
    assert.deepEqual(await redisTasks(one).get('a'), await redisTasks(other).get('a'));
    await closed(other);
    await closed(one);
  });

  test('a removed task leaves no key, and every key of a task expires by itself', async () => {
    const link = await openLink();
    const tasks = redisTasks(link);
    const large = record('large');
    large.instance.snapshot.context.output = 'x'.repeat(70_000);
    await tasks.create(large);
    const keys = await link.redis.keys(`${link.prefix}:*`);
    assert.equal(keys.length, 4, keys.join(' '));
    for (const key of keys.filter((one) => !one.includes(':due'))) assert.ok((await link.redis.pttl(key)) > 0, key);
    const kept = await link.redis.hget(`${link.prefix}:task:large`, 'record');
    assert.ok(kept && kept.length < 10_000, 'the output is apart');
    await tasks.remove('large');
    assert.deepEqual(await link.redis.keys(`${link.prefix}:*`), []);
    await closed(link);
  });

  test('of a record that has expired nothing is handed out, and its traces are cleared when they are met', async () => {
    const link = await openLink();
    const tasks = redisTasks(link);
    for (const id of ['gone', 'here']) await tasks.create(record(id));
    await link.redis.del(`${link.prefix}:task:gone`); // as an expiry does
    const ids = async (found: Promise<{ task_id: string }[]>) => (await found).map(({ task_id }) => task_id);
    assert.deepEqual(await ids(tasks.claimDue({ now: 100, until: 200, limit: 10, versions })), ['here']);
    assert.deepEqual(await ids(tasks.list({ limit: 10 })), ['here']);
    assert.deepEqual(await link.redis.zrange(`${link.prefix}:due:${versions.at(-1)}`, '0', '-1'), ['here']);
    assert.deepEqual(await link.redis.zrange(`${link.prefix}:tasks:ocr:pending`, '0', '-1'), ['here']);
    await closed(link);
  });

  test('a record whose output is gone is gone: nobody takes it for an answer of nothing', async () => {
    const link = await openLink();
    const tasks = redisTasks(link);
    const large = record('large');
    large.instance.snapshot.context.output = 'x'.repeat(70_000);
    await tasks.create(large);
    await link.redis.del(`${link.prefix}:output:large`);
    assert.equal(await tasks.get('large'), null);
    await closed(link);
  });

  test('one that cannot be read is removed, hides no other, and can be made again', async () => {
    const link = await openLink();
    const tasks = redisTasks(link);
    const ids = ['no-json', 'no-instance', 'no-hash', 'of-another', 'whole'];
    for (const id of ids) await tasks.create(record(id));
    const key = (id: string) => `${link.prefix}:task:${id}`;
    await link.redis.hset(key('no-json'), 'record', '{"task_id"');
    await link.redis.hset(key('no-instance'), 'record', JSON.stringify({ ...record('no-instance'), instance: null }));
    await link.redis.hset(key('of-another'), 'record', JSON.stringify(record('whole')));
    await link.redis.set(key('no-hash'), 'x');
    assert.deepEqual(
      (await tasks.claimDue({ now: 100, until: 200, limit: 10, versions })).map(({ task_id }) => task_id),
      ['whole'],
    );
    assert.deepEqual(
      (await tasks.list({ limit: 10 })).map(({ task_id }) => task_id),
      ['whole'],
    );
    for (const id of ids.slice(0, 4)) {
      assert.equal(await tasks.get(id), null, id);
      assert.equal(await tasks.create(record(id)), true, `${id} is made again`);
    }
    assert.equal((await tasks.list({ limit: 10 })).length, ids.length);
    await link.redis.set(`${link.prefix}:epoch`, '{');
    assert.equal(await tasks.epoch(), null, 'all is in doubt');
    await closed(link);
  });

  test('the epoch is of one run of the server, and unknown once a command has failed', async () => {
    const link = await openLink();
    const tasks = redisTasks(link);
    await tasks.setEpoch('e');
    const kept = await link.redis.get(`${link.prefix}:epoch`);
    await link.redis.set(`${link.prefix}:epoch`, kept?.replace(/"run":"\w+"/, '"run":"another"') ?? '');
    assert.equal(await tasks.epoch(), null, 'as after a restart');
    await tasks.setEpoch('f');
    assert.equal(await tasks.epoch(), 'f');
    await assert.rejects(
      link.reach(() => Promise.reject(new Error('OOM command not allowed'))),
      { reason: 'refused' },
    );
    assert.equal(await tasks.epoch(), null);
    await tasks.setEpoch('g');
    assert.equal(await tasks.epoch(), 'g');
    await clear(link);
    assert.equal(await tasks.epoch(), null);
    await closed(link);
  });
});
