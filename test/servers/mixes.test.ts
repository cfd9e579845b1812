/** Any mix of embedded and server parts that makes sense starts and finds a picture; one that does not is refused with a reason. */
import assert from 'node:assert/strict';
import { openAsBlob } from 'node:fs';
import path from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { z } from 'zod';
import { SAMPLES } from '../../cli/project.ts';
import { until } from '../worlds/wait.ts';
import { freshServers } from './places.ts';
import { type Process, serve, work } from './processes.ts';

const REDIS = 5;
const SAMPLE = 'receipt.jpg';
const EMBEDDED = { TUODI_LISTEN: '127.0.0.1:0', TUODI_LOG_LEVEL: 'error' };
const Resource = z.object({ resource_id: z.string(), status: z.string() });

async function servers(t: TestContext, ...parts: RegExp[]): Promise<Record<string, string>> {
  const { env, drop } = await freshServers(REDIS);
  t.after(drop);
  const named = Object.entries(env).filter(([name]) => parts.some((part) => part.test(name)));
  return { ...EMBEDDED, ...Object.fromEntries(named) };
}

/** Takes the sample in, waits until it is INDEXED, and finds it. */
async function findsOne({ reported }: Process): Promise<void> {
  const { url, api_key } = z.object({ url: z.string(), api_key: z.string() }).parse(reported);
  const headers = { authorization: `Bearer ${api_key}` };
  const form = new FormData();
  form.set('metadata', JSON.stringify({ title: 'Lunch' }));
  form.set('file', await openAsBlob(path.join(SAMPLES, SAMPLE)), SAMPLE);
  const taken = await fetch(`${url}/v1/resources`, { method: 'POST', headers, body: form });
  const { resource } = z.object({ resource: Resource }).parse(await taken.json());
  await until(
    'INDEXED',
    async () => {
      const now = await fetch(`${url}/v1/resources/${resource.resource_id}`, { headers: { ...headers, prefer: 'wait=5' } });
      return Resource.parse(await now.json()).status === 'INDEXED';
    },
    120_000,
  );
  const found = await fetch(`${url}/v1/search?q=${encodeURIComponent('合计')}`, { headers });
  const { items } = z.object({ items: z.array(z.object({ resource: Resource })) }).parse(await found.json());
  assert.equal(items[0]?.resource.resource_id, resource.resource_id);
  const content = await fetch(`${url}/v1/resources/${resource.resource_id}/content`, { headers });
  assert.deepEqual([content.status, content.headers.get('content-type')], [200, 'image/jpeg']);
}

describe('mixes', () => {
  const mixes: [string, RegExp[]][] = [
    ['facts on MariaDB, the rest embedded', [/DATABASE/]],
    ['tasks and queue on Redis, the rest embedded', [/REDIS/]],
    ['the index on Elasticsearch, the rest embedded', [/ELASTICSEARCH/]],
    ['pictures on S3, the rest embedded', [/S3/]],
    ['facts and pictures on servers, index and queue embedded', [/DATABASE/, /S3/]],
  ];
  for (const [name, parts] of mixes)
    test(`${name}: a picture is taken in and found`, async (t) => {
      const one = await serve(await servers(t, ...parts));
      try {
        await findsOne(one);
      } finally {
        assert.equal(await one.stop(), 0);
      }
    });

  test('a second process beside one whose queue is in process is refused, whichever comes first', async (t) => {
    const whole = await servers(t, /./);
    const { TUODI_REDIS_URL: _, ...alone } = whole;
    const first = await serve(alone);
    await assert.rejects(serve(alone), /ended with 2/);
    await assert.rejects(serve(whole), /ended with 2/);
    await first.stop();
    const shared = await serve(whole);
    await assert.rejects(serve(alone), /ended with 2/);
    const second = await serve(whole);
    await shared.stop();
    await second.stop();
  });

  test('a worker without servers, and a service that leaves steps to nobody, are refused', async (t) => {
    const { TUODI_S3_BUCKET: _, ...whole } = await servers(t, /./);
    await assert.rejects(work(whole), /ended with 2/);
    await assert.rejects(serve({ ...EMBEDDED, TUODI_WORKER_KINDS: 'none' }), /ended with 2/);
  });

  test('a bucket that is not there stops the start', async (t) => {
    const env = await servers(t, /S3/);
    await assert.rejects(serve({ ...env, TUODI_S3_BUCKET: 'nobody-has-made-this' }), /ended with 2/);
  });
});
