/** A host of a machine that the runtime does not know, with a table of its own. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { LRUCache } from 'lru-cache';
import { pino } from 'pino';
import { createMachine } from 'xstate';
import { durable, type Instance, LimboError, UnservedError } from '../../../machines/interpreter.ts';
import { sqliteKnex } from '../../../persistence/sqlite/driver.ts';
import { concurrently } from '../../../runtime/async/each.ts';
import { createDueRound } from '../../../runtime/instances/due.ts';
import { ConflictError, createHost, type HostParts } from '../../../runtime/instances/host.ts';
import { RUNTIME_LIMITS } from '../../../runtime/limits.ts';
import { UnreadableError } from '../../../runtime/ports/instances.ts';
import { type Delivery, deliveries, deliveryTable } from '../../worlds/deliveries.ts';
import { movedClock } from '../../worlds/moved-clock.ts';

const URL_OF_HOOK = 'https://hooks.example/a';
const ATTEMPTS = 4;
type Parts = HostParts<Delivery, string | null>;

async function world(t: TestContext) {
  const dir = await mkdtemp(path.join(tmpdir(), 'tuodi-host-'));
  const db = sqliteKnex(path.join(dir, 'deliveries.sqlite'));
  t.after(async () => {
    await db.destroy();
    await rm(dir, { recursive: true });
  });
  let time = 0;
  const { clock: system } = movedClock(() => 0);
  const clock = { ...system, serviceTime: () => time };
  const store = await deliveryTable(db, clock.serviceTime);
  const log: string[] = [];
  const host = (parts: Partial<Parts> = {}) => createHost({ kernel: deliveries, store, clock, attempts: ATTEMPTS, ...parts });
  type DeliveryHost = ReturnType<typeof host>;
  const each = concurrently({
    log: pino({ level: 'error' }, { write: (line: string) => void log.push(line) }),
    limits: RUNTIME_LIMITS,
  });
  const round = (one: DeliveryHost) =>
    createDueRound({ host: one, claimDue: store.claimDue, detail: null, each, clock, limits: RUNTIME_LIMITS })(() => false);
  const stateOf = async (id: string) => (await store.load(id))?.instance.snapshot.value;
  const pass = (ms: number) => {
    time += ms;
  };
  return { db, store, host, round, stateOf, pass, log };
}
/** Posts what it is given; `lost`: the first so many are lost on their way. */
function worker(host: ReturnType<Awaited<ReturnType<typeof world>>['host']>, lost = 0) {
  const posted: string[] = [];
  host.onJobs(async ({ url }, jobs) => {
    if (lost-- > 0) throw new Error('the queue is gone');
    for (const [id, { token }] of jobs) {
      posted.push(url);
      await host.send('d', () => ({ inbound: { kind: 'done', id, token, output: null }, detail: null }));
    }
  });
  return posted;
}

test('whoever dispatches subscribes to commits: its job is run, and what it reports moves the instance', async (t) => {
  const { host, stateOf } = await world(t);
  const one = host();
  const moves: unknown[] = [];
  one.onCommit(({ instance }, before) => moves.push([before?.instance.seq ?? null, instance.seq]));
  const posted = worker(one);
  assert.equal((await one.create('d', null, URL_OF_HOOK))?.url, URL_OF_HOOK);
  assert.deepEqual([await stateOf('d'), posted], ['delivered', [URL_OF_HOOK]]);
  assert.deepEqual(
    moves.sort(),
    [
      [1, 2],
      [null, 1],
    ].sort(),
  );
  assert.equal(await one.create('d', null, 'https://other.example'), null, 'it exists');
  assert.equal((await one.load('d'))?.url, URL_OF_HOOK);
});

test('a dispatch that was lost is made again by a round, and a due timer is fired', async (t) => {
  const { host, round, stateOf, pass } = await world(t);
  const errors: unknown[] = [];
  const one = host({ dispatchFailed: (_, error) => errors.push(error) });
  const posted = worker(one, 1);
  await one.create('d', null, URL_OF_HOOK);
  await round(one);
  assert.deepEqual([await stateOf('d'), posted.length, errors.length], ['sending', 0, 1], 'it is not due');
  pass(1_000);
  await round(one);
  assert.deepEqual([await stateOf('d'), posted.length], ['delivered', 1]);

  await host().create('late', null, URL_OF_HOOK);
  pass(60_000);
  await Promise.all([round(host()), round(host())]);
  assert.equal(await stateOf('late'), 'failed');
});

test('a listener that throws, at once or later, changes nothing for the sender and for the other listeners', async (t) => {
  const { host, store } = await world(t);
  const [failed, called]: [unknown[], unknown[]] = [[], []];
  const note = (what: string) => (_: Delivery, error: unknown) => void failed.push([what, String(error)]);
  const one = host({ dispatchFailed: note('jobs'), listenerFailed: note('commit') });
  const fail = () => {
    throw new Error('at once');
  };
  one.onJobs(fail);
  one.onJobs(async () => fail());
  one.onJobs(async () => void called.push('jobs'));
  one.onCommit(fail);
  one.onCommit(() => void called.push('commit'));
  assert.equal((await one.create('d', null, URL_OF_HOOK))?.url, URL_OF_HOOK);
  const error = 'Error: at once';
  assert.deepEqual(
    failed,
    ['jobs', 'jobs', 'commit'].map((what) => [what, error]),
  );
  assert.deepEqual(called, ['jobs', 'commit']);
  assert.equal((await store.load('d'))?.instance.seq, 1);
});

test('an instance that cannot be read stands for itself: the others go on, and it is reported each time', async (t) => {
  const { db, host, round, stateOf, pass, log } = await world(t);
  const reported: unknown[] = [];
  const one = host({ unreadable: (id, { table }, record) => void reported.push([id, table, record !== null]) });
  for (const id of ['broken', 'unknown', 'good']) await one.create(id, null, URL_OF_HOOK);
  await db('deliveries').where({ id: 'broken' }).update({ body: '{' });
  const body: string = (await db('deliveries').where({ id: 'unknown' }).first()).body;
  await db('deliveries')
    .where({ id: 'unknown' })
    .update({ body: body.replace('"value":"sending"', '"value":"elsewhere"') });
  pass(60_000);
  await round(one);
  assert.equal(await stateOf('good'), 'failed');
  assert.deepEqual(reported.sort(), [
    ['broken', 'deliveries', false],
    ['unknown', 'instances', true],
  ]);
  assert.equal(log.length, 1, 'one line names both');
  await assert.rejects(one.load('broken'), UnreadableError);
});

test('an instance of an older version is upgraded by its next step, and one of a later version is left as it is', async (t) => {
  const { host, store, db } = await world(t);
  const unserved: string[] = [];
  const one = host({ unserved: ({ instance: { version } }) => void unserved.push(version) });
  const retry = (id: string) => one.send(id, () => ({ inbound: { kind: 'event', event: { type: 'RETRY' } }, detail: null }));
  const rewrite = async (id: string, change: Partial<Instance>) => {
    const stored = await store.load(id);
    await db('deliveries')
      .where({ id })
      .update({ body: JSON.stringify({ ...stored?.instance, ...change }) });
  };
  for (const id of ['old', 'later']) await one.create(id, null, URL_OF_HOOK);
  const failed = { snapshot: { value: 'failed', context: {}, status: 'active' } };
  await rewrite('old', { ...failed, version: '1' });
  await rewrite('later', { ...failed, version: '3' });
  assert.equal((await retry('old'))?.outcome, 'moved');
  assert.equal((await store.load('old'))?.instance.version, '2');
  const before = await db('deliveries').where({ id: 'later' }).first();
  for (const _ of [1, 2]) await assert.rejects(retry('later'), UnservedError);
  assert.deepEqual(await db('deliveries').where({ id: 'later' }).first(), before);
  assert.deepEqual(unserved, ['3'], 'reported once');
});

test('of two writers one is first, and the other reloads; while others always are, it ends in a conflict', async (t) => {
  const { host, store, stateOf } = await world(t);
  const cached = host({ cache: new LRUCache<string, Delivery>({ max: 10 }) });
  const other = host();
  const fire = (one: typeof other, id: string, token: string) =>
    one.send('d', () => ({ inbound: { kind: 'timer', id, token }, detail: null }));
  const timer = (one: Delivery | null) => {
    const [[id, { token }] = ['', { token: '' }]] = Object.entries(one?.instance.timers ?? {});
    return [id, token] as const;
  };
  const due = timer(await cached.create('d', null, URL_OF_HOOK));
  const sent = await Promise.all([fire(cached, ...due), fire(other, ...due)]);
  assert.deepEqual(sent.map((one) => one?.outcome).sort(), ['moved', 'stale']);
  assert.equal((await store.load('d'))?.instance.seq, 2);

  const retry = () => ({ inbound: { kind: 'event', event: { type: 'RETRY' } }, detail: null }) as const;
  const moved = await cached.send('d', retry);
  assert.equal(moved?.outcome, 'moved');
  await fire(other, ...timer(moved?.record ?? null)); // unknown to the cache, by which RETRY would be refused
  assert.equal((await cached.send('d', retry))?.outcome, 'moved');
  assert.equal((await cached.send('d', retry))?.outcome, 'refused');
  assert.equal((await cached.send('d', () => null))?.outcome, 'unsent');
  assert.equal(await cached.send('nobody', retry), null);

  let commits = 0;
  const commit = async () => {
    commits++;
    return null;
  };
  const loser = host({ store: { ...store, commit } });
  await assert.rejects(fire(loser, ...timer(await store.load('d'))), ConflictError);
  assert.deepEqual([commits, await stateOf('d')], [ATTEMPTS, 'sending']);
});

test('a step after which nothing would happen is never committed', async (t) => {
  const { host, store } = await world(t);
  const kernel = durable(createMachine({ id: 'forgetful', initial: 'nowhere', states: { nowhere: {} } }));
  await assert.rejects(host({ kernel }).create('d', null, URL_OF_HOOK), LimboError);
  assert.equal(await store.load('d'), null);
});
