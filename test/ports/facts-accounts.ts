/** Accounts, and the row of upkeep: service time and the epoch of tasks. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AlreadyThere, type ApiKey } from '../../runtime/ports-facts.ts';
import { AT, ORG, OTHER, type World } from './facts-rows.ts';

const scope = { org_id: ORG };
const MAX_GAP = 60_000;
const apiKey = (key_id: string, parts: Partial<ApiKey> = {}): ApiKey => ({
  ...{ key_id, org_id: ORG, user_id: 'user', name: '钥匙', role: 'admin', secret_hash: 'h', created_at: AT, revoked_at: null },
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

    it('keys are found by id, listed by organisation, and revoked once, by their own organisation only', async () => {
      const { accounts } = world.facts();
      await accounts.addKey(apiKey('k2', { created_at: AT + 1, role: 'member' }));
      await accounts.addKey(apiKey('k1'));
      await accounts.addKey(apiKey('x1', { org_id: OTHER }));
      await assert.rejects(accounts.addKey(apiKey('k1', { secret_hash: 'forged' })), AlreadyThere);
      assert.deepEqual(await accounts.key('k1'), apiKey('k1'));
      assert.equal(await accounts.key('nobody'), null);
      assert.deepEqual(
        (await accounts.keys(scope, 9)).map(({ key_id }) => key_id),
        ['k1', 'k2'],
      );
      assert.equal((await accounts.keys(scope, 1)).length, 1);
      assert.equal(await accounts.revokeKey({ org_id: OTHER }, 'k1', AT + 5), false);
      assert.equal(await accounts.revokeKey(scope, 'k1', AT + 5), true);
      assert.equal(await accounts.revokeKey(scope, 'k1', AT + 9), false);
      assert.equal((await accounts.key('k1'))?.revoked_at, AT + 5);
    });
  });

  describe('upkeep', () => {
    it('service time begins as wall time, and goes on with it while sweeps tick', async () => {
      const { upkeep } = world.facts();
      assert.equal(await upkeep.offset(), 0);
      for (const wall of [AT, AT + 1_000, AT + 1_000 + MAX_GAP])
        assert.deepEqual(await upkeep.tick(wall, MAX_GAP), { offset_ms: 0, gap_ms: 0 });
    });

    it('a pause is taken out whole: service time goes on from where it stood', async () => {
      const { upkeep } = world.facts();
      await upkeep.tick(AT, MAX_GAP);
      const gap_ms = MAX_GAP + 1;
      assert.deepEqual(await upkeep.tick(AT + gap_ms, MAX_GAP), { offset_ms: gap_ms, gap_ms });
      assert.equal(AT + gap_ms - (await upkeep.offset()), AT);
      assert.deepEqual(await upkeep.tick(AT + gap_ms + 5, MAX_GAP), { offset_ms: gap_ms, gap_ms: 0 });
    });

    it('a gap is added once by however many sweepers see it', async () => {
      const { upkeep } = world.facts();
      await upkeep.tick(AT, MAX_GAP);
      const ticks = await Promise.all(Array.from({ length: 8 }, () => upkeep.tick(AT + 3_600_000, MAX_GAP)));
      assert.deepEqual(ticks.map(({ gap_ms }) => gap_ms).filter(Boolean), [3_600_000]);
      assert.ok(ticks.every(({ offset_ms }) => offset_ms === 3_600_000));
      assert.equal(await upkeep.offset(), 3_600_000);
    });

    it('a clock that went back takes no service time back', async () => {
      const { upkeep } = world.facts();
      await upkeep.tick(AT, MAX_GAP);
      const back = AT - 86_400_000;
      const { offset_ms } = await upkeep.tick(back, MAX_GAP);
      assert.equal(back - offset_ms, AT);
      const after = await upkeep.tick(back + 1_000, MAX_GAP);
      assert.equal(back + 1_000 - after.offset_ms, AT + 1_000);
      const forward = await upkeep.tick(AT + 2_000, MAX_GAP); // and put right again
      assert.equal(AT + 2_000 - forward.offset_ms, AT + 1_000);
    });

    it('sweepers whose clocks differ by seconds make no gap of it, and service time does not go back', async () => {
      const { upkeep } = world.facts();
      const service: number[] = [];
      for (let n = 0; n < 6; n++) {
        const ahead = AT + n * 5_000 + 3_000; // one sweeper, and another whose clock is three seconds behind
        for (const wall of [ahead, ahead - 3_000])
          assert.deepEqual(await upkeep.tick(wall, MAX_GAP), { offset_ms: 0, gap_ms: 0 }, `at ${wall - AT}`);
        service.push(ahead - (await upkeep.offset()));
      }
      assert.deepEqual(
        service,
        service.toSorted((a, b) => a - b),
      );
      const resting = AT + 25_000 + 3_000; // the last that was said
      assert.equal((await upkeep.tick(resting - 3_000 + MAX_GAP, MAX_GAP)).gap_ms, 0, 'the one behind is not the later for it');
    });

    it('a clock that jumped back by more than a gap, and another that did not, never take service time back', async () => {
      const { upkeep } = world.facts();
      await upkeep.tick(AT, MAX_GAP);
      const back = MAX_GAP + 1;
      assert.deepEqual(await upkeep.tick(AT - back, MAX_GAP), { offset_ms: -back, gap_ms: -back });
      const right = await upkeep.tick(AT + 10, MAX_GAP);
      assert.equal(AT + 10 - right.offset_ms, AT, 'it stands still, and does not jump ahead');
      assert.equal((await upkeep.tick(AT + 1_010, MAX_GAP)).gap_ms, 0);
      assert.equal(AT + 1_010 - (await upkeep.offset()), AT + 1_000);
    });

    it('the epoch is what was said last', async () => {
      const { upkeep } = world.facts();
      assert.equal(await upkeep.epoch(), null);
      await upkeep.setEpoch('one');
      await upkeep.setEpoch('two');
      await upkeep.tick(AT, MAX_GAP);
      assert.equal(await upkeep.epoch(), 'two');
    });
  });
}
