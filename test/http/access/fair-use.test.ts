/** What one caller may use: rates, requests under way, waits, readers. Others are served meanwhile. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { describe, test } from 'node:test';
import { z } from 'zod';
import type { HttpDeps } from '../../../http/context.ts';
import { HTTP_LIMITS } from '../../../http/limits.ts';
import { memoryRates } from '../../../persistence/memory/rates.ts';
import { type HttpWorld, httpWorld } from '../../worlds/http-world.ts';
import { until } from '../../worlds/wait.ts';

const Said = z.object({ code: z.string() });
const codeOf = (json: unknown) => Said.parse(json).code;

async function inWorld(given: Partial<HttpDeps>, work: (world: HttpWorld) => Promise<void>): Promise<void> {
  const world = await httpWorld(given);
  try {
    await work(world);
  } finally {
    await world.stop();
  }
}
const rated = (limits: Partial<typeof HTTP_LIMITS>) => ({ limits: { ...HTTP_LIMITS, ...limits }, rates: memoryRates() });

describe('rates', () => {
  test('a key is told what is left, is refused beyond it, and goes on in the next window; other keys do not notice', () =>
    inWorld(rated({ key_points: 12, rate_window_s: 1 }), async (world) => {
      const seen: string[] = [];
      for (let n = 0; n < 12; n++) {
        const { status, headers } = await world.call('GET', '/v1/resources');
        seen.push(`${status} ${headers.get('ratelimit')?.split(';').slice(0, 2).join(';')}`);
        assert.equal(headers.get('ratelimit-policy'), '"key";q=12;w=1');
      }
      if (new Set(seen).size === 12) assert.deepEqual(seen.slice(-2), ['200 "key";r=1', '200 "key";r=0']); // in one window
      const refused = await until('it is over', async () => {
        const answer = await world.call('GET', '/v1/resources');
        return answer.status === 429 && answer;
      });
      assert.equal(codeOf(refused.json), 'TOO_MANY_REQUESTS');
      assert.match(refused.headers.get('retry-after') ?? '', /^[1-9]\d*$/);
      assert.match(refused.headers.get('ratelimit') ?? '', /^"key";r=0;t=\d+$/);
      assert.equal((await world.call('GET', '/v1/resources', { key: world.keys.other })).status, 200);
      await until('the next window', async () => (await world.call('GET', '/v1/resources')).status === 200);
    }));

  test('a search costs as much as five requests', () =>
    inWorld(rated({ key_points: 100, rate_window_s: 60 }), async (world) => {
      const { headers } = await world.call('GET', '/v1/search?q=a');
      assert.match(headers.get('ratelimit') ?? '', /^"key";r=95;/);
    }));

  test('a search costs more by the hits that it asks for, a form as much as five requests, a body by its length', () =>
    inWorld(rated({ key_points: 1_000, rate_window_s: 60 }), async (world) => {
      let left = 1_000;
      const cost = async (...call: Parameters<HttpWorld['call']>) => {
        const { headers } = await world.call(...call);
        const before = left;
        left = Number(/;r=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1]);
        return before - left;
      };
      const json = (bytes: number) => ({ body: { title: 'x'.repeat(bytes) } });
      const patch = '/v1/resources/01890a5d-ac96-774b-bcce-b302099a8057/metadata';
      assert.equal(await cost('GET', '/v1/search?q=a&limit=20'), 5);
      assert.equal(await cost('GET', '/v1/search?q=a&limit=200'), 40);
      assert.equal(await cost('GET', '/v1/search?q=a&limit=1000000'), 40, 'refused');
      assert.equal(await cost('PATCH', patch, json(10)), 1);
      assert.equal(await cost('PATCH', patch, json(1_000_000)), 62);
      const form = new FormData();
      form.set('file', new Blob(['GIF']), 'a.gif');
      assert.equal(await cost('POST', '/v1/resources', { raw: form }), 5);
    }));

  const strangers: [string, string, Parameters<HttpWorld['call']>[2]][] = [
    ['wrong keys', '/v1/resources', { key: `tuodi_01890a5d-ac96-774b-bcce-b302099a8057_${'A'.repeat(43)}` }],
    ['no key', '/v1/search?q=a', { key: null }],
    ['forged links', '/objects/incoming/a/b/c?expires=9999999999999&signature=x', { key: null }],
    [
      'links of previews that are forged',
      '/v1/resources/01890a5d-ac96-774b-bcce-b302099a8057/preview?signature=x',
      { key: null },
    ],
    ['addresses of nothing', '/wp-admin.php', { key: null }],
    ['methods of nothing', '/v1/search', { key: null }],
  ];
  for (const [name, route, sending] of strangers)
    test(`an address is refused after many requests with ${name}; who has a key is served there all the same`, () =>
      inWorld(rated({ address_points: 50, rate_window_s: 60 }), async (world) => {
        const method = name.startsWith('methods') ? 'PUT' : 'GET';
        const statuses: number[] = [];
        for (let n = 0; n < 15; n++) statuses.push((await world.call(method, route, sending)).status);
        assert.ok(statuses[0] !== 429 && statuses.slice(-3).every((status) => status === 429), `${statuses}`);
        const refused = await world.call(method, route, sending);
        assert.equal(codeOf(refused.json), 'TOO_MANY_REQUESTS_BY_ADDRESS');
        assert.equal((await world.call('GET', '/v1/resources')).status, 200);
        const created = await world.created();
        assert.ok(created.resource_id);
        for (const probe of ['/healthz', '/readyz']) assert.equal((await world.call('GET', probe, { key: null })).status, 200);
      }));

  test('of IPv6 a network counts as one address; behind a trusted proxy clients count apart', () =>
    inWorld({ ...rated({ address_points: 50, rate_window_s: 60 }), trusted_proxies: ['loopback'] }, async (world) => {
      const from = (address: string) => world.call('GET', '/nothing', { key: null, headers: { 'x-forwarded-for': address } });
      for (let n = 0; n < 11; n++) await from(`2001:db8:1:2::${n.toString(16)}`);
      assert.equal((await from('2001:db8:1:2:aaaa:bbbb:cccc:dddd')).status, 429);
      assert.equal((await from('2001:db8:1:3::1')).status, 404);
      assert.equal((await from('192.0.2.7')).status, 404);
    }));

  test('without a store to count in, and where they are lifted, nobody is refused', async () => {
    const broken = { spend: () => Promise.reject(new Error('away')) };
    for (const rates of [broken, null])
      await inWorld({ limits: { ...HTTP_LIMITS, key_points: 1 }, rates }, async (world) => {
        for (let n = 0; n < 5; n++) assert.equal((await world.call('GET', '/v1/resources')).status, 200);
      });
  });
});

describe('requests under way', () => {
  /** The index answers when it is let go. */
  function heldIndex(world: HttpWorld) {
    const held: (() => void)[] = [];
    const search = world.deps.index.search;
    world.deps.index.search = async (...asked) => {
      await new Promise<void>((go) => held.push(go));
      return search(...asked);
    };
    return held;
  }

  /** A search may look several times. */
  async function letGo(held: (() => void)[], all: Promise<unknown>): Promise<void> {
    let released = 0;
    let done = false;
    void all.finally(() => {
      done = true;
    });
    await until('all are answered', () => {
      for (; released < held.length; released++) held[released]?.();
      return done;
    });
  }

  test('of one key only so many searches are at the index; another key and other calls do not wait for them', () =>
    inWorld({ limits: { ...HTTP_LIMITS, max_searches_under_way: 2, max_requests_waiting: 20 } }, async (world) => {
      const held = heldIndex(world);
      const many = Array.from({ length: 22 }, () => world.call('GET', '/v1/search?q=a&mode=text'));
      await until('two are at it', () => held.length === 2);
      assert.equal((await world.call('GET', '/v1/resources')).status, 200);
      const other = world.call('GET', '/v1/search?q=a&mode=text', { key: world.keys.other });
      await until('so is one of another key', () => held.length === 3);
      await until('all others are in line', async () => {
        const beyond = await world.call('GET', '/v1/search?q=a&mode=text', { headers: { prefer: 'x' } });
        return (
          beyond.status === 429 && codeOf(beyond.json) === 'TOO_MANY_UNDER_WAY' && beyond.headers.get('retry-after') !== null
        );
      });
      await letGo(held, Promise.all(many));
      const statuses = new Set((await Promise.all([...many, other])).map(({ status }) => status));
      assert.deepEqual([...statuses], [200]);
    }));

  test('who goes away while he waits in line holds no place', () =>
    inWorld({ limits: { ...HTTP_LIMITS, max_searches_under_way: 1, max_requests_waiting: 5 } }, async (world) => {
      const held = heldIndex(world);
      const first = world.call('GET', '/v1/search?q=a&mode=text');
      await until('one is at it', () => held.length === 1);
      for (let n = 0; n < 20; n++) {
        const asked = request(`${world.url}/v1/search?q=a&mode=text`, {
          headers: { authorization: `Bearer ${world.keys.a}`, expect: '100-continue' },
        });
        asked.on('error', () => {}); // we hang up
        asked.flushHeaders();
        await once(asked, 'continue');
        await world.call('GET', '/v1/resources'); // answered: the key of the search before it has been checked, and it waits in line
        asked.destroy();
      }
      const last = world.call('GET', '/v1/search?q=a&mode=text');
      await letGo(held, Promise.all([first, last]));
      assert.deepEqual([(await first).status, (await last).status], [200, 200]);
    }));

  test('of 5,000 pipelined searches on one connection a few are looked at, and the connection is closed', () =>
    inWorld({}, async (world) => {
      const socket = connect(world.port, '127.0.0.1');
      let text = '';
      socket.on('data', (data: Buffer) => {
        text += data.toString();
      });
      socket.on('error', () => {}); // closed by the server before all was sent
      const ended = new Promise((resolve) => socket.once('close', resolve));
      const one = `GET /v1/search?q=a HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${world.keys.a}\r\n\r\n`;
      socket.write(one.repeat(5_000));
      const list = await world.call('GET', '/v1/resources', { key: world.keys.other });
      assert.equal(list.status, 200);
      await ended;
      const { asked } = world.ranking;
      assert.ok(
        asked.length <= 2 * HTTP_LIMITS.max_pipelined,
        `${asked.length} times the index was asked, by words and by meaning`,
      );
      assert.equal(text.split('HTTP/1.1 200').length - 1, HTTP_LIMITS.max_pipelined);
      assert.equal(text.split('HTTP/1.1 429').length - 1, 1);
      assert.match(text, /TOO_MANY_UNDER_WAY/);
      assert.equal((await world.call('GET', '/v1/search?q=a')).status, 200);
    }));

  test('a client that keeps its connection for many requests, one after the other, is no such client', () =>
    inWorld({ limits: { ...HTTP_LIMITS, max_pipelined: 2 } }, async (world) => {
      for (let n = 0; n < 50; n++) assert.equal((await world.call('GET', '/v1/resources')).status, 200);
    }));
});

describe('waits and readers of a key', () => {
  test('requests that wait hold no place of others, and only so many wait', () =>
    inWorld({ limits: { ...HTTP_LIMITS, max_requests_under_way: 1, max_waits: 3 } }, async (world) => {
      const { resource_id } = await world.created();
      const wait = { headers: { prefer: 'wait=20' } };
      await world.call('POST', `/v1/resources/${resource_id}/uploaded`);
      const waiting = Array.from({ length: 3 }, () => world.call('GET', `/v1/resources/${resource_id}`, wait));
      const refused = await until('one more is refused', async () => {
        const answer = await world.call('GET', `/v1/resources/${resource_id}`, { headers: { prefer: 'wait=1' } });
        return answer.status === 429 && answer;
      });
      assert.deepEqual([codeOf(refused.json), refused.headers.get('preference-applied')], ['TOO_MANY_WAITS', null]);
      // What was asked for is done all the same, and only the wait is not.
      const reported = await world.call('POST', `/v1/resources/${resource_id}/uploaded`, wait);
      assert.deepEqual([reported.status, reported.headers.get('preference-applied')], [200, null]);
      const other = await world.call('GET', `/v1/resources/${resource_id}`, {
        headers: { prefer: 'wait=0' },
        key: world.keys.other,
      });
      assert.equal(other.status, 404);
      await world.done(resource_id, 'inspect', { verdict: 'illegal', code: 'NOT_AN_IMAGE', detail: 'text' });
      assert.deepEqual(new Set((await Promise.all(waiting)).map(({ status }) => status)), new Set([200]));
      assert.equal((await world.call('GET', `/v1/resources/${resource_id}`, wait)).status, 200);
    }));

  test('readers of events: so many of a key, others have their own', () =>
    inWorld({ limits: { ...HTTP_LIMITS, max_event_readers: 2, max_requests_under_way: 1 } }, async (world) => {
      const read = async (key: string) => {
        const end = new AbortController();
        const answer = await fetch(`${world.url}/v1/events`, { signal: end.signal, headers: { authorization: `Bearer ${key}` } });
        return { answer, end: () => end.abort() };
      };
      const own = [await read(world.keys.a), await read(world.keys.a)];
      const more = await read(world.keys.a);
      assert.deepEqual([more.answer.status, codeOf(await more.answer.json())], [429, 'TOO_MANY_EVENT_READERS']);
      const other = await read(world.keys.other);
      assert.equal(other.answer.status, 200);
      own[0]?.end();
      await until('there is room again', async () => {
        const again = await read(world.keys.a);
        again.end();
        return again.answer.status === 200;
      });
      for (const reader of [...own, other]) reader.end();
    }));
});
