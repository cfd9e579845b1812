/** Accounts, and the row of upkeep: service time and the epoch of tasks. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ApiKey } from '../../runtime/ports/accounts.ts';
import { AlreadyThere } from '../../runtime/ports/facts.ts';
import type { TimeRow } from '../../runtime/ports/service-state.ts';
import { AT, ORG, OTHER, type World } from './facts-rows.ts';

const scope = { org_id: ORG };
const apiKey = (key_id: string, parts: Partial<ApiKey> = {}): ApiKey => ({
  ...{ key_id, org_id: ORG, user_id: 'user', name: '钥匙', role: 'admin', secret_hash: 'h', created_at: AT },
  ...{ installation: false, expires_at: null, revoked_at: null },
  ...parts,
});

export function accountsTests(world: World): void {
  describe('accounts', () => {
    it('an organisation and its user are made once, and said again without error', async () => {
      const { accounts } = world.facts();
      const organisation = { org_id: ORG, name: 'A', user_id: 'user', user_name: 'U', at: AT };
      await accounts.ensure(organisation);
      await accounts.ensure({ ...organisation, name: 'another', user_id: 'user-2' });
      await Promise.all([accounts.ensure(organisation), accounts.ensure(organisation)]);
    });

    it('organisations and users are added once, and listed; users of one organisation only', async () => {
      const { accounts } = world.facts();
      const organisation = { org_id: 'made', name: '学校', created_at: AT };
      await accounts.addOrganisation(organisation);
      await assert.rejects(accounts.addOrganisation({ ...organisation, name: 'forged' }), AlreadyThere);
      assert.deepEqual(
        (await accounts.organisations(99)).filter(({ org_id }) => org_id === 'made'),
        [organisation],
      );
      assert.equal((await accounts.organisations(1)).length, 1);
      const rights = { role: 'viewer' as const, installation: false, revoked_at: null };
      const user = { user_id: 'u-made', org_id: 'made', name: '小明', created_at: AT, ...rights };
      await accounts.addUser(user);
      await assert.rejects(accounts.addUser({ ...user, org_id: OTHER }), AlreadyThere);
      assert.deepEqual([await accounts.users({ org_id: 'made' }, 9), await accounts.users({ org_id: OTHER }, 9)], [[user], []]);
      assert.deepEqual(await world.facts().usage.get({ org_id: 'made' }), { pictures: 0, bytes: 0, awaited: 0, announced: 0 });
    });

    it('keys are found by id, listed by organisation, and revoked once, by their own organisation only', async () => {
      const { accounts } = world.facts();
      await accounts.addKey(apiKey('k2', { created_at: AT + 1, role: 'viewer', expires_at: AT + 9 }));
      assert.deepEqual(await accounts.key('k2'), apiKey('k2', { created_at: AT + 1, role: 'viewer', expires_at: AT + 9 }));
      await accounts.addKey(apiKey('k3', { created_at: AT + 2, installation: true }));
      assert.equal((await accounts.key('k3'))?.installation, true);
      await accounts.addKey(apiKey('k1'));
      await accounts.addKey(apiKey('x1', { org_id: OTHER }));
      await assert.rejects(accounts.addKey(apiKey('k1', { secret_hash: 'forged' })), AlreadyThere);
      assert.deepEqual(await accounts.key('k1'), apiKey('k1'));
      assert.equal(await accounts.key('nobody'), null);
      assert.deepEqual(
        (await accounts.keys(scope, 9)).map(({ key_id }) => key_id),
        ['k1', 'k2', 'k3'],
      );
      assert.equal((await accounts.keys(scope, 1)).length, 1);
      assert.equal(await accounts.revokeKey({ org_id: OTHER }, 'k1', AT + 5), false);
      assert.equal(await accounts.revokeKey(scope, 'k1', AT + 5), true);
      assert.equal(await accounts.revokeKey(scope, 'k1', AT + 9), false);
      assert.equal((await accounts.key('k1'))?.revoked_at, AT + 5);
    });

    it('the last use of a key is kept, and written again only once it is known to be old', async () => {
      const { accounts } = world.facts();
      await accounts.addKey(apiKey('used'));
      const lastUse = async () => (await accounts.keys(scope, 9)).find(({ key_id }) => key_id === 'used')?.last_used_at;
      assert.equal(await lastUse(), null);
      await accounts.noteKeyUse('used', { at: AT + 10, known_since: AT });
      assert.equal(await lastUse(), AT + 10);
      await accounts.noteKeyUse('used', { at: AT + 20, known_since: AT + 10 });
      assert.equal(await lastUse(), AT + 10);
      await accounts.noteKeyUse('used', { at: AT + 30, known_since: AT + 11 });
      assert.equal(await lastUse(), AT + 30);
    });

    it('keys whose name begins so are removed once they have been revoked for long, and no others', async () => {
      const { accounts, retention } = world.facts();
      const revoked_at = AT - 10;
      await accounts.addKey(apiKey('old', { name: 'start 1', revoked_at }));
      await accounts.addKey(apiKey('of another name', { name: 'a start', revoked_at }));
      await accounts.addKey(apiKey('revoked later', { name: 'start 2', revoked_at: AT }));
      await accounts.addKey(apiKey('in use', { name: 'start 3' }));
      assert.deepEqual([await retention.revokedKeys('start', AT, 9), await retention.revokedKeys('start', AT, 9)], [1, 0]);
      assert.equal(await accounts.key('old'), null);
      for (const kept of ['of another name', 'revoked later', 'in use']) assert.ok(await accounts.key(kept), kept);
    });
  });

  describe('upkeep', () => {
    it('service time is moved from what it is, and from nothing else; of many at once one wins', async () => {
      const { upkeep } = world.facts();
      const first = await upkeep.time();
      assert.equal(first.ticked_at, null);
      const tick: TimeRow = { ticks: first.ticks + 1, ticked_at: AT, service_at: AT, settle_until: AT + 5 };
      const moved = await Promise.all(Array.from({ length: 8 }, () => upkeep.moveTime(first, tick)));
      assert.equal(moved.filter(Boolean).length, 1);
      assert.deepEqual(await upkeep.time(), tick);
      assert.equal(await upkeep.moveTime({ ...tick, service_at: AT - 1 }, { ...tick, ticks: tick.ticks + 1 }), false);
      assert.deepEqual(await upkeep.time(), tick);
    });

    it('the epoch is what was said last', async () => {
      const { upkeep } = world.facts();
      assert.equal(await upkeep.epoch(), null);
      await upkeep.setEpoch('one');
      await upkeep.setEpoch('two');
      assert.equal(await upkeep.epoch(), 'two');
    });
  });
}
