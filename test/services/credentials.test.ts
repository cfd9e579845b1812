/** Wrong credentials stop a start and name the variable; later pictures wait, and go on by themselves when they are right again. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTcp } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ConfigError, readConfig } from '../../app/config.ts';
import { createService } from '../../app/create-service.ts';
import { type OpenedPorts, openPorts } from '../../app/open-ports.ts';
import { openAiEmbeddings } from '../../providers/openai-embeddings.ts';
import { createConditions } from '../../runtime/health/conditions.ts';
import { credentialsOf } from '../../runtime/health/credentials.ts';
import { OPTIONS, openWorld, restIn, say, takeIn, world } from '../faults/world.ts';
import { httpsBefore, testAuthority, tlsBefore } from '../worlds/tls.ts';
import { until } from '../worlds/wait.ts';

type Answer = (asked: IncomingMessage, answer: ServerResponse) => void;
/** An HTTP server of this test. */
async function httpServer(answer: Answer) {
  const server = createServer((asked, reply) => {
    asked.resume();
    answer(asked, reply);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  const address = server.address();
  if (!address || typeof address === 'string') throw new Error('no port');
  const close = () => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return { port: address.port, url: `http://127.0.0.1:${address.port}`, close };
}
const json = (reply: ServerResponse, status: number, body: object) =>
  reply.writeHead(status, { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' }).end(JSON.stringify(body));

/** A Redis that says this to everything. */
async function redisSaying(line: string) {
  const server = createTcp((socket) => {
    socket.on('error', () => {});
    socket.on('data', () => socket.write(`-${line}\r\n`.repeat(8)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  const address = server.address();
  if (!address || typeof address === 'string') throw new Error('no port');
  return { port: address.port, close: () => new Promise<void>((resolve) => server.close(() => resolve())) };
}

const authority = testAuthority();
let folder: string;
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tuodi-credentials-'));
});
after(async () => {
  authority.remove();
  await rm(folder, { recursive: true, force: true });
});

/** What a start says that is stopped by its configuration; fails if it is not. */
async function stopped(env: Record<string, string>): Promise<string> {
  const { config } = readConfig({ TUODI_DATA_DIR: folder, TUODI_LOG_LEVEL: 'silent', ...env });
  let opened: OpenedPorts;
  try {
    opened = await openPorts(config, () => 'http://localhost', world);
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.message;
  }
  await opened.close();
  throw new Error('it was not stopped');
}
const isDiscreet = (text: string, secret: string) => assert.ok(!text.includes(secret), 'no secret is in it');

describe('a start is stopped, and the variable is named', () => {
  for (const [status, type] of [
    [401, 'security_exception'],
    [403, 'security_exception'],
  ] as const)
    test(`by Elasticsearch that answers ${status}`, async () => {
      const server = await httpServer((_, reply) => json(reply, status, { error: { type, reason: 'no' }, status }));
      const text = await stopped({ TUODI_ELASTICSEARCH_URL: server.url, TUODI_ELASTICSEARCH_API_KEY: 'a-secret-key' });
      assert.match(text, /TUODI_ELASTICSEARCH_API_KEY.*TUODI_ELASTICSEARCH_USER.*TUODI_ELASTICSEARCH_PASSWORD/);
      isDiscreet(text, 'a-secret-key');
      await server.close();
    });

  test('by Elasticsearch whose certificate nobody knows, until its authority is named; then by what it is shown', async () => {
    const server = await httpServer((_, reply) => json(reply, 200, {}));
    const right = `Basic ${Buffer.from('elastic:right').toString('base64')}`;
    const tls = await httpsBefore(server.url, authority, () => right);
    const env = { TUODI_ELASTICSEARCH_URL: `https://127.0.0.1:${tls.port}`, TUODI_ELASTICSEARCH_USER: 'elastic' };
    assert.match(await stopped({ ...env, TUODI_ELASTICSEARCH_PASSWORD: 'right' }), /certificate.*TUODI_ELASTICSEARCH_CA_FILE/);
    const trusted = { ...env, TUODI_ELASTICSEARCH_CA_FILE: authority.ca_file };
    const text = await stopped({ ...trusted, TUODI_ELASTICSEARCH_PASSWORD: 'wrong' });
    assert.match(text, /TUODI_ELASTICSEARCH_PASSWORD/);
    await tls.close();
    await server.close();
  });

  for (const reply of ['NOAUTH Authentication required.', 'WRONGPASS invalid username-password pair or user is disabled.'])
    test(`by Redis that says ${reply.split(' ')[0]}`, async () => {
      const redis = await redisSaying(reply);
      const text = await stopped({ TUODI_REDIS_URL: `redis://default:a-secret@127.0.0.1:${redis.port}` });
      assert.match(text, /TUODI_REDIS_URL/);
      isDiscreet(text, 'a-secret');
      void redis.close();
    });

  test('by Redis over TLS: its certificate first, then the password', async () => {
    const redis = await redisSaying('WRONGPASS invalid username-password pair or user is disabled.');
    const tls = await tlsBefore(redis, authority);
    const env = { TUODI_REDIS_URL: `rediss://default:a-secret@127.0.0.1:${tls.port}` };
    assert.match(await stopped(env), /certificate.*TUODI_REDIS_CA_FILE/);
    assert.match(await stopped({ ...env, TUODI_REDIS_CA_FILE: authority.ca_file }), /TUODI_REDIS_URL/);
    await tls.close();
    void redis.close();
  });

  for (const status of [401, 403])
    test(`by providers that answer ${status}`, async () => {
      const server = await httpServer((_, reply) => json(reply, status, { error: 'a-secret is not known' }));
      const ocr = await stopped({ TUODI_OCR_URL: server.url, TUODI_OCR_API_KEY: 'a-secret' });
      const embedding = await stopped({ TUODI_EMBEDDING_URL: server.url, TUODI_EMBEDDING_API_KEY: 'a-secret' });
      assert.match(ocr, /OCR engine.*TUODI_OCR_API_KEY/);
      assert.match(embedding, /TUODI_EMBEDDING_API_KEY/);
      isDiscreet(ocr + embedding, 'a-secret');
      await server.close();
    });

  test('by S3 that answers 403', async () => {
    const server = await httpServer((_, reply) => reply.writeHead(403).end());
    const keys = { TUODI_S3_ACCESS_KEY: 'access', TUODI_S3_SECRET_KEY: 'a-secret' };
    const text = await stopped({ TUODI_S3_BUCKET: 'bucket', TUODI_S3_ENDPOINT: server.url, ...keys });
    assert.match(text, /TUODI_S3_ACCESS_KEY.*TUODI_S3_SECRET_KEY/);
    isDiscreet(text, 'a-secret');
    await server.close();
  });

  test('by a file of certificates that is not there, or has none', async () => {
    const file = path.join(folder, 'none.pem');
    const env = { TUODI_ELASTICSEARCH_URL: 'https://127.0.0.1:1', TUODI_ELASTICSEARCH_CA_FILE: file };
    assert.match(await stopped(env), /TUODI_ELASTICSEARCH_CA_FILE: cannot read/);
    await writeFile(file, 'text');
    assert.match(await stopped(env), /TUODI_ELASTICSEARCH_CA_FILE: there is no certificate/);
  });
});

test('a provider that is away at the start does not stop it', async () => {
  const { config } = readConfig({
    TUODI_DATA_DIR: folder,
    TUODI_OCR_URL: 'http://127.0.0.1:9',
    TUODI_EMBEDDING_URL: 'http://127.0.0.1:9',
  });
  const opened = await openPorts(config, () => 'http://localhost', world);
  await opened.close();
});

test('403 for what was sent, by a provider that takes the key, is of that picture alone', async () => {
  const vector = { object: 'list', data: [{ index: 0, object: 'embedding', embedding: [1, 0] }], model: 'm' };
  const server = createServer(async (asked, reply) => {
    const reported: Buffer[] = [];
    for await (const part of asked) reported.push(part);
    json(reply, Buffer.concat(reported).includes('forbidden') ? 403 : 200, vector);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  assert.ok(address && typeof address === 'object');
  const url = `http://127.0.0.1:${address.port}`;
  const embedder = openAiEmbeddings({ url, api_key: 'k', model: 'm', dimension: 2, clock: world.clock });
  const signal = new AbortController().signal;
  await assert.rejects(embedder.embed(['forbidden'], signal), /PROVIDER_REFUSED/);
  assert.equal((await embedder.embed(['allowed'], signal)).length, 1);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test('a key that is refused later: pictures wait and none fails, the service says whom to call, and all goes on when it is taken again', async () => {
  let refused = true;
  const vector = { object: 'list', data: [{ index: 0, object: 'embedding', embedding: [1, 0] }], model: 'm' };
  const server = await httpServer((_, reply) => (refused ? json(reply, 401, { error: 'no' }) : json(reply, 200, vector)));
  const place = await mkdtemp(path.join(tmpdir(), 'tuodi-credentials-'));
  const plain = await openWorld(place);
  const conditions = createConditions(world);
  const credentials = credentialsOf({ conditions, clock: world.clock }, 'embedding', 100);
  const embedder = openAiEmbeddings({ url: server.url, api_key: 'k', model: 'm', dimension: 2, clock: world.clock, credentials });
  const { config } = readConfig({ TUODI_OCR_WORKERS: '4' });
  const limits = { ...OPTIONS.limits, probe_min_ms: 50, probe_max_ms: 200 };
  const task_limits = { outage_pause_ms: 100, backoff_base_ms: 20 };
  const service = createService({ ...plain, embedder }, { config, ...OPTIONS, limits, task_limits }, { ...world, conditions });
  try {
    const ids = [await takeIn(service.engine, plain, 1), await takeIn(service.engine, plain, 2)];
    for (const id of ids) await say(service.engine, id, 'UPLOAD_REPORTED');
    await service.start();
    const [condition] = await until('it is said', () => conditions.list().length > 0 && conditions.list());
    assert.equal(condition?.name, 'credentials_embedding');
    assert.match(condition?.detail ?? '', /TUODI_EMBEDDING_API_KEY, or call whoever runs it/);
    await until('it was tried more than once', async () => {
      const rows = await Promise.all(ids.map((id) => plain.facts.resources.get({ org_id: 'org' }, id)));
      return rows.every((row) => row?.status === 'METADATA_SAVED' || row?.status === 'VECTOR_PENDING');
    });
    refused = false;
    await restIn(plain, ids, ['INDEXED']);
    await until('it is over', () => conditions.list().length === 0);
  } finally {
    await service.stop();
    await plain.close();
    await server.close();
    await rm(place, { recursive: true, force: true });
  }
});
