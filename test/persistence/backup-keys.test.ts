/** What a backup hands on: keys for commands on the machine of its folder end in it, and sessions; no key of a person. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { snapshot } from '../../persistence/backup/snapshot.ts';
import { migrateSqliteFacts, openSqliteFacts } from '../../persistence/sqlite/facts.ts';

const MADE = ['first', 'local-shop', 'local-0123456789abcdef', 'local-0123456789abcdef-of-mine'];

test('a key that a person has named local-… holds in a backup, and that of a service does not', async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'tuodi-backup-keys-'));
  const [live, copy] = [path.join(dir, 'live'), path.join(dir, 'copy')];
  for (const folder of [live, copy]) await mkdir(folder);
  try {
    await migrateSqliteFacts(live, true);
    const facts = await openSqliteFacts(live);
    await facts.accounts.ensure({ org_id: 'default', name: 'default', user_id: 'admin', user_name: 'admin', at: 1 });
    const usual = { org_id: 'default', user_id: 'admin', role: 'admin', installation: false, secret_hash: 'h' } as const;
    for (const name of MADE)
      await facts.accounts.addKey({ ...usual, key_id: name, name, created_at: 1, expires_at: null, revoked_at: null });
    await facts.close();
    await snapshot(path.join(live, 'facts.sqlite'), path.join(copy, 'facts.sqlite'), 9);
    const copied = await openSqliteFacts(copy);
    const keys = await copied.accounts.keys({ org_id: 'default' }, 99);
    await copied.close();
    assert.deepEqual(
      keys.filter(({ revoked_at }) => revoked_at !== null).map(({ name }) => name),
      ['local-0123456789abcdef'],
    );
    assert.equal(keys.length, MADE.length);
  } finally {
    await rm(dir, { recursive: true });
  }
});

test('nobody is signed in by a backup: its sessions and login tokens have ended, and those of the library go on', async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'tuodi-backup-sessions-'));
  const [live, copy] = [path.join(dir, 'live'), path.join(dir, 'copy')];
  for (const folder of [live, copy]) await mkdir(folder);
  const login = { org_id: 'default', user_id: 'admin', created_at: 1, expires_at: 99 };
  const session = (session_id: string) => ({ session_id, token_hash: session_id, created_at: 2, expires_at: 99 });
  try {
    const facts = await openSqliteFacts(live);
    await facts.accounts.ensure({ org_id: 'default', name: 'default', user_id: 'admin', user_name: 'admin', at: 1 });
    for (const token_hash of ['used', 'unused']) assert.ok(await facts.sessions.addLogin({ ...login, token_hash }));
    assert.ok(await facts.sessions.begin('used', session('begun')));
    await snapshot(path.join(live, 'facts.sqlite'), path.join(copy, 'facts.sqlite'), 9);
    const copied = await openSqliteFacts(copy);
    assert.equal(await copied.sessions.byId('begun', 9), null);
    assert.equal(await copied.sessions.begin('unused', session('later')), null);
    await copied.close();
    assert.ok(await facts.sessions.byId('begun', 9));
    assert.ok(await facts.sessions.begin('unused', session('later')));
    await facts.close();
  } finally {
    await rm(dir, { recursive: true });
  }
});
