/** What a request tells us, and what we tell whoever asks: addresses, keys, hosts, and nothing that is nobody's business. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { ConfigError, readConfig } from '../../app/config.ts';
import { processLog } from '../../runtime/health/process-log.ts';
import { type HttpWorld, httpWorld } from '../worlds/http-world.ts';

type Deps = Parameters<typeof httpWorld>[0];
async function inWorld(deps: Deps, work: (world: HttpWorld) => Promise<void>): Promise<void> {
  const world = await httpWorld(deps);
  try {
    await work(world);
  } finally {
    await world.stop();
  }
}
/** Bytes as they are, and all that is answered. */
async function raw(world: HttpWorld, ...lines: string[]): Promise<string> {
  const socket = connect(world.port, '127.0.0.1');
  await once(socket, 'connect');
  socket.end(`${lines.join('\r\n')}\r\n\r\n`);
  return text(socket);
}
const lines = (world: HttpWorld) => world.log.map((line) => JSON.parse(line)).filter(({ event }) => event === 'request.finished');

describe('readiness', () => {
  const detail = 'connect ECONNREFUSED 10.1.2.3:3306';
  const readiness = () => ({
    ready: false,
    checks: { database: { ok: false, state: 'away' as const, detail }, index: { ok: true, state: 'ok' as const } },
    degraded: [{ name: 'store_is_away', detail, since: 0 }],
  });

  test('names parts to anybody, and tells what is wrong with them to a key of the installation', () =>
    inWorld({ readiness }, async (world) => {
      const names = { database: { ok: false, state: 'away' }, index: { ok: true, state: 'ok' } };
      for (const [what, authorization] of Object.entries({
        none: '',
        wrong: 'Bearer tuodi_01890a5d-ac96-774b-bcce-b302099a8057_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
        revoked: `Bearer ${world.keys.revoked}`,
        'not of the installation': `Bearer ${world.keys.other}`,
        odd: 'Basic x',
      })) {
        const headers: Record<string, string> = authorization === '' ? {} : { authorization };
        const { status, json, text: said } = await world.call('GET', '/readyz', { key: null, headers });
        assert.equal(status, 503, what);
        assert.deepEqual(json, { ready: false, version: '0.0.0', checks: names, degraded: [{ name: 'store_is_away' }] }, what);
        assert.ok(!said.includes('10.1.2.3'));
      }
      const { json } = await world.call('GET', '/readyz');
      const since = '1970-01-01T00:00:00.000Z';
      assert.deepEqual(json, {
        ...{ ready: false, version: '0.0.0', checks: { ...names, database: { ...names.database, detail } } },
        degraded: [{ name: 'store_is_away', detail, since }],
      });
    }));

  test('is told while keys can’t be looked up', () =>
    inWorld({ readiness }, async (world) => {
      const { accounts } = world.deps.facts;
      const { key } = accounts;
      accounts.key = async () => Promise.reject(new Error('the facts are away'));
      const { status, text: said } = await world.call('GET', '/readyz');
      accounts.key = key;
      assert.equal(status, 503);
      assert.ok(!said.includes('10.1.2.3'));
    }));

  test('is told within a second while the database is silent, to whoever shows a key too', () =>
    inWorld({ readiness }, async (world) => {
      const { accounts } = world.deps.facts;
      const { key } = accounts;
      accounts.key = () => new Promise(() => {});
      const began = performance.now();
      const { status } = await world.call('GET', '/readyz');
      const took_ms = performance.now() - began;
      accounts.key = key;
      assert.equal(status, 503);
      assert.ok(took_ms < 1_000, `${took_ms} ms`);
    }));
});

describe('the log of requests', () => {
  test('has the address of the client and the id of its key, and no key', () =>
    inWorld({}, async (world) => {
      await world.call('GET', '/v1/resources');
      await world.call('GET', '/v1/resources', { key: null });
      const [known, unknown] = lines(world);
      assert.match(known.key_id, /^[0-9a-f-]{36}$/);
      assert.ok(world.keys.a.includes(known.key_id));
      assert.deepEqual([known.address, unknown.address, unknown.key_id], ['127.0.0.1', '127.0.0.1', undefined]);
      assert.ok(!world.log.join('').includes(world.keys.a));
    }));

  test('believes what a trusted proxy says of a client, and nobody else', async () => {
    const forwarded = async (world: HttpWorld, said: string) => {
      await world.call('GET', '/healthz', { key: null, headers: { 'x-forwarded-for': said } });
      return lines(world).at(-1)?.address;
    };
    await inWorld({}, async (world) => assert.equal(await forwarded(world, '203.0.113.9'), '127.0.0.1'));
    await inWorld({ trusted_proxies: ['10.0.0.0/8'] }, async (world) =>
      assert.equal(await forwarded(world, '203.0.113.9'), '127.0.0.1'),
    );
    await inWorld({ trusted_proxies: ['127.0.0.0/8', '10.0.0.0/8'] }, async (world) => {
      const said: Record<string, string> = {
        '203.0.113.9': '203.0.113.9',
        '198.51.100.1, 203.0.113.9': '203.0.113.9', // the first is what the client wrote
        '203.0.113.9, 10.1.1.1': '203.0.113.9',
        '2001:db8::1': '2001:db8::1',
        '::ffff:203.0.113.9': '203.0.113.9',
        '10.1.1.1': '10.1.1.1',
        '<script>': '127.0.0.1',
        unknown: '127.0.0.1',
        '203.0.113.9:8080': '127.0.0.1',
        [`203.0.113.9${', 10.0.0.1'.repeat(100)}`]: '127.0.0.1',
      };
      for (const [header, address] of Object.entries(said)) assert.equal(await forwarded(world, header), address, header);
    });
  });

  test('holds no word that somebody looks for, whatever becomes of the search', () =>
    inWorld({}, async (world) => {
      const word = 'antidisestablishmentarianism';
      await world.call('GET', `/v1/search?q=${word}`);
      await world.call('GET', `/v1/search?q=${word}&mode=nothing`);
      await world.call('GET', `/v1/search?q=${word}`, { key: null });
      await world.call('GET', `/v1/search?q=${word}&cursor=odd`);
      await world.call('GET', `/v1/nowhere?q=${word}`);
      await raw(world, `GET /v1/search?q=${word} HTTP/1.1`);
      await raw(world, `GET /v1/search?q=${word} HTTP/9.9`, 'Host: a');
      assert.ok(world.log.length >= 6);
      const none = world.log.map((line) => JSON.parse(line)).filter(({ event }) => event === 'request.malformed');
      assert.deepEqual(
        none.map(({ address }) => address),
        none.map(() => '127.0.0.1'),
      );
      assert.ok(!world.log.join('').includes(word));
    }));

  test('has of an error its message and place, and not what libraries put on it', () => {
    const written: string[] = [];
    const log = processLog('info', { write: (line) => void written.push(line) });
    const error = Object.assign(new Error('the index failed', { cause: new Error('beneath') }), {
      ...{ code: 'ER_X', sql: 'SELECT secretword', bindings: ['secretword'], meta: { body: { query: 'secretword' } } },
      inner: Object.assign(new Error('inner'), { sql: 'secretword' }),
    });
    log.error({ err: error, request_id: 'r' }, 'request failed');
    log.error(error);
    assert.ok(!written.join('').includes('secretword'));
    const { err } = JSON.parse(written[0] ?? '');
    assert.deepEqual([err.type, err.code], ['Error', 'ER_X']);
    assert.match(err.stack, /the index failed[\s\S]*beneath/);
  });
});

describe('a request', () => {
  let world: HttpWorld;
  before(async () => {
    world = await httpWorld();
  });
  after(() => world.stop());

  test('with two Host headers, or two of what is said once, is refused', async () => {
    const good = await raw(world, 'GET /healthz HTTP/1.1', 'Host: a', 'Connection: close');
    assert.match(good, /^HTTP\/1.1 200 /);
    const twice: [string, ...string[]][] = [
      ['Host: a', 'Host: a'],
      ['Host: a', 'host: b'],
      ['Host: a', 'HOST: '],
      ['Host: a', 'Authorization: Bearer x', 'Authorization: Bearer y'],
      ['Host: a', 'Content-Type: a/b', 'Content-Type: c/d'],
      ['Host: a', 'Idempotency-Key: a', 'Idempotency-Key: b'],
      ['Host: a', 'Content-Length: 0', 'Content-Length: 0'],
      ['Host: a', 'Content-Length: 0', 'Transfer-Encoding: chunked'],
    ];
    for (const headers of twice) {
      const said = await raw(world, 'GET /healthz HTTP/1.1', ...headers, 'Connection: close');
      assert.match(said, /^HTTP\/1.1 400 [\s\S]*"code":"BAD_REQUEST"/, headers.join());
    }
  });

  test('is answered with the headers that keep its address from others, whatever the answer is', async () => {
    const answers = [
      await raw(world, 'GET /healthz HTTP/1.1', 'Host: a', 'Connection: close'),
      await raw(world, 'GET /v1/resources?signature=x HTTP/1.1', 'Host: a', 'Connection: close'),
      await raw(world, 'GET /objects/incoming/a/b/c HTTP/1.1', 'Host: a', 'Connection: close'),
      await raw(world, 'OPTIONS /v1/resources HTTP/1.1', 'Host: a', 'Origin: https://web.example', 'Connection: close'),
      await raw(world, 'no request at all'),
      await raw(world, 'CONNECT a:1 HTTP/1.1', 'Host: a'),
    ];
    for (const said of answers) {
      assert.match(said, /^referrer-policy: no-referrer\r$/im, said.slice(0, 200));
      assert.match(said, /^x-content-type-options: nosniff\r$/im, said.slice(0, 200));
    }
  });
});

test('a proxy that is no address stops the start, and is named', () => {
  assert.deepEqual(readConfig({ TUODI_TRUSTED_PROXIES: '10.0.0.0/8, ::1, loopback' }).config.trusted_proxies, [
    '10.0.0.0/8',
    '::1',
    'loopback',
  ]);
  for (const said of ['proxy.example', '10.0.0.0/99', '*'])
    assert.throws(
      () => readConfig({ TUODI_TRUSTED_PROXIES: said }),
      (error: unknown) => error instanceof ConfigError && error.message.includes('TUODI_TRUSTED_PROXIES'),
    );
});
