/** Live events over the outbox of a real database, announced across processes, in one order whatever order transactions commit in. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { pino } from 'pino';
import { openMysqlFacts } from '../../persistence/mysql/facts.ts';
import { openRedisPorts, type RedisPorts } from '../../persistence/redis/open.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import type { Facts } from '../../runtime/ports/facts.ts';
import { change } from '../ports/facts-rows.ts';
import { type EventsServer, keyTo, serveEvents } from '../worlds/events-world.ts';
import { readEvents } from '../worlds/sse.ts';
import { until } from '../worlds/wait.ts';
import { env } from './env.ts';
import { freshDatabase } from './places.ts';

const ORG = 'a';
const WRITERS = 4;
const EVENTS = 2_000;
const clock = systemClock();
const log = pino({ level: 'silent' });

describe('events across processes', () => {
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  const facts: Facts[] = [];
  const redis: RedisPorts[] = [];
  const servers: EventsServer[] = [];
  let key = '';
  before(async () => {
    database = await freshDatabase();
    for (let n = 0; n < 2; n++) {
      const own = await openMysqlFacts({ url: database.url, clock });
      const link = await openRedisPorts({ url: env('TUODI_TEST_REDIS_URL'), clock, log, prefix: 'tuodi:test-events' });
      facts.push(own);
      redis.push(link);
      servers.push(await serveEvents(own, link.announcements));
    }
    if (facts[0]) key = await keyTo(facts[0], ORG);
  });
  after(async () => {
    for (const server of servers) await server.stop();
    for (const link of redis) {
      await link.queue.stop(1_000);
      await link.close();
    }
    for (const own of facts) await own.close();
    await database.drop();
  });

  test('what one process commits, a reader of another is told at once', async () => {
    const [one, other] = servers;
    const [own] = facts;
    assert.ok(one && other && own);
    const reader = await readEvents(other.url, key);
    const outbox = [{ id: 'm-1', type: 'resource.changed', at: 1, payload: { resource_id: 'r-1', seq: 1 } }];
    const began = performance.now();
    await own.commit([change('r-1', { org_id: ORG, resource: { org_id: ORG }, outbox })]);
    await one.relay();
    await until('the event', () => reader.events.length === 1);
    assert.ok(performance.now() - began < 1_500, 'by the announcement, not by the look from time to time');
    await reader.close();
  });

  test(`${WRITERS} writers and two relays at once: each of ${EVENTS} events once, in one order, also over a reconnection`, async () => {
    const [one, other] = servers;
    assert.ok(one && other);
    const expected = new Set<string>();
    const [first, second] = await Promise.all([readEvents(one.url, key), readEvents(other.url, key)]);
    const writer = async (w: number) => {
      for (let n = 0; n < EVENTS / WRITERS / 10; n++) {
        const id = `w-${w}-${n}`;
        const outbox = Array.from({ length: 10 }, (_, i) => {
          expected.add(`${id}-${i}`);
          return { id: `${id}-${i}`, type: 'resource.changed', at: 1, payload: { resource_id: id, seq: 1 } };
        });
        const [done] = (await facts[w % 2]?.commit([change(id, { org_id: ORG, resource: { org_id: ORG }, outbox })])) ?? [];
        assert.equal(done?.outcome, 'committed');
        await servers[w % 2]?.relay();
      }
    };
    await Promise.all(Array.from({ length: WRITERS }, (_, w) => writer(w)));
    await Promise.all([one.relay(), other.relay()]);
    await until('all', () => first.events.length === EVENTS && second.events.length === EVENTS, 60_000);
    const order = (reader: typeof first) => reader.events.map(({ envelope }) => envelope?.id ?? '');
    assert.deepEqual(order(first), order(second));
    assert.deepEqual(new Set(order(first)), expected);
    const positions = first.events.map(({ id }) => Number(id));
    assert.ok(
      positions.every((position, i) => i === 0 || position === (positions[i - 1] ?? 0) + 1),
      'no gap, no double',
    );
    const middle = first.events[EVENTS / 2];
    const again = await readEvents(other.url, key, middle?.id);
    await until('the rest', () => again.events.length === EVENTS / 2 - 1);
    for (const reader of [first, second, again]) await reader.close();
  });
});
