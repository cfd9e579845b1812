/** Users and keys over HTTP: invited, changed and revoked by administrators of their own organisation, and by nobody else. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { AccessKey, User } from '../../../contract/people.ts';
import { CreatedKey, Invited, LoginLink, UsageOfQuota } from '../../../contract/people.ts';
import { browser } from '../../worlds/browser.ts';
import { type HttpWorld, httpWorld, keyIn } from '../../worlds/http-world.ts';
import { until } from '../../worlds/wait.ts';

let w: HttpWorld;
let admin: string;
before(async () => {
  w = await httpWorld();
  admin = await keyIn('a', w.deps, { role: 'admin' });
});
after(() => w.stop());

const call = (method: string, path: string, body?: object, key = admin) =>
  w.call(method, path, { key, ...(body ? { body } : {}) });
const users = async () => ((await call('GET', '/v1/users')).json as { items: User[] }).items;
const keys = async () => ((await call('GET', '/v1/keys')).json as { items: AccessKey[] }).items;
const codeOf = ({ status, json }: { status: number; json: unknown }) => [status, (json as { code?: string }).code];
const invited = async (role = 'viewer') => Invited.parse((await call('POST', '/v1/users', { name: '小明', role })).json);
const tokenOf = ({ login_url }: LoginLink) => login_url.split('#')[1] ?? '';

describe('a user', () => {
  test('is invited by a link that is good once, and signs in with its role', async () => {
    const { user, login } = await invited();
    assert.deepEqual([user.name, user.role, user.installation, user.revoked_at], ['小明', 'viewer', false, null]);
    assert.ok(login.login_url.startsWith(`${w.url}/#tuodi_login_`));
    const days = (Date.parse(login.expires_at) - w.deps.clock.now()) / 86_400_000;
    assert.ok(days > 2.9 && days <= 3, `${days} days`);
    const one = browser(w.url);
    const { text } = await one.signIn(tokenOf(login));
    assert.equal((JSON.parse(text) as { role: string }).role, 'viewer');
    assert.equal((await browser(w.url).signIn(tokenOf(login))).status, 401, 'a second time');
    assert.ok((await users()).some(({ user_id }) => user_id === user.user_id));
  });

  test('has another link where the first was lost', async () => {
    const { user } = await invited();
    const login = LoginLink.parse((await call('POST', `/v1/users/${user.user_id}/login-link`)).json);
    assert.equal((await browser(w.url).signIn(tokenOf(login))).status, 201);
  });

  test('of another role signs in again, and may what the role may', async () => {
    const { user, login } = await invited();
    const one = browser(w.url);
    await one.signIn(tokenOf(login));
    const changed = await call('PATCH', `/v1/users/${user.user_id}`, { role: 'operator' });
    assert.deepEqual([changed.status, (changed.json as User).role], [200, 'operator']);
    assert.equal((await one.ask('GET', '/v1/me')).status, 401);
  });

  test('who is revoked is out at once: sessions, links and keys', async () => {
    const { user, login } = await invited();
    const { user_id } = user;
    const one = browser(w.url);
    await one.signIn(tokenOf(login));
    const unused = LoginLink.parse((await call('POST', `/v1/users/${user_id}/login-link`)).json);
    const { api_key } = CreatedKey.parse((await call('POST', '/v1/keys', { name: 'k', role: 'viewer', user_id })).json);
    assert.equal((await call('GET', '/v1/me', undefined, api_key)).status, 200);
    assert.equal((await call('DELETE', `/v1/users/${user_id}`)).status, 204);
    assert.equal((await one.ask('GET', '/v1/me')).status, 401);
    assert.equal((await browser(w.url).signIn(tokenOf(unused))).status, 401);
    assert.equal((await call('GET', '/v1/me', undefined, api_key)).status, 401);
    assert.deepEqual(codeOf(await call('DELETE', `/v1/users/${user_id}`)), [404, 'NOT_FOUND']);
    assert.deepEqual(codeOf(await call('POST', `/v1/users/${user_id}/login-link`)), [404, 'NOT_FOUND']);
    assert.deepEqual(codeOf(await call('PATCH', `/v1/users/${user_id}`, { role: 'admin' })), [404, 'NOT_FOUND']);
  });

  test('is not changed by oneself, by another organisation, or by who lacks the mark that the user has', async () => {
    const { json } = await call('GET', '/v1/me');
    const own = (json as { user: { user_id: string } }).user.user_id;
    assert.deepEqual(codeOf(await call('PATCH', `/v1/users/${own}`, { role: 'viewer' })), [403, 'FORBIDDEN']);
    assert.deepEqual(codeOf(await call('DELETE', `/v1/users/${own}`)), [403, 'FORBIDDEN']);
    const { user } = await invited();
    for (const [method, body] of [['PATCH', { role: 'admin' }], ['DELETE']] as const)
      assert.deepEqual(codeOf(await call(method, `/v1/users/${user.user_id}`, body, w.keys.other)), [404, 'NOT_FOUND']);
    const at = w.deps.clock.now();
    await w.deps.facts.accounts.setRole({ org_id: 'a' }, user.user_id, { role: 'admin', installation: true, at });
    for (const [method, body] of [['PATCH', { role: 'viewer' }], ['DELETE']] as const)
      assert.deepEqual(codeOf(await call(method, `/v1/users/${user.user_id}`, body)), [403, 'FORBIDDEN']);
    assert.deepEqual(codeOf(await call('POST', `/v1/users/${user.user_id}/login-link`)), [403, 'FORBIDDEN'], 'nor signed in as');
  });
});

describe('a key', () => {
  test('is shown once, listed without its secret, used, and revoked', async () => {
    const expires_at = new Date(w.deps.clock.now() + 86_400_000).toISOString();
    const created = CreatedKey.parse((await call('POST', '/v1/keys', { name: '脚本', role: 'editor', expires_at })).json);
    const { key, api_key } = created;
    assert.deepEqual([key.name, key.role, key.expires_at, key.last_used_at], ['脚本', 'editor', expires_at, null]);
    const listed = async () => (await keys()).find(({ key_id }) => key_id === key.key_id);
    assert.deepEqual(await listed(), key);
    assert.ok(!JSON.stringify(await keys()).includes(api_key.split('_').at(-1) ?? '?'));
    assert.equal((await call('GET', '/v1/me', undefined, api_key)).status, 200);
    await until('its use is kept', async () => (await listed())?.last_used_at);
    assert.deepEqual(codeOf(await call('DELETE', `/v1/keys/${key.key_id}`, undefined, w.keys.other)), [404, 'NOT_FOUND']);
    assert.equal((await call('DELETE', `/v1/keys/${key.key_id}`)).status, 204);
    assert.equal((await call('GET', '/v1/me', undefined, api_key)).status, 401);
    assert.ok((await listed())?.revoked_at);
    assert.deepEqual(codeOf(await call('DELETE', `/v1/keys/${key.key_id}`)), [404, 'NOT_FOUND']);
  });

  for (const [what, body] of Object.entries({
    'that has expired already': { expires_at: '2020-01-01T00:00:00.000Z' },
    'of nobody': { user_id: 'nobody' },
    'with a name of the service’s own keys': { name: 'local' },
    'of an unknown role': { role: 'owner' },
    'marked for the installation': { installation: true },
  }))
    test(`${what} is not made`, async () => {
      const before = (await keys()).length;
      assert.deepEqual(codeOf(await call('POST', '/v1/keys', { name: 'n', role: 'viewer', ...body })), [422, 'INVALID']);
      assert.equal((await keys()).length, before);
    });
});

test('the quota in use is that of the own organisation', async () => {
  await w.created();
  const { pictures, bytes } = UsageOfQuota.parse((await call('GET', '/v1/usage')).json);
  assert.ok(pictures.used >= 1 && pictures.quota > pictures.used && bytes.quota > 0);
  const other = UsageOfQuota.parse((await call('GET', '/v1/usage', undefined, w.keys.other)).json);
  assert.equal(other.pictures.used, 0);
});
