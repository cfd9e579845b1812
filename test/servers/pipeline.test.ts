/** The whole way on real servers and across processes: a service without steps and a worker, with the pictures of samples/. */
import assert from 'node:assert/strict';
import { openAsBlob, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import { SAMPLES } from '../../cli/project.ts';
import { drawPhrases } from '../samples/phrases.ts';
import { seeded } from '../worlds/texts.ts';
import { until } from '../worlds/wait.ts';
import { freshServers } from './places.ts';
import { type Process, serve, work } from './processes.ts';

const SEED = 2026;
const PHRASES_A_SAMPLE = 25;
const READ_LIMIT_MS = 240_000;
const REDIS = 1;
const Truth = z.record(z.string(), z.object({ lines: z.array(z.object({ text: z.string() })) }));
const truth = Truth.parse(JSON.parse(readFileSync(path.join(SAMPLES, 'truth.json'), 'utf8')));
const files = Object.keys(truth);

const Created = z.object({
  resource: z.object({ resource_id: z.string(), status: z.string() }),
  upload: z
    .object({
      method: z.string(),
      url: z.string(),
      fields: z.record(z.string(), z.string()).optional(),
      complete_url: z.string(),
    })
    .optional(),
});
const Found = z.object({ items: z.array(z.object({ resource: z.object({ filename: z.string() }) })) });

function client({ reported }: Process) {
  const { url, api_key } = z.object({ url: z.string(), api_key: z.string() }).parse(reported);
  const headers = { authorization: `Bearer ${api_key}` };
  const ask = async (method: string, route: string, init: RequestInit = {}): Promise<unknown> => {
    const answer = await fetch(url + route, { method, ...init, headers: { ...headers, ...init.headers } });
    const text = await answer.text();
    assert.ok(answer.ok, `${method} ${route}: ${answer.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  };
  return {
    ask,
    async takeIn(file: string): Promise<string> {
      const form = new FormData();
      form.set('metadata', JSON.stringify({ title: 'a picture' }));
      form.set('file', await openAsBlob(path.join(SAMPLES, file)), file);
      return Created.parse(await ask('POST', '/v1/resources', { body: form })).resource.resource_id;
    },
    /** As a browser does: announced, uploaded to the store's own link, reported by the link that needs no key. */
    async upload(file: string): Promise<string> {
      const bytes = readFileSync(path.join(SAMPLES, file));
      const content_type = { '.png': 'image/png', '.webp': 'image/webp' }[path.extname(file)] ?? 'image/jpeg';
      const body = JSON.stringify({ filename: file, content_type, byte_size: bytes.length, metadata: { title: 'a picture' } });
      const begun = Created.parse(await ask('POST', '/v1/resources', { body, headers: { 'content-type': 'application/json' } }));
      assert.ok(begun.upload?.fields, 'a form to upload with');
      const form = new FormData();
      for (const [name, value] of Object.entries(begun.upload.fields)) form.set(name, value);
      form.set('file', new Blob([bytes], { type: content_type }), file);
      const stored = await fetch(begun.upload.url, { method: begun.upload.method, body: form });
      assert.ok(stored.ok, `${stored.status} ${await stored.text()}`);
      assert.equal((await fetch(begun.upload.complete_url, { method: 'POST' })).status, 200);
      return begun.resource.resource_id;
    },
    indexed: (id: string, file: string) =>
      until(
        `${file} INDEXED`,
        async () => {
          const { status, failure } = z
            .object({ status: z.string(), failure: z.unknown() })
            .parse(await ask('GET', `/v1/resources/${id}`, { headers: { prefer: 'wait=5' } }));
          assert.ok(!failure, JSON.stringify(failure));
          return status === 'INDEXED';
        },
        READ_LIMIT_MS,
      ),
    first: async (phrase: string): Promise<string | undefined> => {
      const found = Found.parse(await ask('GET', `/v1/search?limit=1&q=${encodeURIComponent(phrase)}`));
      return found.items[0]?.resource.filename;
    },
  };
}

describe('a service and a worker on real servers', () => {
  let servers: Awaited<ReturnType<typeof freshServers>>;
  const processes: Process[] = [];
  let api: ReturnType<typeof client>;
  let embedded: ReturnType<typeof client>;
  before(async () => {
    servers = await freshServers(REDIS);
    const [service, worker, alone] = await Promise.all([
      serve({ ...servers.env, TUODI_WORKER_KINDS: 'none' }),
      work(servers.env),
      serve({ TUODI_LISTEN: '127.0.0.1:0', TUODI_LOG_LEVEL: 'warn', TUODI_RATE_LIMITS: 'false' }),
    ]);
    processes.push(service, worker, alone);
    [api, embedded] = [client(service), client(alone)];
  });
  after(async () => {
    for (const one of processes) assert.equal(await one.stop(), 0);
    await servers.drop();
  });

  test('all samples are INDEXED, by form and by the store’s own upload links', { timeout: READ_LIMIT_MS }, async () => {
    const taken: { file: string; id: string }[] = []; // one after the other: what is equal in a search is in the order of time
    for (const [i, file] of files.entries()) taken.push({ file, id: await (i % 2 ? api.upload(file) : api.takeIn(file)) });
    for (const { file, id } of taken) await api.indexed(id, file);
  });

  test('each phrase has the same first hit as embedded: the picture that it stands on', { timeout: READ_LIMIT_MS }, async (t) => {
    const ids: { file: string; id: string }[] = [];
    for (const file of files) ids.push({ file, id: await embedded.takeIn(file) });
    for (const { file, id } of ids) await embedded.indexed(id, file);
    const random = seeded(SEED);
    let [drawn, right] = [0, 0];
    for (const file of files) {
      const lines = (name: string) => (truth[name]?.lines ?? []).map(({ text }) => text);
      const elsewhere = files.filter((other) => other !== file).map((other) => lines(other).join('\n'));
      for (const phrase of drawPhrases(lines(file), elsewhere, random, PHRASES_A_SAMPLE)) {
        const [here, there] = [await api.first(phrase), await embedded.first(phrase)];
        assert.equal(here, there, `the first hit of “${phrase}”`);
        drawn += 1;
        if (here === file) right += 1;
      }
    }
    t.diagnostic(`${drawn} phrases, the same first hit in both indexes; ${right} of them the picture itself`);
    assert.ok(drawn > 100 && right / drawn > 0.97);
  });
});
