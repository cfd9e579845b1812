/** docs/stores.md, a real Redis and MySQL: every key that the service leaves has its row there, the rows shown have their columns. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { createConnection } from 'mysql2/promise';
import { z } from 'zod';
import { openMysqlFacts } from '../../persistence/mysql/facts.ts';
import { redisQueue } from '../../persistence/redis/queue.ts';
import { queueKeys } from '../../persistence/redis/queue-keys.ts';
import { TAKE_BACK } from '../../persistence/redis/queue-scripts.ts';
import { redisRates } from '../../persistence/redis/rates.ts';
import { redisTasks } from '../../persistence/redis/tasks.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import { holding } from '../ports/queue.ts';
import { record } from '../ports/tasks.ts';
import { shapeOf } from '../worlds/shape.ts';
import { until } from '../worlds/wait.ts';
import { ownRedis } from './own-redis.ts';
import { freshDatabase } from './places.ts';
import { closed, openLink } from './redis.ts';

const page = readFileSync('docs/stores.md', 'utf8');
/** `| key | type | holds | lifetime |` */
const rows = [...page.matchAll(/^\| `(tuodi:[^`]+)` \| ([^|]+) \| [^|]+ \| ([^|]+) \|$/gm)].map(
  ([, key = '', type = '', lifetime = '']) => {
    const form = key.replace(/[.\\]/g, '\\$&').replace(/<\w+>/g, '[^:]+').replace(/\*$/, '.+');
    return { key, pattern: new RegExp(`^${form}$`), type, expires: !/^(none|a job)/.test(lifetime) };
  },
);
const server = await ownRedis();
after(() => server.stop());

test('every key that tasks, queue and rates leave has its row, which says what it is and whether it expires', async () => {
  const link = await openLink('tuodi', server.url);
  const [tasks, queue] = [redisTasks(link), redisQueue(link)];
  const { output: _none, ...context } = record('b').instance.snapshot.context as Record<string, unknown>;
  const large = {
    ...record('b').instance,
    snapshot: { ...record('b').instance.snapshot, context: { ...context, output: 'x'.repeat(70_000) } },
  };
  await tasks.create(record('a'));
  await tasks.create(record('b', { instance: large }));
  await tasks.setEpoch('begun');
  await queue.push('ocr', 'a', 1, { org_id: 'o', user_id: 'u' });
  await queue.retryLater('b', 1, 60_000);
  const { held, handle } = holding();
  queue.consume('index', 2, handle);
  for (const id of ['lost', 'held']) await queue.push('index', id, 1, { org_id: 'o', user_id: 'u' });
  await until('both are taken', () => held.size === 2);
  const { waiting, active, expired, bell } = queueKeys(link.prefix);
  queue.allow('index', 0);
  const names = [waiting('index'), active('index'), expired('index'), bell('index')];
  const number = await link.redis.zscore(active('index'), 'lost-1');
  await TAKE_BACK(link.redis, names, [0, 'lost-1', number ?? '']);
  await redisRates(link).spend({ name: 'key', points: 10, window_s: 10 }, 'k', 1);
  const keys = (await link.redis.keys('*')).sort();
  assert.ok(keys.length >= 7, keys.join(' '));
  const used = new Set<string>();
  for (const key of keys) {
    const row = rows.find(({ pattern }) => pattern.test(key));
    assert.ok(row, `${key} has no row`);
    used.add(row.key);
    assert.equal(await link.redis.type(key), row.type, key);
    assert.equal((await link.redis.pttl(key)) > 0, row.expires, `${key} expires`);
  }
  const unused = rows.filter(({ key }) => !used.has(key)).map(({ key }) => key);
  assert.deepEqual(unused.length, 1, `${unused}: of the set of one version only the other is used`);

  const shown: Record<string, string> = JSON.parse(page.slice(page.lastIndexOf('```json') + 7, page.lastIndexOf('```')));
  const real = await link.redis.hgetall('tuodi:task:a');
  assert.deepEqual(Object.keys(shown).sort(), Object.keys(real).sort());
  assert.deepEqual(shapeOf(JSON.parse(shown.record ?? '')), shapeOf(JSON.parse(real.record ?? '')));
  await queue.stop(1_000);
  await closed(link);
});

test('the rows shown have the columns of MySQL', async () => {
  const Columns = z.array(z.object({ name: z.string() }));
  const place = await freshDatabase();
  await (await openMysqlFacts({ url: place.url, clock: systemClock() })).close();
  const connection = await createConnection(place.url);
  const columnsOf = async (table: string) => {
    const [columns] = await connection.query(
      'SELECT column_name AS name FROM information_schema.columns WHERE table_schema = database() AND table_name = ?',
      [table],
    );
    return Columns.parse(columns).map(({ name }) => name);
  };
  const shown = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json = '']) => Object.keys(JSON.parse(json) as object));
  for (const [n, table] of ['resources', 'instances'].entries())
    assert.deepEqual((await columnsOf(table)).sort(), shown[n]?.sort(), table);
  await connection.end();
  await place.drop();
});
