/** A service that is started without an embedder, with one, and with another model: what its pictures are found by, and what is told of it. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import sharp from 'sharp';
import { startApp } from '../../app/app.ts';
import { readConfig } from '../../app/config.ts';
import type { Me } from '../../contract/session.ts';
import { RUNTIME_LIMITS } from '../../runtime/limits.ts';
import { writeTinyModel } from './tiny-model.ts';
import { until } from './wait.ts';

type Item = { resource: { resource_id: string }; match: string };
type Run = { run_id: string; kind: string; status: string; done: number; total: number | null; counts: Record<string, number> };
export const TITLES = ['purchase', 'garden', 'doctor', 'storm', 'kitchen', 'letter', 'train', 'winter', 'music', 'paper'];

/** `env`: of the index, beside the data folder. */
export async function embedStory(t: TestContext, env: Record<string, string>): Promise<void> {
  const base = await mkdtemp(path.join(tmpdir(), 'tuodi-embed-story-'));
  t.after(() => rm(base, { recursive: true, force: true }));
  const one = await writeTinyModel(path.join(base, 'one'), { seed: 1, dimension: 12 });
  const other = await writeTinyModel(path.join(base, 'other'), { seed: 2, dimension: 16 });
  const serve = async (more: Record<string, string>) => {
    const service = await served({ TUODI_DATA_DIR: path.join(base, 'data'), ...env, ...more });
    t.after(service.stop); // else a failure would keep the process
    return service;
  };

  const without = await serve({});
  const ids = new Map<string, string>();
  for (const title of TITLES) ids.set(title, await without.takeIn(title));
  await without.until('all are INDEXED', async () => (await without.count('status=INDEXED')) === TITLES.length);
  assert.deepEqual(await without.found('buy'), []);
  assert.equal(await without.hasVectors(), false);
  assert.deepEqual(await without.runs(), [], 'without an embedder nothing lacks a vector');
  await without.stop();

  const bought = [{ id: ids.get('purchase'), match: 'meaning' }];
  const first = await serve({ TUODI_EMBEDDING_DIR: one });
  assert.equal(await first.hasVectors(), true);
  await first.until('it is under way', async () => (await first.runs()).some(({ done }) => done > 0));
  assert.deepEqual(await first.found('purchase'), [{ id: ids.get('purchase'), match: 'exact' }], 'searchable meanwhile');
  await first.stop(); // in the middle
  const again = await serve({ TUODI_EMBEDDING_DIR: one });
  await again.allEmbedded();
  const [run, ...more] = await again.runs();
  assert.deepEqual([run?.kind, run?.counts.INDEXED, more], ['embed', TITLES.length, []], 'each once, by one run');
  await again.until('it alone is found by its meaning', async () => isDeepStrictEqual(await again.found('buy'), bought));
  await again.stop();

  const changed = await serve({ TUODI_EMBEDDING_DIR: other });
  assert.deepEqual(await changed.found('purchase'), [{ id: ids.get('purchase'), match: 'exact' }]);
  await changed.until(
    'a second run is done',
    async () => (await changed.runs()).filter(({ status }) => status === 'done').length === 2,
  );
  // What is near was first measured by texts of ours alone, and is for some seconds more.
  await changed.until('it alone is found by its meaning', async () => isDeepStrictEqual(await changed.found('buy'), bought));
  const explained = await changed.get(`/v1/resources/${ids.get('purchase')}/explain`);
  assert.match(JSON.stringify(explained), /16 numbers/);
  await changed.stop();
}

/** Few at a time, so that a stop comes in the middle. */
const LIMITS = { ...RUNTIME_LIMITS, replay_batch: 2, replay_look_ms: 200 };

/** A service in this process, and what is asked of it over HTTP, as often as a test likes. */
export async function served(env: Record<string, string>) {
  const { config } = readConfig({ TUODI_LISTEN: '127.0.0.1:0', TUODI_LOG_LEVEL: 'silent', TUODI_RATE_LIMITS: 'false', ...env });
  const app = await startApp(config, 'test', { limits: LIMITS });
  let stopped: Promise<void> | null = null;
  const call = async (route: string, init: RequestInit = {}): Promise<unknown> => {
    const answer = await fetch(app.url + route, { ...init, headers: { authorization: `Bearer ${app.local_key}` } });
    return answer.json();
  };
  const runs = async () => ((await call('/v1/ops/runs?kind=embed')) as { items: Run[] }).items; // our own answers
  return {
    until,
    runs,
    url: app.url,
    key: app.local_key,
    get: call,
    stop: () => {
      stopped ??= app.stop();
      return stopped;
    },
    async takeIn(title: string): Promise<string> {
      const side = 8 + TITLES.indexOf(title); // else they would be the same bytes
      const png = await sharp({ create: { width: side, height: 8, channels: 3, background: '#fff' } })
        .png()
        .toBuffer();
      const body = new FormData();
      body.append('metadata', JSON.stringify({ title }));
      body.append('file', new Blob([new Uint8Array(png)]), `${title}.png`);
      const { resource } = (await call('/v1/resources', { method: 'POST', body })) as { resource: { resource_id: string } };
      return resource.resource_id;
    },
    hasVectors: async () => ((await call('/v1/me')) as Me).features.vectors,
    count: async (filter: string) => ((await call(`/v1/resources/counts?${filter}`)) as { total: number }).total,
    found: async (typed: string) => {
      const { items } = (await call(`/v1/search?q=${typed}&mode=hybrid`)) as { items: Item[] };
      return items.map(({ resource: { resource_id: id }, match }) => ({ id, match }));
    },
    allEmbedded: () => until('the run is done', async () => (await runs()).some(({ status }) => status === 'done')),
  };
}
