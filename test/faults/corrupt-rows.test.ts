/** Rows that can't be read: each is set aside by itself, its neighbours go on, and once it is mended so does it. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import type { Knex } from 'knex';
import { pino } from 'pino';
import { readConfig } from '../../app/config.ts';
import { createService } from '../../app/create-service.ts';
import { sqliteKnex } from '../../persistence/sqlite/driver.ts';
import { createConditions } from '../../runtime/health/conditions.ts';
import { explainer } from '../../services/explain/explain.ts';
import { until } from '../worlds/wait.ts';
import { OPTIONS, openWorld, SCOPE, say, serviceOf, takeIn, world } from './world.ts';

/** Mended rows come back soon. */
const LIMITS = { ...OPTIONS.limits, set_aside_look_min_ms: 100, set_aside_look_max_ms: 200, claim_ms: 500 };

type Corruption = { name: string; table: 'instances' | 'resources' | 'metadata'; set: (body: string) => Record<string, string> };
const body = (change: (parsed: Record<string, unknown>) => unknown) => (text: string) => ({
  body: JSON.stringify(change(JSON.parse(text))),
});
const CORRUPTIONS: Corruption[] = [
  { name: 'no JSON', table: 'instances', set: () => ({ body: '{"snapshot": ' }) },
  { name: 'empty', table: 'instances', set: () => ({ body: '' }) },
  { name: 'null', table: 'instances', set: () => ({ body: 'null' }) },
  { name: 'nothing in it', table: 'instances', set: () => ({ body: '{}' }) },
  { name: 'jobs that are none', table: 'instances', set: body((parsed) => ({ ...parsed, jobs: { inspect: 7 } })) },
  { name: 'timers that are none', table: 'instances', set: body((parsed) => ({ ...parsed, timers: null })) },
  {
    name: 'a state that no machine has',
    table: 'instances',
    set: body((parsed) => ({ ...parsed, snapshot: { value: 'LIMBO', context: {}, status: 'active' } })),
  },
  { name: 'events that are no JSON', table: 'resources', set: () => ({ allowed_events: '[' }) },
  { name: 'metadata that is no JSON', table: 'metadata', set: () => ({ body: '{' }) },
];
const HEALTHY = 20;

/** What a row was, to be written again. */
type Kept = { table: string; key: string; id: string; was: Record<string, unknown> };
async function corrupt(raw: Knex, id: string, { table, set }: Corruption): Promise<Kept> {
  const key = table === 'instances' ? 'instance_id' : 'resource_id';
  const row: Record<string, unknown> = await raw(table)
    .where({ [key]: id })
    .first();
  const change = set(String(row.body));
  await raw(table)
    .where({ [key]: id })
    .update(change);
  return { table, key, id, was: Object.fromEntries(Object.keys(change).map((column) => [column, row[column]])) };
}

test(`${CORRUPTIONS.length} rows that can't be read, of every kind: neighbours are INDEXED, the rows are shown, and mended they go on`, async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-corrupt-'));
  const before = await openWorld(folder);
  const raw = sqliteKnex(path.join(folder, 'facts.sqlite'));
  const lines: string[] = [];
  const sink = new Writable({
    write: (chunk, _, done) => {
      lines.push(String(chunk));
      done();
    },
  });
  const log = pino({ level: 'error' }, sink);
  const conditions = createConditions({ clock: world.clock, log });
  const { config } = readConfig({ TUODI_OCR_WORKERS: '4' });
  const begun = serviceOf(before); // never started: it only takes in
  const ids: string[] = [];
  for (let n = 0; n < CORRUPTIONS.length + HEALTHY; n++) {
    const id = await takeIn(begun.engine, before, n);
    await say(begun.engine, id, 'UPLOAD_REPORTED');
    ids.push(id);
  }
  await before.close(); // and all tasks are lost with it
  const ports = await openWorld(folder);
  // Among the others, and the first and the last of a page.
  const bad = ids.filter((_, n) => n % 3 === 0).slice(0, CORRUPTIONS.length);
  const kept = await Promise.all(CORRUPTIONS.map((corruption, n) => corrupt(raw, bad[n] ?? '', corruption)));
  const good = ids.filter((id) => !bad.includes(id));
  const service = createService(
    ports,
    { config, limits: { ...LIMITS, sweep_batch: 5 } },
    { clock: world.clock, log, conditions },
  );
  const explain = explainer({
    ...ports,
    clock: world.clock,
    log,
    local_runs: service.local_runs,
    pauses: service.pauses,
    required_metadata: ['title'],
    kernel: service.lifecycle.kernel,
  });
  t.after(async () => {
    await service.stop();
    await raw.destroy();
    await ports.close();
    await rm(folder, { recursive: true, force: true });
  });
  await service.start();
  const indexed = async (of: string[]) => {
    const rows = await Promise.all(of.map((id) => ports.facts.resources.get(SCOPE, id).catch(() => null)));
    return rows.every((row) => row?.status === 'INDEXED');
  };
  await until('the neighbours are INDEXED', () => indexed(good), 60_000);
  const listed = async () => (await ports.facts.instances.listSetAside(null, 99)).map(({ instance_id }) => instance_id).sort();
  await until('each of them is set aside', async () => (await listed()).join() === [...bad].sort().join());
  assert.ok(conditions.has('pictures_set_aside'));
  for (const [n, id] of bad.entries()) {
    assert.equal(
      lines.filter((line) => line.includes(id) && line.includes('"event":"resource.set_aside"')).length,
      1,
      `${CORRUPTIONS[n]?.name}: told once`,
    );
    if (CORRUPTIONS[n]?.table !== 'instances' || CORRUPTIONS[n]?.name.includes('state')) continue;
    const explained = await explain({ scope: SCOPE, resource_id: id }, 'en');
    assert.match(explained?.because ?? '', /set aside/, CORRUPTIONS[n]?.name);
  }
  for (const { table, key, id, was } of kept)
    await raw(table)
      .where({ [key]: id })
      .update(was);
  await until('mended, they go on by themselves', () => indexed(ids), 60_000);
  assert.deepEqual(await listed(), []);
  assert.equal(conditions.has('pictures_set_aside'), false);
});
