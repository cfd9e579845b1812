/** `tuodi keys`, `orgs` and `users`: on a data folder, as an operator types them. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { started, tuodi } from '../worlds/tuodi.ts';

let dir: string;
const run = (...args: string[]) => tuodi(['--json', '--data-dir', dir, ...args]);
const json = async (...args: string[]) => {
  const { code, out, err } = await run(...args);
  assert.equal(code, 0, err);
  return JSON.parse(out);
};
before(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'tuodi-accounts-'));
});
after(() => rm(dir, { recursive: true }));

test('an organisation, a user and a key with a role and an end are made, and a running service takes the key at once', async () => {
  const service = await started(dir);
  try {
    await json('orgs', 'create', 'night-school', '--name', '夜校');
    const { user_id } = await json('users', 'create', '小明', '--org', 'night-school');
    const began = Date.now();
    const key = await json(
      'keys',
      'create',
      'phone',
      '--org',
      'night-school',
      '--user',
      user_id,
      '--role',
      'viewer',
      '--expires',
      '90d',
    );
    assert.deepEqual([key.role, key.org_id, key.user_id, key.installation], ['viewer', 'night-school', user_id, false]);
    assert.ok(key.expires_at >= began + 90 * 86_400_000 && key.expires_at < Date.now() + 91 * 86_400_000);
    const headers = { authorization: `Bearer ${key.api_key}`, 'content-type': 'application/json' };
    assert.equal((await fetch(`${service.url}/v1/resources`, { headers })).status, 200);
    const body = JSON.stringify({ filename: 'a.jpg', content_type: 'image/jpeg', byte_size: 1 });
    assert.equal((await fetch(`${service.url}/v1/resources`, { method: 'POST', headers, body })).status, 403);
    const { keys } = await json('keys', '--org', 'night-school');
    assert.deepEqual(
      keys.map(({ name, role }: { name: string; role: string }) => [name, role]),
      [['phone', 'viewer']],
    );
    assert.ok(!JSON.stringify(keys).includes('secret'));
    assert.equal((await json('keys', 'revoke', key.key_id, '--org', 'night-school')).revoked, true);
    assert.equal((await fetch(`${service.url}/v1/resources`, { headers })).status, 401);
  } finally {
    await service.stop();
  }
});

test('the first key and the local one are of the installation; one that is made is not, unless it is said, and is an editor’s', async () => {
  const { keys } = await json('keys');
  assert.deepEqual(
    new Set(
      keys.map(
        (key: { name: string; role: string; installation: boolean }) => `${key.name.slice(0, 5)} ${key.role} ${key.installation}`,
      ),
    ),
    new Set(['first admin true', 'local admin true']),
  );
  const usual = await json('keys', 'create', 'night');
  assert.deepEqual([usual.role, usual.installation, usual.expires_at], ['editor', false, null]);
  const marked = await json('keys', 'create', 'watch', '--installation', '--role', 'operator');
  assert.deepEqual([marked.role, marked.installation], ['operator', true]);
});

test('a key that is made in a new data folder comes with a warning, since a service on another folder refuses it', async () => {
  const at = ['--data-dir', path.join(dir, 'elsewhere'), 'keys'];
  assert.match((await tuodi([...at, 'create', 'lost'])).err, /elsewhere is a new data folder/);
  assert.equal((await tuodi(at)).err, '');
});

const WRONG: Record<string, string[]> = {
  'an id that would be a path': ['orgs', 'create', '../x'],
  'an id with capitals': ['orgs', 'create', 'School'],
  'an organisation that is there': ['orgs', 'create', 'default'],
  'an organisation that is not': ['keys', 'create', 'x', '--org', 'nowhere'],
  'a user that is not': ['keys', 'create', 'x', '--user', 'nobody'],
  'a role that is none': ['keys', 'create', 'x', '--role', 'member'],
  'an end that is past': ['keys', 'create', 'x', '--expires', '2020-01-01'],
  'an end that is no time': ['keys', 'create', 'x', '--expires', 'soon'],
  'an end beyond all': ['keys', 'create', 'x', '--expires', '999999d'],
  'an end on a day that no calendar has': ['keys', 'create', 'x', '--expires', '2027-02-31'],
  'an end at a time on such a day': ['keys', 'create', 'x', '--expires', '2027-02-31T23:30:00-01:00'],
  'no name': ['keys', 'create'],
  'a name of the keys that a service makes': ['keys', 'create', 'local'],
  'such a name with its folder': ['keys', 'create', 'local-0123456789abcdef'],
  'another action': ['users', 'remove', 'x'],
};
for (const [what, args] of Object.entries(WRONG))
  test(`${what} is refused with 2, and nothing is made`, async () => {
    const before_run = JSON.stringify([await json('keys'), await json('orgs')]);
    const { code, err } = await run(...args);
    assert.equal(code, 2, err);
    assert.ok(err.trim() !== '');
    assert.equal(JSON.stringify([await json('keys'), await json('orgs')]), before_run);
  });
