/** What only grows is removed: faster than it grows, and nothing that anything may still read. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import type { Ports } from '../../../app/open-ports.ts';
import { openDatabase } from '../../../persistence/sqlite/database.ts';
import { RUNTIME_LIMITS } from '../../../runtime/limits.ts';
import { inPages } from '../../../runtime/recovery/periodic-jobs.ts';
import { removeOld } from '../../../services/maintenance/retention.ts';
import { BY, openWorld, SCOPE, say, search, serviceOf, takeIn, world } from '../../faults/world.ts';
import { wordOf } from '../../worlds/numbered.ts';
import { until } from '../../worlds/wait.ts';

const DAY_MS = 86_400_000;

async function inFolder(work: (ports: Ports, rows: (table: string) => number) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-retention-'));
  const ports = await openWorld(folder);
  const db = openDatabase(path.join(folder, 'facts.sqlite'));
  try {
    await work(ports, (table) => Number(db.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n));
  } finally {
    db.close();
    await ports.close();
    await rm(folder, { recursive: true, force: true });
  }
}

test('old messages, callbacks, idempotency keys and keys of starts are all removed in one round, however many; young ones stay', () =>
  inFolder(async (ports, rows) => {
    const { facts } = ports;
    const now = world.clock.now();
    const ages = [...Array<number>(2_500).fill(8), 1];
    for (const [n, days] of ages.entries())
      await facts.outbox.append('org', { id: `m${n}`, type: 'resource.changed', at: now - days * DAY_MS, payload: {} });
    while ((await facts.outbox.relay(1_000)).length > 0);
    const callback = { ...SCOPE, resource_id: 'gone', kind: 'ocr' as const, reads: '[]', body: '{}' };
    for (const [n, days] of [...Array<number>(120).fill(4), 1].entries())
      await facts.callbacks.keep({ ...callback, webhook_id: `w${n}`, task_id: `t${n}`, received_at: now - days * DAY_MS });
    for (const [n, revoked_at] of [now - 31 * DAY_MS, now - 29 * DAY_MS, null].entries()) {
      const key = { key_id: `k${n}`, org_id: 'org', user_id: 'u', name: `local-${n}`, role: 'admin' as const };
      const unmarked = { installation: false, expires_at: null, secret_hash: 'h', created_at: 0 };
      await facts.accounts.addKey({ ...key, ...unmarked, revoked_at });
    }
    const removed = await removeOld({ facts, clock: world.clock, limits: RUNTIME_LIMITS, owner: 'me' });
    assert.equal(removed, 2_500 + 120 + 1);
    assert.deepEqual([rows('outbox'), rows('callbacks'), rows('api_keys')], [1, 1, 2]);
    assert.equal((await facts.outbox.bounds()).removed, 2_500);
    assert.equal(await removeOld({ facts, clock: world.clock, limits: RUNTIME_LIMITS, owner: 'another' }), 0);
  }));

test('a removal that has much to do ends after its time, and goes on at the next', async () => {
  let [now, slept] = [0, 0];
  const sleep = async (ms: number) => {
    now += ms;
    slept += ms;
  };
  const clock = { ...world.clock, elapsed: () => now, sleep };
  const removed = await inPages({ clock, limit: 10, max_ms: 100 }, async (limit) => {
    now += 10;
    return limit;
  });
  assert.ok(removed >= 40 && removed <= 70, `${removed}`);
  assert.ok(slept >= 40, 'it rests as long as it works');
});

test('what a picture was read, saved and embedded as before goes once a search reads the new text, and not before', () =>
  inFolder(async (ports, rows) => {
    let hold: Promise<void> | null = null;
    const put: Ports['index']['put'] = async (...asked) => {
      await hold;
      return ports.index.put(...asked);
    };
    const service = serviceOf({ ...ports, index: { ...ports.index, put } });
    const id = await takeIn(service.engine, ports, 5);
    const other = await takeIn(service.engine, ports, 6);
    const row = async (of = id) => ports.facts.resources.get(SCOPE, of);
    const indexed = (revision: number) =>
      until(
        `it is INDEXED at ${revision}`,
        async () => (await row())?.status === 'INDEXED' && (await row())?.revision === revision,
      );
    const counts = () => ['recognitions', 'texts', 'embeddings'].map(rows);
    await service.start();
    try {
      for (const one of [id, other]) await say(service.engine, one, 'UPLOAD_REPORTED');
      await indexed(1);
      await until('so is the other', async () => (await row(other))?.status === 'INDEXED');
      const again = () =>
        service.engine.send({ scope: SCOPE, resource_id: id }, () => ({ event: { type: 'REPROCESS', from: 'ocr' } }), BY);
      let letGo = () => {};
      hold = new Promise((resolve) => {
        letGo = resolve;
      });
      await again();
      await until('it is read and embedded again', () => rows('embeddings') === 3);
      assert.deepEqual(counts(), [3, 3, 3]);
      assert.equal((await ports.facts.texts.textOf(SCOPE, id, 1))?.revision, 1, 'searches still read it');
      letGo();
      await indexed(2);
      assert.deepEqual(counts(), [2, 2, 2], 'one of each picture');
      await again();
      await indexed(3);
      assert.deepEqual(counts(), [2, 2, 2]);
      const now = await row();
      assert.ok(now?.recognition_id && now.text_id);
      assert.ok(await ports.facts.texts.recognition(SCOPE, now.recognition_id));
      assert.ok(await ports.facts.texts.embeddingOf(SCOPE, now.text_id));
      assert.equal((await ports.facts.texts.textOf(SCOPE, id, 3))?.text_id, now.text_id);
      assert.deepEqual(await search(ports, wordOf(5)), [id]);
    } finally {
      await service.stop();
    }
  }));

test('docs/operations.md says of every table how long it is kept, and why', () =>
  inFolder(async (_, rows) => {
    const text = await readFile('docs/operations.md', 'utf8');
    const section = text.split('## What is kept, and for how long')[1]?.split('\n## ')[0] ?? '';
    const named = new Set([...section.matchAll(/`([a-z_]+)`/g)].map(([, name]) => name));
    const { TABLES } = await import('../../worlds/tables.ts');
    for (const table of TABLES) assert.ok(rows(table) >= 0 && named.has(table), `${table} is not in docs/operations.md`);
  }));
