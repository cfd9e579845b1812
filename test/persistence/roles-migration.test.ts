/** Keys and users of a database of the first version: each may do what it could, and no more. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { sqliteKnex } from '../../persistence/sqlite/driver.ts';
import { migrateSqliteFacts, openSqliteFacts } from '../../persistence/sqlite/facts.ts';

const FIXTURE = fileURLToPath(new URL('../../../test/fixtures/upgrade/facts.sqlite.gz', import.meta.url));
const MADE = [
  { key_id: 'member', name: 'phone', role: 'member' },
  { key_id: 'admin', name: 'first of mine', role: 'admin' },
  { key_id: 'other', name: 'first', role: 'admin', org_id: 'other' },
  { key_id: 'odd', name: 'local-member', role: 'member' },
  { key_id: 'shop', name: 'local-shop', role: 'admin' },
];

test('each key has the role that it had, by its new name, and no more', async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'tuodi-roles-'));
  const file = path.join(dir, 'facts.sqlite');
  await writeFile(file, gunzipSync(await readFile(FIXTURE)));
  const before = sqliteKnex(file);
  const usual = { org_id: 'default', user_id: 'admin', secret_hash: 'h', created_at: 1, revoked_at: null };
  await before('api_keys').insert(MADE.map((key) => ({ ...usual, ...key })));
  await before.destroy();
  await migrateSqliteFacts(dir, false);
  const facts = await openSqliteFacts(dir);
  try {
    const keys = [
      ...(await facts.accounts.keys({ org_id: 'default' }, 99)),
      ...(await facts.accounts.keys({ org_id: 'other' }, 99)),
    ];
    const shown = keys.map(({ name, role, installation, expires_at }) => [
      /^local-[0-9a-f]{16}$/.test(name) ? 'local' : name,
      ...[role, installation, expires_at],
    ]);
    assert.deepEqual(
      shown.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
      [
        ['first', 'admin', true, null],
        ['first', 'admin', false, null],
        ['first of mine', 'admin', false, null],
        ['local', 'admin', true, null],
        ['local-member', 'editor', false, null],
        ['local-shop', 'admin', false, null],
        ['phone', 'editor', false, null],
      ],
    );
    // One that a process of the earlier version makes beside this one.
    const beside = sqliteKnex(file);
    await beside('api_keys').insert({ ...usual, key_id: 'beside', name: 'beside', role: 'member' });
    await beside.destroy();
    const { role, installation } = (await facts.accounts.key('beside')) ?? {};
    assert.deepEqual([role, installation], ['editor', false]);
  } finally {
    await facts.close();
    await rm(dir, { recursive: true });
  }
});

test('each user may do what the keys in use that act for it may, and the first one is an administrator', async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'tuodi-users-'));
  const file = path.join(dir, 'facts.sqlite');
  await writeFile(file, gunzipSync(await readFile(FIXTURE)));
  const before = sqliteKnex(file);
  const users = ['member', 'chief', 'left', 'keyless'];
  await before('users').insert(users.map((user_id) => ({ user_id, org_id: 'default', name: user_id, created_at: 1 })));
  const usual = { org_id: 'default', secret_hash: 'h', created_at: 1, revoked_at: null, role: 'member' };
  const keys = [
    { user_id: 'member' },
    { user_id: 'chief' },
    { user_id: 'chief', role: 'admin' },
    { user_id: 'left', role: 'admin', revoked_at: 1 },
  ];
  await before('api_keys').insert(keys.map((key, n) => ({ ...usual, ...key, key_id: `k${n}`, name: `k${n}` })));
  await before.destroy();
  await migrateSqliteFacts(dir, false);
  const facts = await openSqliteFacts(dir);
  try {
    const rights = async (user_id: string) => {
      const user = await facts.accounts.user({ org_id: 'default' }, user_id);
      return user && [user.role, user.installation, user.revoked_at];
    };
    assert.deepEqual(await rights('admin'), ['admin', true, null]);
    assert.deepEqual(await rights('chief'), ['admin', false, null]);
    for (const name of ['member', 'left', 'keyless']) assert.deepEqual(await rights(name), ['editor', false, null], name);
    const beside = sqliteKnex(file);
    await beside('users').insert({ user_id: 'beside', org_id: 'default', name: 'beside', created_at: 2 });
    await beside.destroy();
    assert.deepEqual(await rights('beside'), ['editor', false, null], 'one that an earlier version makes beside this one');
  } finally {
    await facts.close();
    await rm(dir, { recursive: true });
  }
});
