/** What operators see at a glance, by what their key may see, and while the database is away; and what is stuck. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { OpsSummary, StuckList } from '../../../contract/ops-summary.ts';
import { PART_NAMES } from '../../../contract/parts.ts';
import { STEP_KINDS } from '../../../contract/step-kinds.ts';
import { TASK_STATUSES } from '../../../contract/task.ts';
import { type HttpWorld, httpWorld } from '../../worlds/http-world.ts';

let world: HttpWorld;
let away = false;
before(async () => {
  world = await httpWorld({
    readiness: () => ({ ready: !away, checks: { database: { ok: !away, state: away ? 'away' : 'ok' } } }),
  });
});
after(() => world.stop());

const summary = async (key?: string) => {
  const { status, json } = await world.call('GET', '/v1/ops/summary', key ? { key } : {});
  assert.equal(status, 200, JSON.stringify(json));
  return OpsSummary.parse(json);
};

describe('the summary', () => {
  test('of an empty installation has every part and step, and nothing that waits', async () => {
    const seen = await summary();
    assert.deepEqual([seen.view, seen.scope, seen.searchable_lag_s, seen.dead_letters], ['all', 'installation', 0, 0]);
    assert.deepEqual(
      seen.parts.map(({ part }) => part),
      PART_NAMES,
    );
    assert.deepEqual(
      seen.steps.map(({ kind }) => kind),
      STEP_KINDS,
    );
    for (const { per_minute_in, per_minute_out, breaker, paused } of seen.steps)
      assert.deepEqual([per_minute_in.length, per_minute_out.length, breaker, paused], [60, 60, 'closed', false]);
    assert.deepEqual(
      seen.workers?.map(({ id, version }) => [id, version]),
      [['alone', '0.0.0']],
    );
  });

  test('counts the pictures of its organisation; another key of another organisation sees none of them, nor the workers', async () => {
    const announced = { filename: 'a.jpg', content_type: 'image/jpeg', byte_size: 1, metadata: { title: 't' } };
    assert.equal((await world.call('POST', '/v1/resources', { body: announced })).status, 201);
    const [own, others] = [await summary(), await summary(world.keys.other)];
    assert.deepEqual(
      own.by_status?.map(({ status, label, count, count_is_exact }) => ({ status, label, count, count_is_exact })),
      [{ status: 'AWAITING_UPLOAD', label: 'Awaiting upload', count: 1, count_is_exact: true }],
    );
    assert.deepEqual(
      [others.scope, others.by_status, others.workers, others.sweep_lag_s, others.jobs],
      ['organisation', [], null, null, null],
    );
    assert.ok(others.parts.every(({ detail }) => detail === null));
  });

  test('in Chinese where that is asked for', async () => {
    const { json } = await world.call('GET', '/v1/ops/summary', { headers: { 'accept-language': 'zh' } });
    assert.equal(OpsSummary.parse(json).by_status?.[0]?.label, '等待上传');
  });

  test('while the database is away a key that was used a moment ago gets the view of the process, and another none', async () => {
    await summary();
    const { accounts, overview } = world.deps.facts;
    const [key, statuses] = [accounts.key, overview.statuses];
    const gone = async () => Promise.reject(new Error('the database is away'));
    Object.assign(accounts, { key: gone });
    Object.assign(overview, { statuses: gone });
    away = true;
    try {
      const seen = await summary();
      assert.deepEqual([seen.view, seen.by_status, seen.searchable_lag_s, seen.workers?.length], ['own', null, null, 1]);
      assert.equal((await world.call('GET', '/v1/resources')).status, 500, 'other calls need the database');
      assert.notEqual((await world.call('GET', '/v1/ops/summary', { key: world.keys.revoked })).status, 200);
    } finally {
      away = false;
      Object.assign(accounts, { key });
      Object.assign(overview, { statuses });
    }
    assert.equal((await summary()).view, 'all');
  });
});

test('the statuses of tasks are explained in both languages', async () => {
  const { json } = await world.call('GET', '/v1/ops/tasks', { headers: { 'accept-language': 'zh' } });
  const { items } = json as { items: { status: string; label: string; words: { en: { label: string } } }[] };
  assert.deepEqual(
    items.map(({ status }) => status),
    TASK_STATUSES,
  );
  assert.deepEqual([items[0]?.label, items[0]?.words.en.label], ['排队中', 'In line']);
});

test('nothing is stuck where nothing is', async () => {
  const { json } = await world.call('GET', '/v1/ops/stuck');
  assert.deepEqual(StuckList.parse(json), { items: [], is_whole: true });
});

test('the summary counts the callbacks of the last hour in all processes, by what became of them, for a key of the installation', async () => {
  const { callback_counts: counts, deps } = world;
  const others = { kinds: [], parts: [], steps: [], outages: [], jobs: [] };
  const minute = Math.floor(deps.clock.now() / 60_000);
  const [counting, earlier] = ['2', '1'].map((version) => ({
    ...{ process_id: `of ${version}`, role: 'worker', version, started_at: 0, last_seen_at: deps.clock.now() },
  }));
  assert.ok(counting && earlier);
  const callbacks = { unknown: [[minute, 3]], forged: [[minute - 60, 9]], of_later: [[minute, 1]] };
  await deps.facts.processes.keep({ ...counting, body: { ...others, callbacks } });
  await deps.facts.processes.keep({ ...earlier, body: others });
  counts.add('unknown');
  counts.add('stale');
  const none = { taken: 0, stale: 0, repeated: 0, unusable: 0, unknown: 0, forged: 0 };
  assert.deepEqual((await summary()).callbacks, { ...none, unknown: 4, stale: 1 });
  assert.equal((await summary(world.keys.other)).callbacks, null);
  for (const { process_id } of [counting, earlier]) await deps.facts.processes.remove(process_id);
  world.later(60 * 60_000);
  assert.deepEqual((await summary()).callbacks, none);
});
