/** A cookie goes along with whatever page asks: what is written by it comes from a page of this service, at the address where that is. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ROUTES } from '../../../contract/routes/table.ts';
import { type Browser, browser, loginFor } from '../../worlds/browser.ts';
import { type HttpWorld, httpWorld } from '../../worlds/http-world.ts';

const CREATE = { filename: 'a.jpg', content_type: 'image/jpeg', byte_size: 1 };
const create = (one: Browser, headers: Record<string, string> = {}) =>
  one.ask('POST', '/v1/resources', { body: CREATE, headers });
/** Signed in at the service's own page, and asking from another one. */
async function from(world: HttpWorld, page: string | null): Promise<Browser> {
  const own = browser(world.url, new URL(world.deps.public_url()).origin);
  await own.signIn((await loginFor(world.deps, { role: 'admin' })).token);
  const other = browser(world.url, page);
  other.cookie = own.cookie;
  return other;
}

describe('with a public address', () => {
  let world: HttpWorld;
  before(async () => {
    world = await httpWorld();
  });
  after(() => world.stop());

  const writes = ROUTES.filter(({ auth, method }) => (auth === 'key' || auth === 'key_or_link') && method !== 'GET');
  test('no route that writes takes a session from a page of another origin, or from nobody knows where', async () => {
    assert.ok(writes.length > 8);
    for (const page of ['https://evil.example', null]) {
      const other = await from(world, page);
      const untouched = await world.everything();
      for (const { method, path } of writes) {
        const { status, text } = await other.ask(method, path.replace(/\{\w+_id\}/, '01890a5d-ac96-774b-bcce-b302099a8057'));
        assert.deepEqual([status, JSON.parse(text).code], [403, 'OTHER_ORIGIN'], `${method} ${path} from ${page}`);
      }
      assert.equal((await other.ask('DELETE', '/v1/session')).status, 403);
      assert.equal(await world.everything(), untouched);
    }
  });

  const PAGES: Record<string, [page: string | null, headers: Record<string, string>, status: number]> = {
    'its own page': [null, {}, 201],
    'a page of another port': ['http://127.0.0.1:1', {}, 403],
    'a page of another scheme': ['https://127.0.0.1', {}, 403],
    'a page that has the address in its name': ['http://127.0.0.1.evil.example', {}, 403],
    'a page of an opaque origin': ['null', {}, 403],
    'what is no origin': ['127.0.0.1', {}, 403],
    'a page of an origin that may call with a key': ['https://web.example', {}, 403],
    'a browser that says so instead': [null, { 'sec-fetch-site': 'same-origin' }, 201],
    'a browser that says it is another site': [null, { 'sec-fetch-site': 'cross-site' }, 403],
    'a browser that says it is another port': [null, { 'sec-fetch-site': 'same-site' }, 403],
    'another origin, whatever is said beside it': ['https://evil.example', { 'sec-fetch-site': 'same-origin' }, 403],
  };
  for (const [what, [page, headers, status]] of Object.entries(PAGES))
    test(`a write from ${what} is ${status}`, async () => {
      const one = await from(world, what === 'its own page' ? world.url : page);
      assert.equal((await create(one, headers)).status, status);
    });

  test('an Origin given twice is refused', async () => {
    const one = await from(world, null);
    const twice = { Origin: [world.url, 'https://evil.example'] } as unknown as Record<string, string>;
    assert.equal((await create(one, twice)).status, 400);
  });

  test('signing in is a write: no page of another origin signs a browser in as somebody else', async () => {
    const { token } = await loginFor(world.deps);
    assert.equal((await browser(world.url, 'https://evil.example').signIn(token)).status, 403);
    assert.equal((await browser(world.url).signIn(token)).status, 201, 'and the token is not used up by it');
  });

  test('an answer to another origin is never one that a browser reads with a cookie', async () => {
    const one = await from(world, 'https://web.example');
    for (const [method, route] of [
      ['GET', '/v1/resources'],
      ['OPTIONS', '/v1/resources'],
    ] as const) {
      const headers: Record<string, string> = method === 'OPTIONS' ? { 'access-control-request-method': 'POST' } : {};
      const answer = await one.ask(method, route, { headers });
      assert.equal(answer.headers['access-control-allow-origin'], 'https://web.example');
      assert.equal(answer.headers['access-control-allow-credentials'], undefined);
    }
  });

  test('an answer is kept by a browser for its own session alone', async () => {
    const one = await from(world, world.url);
    assert.match((await one.ask('GET', '/v1/resources')).headers.vary ?? '', /\bCookie\b/);
  });
});

describe('without a public address', () => {
  let world: HttpWorld;
  before(async () => {
    world = await httpWorld({ public_url_is_guessed: true });
  });
  after(() => world.stop());

  const HOSTS: [origin: string, host: string, status: number][] = [
    ['http://nas.local:8787', 'nas.local:8787', 201],
    ['https://nas.local', 'nas.local', 201],
    ['http://[fe80::1]:8787', '[fe80::1]:8787', 201],
    ['http://nas.local', 'nas.local:80', 201],
    ['http://nas.local:8788', 'nas.local:8787', 403],
    ['http://evil.example', 'nas.local:8787', 403],
    ['file://nas.local', 'nas.local', 403],
  ];
  for (const [origin, host, status] of HOSTS)
    test(`a write from ${origin}, asked at ${host}, is ${status}`, async () => {
      const one = await from(world, origin);
      assert.equal((await create(one, { host })).status, status);
    });

  test('links lead to where they were asked for', async () => {
    const one = await from(world, 'http://nas.local:8787');
    const answer = await create(one, { host: 'nas.local:8787' });
    const { resource, upload } = JSON.parse(answer.text);
    for (const link of [upload.url, upload.complete_url, answer.headers.location, resource.actions[0].href])
      assert.match(String(link), /^http:\/\/nas\.local:8787\//);
    const me = await one.ask('GET', '/v1/me', { headers: { host: 'nas.local:8787' } });
    assert.equal(JSON.parse(me.text).public_url, 'http://nas.local:8787');
  });

  for (const host of ['nas.local/x', 'a b', 'nas.local:8787"><script>', 'user@nas.local'])
    test(`a Host of ${host} stands in no link`, async () => {
      const one = await from(world, world.url);
      const me = await one.ask('GET', '/v1/me', { headers: { host } });
      const { public_url } = me.status === 200 ? JSON.parse(me.text) : { public_url: '' };
      assert.ok(!public_url.includes(host), public_url);
    });
});

describe('behind a proxy, under a path', () => {
  let world: HttpWorld;
  before(async () => {
    world = await httpWorld({ public_url: () => 'https://home.example/pictures' });
  });
  after(() => world.stop());

  test('the cookie goes to that path alone, and over TLS alone', async () => {
    const one = browser(world.url, 'https://home.example');
    const { set_cookie } = await one.signIn((await loginFor(world.deps)).token);
    assert.match(
      set_cookie.join(),
      /^tuodi_session_443=[\w-]{43}; Path=\/pictures; Max-Age=2592000; HttpOnly; SameSite=Strict; Secure$/,
    );
    const out = await one.ask('DELETE', '/v1/session');
    assert.match(out.set_cookie.join(), /^tuodi_session_443=; Path=\/pictures; Max-Age=0; HttpOnly; SameSite=Strict; Secure$/);
  });

  test('links lead to the public address, and a page elsewhere is told which that is', async () => {
    const one = await from(world, 'https://home.example');
    const { upload } = JSON.parse((await create(one)).text);
    assert.match(upload.complete_url, /^https:\/\/home\.example\/pictures\/v1\//);
    assert.equal(JSON.parse((await one.ask('GET', '/v1/me')).text).public_url, 'https://home.example/pictures');
    const elsewhere = await from(world, world.url);
    const refused = await create(elsewhere);
    assert.equal(refused.status, 403);
    assert.match(JSON.parse(refused.text).detail, /https:\/\/home\.example .*TUODI_PUBLIC_URL/);
  });
});
