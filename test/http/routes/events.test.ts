/** Live events: each reader has every event of its organisation once, in order, over restarts and late commits. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, beforeEach, describe, test } from 'node:test';
import { memoryAnnouncements } from '../../../persistence/memory/announcements.ts';
import { openSqliteFacts } from '../../../persistence/sqlite/facts.ts';
import { systemClock } from '../../../runtime/async/clock.ts';
import type { Facts } from '../../../runtime/ports/facts.ts';
import type { OutboxMessage } from '../../../runtime/ports/outbox.ts';
import { change } from '../../ports/facts-rows.ts';
import { browser, loginFor } from '../../worlds/browser.ts';
import { type EventsServer, keyTo, serveEvents } from '../../worlds/events-world.ts';
import { type Reader, readEvents } from '../../worlds/sse.ts';
import { until } from '../../worlds/wait.ts';

let made = 0;
/** A commit of a new instance with so many messages. */
function told(org_id: string, messages: number) {
  const id = `told-${++made}`;
  const outbox: OutboxMessage[] = Array.from({ length: messages }, (_, i) => ({
    id: `${id}-${i}`,
    type: 'resource.changed',
    at: 1_000,
    payload: { resource_id: id },
  }));
  return change(id, { org_id, outbox, resource: { org_id } });
}
const ids = ({ events }: Reader) => events.map(({ envelope }) => envelope?.id);

describe('events', () => {
  let dir = '';
  let facts: Facts;
  let server: EventsServer;
  let keys = { a: '', b: '' };
  const commit = async (...of: [string, number][]) => {
    for (const { outcome } of await facts.commit(of.map(([org_id, messages]) => told(org_id, messages))))
      assert.equal(outcome, 'committed');
    await server.relay();
  };
  const close = async () => {
    if (dir === '') return;
    await server.stop();
    await facts.close();
    await rm(dir, { recursive: true });
  };
  beforeEach(async () => {
    await close();
    dir = await mkdtemp(path.join(tmpdir(), 'tuodi-events-'));
    facts = await openSqliteFacts(dir);
    server = await serveEvents(facts, memoryAnnouncements());
    keys = { a: await keyTo(facts, 'a'), b: await keyTo(facts, 'b') };
  });
  after(close);

  test('an event is told as it is committed, in the envelope of the contract, to its organisation only', async () => {
    const [own, other] = await Promise.all([readEvents(server.url, keys.a), readEvents(server.url, keys.b)]);
    await commit(['a', 1]);
    await until('the event', () => own.events.length === 1);
    assert.equal(own.events[0]?.type, 'resource.changed');
    assert.deepEqual(Object.keys(own.events[0]?.envelope ?? {}), ['id', 'type', 'timestamp', 'data']);
    await commit(['b', 1]);
    await until('the other', () => other.events.length === 1);
    assert.deepEqual([own.events.length, other.events.length], [1, 1]);
    await Promise.all([own.close(), other.close()]);
  });

  test('where announcements cannot be listened to, the server starts all the same, and events are read from time to time', async () => {
    const deaf = { ...memoryAnnouncements(), listen: () => Promise.reject(new Error('away')) };
    const other = await serveEvents(facts, deaf);
    const reader = await readEvents(other.url, keys.a);
    await commit(['a', 1]);
    await until('the event', () => reader.events.length === 1);
    await reader.close();
    await other.stop();
  });

  test('operators are told of a part that changes and works again, with no position; others are not', async () => {
    const viewer = await readEvents(server.url, await keyTo(facts, 'a', 'viewer'));
    const operator = await readEvents(server.url, await keyTo(facts, 'a', 'operator'));
    server.parts.set('store', { state: 'away', code: 'unavailable', detail: 'connect ECONNREFUSED 10.0.0.7:9000' });
    await until('the change', () => operator.events.length === 1);
    server.parts.set('store', null);
    await until('its end', () => operator.events.length === 2);
    await commit(['a', 1]);
    await until('an event of a picture', () => viewer.events.length === 1);
    assert.deepEqual(
      operator.events
        .slice(0, 2)
        .map(({ id, type, envelope }) => [id, type, ...['part', 'was', 'state', 'detail'].map((name) => envelope?.data?.[name])]),
      [
        ['', 'part.changed', 'store', 'ok', 'away', null],
        ['', 'part.changed', 'store', 'away', 'ok', null],
      ],
    );
    assert.deepEqual(
      viewer.events.map(({ type }) => type),
      ['resource.changed'],
    );
    await Promise.all([viewer.close(), operator.close()]);
  });

  test('one who comes back with Last-Event-ID is told what it missed, once', async () => {
    const first = await readEvents(server.url, keys.a);
    await commit(['a', 3]);
    await until('three', () => first.events.length === 3);
    await first.close();
    await commit(['a', 4], ['b', 2]);
    const again = await readEvents(server.url, keys.a, first.events[1]?.id);
    await until('the rest', () => again.events.length === 5);
    assert.equal(new Set([...ids(first), ...ids(again)]).size, 7);
    await again.close();
  });

  test('what is no longer kept is said by one reset, after which events go on', async () => {
    await commit(['a', 5]);
    await server.stop();
    await facts.outbox.prune(2_000, 3);
    server = await serveEvents(facts, memoryAnnouncements());
    for (const last_id of ['1', 'nonsense', '99999']) {
      const reader = await readEvents(server.url, keys.a, last_id);
      await until('a reset', () => reader.events.length === 1);
      const { last } = await facts.outbox.bounds();
      assert.deepEqual([reader.events[0]?.type, reader.events[0]?.id], ['reset', String(last)]);
      await commit(['a', 1]);
      await until('the next', () => reader.events.length === 2);
      await reader.close();
    }
  });

  test('a quiet stream is kept open until its key is revoked; readers past the limit are told to come later', async () => {
    await server.stop();
    server = await serveEvents(facts, memoryAnnouncements(), { event_readers: 1, heartbeat_ms: 30 });
    const reader = await readEvents(server.url, keys.a);
    await until('a few heartbeats', () => reader.comments > 2);
    await assert.rejects(readEvents(server.url, keys.b), /503/);
    for (const { key_id } of await facts.accounts.keys({ org_id: 'a' }, 10))
      await facts.accounts.revokeKey({ org_id: 'a' }, key_id, 1);
    await until('the end', () => reader.ended());
    await (await readEvents(server.url, keys.b)).close();
  });

  test('a stream of a session ends within seconds of its end, however much is told', async () => {
    await server.stop();
    server = await serveEvents(facts, memoryAnnouncements(), { access_look_ms: 30 });
    const { token } = await loginFor({ facts, clock: systemClock() }, { org_id: 'a', role: 'viewer' });
    const one = browser(server.url);
    assert.equal((await one.signIn(token)).status, 201);
    const reader = await readEvents(server.url, { cookie: one.cookie });
    await commit(['a', 1]);
    await until('the event', () => reader.events.length === 1);
    const { comments } = reader;
    assert.equal((await one.ask('DELETE', '/v1/session')).status, 204);
    await until('the end', async () => {
      await commit(['a', 1]);
      return reader.ended();
    });
    assert.equal(reader.comments, comments, 'it did not wait for a heartbeat');
  });

  test('50 readers × 10,000 events × 3 restarts: each has every event once, in order', { timeout: 120_000 }, async (t) => {
    const [READERS, EVENTS, RESTARTS, COMMIT] = [50, 10_000, 3, 25];
    const seen: string[][] = Array.from({ length: READERS }, () => []);
    const last: string[] = Array.from({ length: READERS }, () => '0');
    const connect = () => Promise.all(last.map((id) => readEvents(server.url, keys.a, id)));
    let readers = await connect();
    const leave = async () => {
      for (const [i, reader] of readers.entries()) {
        await reader.close();
        for (const { id, envelope } of reader.events) {
          seen[i]?.push(String(envelope?.id));
          last[i] = id;
        }
      }
    };
    const expected: string[] = [];
    const told_when_cut: number[] = [];
    for (let round = 0; round <= RESTARTS; round++) {
      for (let n = 0; n < EVENTS / (RESTARTS + 1) / COMMIT; n++) {
        const [own, other] = [told('a', COMMIT), told('b', 1)];
        for (const { outcome } of await facts.commit([own, other])) assert.equal(outcome, 'committed');
        expected.push(...own.outbox.map(({ id }) => id));
        if (n % 20 === 0) await server.relay();
      }
      if (round === RESTARTS) break;
      await server.relay();
      await server.stop(); // in the middle of telling
      await leave();
      told_when_cut.push(Math.min(...seen.map(({ length }) => length)));
      server = await serveEvents(facts, memoryAnnouncements());
      readers = await connect();
    }
    await server.relay();
    await until('all', () => readers.every((reader, i) => (seen[i]?.length ?? 0) + reader.events.length >= EVENTS), 60_000);
    await leave();
    for (const one of seen) assert.deepEqual(one, expected);
    t.diagnostic(`told when the server stopped, of ${EVENTS}: ${told_when_cut.join(', ')}`);
  });
});
