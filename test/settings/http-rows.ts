/** Settings of the HTTP server and of those who call it. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { openFacts } from '../../app/open-ports.ts';
import { connect } from '../../cli/client.ts';
import { output } from '../../cli/output.ts';
import { createSigner } from '../../runtime/accounts/signer.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import { freePort } from '../servers/start/process.ts';
import { started } from '../worlds/tuodi.ts';
import { elsewhere, LINK_SECRET, LINK_SECRET_BEFORE, ORIGIN, ofPictures, POINTS, rated, unrated } from './services.ts';
import { configWith, type Rows, recorder, type Serving, tempFolder } from './world.ts';

const codeOf = (json: unknown) => (json as { code?: string } | null)?.code; // a problem of ours

/** Statuses of requests without a key from this address, as the proxy says. */
async function fromAddress({ call }: Serving, address: string, times: number): Promise<number[]> {
  const headers = { 'x-forwarded-for': address };
  const statuses: number[] = [];
  for (let n = 0; n < times; n++) statuses.push((await call('GET', '/v1/resources', { key: null, headers })).status);
  return statuses;
}

/** What a service is sent by a command that is told of it. */
async function command() {
  const there = await recorder(() => ({ body: {} }));
  const config = await configWith({ url: there.url, api_key: 'a-key-to-it' });
  const client = await connect(config, () => assert.fail('no folder is to be opened'), output(false));
  await client.request('GET', '/v1/resources');
  const [request] = there.kept;
  assert.ok(request);
  return request;
}

const signed = ['a link'];

export const HTTP_ROWS: Rows = {
  listen: async () => assert.equal(new URL((await ofPictures()).url).hostname, '127.0.0.2'),
  async public_url() {
    const { upload } = await (await ofPictures()).created();
    assert.match(upload.url, /^https:\/\/pictures\.example\//);
  },
  async cors_origins() {
    const { call } = await ofPictures();
    const asked = { 'access-control-request-method': 'GET', origin: ORIGIN };
    const { headers } = await call('OPTIONS', '/v1/resources', { key: null, headers: asked });
    assert.equal(headers.get('access-control-allow-origin'), ORIGIN);
  },
  async required_metadata() {
    const { resource } = await (await ofPictures()).created();
    assert.deepEqual(resource.metadata_missing, ['description']);
  },
  async max_bytes() {
    const { create } = await ofPictures();
    const [small, large] = [await create({ byte_size: 30_000 }), await create({ byte_size: 30_001 })];
    assert.deepEqual([small.status, large.status], [201, 413]);
  },
  async quota_bytes() {
    const { create } = await unrated();
    assert.equal(codeOf((await create({ byte_size: 1_001 })).json), 'QUOTA_OF_BYTES');
  },
  async quota_pictures() {
    const { create } = await unrated();
    const codes = [];
    for (let n = 0; n < 3; n++) codes.push(codeOf((await create()).json));
    assert.equal(codes.at(-1), 'QUOTA_OF_PICTURES');
  },
  async rate_limits() {
    const { call } = await unrated();
    for (let n = 0; n < 2 * POINTS; n++) assert.equal((await call('GET', '/v1/resources')).status, 200);
  },
  async key_points() {
    const { call } = await rated();
    const { headers } = await call('GET', '/v1/resources');
    assert.equal(headers.get('ratelimit-policy'), `"key";q=${POINTS};w=10`);
  },
  async address_points() {
    assert.equal((await fromAddress(await rated(), '203.0.113.1', POINTS)).at(-1), 429);
  },
  async trusted_proxies() {
    const service = await rated();
    await fromAddress(service, '203.0.113.2', POINTS);
    assert.deepEqual(await fromAddress(service, '203.0.113.3', 1), [401], 'another client of the same proxy');
  },
  async data_dir() {
    const data_dir = path.join(await tempFolder(), 'inner');
    const facts = await openFacts(await configWith({ data_dir }), { clock: systemClock() });
    await facts.close();
    assert.ok(existsSync(path.join(data_dir, 'facts.sqlite')));
  },
  async metrics_listen() {
    const address = `127.0.0.1:${await freePort()}`;
    const service = await started(await tempFolder(), { TUODI_METRICS_LISTEN: address });
    assert.match(await (await fetch(`http://${address}/metrics`)).text(), /^tuodi_facts_readable 1$/m);
    await service.stop();
    await assert.rejects(fetch(`http://${address}/metrics`));
  },
  async log_level() {
    const service = await started(await tempFolder(), { TUODI_LOG_LEVEL: 'warn' });
    await fetch(`${service.url}/v1/resources`);
    await service.stop();
    assert.doesNotMatch(service.err(), /"level":30/, 'requests are logged at info, which is the default');
  },
  async link_secret() {
    const { signer } = await elsewhere();
    assert.equal(signer.sign(signed), createSigner({ current: LINK_SECRET }).sign(signed));
  },
  async link_secret_previous() {
    const { signer } = await elsewhere();
    assert.ok(signer.verify(signed, createSigner({ current: LINK_SECRET_BEFORE }).sign(signed)));
  },
  url: async () => assert.equal((await command()).url, '/v1/resources'),
  api_key: async () => assert.equal((await command()).headers.authorization, 'Bearer a-key-to-it'),
};
