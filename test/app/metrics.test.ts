/** The metrics of a process: what is counted, what is read on a scrape, and that no label comes from outside. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { startApp } from '../../app/app.ts';
import { readConfig } from '../../app/config.ts';
import { createMetrics } from '../../app/metrics/metrics.ts';
import type { ReadingDeps } from '../../app/metrics/reading.ts';
import { memoryQueue } from '../../persistence/memory/queue.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import { RUNTIME_LIMITS } from '../../runtime/limits.ts';
import { freePort } from '../servers/start/process.ts';
import { ownFacts } from '../worlds/own-facts.ts';

const OF = { role: 'serve', version: '0' };
/** Values by the line up to them. */
const valuesOf = (text: string) =>
  new Map(
    text
      .split('\n')
      .flatMap((line): [string, number][] =>
        /^[a-z]/.test(line) ? [[line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]] : [],
      ),
  );

async function reading(t: TestContext, changed: (deps: ReadingDeps) => Partial<ReadingDeps> = () => ({})) {
  const clock = systemClock();
  const deps: ReadingDeps = {
    facts: await ownFacts(t),
    queue: memoryQueue({ clock, max_waiting: RUNTIME_LIMITS.queue_waiting }),
    parts: {
      list: () => [{ part: 'index', state: 'away', since: 0, code: 'unavailable', detail: 'a secret place', next_try_at: null }],
    },
    feed: { position: () => 0 },
    jobs: () => [
      { job: 'retention', interval_ms: 1, last_run_at: clock.now() - 5_000, last_ms: 1, outcome: 'failed', error: 'x' },
    ],
    clock,
  };
  const metrics = createMetrics(OF);
  t.after(metrics.close);
  metrics.reads({ ...deps, ...changed(deps) });
  const { text } = await metrics.scrape();
  return { text, values: valuesOf(text) };
}

describe('metrics', () => {
  test('count runs and requests by names that are known, whatever is told', async (t) => {
    const { observer, scrape, close } = createMetrics(OF);
    t.after(close);
    observer.ran({ kind: 'ocr', outcome: 'succeeded', attempt: 1, ms: 400 });
    observer.ran({ kind: 'ocr', outcome: 'PROVIDER_REFUSED', attempt: 2, ms: 40 });
    observer.ran({ kind: 'ocr', outcome: 'of somebody else', attempt: 1, ms: 40 });
    observer.requested({ route: 'search', method: 'BREW', status: 503, ms: 20 });
    observer.readers(1);
    const values = valuesOf((await scrape()).text);
    assert.equal(values.get('tuodi_step_runs_total{step="ocr",outcome="succeeded"}'), 1);
    assert.equal(values.get('tuodi_step_runs_total{step="ocr",outcome="PROVIDER_REFUSED"}'), 1);
    assert.equal(values.get('tuodi_step_runs_total{step="ocr",outcome="UNEXPECTED"}'), 1);
    assert.equal(values.get('tuodi_step_attempts_repeated_total{step="ocr"}'), 1);
    assert.equal(values.get('tuodi_step_run_seconds_bucket{le="0.05",step="ocr"}'), 2);
    assert.equal(values.get('tuodi_http_requests_total{route="search",method="other",status="503"}'), 1);
    assert.equal(values.get('tuodi_event_readers'), 1);
    assert.ok([...values.keys()].some((name) => name.startsWith('nodejs_eventloop_lag_p99_seconds')));
  });

  test('tell what is read of facts, queue, parts and jobs, and no detail of a part', async (t) => {
    const { text, values } = await reading(t);
    assert.equal(values.get('tuodi_facts_readable'), 1);
    assert.equal(values.get('tuodi_pictures{status="INDEXED"}'), 0);
    assert.equal(values.get('tuodi_searchable_lag_seconds'), 0);
    assert.equal(values.get('tuodi_queue_waiting{step="ocr"}'), 0);
    assert.equal(values.get('tuodi_part_state{part="index",state="away"}'), 1);
    assert.equal(values.get('tuodi_part_state{part="index",state="ok"}'), 0);
    assert.equal(values.get('tuodi_job_failed{chore="retention"}'), 1);
    assert.ok((values.get('tuodi_job_last_run_seconds{chore="retention"}') ?? 0) >= 5);
    assert.ok(!text.includes('secret'));
  });

  test('dead letters of a step that this version does not know are one row', async (t) => {
    const group = { first_at: 0, last_at: 0, oldest_deadline_at: null };
    const { values } = await reading(t, ({ facts }) => ({
      facts: {
        ...facts,
        overview: facts.overview,
        outbox: facts.outbox,
        dead_letters: {
          ...facts.dead_letters,
          groups: async () => [
            { ...group, step: 'index', code: 'INDEX_REFUSED', count: 3 },
            { ...group, step: 'later', code: 'LATER', count: 2 },
            { ...group, step: 'latest', code: 'LATEST', count: 5 },
          ],
        },
      },
    }));
    assert.equal(values.get('tuodi_dead_letters{step="index",code="INDEX_REFUSED"}'), 3);
    assert.equal(values.get('tuodi_dead_letters{step="other",code="other"}'), 7);
  });

  test('a database and a queue that are away are said, and their numbers are left out', async (t) => {
    const away = () => Promise.reject(new Error('away'));
    const { values } = await reading(t, ({ facts, queue }) => ({
      facts: {
        ...facts,
        dead_letters: facts.dead_letters,
        outbox: facts.outbox,
        overview: { ...facts.overview, statuses: away },
      },
      queue: { ...queue, depth: away, retries: away },
    }));
    assert.deepEqual([values.get('tuodi_facts_readable'), values.get('tuodi_queue_readable')], [0, 0]);
    for (const name of [
      'tuodi_pictures{status="INDEXED"}',
      'tuodi_searchable_lag_seconds',
      'tuodi_queue_waiting{step="ocr"}',
      'tuodi_queue_retries',
    ])
      assert.equal(values.get(name), undefined, name);
    assert.equal(values.get('tuodi_part_state{part="index",state="away"}'), 1);
  });

  test('a service has them on a port of their own, and behind a key of the installation, and counts its requests', async (t) => {
    const dir = await mkdtemp(path.join(tmpdir(), 'tuodi-metrics-'));
    const address = `127.0.0.1:${await freePort()}`;
    const env = { TUODI_DATA_DIR: dir, TUODI_LISTEN: '127.0.0.1:0', TUODI_LOG_LEVEL: 'silent', TUODI_METRICS_LISTEN: address };
    const app = await startApp(readConfig(env).config, '0');
    t.after(async () => {
      await app.stop();
      await rm(dir, { recursive: true, force: true });
    });
    await fetch(`${app.url}/v1/resources`);
    assert.equal((await fetch(`${app.url}/metrics`)).status, 401);
    const keyed = await fetch(`${app.url}/metrics`, { headers: { authorization: `Bearer ${app.local_key}` } });
    assert.deepEqual([keyed.status, keyed.headers.get('cache-control')], [200, 'no-store']);
    assert.match(keyed.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
    assert.equal(valuesOf(await keyed.text()).get('tuodi_facts_readable'), 1);
    const response = await fetch(`http://${address}/metrics`);
    assert.match(response.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
    const values = valuesOf(await response.text());
    assert.equal(values.get('tuodi_http_requests_total{route="list_resources",method="GET",status="401"}'), 1);
    assert.equal(values.get('tuodi_info{role="serve",version="0"}'), 1);
    assert.equal((await fetch(`http://${address}/`)).status, 404);
    assert.equal((await fetch(`http://${address}/metrics`, { method: 'POST' })).status, 404);
  });
});
