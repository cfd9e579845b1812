/** Sessions and login tokens: begun once, found by their hash, ended with their user. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { User } from '../../runtime/ports/accounts.ts';
import { AT, ORG, OTHER, type World } from './facts-rows.ts';

const scope = { org_id: ORG };
const user: User = {
  ...{ user_id: 'reader', org_id: ORG, name: '小明', role: 'viewer', installation: false },
  ...{ created_at: AT, revoked_at: null },
};
const login = (token_hash: string) => ({ token_hash, org_id: ORG, user_id: user.user_id, created_at: AT, expires_at: AT + 100 });
const session = (name: string, created_at = AT + 1) => ({
  ...{ session_id: name, token_hash: `hash of ${name}`, created_at },
  expires_at: created_at + 1_000,
});

export function sessionsTests(world: World): void {
  describe('sessions', () => {
    const begun = async (name: string) => {
      const { accounts, sessions } = world.facts();
      if (!(await accounts.user(scope, user.user_id))) await accounts.addUser(user);
      assert.equal(await sessions.addLogin(login(`login for ${name}`)), true);
      return sessions.begin(`login for ${name}`, session(name));
    };

    it('a login token is used once, of many at once by one, and not after its time', async () => {
      const { sessions } = world.facts();
      const made = await begun('first');
      assert.deepEqual(made, { session_id: 'first', user, created_at: AT + 1, expires_at: AT + 1_001 });
      assert.equal(await sessions.begin('login for first', session('again')), null);
      assert.equal(await sessions.begin('login of nobody', session('again')), null);
      await sessions.addLogin(login('raced'));
      const raced = await Promise.all(Array.from({ length: 8 }, (_, n) => sessions.begin('raced', session(`raced ${n}`))));
      assert.equal(raced.filter((one) => one !== null).length, 1);
      await sessions.addLogin(login('late'));
      assert.equal(await sessions.begin('late', session('late', AT + 100)), null);
      assert.ok(await sessions.begin('late', session('in time', AT + 99)));
    });

    it('a session is found until its end, which is moved to later only, or until it is ended in its own scope', async () => {
      const { sessions } = world.facts();
      const made = await begun('s');
      assert.deepEqual(await sessions.byToken('hash of s', AT + 1_000), made);
      assert.deepEqual(await sessions.byId('s', AT + 1_000), made);
      assert.equal(await sessions.byToken('hash of s', AT + 1_001), null);
      assert.equal(await sessions.byToken('another', AT), null);
      await sessions.extend('s', AT + 2_000);
      await sessions.extend('s', AT + 1_500);
      assert.equal((await sessions.byId('s', AT + 1_999))?.expires_at, AT + 2_000);
      assert.equal(await sessions.end({ org_id: OTHER }, 's', AT + 3), false);
      assert.deepEqual([await sessions.end(scope, 's', AT + 3), await sessions.end(scope, 's', AT + 4)], [true, false]);
      await sessions.extend('s', AT + 9_000);
      assert.equal(await sessions.byId('s', AT + 4), null);
    });

    it('a change of role ends what the user has, and what begins then has the new one', async () => {
      const { accounts, sessions } = world.facts();
      await begun('before');
      await sessions.addLogin(login('unused'));
      assert.equal(await accounts.setRole({ org_id: OTHER }, user.user_id, { role: 'admin', installation: true, at: AT }), false);
      assert.equal(await accounts.setRole(scope, 'nobody', { role: 'admin', installation: true, at: AT }), false);
      assert.ok(await sessions.byId('before', AT + 2));
      assert.equal(await accounts.setRole(scope, user.user_id, { role: 'operator', installation: true, at: AT + 2 }), true);
      assert.equal(await sessions.byId('before', AT + 2), null);
      assert.equal(await sessions.begin('unused', session('unused')), null);
      const after = await begun('after');
      assert.deepEqual([after?.user.role, after?.user.installation], ['operator', true]);
    });

    it('with a user who is revoked, sessions, login tokens and keys end, and none begins; those of others go on', async () => {
      const { accounts, sessions } = world.facts();
      await begun('his');
      await sessions.addLogin(login('unused'));
      const key = { org_id: ORG, name: 'k', role: 'viewer' as const, installation: false, secret_hash: 'h', created_at: AT };
      for (const user_id of [user.user_id, 'other'])
        await accounts.addKey({ ...key, key_id: `key of ${user_id}`, user_id, expires_at: null, revoked_at: null });
      assert.equal(await accounts.revokeUser({ org_id: OTHER }, user.user_id, AT + 2), false);
      assert.equal(await accounts.revokeUser(scope, user.user_id, AT + 2), true);
      assert.equal(await accounts.revokeUser(scope, user.user_id, AT + 3), false);
      assert.equal(await sessions.byId('his', AT + 2), null);
      assert.equal(await sessions.begin('unused', session('unused')), null);
      assert.equal(await sessions.addLogin(login('new')), false);
      assert.equal((await accounts.user(scope, user.user_id))?.revoked_at, AT + 2);
      assert.equal(await accounts.setRole(scope, user.user_id, { role: 'admin', installation: false, at: AT }), false);
      const revoked = ['reader', 'other'].map(async (name) => (await accounts.key(`key of ${name}`))?.revoked_at);
      assert.deepEqual(await Promise.all(revoked), [AT + 2, null]);
    });

    it('those that ended long ago are removed, and no others', async () => {
      const { sessions } = world.facts();
      await begun('old');
      await sessions.addLogin({ ...login('young'), expires_at: AT + 2_000 });
      assert.equal(await sessions.prune(AT + 100, 9), 0);
      assert.equal(await sessions.prune(AT + 101, 9), 1);
      assert.deepEqual([await sessions.prune(AT + 1_002, 9), await sessions.prune(AT + 1_002, 9)], [1, 0]);
      assert.ok(await sessions.begin('young', session('young')));
    });
  });

  it('a user and an organisation are read one by one', async () => {
    const { accounts } = world.facts();
    await accounts.addOrganisation({ org_id: ORG, name: '学校', created_at: AT });
    await accounts.addUser(user);
    assert.deepEqual([await accounts.user(scope, 'reader'), await accounts.user({ org_id: OTHER }, 'reader')], [user, null]);
    assert.deepEqual(await accounts.organisation(ORG), { org_id: ORG, name: '学校', created_at: AT });
    assert.equal(await accounts.organisation('nowhere'), null);
    const key = { key_id: 'named', org_id: ORG, user_id: 'reader', name: '钥匙', role: 'viewer' as const, secret_hash: 'h' };
    await accounts.addKey({ ...key, installation: false, created_at: AT, expires_at: null, revoked_at: AT });
    const { users, keys } = await accounts.names(scope, ['reader', 'named', 'named', 'nobody']);
    assert.deepEqual([[...users], [...keys]], [[['reader', '小明']], [['named', '钥匙']]]);
    assert.equal((await accounts.names({ org_id: OTHER }, ['reader', 'named'])).keys.size, 0);
    assert.equal((await accounts.names(scope, [])).users.size, 0);
  });
}
