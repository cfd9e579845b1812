/** Rows that can't be read hide no others: of lists, pages of text, the journal, the outbox and callbacks. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { pino } from 'pino';
import { memoryAnnouncements } from '../../persistence/memory/announcements.ts';
import { sqliteKnex } from '../../persistence/sqlite/driver.ts';
import { openSqliteFacts } from '../../persistence/sqlite/facts.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import { RUNTIME_LIMITS } from '../../runtime/limits.ts';
import { createFeed } from '../../runtime/outbox/feed.ts';
import type { Callback } from '../../runtime/ports/callbacks.ts';
import { AT, change, commit, everyFact, message, ORG } from '../ports/facts-rows.ts';
import { until } from '../worlds/wait.ts';

const scope = { org_id: ORG };
const callback = (webhook_id: string, received_at: number): Callback => ({
  ...{ webhook_id, org_id: ORG, resource_id: 'a', task_id: 't', kind: 'ocr', reads: '["r"]', received_at, body: '{}' },
});

test('one row that cannot be read is passed over and told of, once, wherever it is', async (t) => {
  const dir = await mkdtemp(path.join(tmpdir(), 'tuodi-unreadable-'));
  const notified: string[] = [];
  const log = pino({ level: 'error' }, { write: (line) => void notified.push(line) });
  const facts = await openSqliteFacts(dir, { log });
  const raw = sqliteKnex(path.join(dir, 'facts.sqlite'));
  const clock = systemClock();
  const received: string[] = [];
  const given = { facts, announcements: memoryAnnouncements(), clock, limits: { ...RUNTIME_LIMITS, feed_look_ms: 20 }, log };
  const feed = createFeed(given, ({ id }) => void received.push(id));
  t.after(async () => {
    await feed.stop();
    await raw.destroy();
    await facts.close();
    await rm(dir, { recursive: true });
  });
  await feed.start();
  await commit(facts, ...['a', 'b', 'c'].map((id) => change(id, { writes: everyFact(id, id), outbox: [message(`m-${id}`)] })));
  await commit(facts, change('a', { expected_seq: 1 }));
  await facts.callbacks.keep(callback('older', AT));
  await facts.callbacks.keep(callback('newer', AT + 1));
  await raw('resources').where({ resource_id: 'b' }).update({ allowed_events: '{' });
  await raw('texts').where({ text_id: 'text-b' }).update({ saved: '{' });
  await raw('recognitions').where({ resource_id: 'b' }).update({ pages: '[{' });
  await raw('outbox').where({ message_id: 'm-b' }).update({ payload: '{' });
  await raw('journal').where({ instance_id: 'a', seq: 1 }).update({ failure: '{' });
  await raw('callbacks').where({ webhook_id: 'newer' }).update({ received_at: 'not a time' });

  const page = { sort: '-created_at' as const, after: null, limit: 9 };
  for (let n = 0; n < 2; n++) {
    const list = await facts.resources.list(scope, {}, page);
    assert.deepEqual(list.map(({ resource_id }) => resource_id).sort(), ['a', 'c']);
  }
  assert.deepEqual(
    (await facts.resources.getMany(scope, ['a', 'b', 'c'])).map(({ resource_id }) => resource_id),
    ['a', 'c'],
  );
  await assert.rejects(facts.resources.get(scope, 'b'), { name: 'UnreadableError' });
  const texts = await facts.texts.texts(scope, ['text-a', 'text-b', 'text-c'], 1_000_000);
  assert.deepEqual(
    texts.map(({ text_id }) => text_id),
    ['text-a', 'text-c'],
  );
  const recognitions: { recognition_id: string }[] = await raw('recognitions').select('recognition_id').orderBy('recognition_id');
  const places = recognitions.map(({ recognition_id }) => ({ recognition_id, places: [0] }));
  assert.equal((await facts.texts.recognisedPages(scope, places, 1_000_000)).length, 2);
  const journal = await facts.journal.list(scope, 'a', { after: null, limit: 9 });
  assert.deepEqual(
    journal.map(({ seq }) => seq),
    [2],
  );
  const want = { resource_id: 'a', kind: 'ocr' as const, reads: '["r"]' };
  assert.equal((await facts.callbacks.find(scope, want))?.webhook_id, 'older');

  assert.equal((await facts.outbox.relay(9)).length >= 3, true);
  await until('what comes after it is heard', async () => received.includes('m-c'));
  assert.equal(received.includes('m-b'), false);
  const { messages, expired: gone } = await feed.after(scope, 0, 9);
  assert.equal(gone, false);
  assert.ok(messages.some(({ id }) => id === 'm-c') && messages.every(({ id }) => id !== 'm-b'));
  assert.equal(notified.filter((line) => line.includes('"table":"resources","id":"b"')).length, 1, 'told once');
});
