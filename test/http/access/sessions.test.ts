/** Signing in with a browser: a login token is good once, a session for as long as its user, and a cookie for its own service. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Me } from '../../../contract/session.ts';
import { HTTP_LIMITS } from '../../../http/limits.ts';
import { type Browser, browser, loginFor } from '../../worlds/browser.ts';
import { type HttpWorld, httpWorld } from '../../worlds/http-world.ts';

let world: HttpWorld;
before(async () => {
  world = await httpWorld();
});
after(() => world.stop());

const codeOf = (text: string): unknown => JSON.parse(text).code;
const DAY_MS = 24 * 3_600_000;
const MINUTE_MS = 60_000;
type Who = Parameters<typeof loginFor>[1];
async function signedIn(who: Who = {}): Promise<Browser & { user_id: string }> {
  const one = browser(world.url);
  const { token, user_id } = await loginFor(world.deps, who);
  assert.equal((await one.signIn(token)).status, 201);
  return Object.assign(one, { user_id });
}
const statusOf = async (one: Browser) => (await one.ask('GET', '/v1/me')).status;
const CREATE = { filename: 'a.jpg', content_type: 'image/jpeg', byte_size: 1 };

describe('a login token', () => {
  test('begins a session, whose cookie no script reads and no other site sends', async () => {
    const one = browser(world.url);
    const { token, user_id } = await loginFor(world.deps, { role: 'viewer' });
    const answer = await one.signIn(token);
    assert.equal(answer.status, 201);
    const me = Me.parse(JSON.parse(answer.text));
    assert.deepEqual([me.user, me.role], [{ user_id, name: `name of ${user_id}` }, 'viewer']);
    assert.match(
      answer.set_cookie.join('\n'),
      new RegExp(`^tuodi_session_${world.port}=[\\w-]{43}; Path=/; Max-Age=2592000; HttpOnly; SameSite=Strict$`),
    );
    assert.equal(answer.headers['cache-control'], 'no-store');
    assert.equal(await statusOf(one), 200);
  });

  test('is good once: of two tabs at once one has it, and the other is told how to get another', async () => {
    const { token } = await loginFor(world.deps);
    const tabs = Array.from({ length: 6 }, () => browser(world.url));
    const answers = await Promise.all(tabs.map((tab) => tab.signIn(token)));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 401, 401, 401, 401, 401]);
    const refused = answers.find(({ status }) => status === 401);
    assert.equal(codeOf(refused?.text ?? ''), 'LOGIN_REFUSED');
    assert.match(refused?.text ?? '', /tuodi login-link/);
    assert.deepEqual(refused?.set_cookie, []);
    assert.equal((await browser(world.url).signIn(token)).status, 401);
  });

  test('is good for 15 minutes', async () => {
    const [early, late] = [await loginFor(world.deps), await loginFor(world.deps)];
    world.later(15 * MINUTE_MS - 1_000);
    assert.equal((await browser(world.url).signIn(early.token)).status, 201);
    world.later(1_000);
    assert.equal((await browser(world.url).signIn(late.token)).status, 401);
  });

  const NONE = ['', 'x', 'tuodi_login_', `tuodi_login_${'A'.repeat(43)}`, `tuodi_login_${'A'.repeat(42)}`, "' OR 1=1 --"];
  for (const token of NONE)
    test(`that is none (${JSON.stringify(token)}) begins nothing`, async () => {
      const { status, set_cookie } = await browser(world.url).signIn(token);
      assert.equal(status, token === '' ? 422 : 401);
      assert.deepEqual(set_cookie, []);
    });

  test('stands in no log, and nor does the token of a session; both are stored as hashes alone', async () => {
    const one = browser(world.url);
    const { token } = await loginFor(world.deps);
    await one.signIn(token);
    await one.ask('GET', '/v1/me');
    await one.signIn(token);
    const [, secret = ''] = one.cookie.split('=');
    assert.equal(secret.length, 43);
    const kept = `${world.log.join('\n')}${await world.everything()}`;
    for (const hidden of [token, token.replace('tuodi_login_', ''), secret]) assert.ok(!kept.includes(hidden));
  });

  test('that is tried again and again has its address refused', async () => {
    const other = await httpWorld({ rates: spentAt(20), limits: { ...HTTP_LIMITS, address_points: 20 } });
    try {
      const statuses: number[] = [];
      for (let n = 0; n < 8; n++) statuses.push((await browser(other.url).signIn(`tuodi_login_${'B'.repeat(43)}`)).status);
      assert.equal(statuses[0], 401);
      assert.equal(statuses.at(-1), 429);
    } finally {
      await other.stop();
    }
  });
});

/** Rates that are held in memory and never renewed. */
function spentAt(points: number) {
  const spent = new Map<string, number>();
  return {
    spend: async (_: unknown, subject: string, cost: number) => {
      const total = (spent.get(subject) ?? 0) + cost;
      spent.set(subject, total);
      return { is_over: total > points, remaining: Math.max(0, points - total), reset_ms: 1_000 };
    },
  };
}

describe('a session', () => {
  test('is its user, with the user’s role, on reads and on writes', async () => {
    const [viewer, editor] = [await signedIn({ role: 'viewer' }), await signedIn({ role: 'editor' })];
    assert.equal((await viewer.ask('GET', '/v1/resources')).status, 200);
    assert.equal((await viewer.ask('POST', '/v1/resources', { body: CREATE })).status, 403);
    const made = await editor.ask('POST', '/v1/resources', { body: CREATE });
    assert.equal(made.status, 201);
    const { resource } = JSON.parse(made.text);
    assert.equal(resource.user_id, editor.user_id);
    const [born] = JSON.parse((await editor.ask('GET', `/v1/resources/${resource.resource_id}/history`)).text).items;
    assert.deepEqual([born.by.kind, born.by.id], ['user', editor.user_id]);
    const patched = await editor.ask('PATCH', `/v1/resources/${resource.resource_id}/metadata`, { body: { title: 't' } });
    assert.equal(patched.status, 200);
  });

  test('sees its own organisation alone', async () => {
    const { resource_id } = await world.created();
    const [own, other] = [await signedIn(), await signedIn({ org_id: 'b' })];
    assert.equal((await own.ask('GET', `/v1/resources/${resource_id}`)).status, 200);
    assert.equal((await other.ask('GET', `/v1/resources/${resource_id}`)).status, 404);
    assert.deepEqual(JSON.parse((await other.ask('GET', '/v1/resources')).text).items, []);
  });

  test('lasts 30 days from its last use; its end is written once an hour at most', async () => {
    const one = await signedIn();
    const session = async () => JSON.parse((await one.ask('GET', '/v1/me')).text).session.expires_at;
    const first = await session();
    world.later(59 * MINUTE_MS);
    assert.equal(await session(), first);
    world.later(2 * MINUTE_MS);
    const slid = await one.ask('GET', '/v1/resources');
    assert.match(slid.set_cookie.join(), /Max-Age=2592000/);
    assert.ok((await session()) > first);
    assert.deepEqual((await one.ask('GET', '/v1/resources')).set_cookie, []);
    world.later(29 * DAY_MS);
    assert.equal(await statusOf(one), 200);
    world.later(30 * DAY_MS + 1_000);
    assert.equal(await statusOf(one), 401);
  });

  test('ends by signing out, with its links, and its cookie is taken away', async () => {
    const one = await signedIn();
    const { resource_id } = await world.created();
    await world.legal(resource_id, `bytes of ${resource_id}`);
    const { preview_url } = JSON.parse((await one.ask('GET', `/v1/resources/${resource_id}`)).text);
    assert.equal((await world.call('GET', preview_url, { key: null })).status, 200);
    const { cookie } = one;
    const out = await one.ask('DELETE', '/v1/session');
    assert.deepEqual([out.status, one.cookie], [204, '']);
    assert.match(out.set_cookie.join(), /Max-Age=0/);
    one.cookie = cookie; // kept by somebody
    assert.equal(await statusOf(one), 401);
    const left = await world.call('GET', preview_url, { key: null });
    assert.deepEqual([left.status, codeOf(left.text)], [403, 'LINK_EXPIRED']);
    assert.equal((await one.ask('DELETE', '/v1/session')).status, 204, 'signing out again');
  });

  test('ends when its user is revoked, or has another role', async () => {
    const { accounts } = world.facts;
    const [revoked, demoted, other] = [await signedIn(), await signedIn({ role: 'admin' }), await signedIn()];
    await accounts.revokeUser({ org_id: 'a' }, revoked.user_id, world.deps.clock.now());
    const at = world.deps.clock.now();
    await accounts.setRole({ org_id: 'a' }, demoted.user_id, { role: 'viewer', installation: false, at });
    assert.deepEqual([await statusOf(revoked), await statusOf(demoted), await statusOf(other)], [401, 401, 200]);
    const again = browser(world.url);
    await again.signIn((await loginFor(world.deps, { user_id: demoted.user_id })).token);
    assert.equal((await again.ask('POST', '/v1/resources', { body: CREATE })).status, 403);
  });

  test('is never one that was there before: a cookie that somebody planted becomes nobody’s', async () => {
    const planted = await signedIn({ role: 'viewer' });
    const victim = browser(world.url);
    victim.cookie = planted.cookie;
    await victim.signIn((await loginFor(world.deps, { role: 'admin' })).token);
    assert.notEqual(victim.cookie, planted.cookie);
    assert.equal(JSON.parse((await victim.ask('GET', '/v1/me')).text).role, 'admin');
    assert.equal(await statusOf(planted), 401, 'and the one before has ended');
    const chosen = browser(world.url);
    chosen.cookie = `tuodi_session_${world.port}=${'C'.repeat(43)}`;
    await chosen.signIn((await loginFor(world.deps)).token);
    assert.ok(!chosen.cookie.includes('CCC'));
  });

  test('goes after a key that comes with it, also one that does not hold', async () => {
    const viewer = await signedIn({ role: 'viewer' });
    const bearer = (key: string) => ({ headers: { authorization: `Bearer ${key}` }, body: CREATE });
    const by_key = await viewer.ask('POST', '/v1/resources', bearer(world.keys.a));
    assert.equal(by_key.status, 201);
    assert.equal(JSON.parse(by_key.text).resource.user_id, 'a-user');
    assert.equal((await viewer.ask('GET', '/v1/me', { headers: { authorization: `Bearer ${world.keys.revoked}` } })).status, 401);
  });

  test('has its share as a key has, and not that of its address', async () => {
    const other = await httpWorld({ rates: spentAt(6), limits: { ...HTTP_LIMITS, key_points: 6, address_points: 6 } });
    try {
      const one = browser(other.url);
      await one.signIn((await loginFor(other.deps)).token);
      const statuses: number[] = [];
      for (let n = 0; n < 8; n++) statuses.push((await one.ask('GET', '/v1/resources')).status);
      assert.deepEqual(statuses, [200, 200, 200, 200, 200, 200, 429, 429]);
    } finally {
      await other.stop();
    }
  });

  const COOKIES = ['x', 'A'.repeat(43), 'A'.repeat(44), "' OR 1=1", '%00', 'x'.repeat(4_000)];
  for (const value of COOKIES)
    test(`that is none (${value.slice(0, 20)}, ${value.length} characters) is 401`, async () => {
      const one = browser(world.url);
      one.cookie = `tuodi_session_${world.port}=${value}`;
      const answer = await one.ask('GET', '/v1/resources');
      assert.equal(answer.status, 401);
      assert.match(answer.text, /tuodi login-link/);
    });

  test('whose end can’t be moved is read all the same', async () => {
    const { sessions } = world.facts;
    const one = await signedIn();
    world.later(2 * 3_600_000);
    const { extend } = sessions;
    Object.assign(sessions, { extend: async () => Promise.reject(new Error('the disk is full')) });
    try {
      const answer = await one.ask('GET', '/v1/resources');
      assert.deepEqual([answer.status, answer.set_cookie], [200, []]);
    } finally {
      Object.assign(sessions, { extend });
    }
    assert.match((await one.ask('GET', '/v1/resources')).set_cookie.join(), /tuodi_session/);
  });
});

describe('me', () => {
  test('is what a page must know: who, with which role, what is taken, and where links lead', async () => {
    const one = await signedIn({ role: 'operator' });
    const answer = await one.ask('GET', '/v1/me', { headers: { 'accept-language': 'zh-CN' } });
    const me = Me.parse(JSON.parse(answer.text));
    assert.deepEqual(me.organisation, { org_id: 'a', name: 'a' });
    assert.deepEqual([me.role, me.installation, me.locale, me.public_url], ['operator', false, 'zh', world.url]);
    assert.equal(me.limits.max_bytes, HTTP_LIMITS.max_bytes);
    assert.ok(me.limits.content_types.includes('application/pdf'));
    assert.deepEqual(me.required_metadata, ['title']);
    assert.ok(me.session);
  });

  test('of a key has no session', async () => {
    const me = Me.parse((await world.call('GET', '/v1/me')).json);
    assert.deepEqual([me.user.user_id, me.role, me.session], ['a-user', 'admin', null]);
  });
});
