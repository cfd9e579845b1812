/** Claims of bytes: one picture of an organisation holds each at a time. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AlreadyThere, type Change, type Facts } from '../../runtime/ports/facts.ts';
import { change, ORG, OTHER, type World } from './facts-rows.ts';

const scope = { org_id: ORG };
const outcomes = async (facts: Facts, changes: Change[]) => (await facts.commit(changes)).map(({ outcome }) => outcome);

export function sameBytesTests(world: World): void {
  describe('claims of bytes', () => {
    it('lets one of an organisation claim its bytes, however many come at once, until it gives them up', async () => {
      const facts = world.facts();
      const claims = (id: string, byte_claim: string | null = 'bytes', org_id = ORG) =>
        change(id, { org_id, resource: { byte_claim } });
      const all = [
        ...['a', 'b', 'c'].map((id) => claims(id)),
        claims('d', null),
        claims('e', 'others'),
        claims('f', 'bytes', OTHER),
      ];
      assert.deepEqual(await outcomes(facts, all), ['committed', 'failed', 'failed', 'committed', 'committed', 'committed']);
      const [refused] = await facts.commit([claims('b')]);
      assert.ok(refused?.outcome === 'failed' && refused.error instanceof AlreadyThere);
      assert.equal(refused.error.table, 'resources');
      assert.equal(await facts.resources.get(scope, 'b'), null, 'nothing of it is written');
      assert.equal(await facts.instances.load('b'), null);
      assert.equal((await facts.resources.claimant(scope, ['nobody’s', 'bytes', 'others']))?.resource_id, 'a');
      const moved = (seq: number, byte_claim: string | null) => change('a', { expected_seq: seq, resource: { byte_claim } });
      assert.deepEqual(await outcomes(facts, [moved(1, 'bytes')]), ['committed'], 'it holds what it has');
      assert.deepEqual(await outcomes(facts, [claims('b'), moved(2, null)]), ['committed', 'committed'], 'and gives it up');
      assert.equal((await facts.resources.claimant(scope, ['bytes']))?.resource_id, 'b');
    });
  });
}
