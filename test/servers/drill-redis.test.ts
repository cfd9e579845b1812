/** `tuodi drill flush-redis` in a Redis of its own, and what it removes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { dropKeys } from '../../persistence/redis/drop-keys.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import { drilled, NOWHERE } from '../worlds/drilled.ts';
import { ownRedis } from './own-redis.ts';

test('flush-redis: in a redis-server of its own; the configured one keeps all', async (t) => {
  const configured = await ownRedis();
  t.after(configured.stop);
  await configured.say('SET', 'tuodi:task:somebody', '1');
  const { code, report, err } = await drilled('flush-redis', { ...NOWHERE, TUODI_REDIS_URL: configured.url });
  assert.deepEqual([code, report?.lost, report?.here], [0, [], false], err);
  assert.deepEqual(await configured.say('DBSIZE'), 1);
});

test('only keys under our prefix are removed', async (t) => {
  const redis = await ownRedis();
  t.after(redis.stop);
  for (const key of ['tuodi:a', 'tuodi:b:c', 'tuodi', 'tuodi-b:a', 'other:tuodi:a']) await redis.say('SET', key, '1');
  const dropped = await dropKeys({ url: redis.url, clock: systemClock(), log: pino({ level: 'silent' }) });
  assert.equal(dropped, 2);
  assert.deepEqual([...((await redis.say('KEYS', '*')) as string[])].sort(), ['other:tuodi:a', 'tuodi', 'tuodi-b:a']);
});
