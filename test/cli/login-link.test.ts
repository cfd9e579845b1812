/** From a terminal to a page: links that sign in, on this machine and from another address, and a port that is taken. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import { browser } from '../worlds/browser.ts';
import { started, tuodi } from '../worlds/tuodi.ts';

let dir: string;
let service: Awaited<ReturnType<typeof started>>;
before(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'tuodi-login-'));
  service = await started(dir, { TUODI_LISTEN: '0.0.0.0:0', TUODI_LOG_LEVEL: 'trace' });
});
after(async () => {
  await service.stop();
  await rm(dir, { recursive: true });
});
const Link = z.object({ login_url: z.url(), token: z.string(), org_id: z.string(), user_id: z.string(), role: z.string() });
async function link(...args: string[]) {
  const { code, out, err } = await tuodi(['--json', '--data-dir', dir, 'login-link', ...args]);
  assert.equal(code, 0, err);
  return Link.parse(JSON.parse(out));
}
const port = () => new URL(service.url).port;
const here = () => `http://localhost:${port()}`;
const tokenIn = (url: string) => new URL(url).hash.slice(1);
const Shown = z.object({ role: z.string(), installation: z.boolean(), public_url: z.string() });

test('the start prints one link, whose token is in nothing that is logged or kept', async () => {
  const { login_url = '' } = service;
  assert.match(login_url, new RegExp(`^${here()}/#tuodi_login_[\\w-]{43}$`));
  const one = browser(here());
  assert.equal((await one.signIn(tokenIn(login_url))).status, 201);
  assert.deepEqual(Shown.parse(JSON.parse((await one.ask('GET', '/v1/me')).text)), {
    ...{ role: 'admin', installation: true, public_url: here() },
  });
  const kept = service.err() + (await readFile(path.join(dir, 'service.json'), 'utf8'));
  assert.match(service.err(), /"path":"\/v1\/session"/);
  for (const secret of [tokenIn(login_url), one.cookie.split('=')[1] ?? '']) assert.ok(secret && !kept.includes(secret));
});

test('login-link makes another, for any user of any organisation, with the role that the user has', async () => {
  assert.equal((await link()).user_id, 'admin');
  const made = async (...args: string[]) => JSON.parse((await tuodi(['--json', '--data-dir', dir, ...args])).out);
  await made('orgs', 'create', 'school');
  const { user_id } = await made('users', 'create', '小明', '--org', 'school', '--role', 'viewer');
  const one = browser(here());
  await one.signIn((await link('--org', 'school', '--user', user_id)).token);
  const me = JSON.parse((await one.ask('GET', '/v1/me')).text);
  assert.deepEqual([me.user.name, me.organisation.org_id, me.role], ['小明', 'school', 'viewer']);
  assert.equal((await made('users', 'role', user_id, '--org', 'school', '--role', 'operator')).changed, true);
  assert.equal((await one.ask('GET', '/v1/me')).status, 401);
  await one.signIn((await link('--org', 'school', '--user', user_id)).token);
  assert.equal(JSON.parse((await one.ask('GET', '/v1/me')).text).role, 'operator');
  assert.equal((await made('users', 'revoke', user_id, '--org', 'school')).revoked, true);
  assert.equal((await one.ask('GET', '/v1/me')).status, 401);
  const { users } = await made('users', '--org', 'school');
  assert.equal(typeof users[0].revoked_at, 'number');
});

test('a person is told how long it is good, and where else the page is', async () => {
  const { out } = await tuodi(['--data-dir', dir, 'login-link']);
  assert.match(out, /^http:\/\/localhost:\d+\/#tuodi_login_/m);
  assert.match(out, /signs in admin \(admin, installation\) of default/);
  assert.match(out, /Good once, for 15 minutes; .*login-link/);
  assert.match((await tuodi(['--data-dir', dir, 'login-link'], { LC_ALL: 'zh_CN.UTF-8' })).out, /15 分钟内有效，仅可用一次/);
  const public_url = { TUODI_PUBLIC_URL: 'https://home.example/pictures' };
  assert.match((await tuodi(['--data-dir', dir, 'login-link'], public_url)).out, /^https:\/\/home\.example\/pictures\/#tuodi/);
});

const WRONG: Record<string, string[]> = {
  'a user that is not': ['login-link', '--user', 'nobody'],
  'an organisation that is not': ['login-link', '--org', 'nowhere'],
  'a role that is none': ['users', 'role', 'admin', '--role', 'king'],
  'no role': ['users', 'role', 'admin'],
  'no user to revoke': ['users', 'revoke'],
};
for (const [what, args] of Object.entries(WRONG))
  test(`${what} is refused with 2`, async () => {
    const { code, err } = await tuodi(['--data-dir', dir, ...args]);
    assert.equal(code, 2, err);
    assert.ok(err.trim() !== '');
  });

test('where no service runs, and none can be foreseen, the start is named that prints a link', async () => {
  const other = await mkdtemp(path.join(tmpdir(), 'tuodi-login-none-'));
  try {
    assert.equal((await tuodi(['--data-dir', other, 'login-link'])).code, 2);
    await tuodi(['--data-dir', other, 'users', 'create', 'x']);
    const { code, err } = await tuodi(['--data-dir', other, 'login-link']);
    assert.equal(code, 2);
    assert.match(err, /tuodi serve, which prints a link/);
  } finally {
    await rm(other, { recursive: true });
  }
});

describe('from another address of this machine, over plain http', () => {
  const address = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4')?.address;

  test('a browser signs in, sends a picture by its link, sees it, and signs out', {
    skip: address ? false : 'it has no other',
  }, async () => {
    const at = `http://${address}:${port()}`;
    const one = browser(at);
    assert.equal((await one.signIn((await link()).token)).status, 201);
    const bytes = await readFile('samples/receipt.jpg');
    const body = { filename: 'receipt.jpg', content_type: 'image/jpeg', byte_size: bytes.length };
    const { resource, upload } = JSON.parse((await one.ask('POST', '/v1/resources', { body })).text);
    assert.equal(new URL(upload.url).origin, at);
    const sent = await fetch(upload.url, { method: upload.method, headers: upload.headers, body: new Uint8Array(bytes) });
    assert.equal(sent.status, 200);
    const asked = { headers: { prefer: 'wait=30' } };
    const shown = JSON.parse((await one.ask('GET', `/v1/resources/${resource.resource_id}`, asked)).text);
    assert.equal(new URL(shown.preview_url).origin, at);
    assert.equal((await one.ask('GET', shown.preview_url.slice(at.length))).status, 200);
    const content = await one.ask('GET', `/v1/resources/${resource.resource_id}/content`);
    assert.equal(new URL(content.headers.location ?? '').origin, at);
    assert.equal((await one.ask('DELETE', '/v1/session')).status, 204);
  });
});

test('a port that is in use is named, with who holds it and what to set', async () => {
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
  const { port: taken } = holder.address() as AddressInfo; // it listens on a port
  const other = await mkdtemp(path.join(tmpdir(), 'tuodi-taken-'));
  try {
    const TUODI_LISTEN = `127.0.0.1:${taken}`;
    const { code, err } = await tuodi(['--data-dir', other, 'serve'], { TUODI_LISTEN });
    assert.equal(code, 1);
    assert.match(err, new RegExp(`Port ${taken} is in use`));
    assert.match(err, new RegExp(`TUODI_LISTEN=127\\.0\\.0\\.1:${taken + 1}`));
    if (process.platform === 'linux') assert.match(err, new RegExp(`process ${process.pid}\\)`));
    assert.match((await tuodi(['--data-dir', other, 'serve'], { TUODI_LISTEN, LC_ALL: 'zh_CN.UTF-8' })).err, /端口 \d+ 已被/);
    const nowhere = await tuodi(['--data-dir', other, 'serve'], { TUODI_LISTEN: '192.0.2.1:8787' });
    assert.match(nowhere.err, /192\.0\.2\.1 is no address of this machine.*TUODI_LISTEN/);
  } finally {
    holder.close();
    await rm(other, { recursive: true });
  }
});
