/** The server itself: waiting, stopping, other origins, headers, errors of ours. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { z } from 'zod';
import { Resource } from '../../contract/resource.ts';
import { hashSecret, isSecret, makeKey, parseKey } from '../../runtime/accounts/api-keys.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import { httpWorld } from '../worlds/http-world.ts';
import { until } from '../worlds/wait.ts';

test('`Prefer: wait` answers when the picture rests, and says that it waited', async () => {
  await using world = disposable(await httpWorld());
  const { resource_id } = await world.created();
  await world.call('POST', `/v1/resources/${resource_id}/uploaded`);
  const waiting = world.call('GET', `/v1/resources/${resource_id}`, { headers: { prefer: 'respond-async, wait=20' } });
  await world.done(resource_id, 'inspect', { verdict: 'illegal', code: 'NOT_AN_IMAGE', detail: 'text' });
  const answer = await waiting;
  assert.equal(Resource.parse(answer.json).status, 'REJECTED');
  assert.equal(answer.headers.get('preference-applied'), 'wait=20');
});

test('a wait is at most 30 s, and one that ends answers the picture as it is', async () => {
  await using world = disposable(await httpWorld());
  const { resource_id } = await world.created();
  assert.equal(
    (await world.call('GET', `/v1/resources/${resource_id}`, { headers: { prefer: 'wait=9999' } })).headers.get(
      'preference-applied',
    ),
    'wait=30',
  );
  const answer = await world.call('POST', `/v1/resources/${resource_id}/uploaded`, { headers: { prefer: 'wait=0' } });
  assert.deepEqual([answer.status, Resource.parse(answer.json).phase], [200, 'working']);
});

test('stopping answers long waits at once and takes no new connections', async () => {
  const world = await httpWorld();
  const { resource_id } = await world.created();
  await world.call('POST', `/v1/resources/${resource_id}/uploaded`);
  const began = performance.now();
  let waits = false;
  const { waitUntilSettled } = world.deps.engine;
  world.deps.engine.waitUntilSettled = (...args) => {
    waits = true;
    return waitUntilSettled(...args);
  };
  const waiting = world.call('GET', `/v1/resources/${resource_id}`, { headers: { prefer: 'wait=30' } });
  await until('the request waits', () => waits);
  await Promise.all([world.stop(), waiting]);
  const answer = await waiting;
  assert.deepEqual([answer.status, answer.headers.get('connection')], [200, 'close']);
  assert.ok(performance.now() - began < 5_000);
  await assert.rejects(world.call('GET', '/healthz'));
});

test('stopping cuts off what does not end within its grace', async () => {
  const world = await httpWorld();
  const socket = connect(world.port, '127.0.0.1');
  socket.on('error', () => {}); // cut off
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write(
    `POST /v1/resources HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${world.keys.a}\r\nContent-Type: application/json\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n`,
  );
  assert.match(String(await once(socket, 'data')), /^HTTP\/1.1 100/, 'the request is under way');
  socket.write('{');
  const began = performance.now();
  await world.server.stop(200);
  await closed;
  const took_ms = performance.now() - began;
  assert.ok(took_ms >= 190 && took_ms < 2_000, `${took_ms} ms`);
  await world.stop();
});

test('pages of a configured origin may call, others may not', async () => {
  await using world = disposable(await httpWorld());
  const asked = {
    origin: 'https://web.example',
    'access-control-request-method': 'PATCH',
    'access-control-request-headers': 'authorization',
  };
  const preflight = await world.call('OPTIONS', '/v1/resources', { key: null, headers: asked });
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers.get('access-control-allow-origin'), 'https://web.example');
  assert.match(preflight.headers.get('access-control-allow-methods') ?? '', /PATCH/);
  const answer = await world.call('GET', '/v1/resources', { headers: { origin: 'https://web.example' } });
  assert.match(answer.headers.get('access-control-expose-headers') ?? '', /ETag/);
  const refused = await world.call('GET', '/v1/nothing', { headers: { origin: 'https://web.example' } });
  assert.equal(refused.headers.get('access-control-allow-origin'), 'https://web.example');
  const other = await world.call('GET', '/v1/resources', { headers: { origin: 'https://evil.example' } });
  assert.equal(other.headers.get('access-control-allow-origin'), null);
  const plain = await world.call('OPTIONS', '/v1/resources', { key: null });
  assert.deepEqual((plain.headers.get('allow') ?? '').split(', ').sort(), ['GET', 'HEAD', 'OPTIONS', 'POST']);
  assert.equal(plain.status, 204);
});

test('an error of ours tells its id and nothing else', async () => {
  const broken = {
    ready: () => {
      throw new Error('secret detail');
    },
  };
  await using world = disposable(await httpWorld({ readiness: broken.ready }));
  const answer = await world.call('GET', '/readyz', { key: null, headers: { 'x-request-id': 'find-me' } });
  assert.equal(answer.status, 500);
  assert.deepEqual(z.object({ code: z.string(), request_id: z.string() }).parse(answer.json), {
    code: 'INTERNAL',
    request_id: 'find-me',
  });
  assert.ok(!answer.text.includes('secret detail'));
  assert.ok(world.log.some((line) => line.includes('secret detail') && line.includes('find-me')));
});

test('every response has the security headers; HSTS only where clients reach the service by https', async () => {
  const named = [
    ...['content-security-policy', 'cross-origin-resource-policy', 'referrer-policy', 'strict-transport-security'],
    ...['x-content-type-options', 'x-frame-options', 'x-powered-by'],
  ];
  const of = async (given: Parameters<typeof httpWorld>[0], path: string) => {
    await using world = disposable(await httpWorld(given));
    const { headers } = await world.call('GET', path, { key: null });
    return Object.fromEntries(named.map((name) => [name, headers.get(name)]));
  };
  const plain = {
    'content-security-policy': "default-src 'none';frame-ancestors 'none'",
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'strict-transport-security': null,
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'x-powered-by': null,
  };
  for (const path of ['/healthz', '/v1/resources', '/nowhere']) assert.deepEqual(await of({}, path), plain, path);
  assert.deepEqual(await of({ public_url: () => 'https://tuodi.example' }, '/healthz'), {
    ...plain,
    'strict-transport-security': 'max-age=31536000',
  });
});

test('a request id that could not be logged is replaced', async () => {
  await using world = disposable(await httpWorld());
  for (const said of ['a b', 'x'.repeat(65), '<script>']) {
    const answer = await world.call('GET', '/healthz', { headers: { 'x-request-id': said } });
    assert.match(answer.headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/);
  }
});

test('readiness is 200 or 503, with its checks', async () => {
  let ready = true;
  await using world = disposable(
    await httpWorld({ readiness: () => ({ ready, checks: { database: { ok: ready, state: ready ? 'ok' : 'away' } } }) }),
  );
  assert.equal((await world.call('GET', '/readyz', { key: null })).status, 200);
  ready = false;
  const not = await world.call('GET', '/readyz', { key: null });
  const body = { ready: false, version: '0.0.0', checks: { database: { ok: false, state: 'away' } }, degraded: [] };
  assert.deepEqual([not.status, not.json], [503, body]);
  assert.deepEqual((await world.call('GET', '/healthz', { key: null })).json, { status: 'ok' });
});

test('readiness names what is wrong while the service can work, since when', async () => {
  const degraded = [{ name: 'index_incomplete', detail: 'the index lacks entries', since: 0 }];
  await using world = disposable(await httpWorld({ readiness: () => ({ ready: true, checks: {}, degraded }) }));
  const { status, json } = await world.call('GET', '/readyz');
  const told = [{ name: 'index_incomplete', detail: 'the index lacks entries', since: '1970-01-01T00:00:00.000Z' }];
  assert.deepEqual([status, json], [200, { ready: true, version: '0.0.0', checks: {}, degraded: told }]);
});

test('a key is known again by its hash only', () => {
  const { key_id, text, secret_hash } = makeKey(systemClock());
  assert.match(text, /^tuodi_[0-9a-f-]{36}_[A-Za-z0-9_-]{43}$/);
  const said = parseKey(text);
  assert.equal(said?.key_id, key_id);
  assert.equal(hashSecret(said?.secret ?? ''), secret_hash);
  assert.ok(isSecret(said?.secret ?? '', secret_hash));
  assert.ok(!isSecret('x', secret_hash) && !text.includes(secret_hash));
});

test('a listening address that is taken is told', async () => {
  await using world = disposable(await httpWorld());
  const { createHttpServer } = await import('../../http/server.ts');
  await assert.rejects(createHttpServer(world.deps).listen('127.0.0.1', world.port), /EADDRINUSE/);
});

const disposable = <World extends { stop(): Promise<void> }>(world: World) => ({
  ...world,
  [Symbol.asyncDispose]: () => world.stop(),
});

test('a client that leaves early is no more than debug in the log; a response that fails on our side is a warning', async () => {
  await using world = disposable(await httpWorld());
  const found = (event: string) => world.log.map((line) => JSON.parse(line)).filter((line) => line.event === event);
  const leavers = () => new Set(found('response.client_left').map(({ request_id }) => request_id));
  const read = async () => {
    const socket = connect(world.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(`GET /v1/events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${world.keys.a}\r\n\r\n`);
    await once(socket, 'data');
    return socket;
  };
  (await read()).destroy();
  const left = await until('it is in the log', () => found('response.client_left')[0]);
  assert.equal(left.level, 20);
  (await read()).resetAndDestroy();
  await until('both are in the log', () => leavers().size === 2); // a reset one is there twice: of its socket and of its stream
  world.deps.feed.after = async () => Promise.reject(new Error('no feed'));
  (await read()).resume();
  const failed = await until('it is in the log', () => found('response.failed')[0]);
  assert.deepEqual([failed.level, failed.path, typeof failed.request_id], [40, '/v1/events', 'string']);
  assert.ok(!leavers().has(failed.request_id));
  assert.deepEqual(found('request.malformed'), []);
});
