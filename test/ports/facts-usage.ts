/** What an organisation holds: kept by commits, with quotas that hold when many come at once. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NO_USAGE, OverQuota, type Usage } from '../../runtime/accounts/usage.ts';
import type { Change } from '../../runtime/ports/facts.ts';
import { change, commit, ORG, OTHER, type World } from './facts-rows.ts';

const scope = { org_id: ORG };
const some = (parts: Partial<Usage>): Usage => ({ ...NO_USAGE, ...parts });
const AMPLE: Usage = { pictures: 1_000, bytes: 1_000_000, awaited: 1_000, announced: 1_000_000 };
const begun = (id: string, add: Partial<Usage>, quota: Usage | null = null, parts: Partial<Change> = {}) =>
  change(id, { usage: { add: some({ pictures: 1, ...add }), quota }, ...parts });

export function usageTests(world: World): void {
  describe('usage', () => {
    it('is what commits add and take away, of each organisation apart; nothing is nothing', async () => {
      const facts = world.facts();
      assert.deepEqual(await facts.usage.get(scope), NO_USAGE);
      await commit(facts, begun('a', { bytes: 10, awaited: 1, announced: 10 }), begun('b', { bytes: 5 }));
      await commit(facts, begun('c', { bytes: 7 }, null, { org_id: OTHER }));
      await commit(
        facts,
        change('a', { expected_seq: 1, usage: { add: some({ bytes: -2, awaited: -1, announced: -10 }), quota: null } }),
      );
      assert.deepEqual(await facts.usage.get(scope), { pictures: 2, bytes: 13, awaited: 0, announced: 0 });
      assert.deepEqual(await facts.usage.get({ org_id: OTHER }), some({ pictures: 1, bytes: 7 }));
      await commit(facts, change('b', { expected_seq: 1, usage: { add: some({ pictures: -1, bytes: -5 }), quota: null } }));
      assert.deepEqual(await facts.usage.get(scope), some({ pictures: 1, bytes: 8 }));
      assert.deepEqual(await facts.usage.get({ org_id: 'nobody' }), NO_USAGE);
    });

    it('adds nothing for a change that is lost or fails', async () => {
      const facts = world.facts();
      await commit(facts, begun('a', { bytes: 10 }));
      const late = change('a', { expected_seq: 7, usage: { add: some({ bytes: 100 }), quota: null } });
      const bad = begun('b', { bytes: 100 }, null, { journal: { ...change('b').journal, event: 'x\u0000' } });
      const outcomes = (await facts.commit([late, bad])).map(({ outcome }) => outcome);
      assert.deepEqual(outcomes, ['lost', 'failed']);
      assert.deepEqual(await facts.usage.get(scope), some({ pictures: 1, bytes: 10 }));
    });

    for (const [of, add] of Object.entries({
      pictures: some({ pictures: 1 }),
      bytes: some({ pictures: 1, bytes: 100 }),
      awaited: some({ pictures: 1, awaited: 1 }),
      announced: some({ pictures: 1, bytes: 100, announced: 100 }),
    }))
      it(`of ${of}: what would be beyond is refused by name, alone, and nothing of it is written`, async () => {
        const facts = world.facts();
        const unit = add[of as keyof Usage]; // its own name
        const quota = { ...AMPLE, [of]: 2 * unit };
        const all = ['a', 'b', 'c', 'd'].map((id) => begun(id, add, quota));
        const answers = await facts.commit([...all, begun('e', {}, AMPLE, { org_id: OTHER })]);
        assert.deepEqual(
          answers.map(({ outcome }) => outcome),
          ['committed', 'committed', 'failed', 'failed', 'committed'],
        );
        const [, , refused] = answers;
        assert.ok(refused?.outcome === 'failed' && refused.error instanceof OverQuota);
        assert.deepEqual([refused.error.of, refused.error.quota], [of, 2 * unit]);
        assert.equal(await facts.instances.load('c'), null);
        assert.equal(await facts.resources.get(scope, 'c'), null);
        assert.equal((await facts.usage.get(scope))[of as keyof Usage], 2 * unit);
        await commit(facts, change('a', { expected_seq: 1, usage: { add: some({ [of]: -unit }), quota: null } }));
        await commit(facts, begun('c', add, quota)); // there is room again
      });

    it('holds when many come at once, in commits of their own', async () => {
      const facts = world.facts();
      const quota = { ...AMPLE, pictures: 10 };
      const ids = Array.from({ length: 40 }, (_, n) => `r${n}`);
      const answers = await Promise.all(ids.map((id) => facts.commit([begun(id, { bytes: 3 }, quota)])));
      assert.equal(answers.flat().filter(({ outcome }) => outcome === 'committed').length, 10);
      assert.ok(answers.flat().every((answer) => answer.outcome !== 'failed' || answer.error instanceof OverQuota));
      assert.deepEqual(await facts.usage.get(scope), some({ pictures: 10, bytes: 30 }));
    });

    it('takes no quota where none is given: what is there may always move', async () => {
      const facts = world.facts();
      await commit(facts, begun('a', { bytes: 10 }, AMPLE));
      await commit(facts, change('a', { expected_seq: 1, usage: { add: some({ bytes: 10_000_000 }), quota: null } }));
      const [answer] = await facts.commit([begun('b', {}, AMPLE)]);
      assert.ok(answer?.outcome === 'failed' && answer.error instanceof OverQuota && answer.error.of === 'bytes');
    });
  });
}
