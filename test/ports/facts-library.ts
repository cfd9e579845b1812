/** What a library holds, counted: its tags and its months, of one organisation alone, without what is gone. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NO_METADATA } from '../../contract/metadata.ts';
import type { ResourceColumns } from '../../runtime/ports/resources.ts';
import { AT, change, ORG, OTHER, type World } from './facts-rows.ts';

const HOUR_MS = 3_600_000;
const scope = { org_id: ORG };

export function libraryTests(world: World): void {
  describe('the library', () => {
    const put = async (id: string, tags: string[], columns: Partial<ResourceColumns> = {}) => {
      const { org_id = ORG } = columns;
      const metadata = {
        into: 'metadata' as const,
        row: { resource_id: id, org_id, at: AT, metadata: { ...NO_METADATA, tags } },
      };
      const [done] = await world.facts().commit([change(id, { org_id, resource: columns, writes: [metadata] })]);
      assert.equal(done?.outcome, 'committed');
    };

    it('has tags by how often they are used, and by what they begin with, whatever its case', async () => {
      const { resources } = world.facts();
      await put('t1', ['Receipt', 'travel', '收据']);
      await put('t2', ['Receipt', 'rent_a', '收据']);
      await put('t3', ['Receipt', 'rent%b']);
      await put('gone', ['travel', 'thrown away'], { status: 'TRASHED', phase: 'gone' });
      await put('theirs', ['Receipt', 'secret'], { org_id: OTHER });
      const tags = async (prefix: string, limit = 99) =>
        (await resources.tags(scope, { prefix, limit })).map(({ tag, count }) => `${tag} ${count}`);
      assert.deepEqual(await tags(''), ['Receipt 3', '收据 2', 'rent%b 1', 'rent_a 1', 'travel 1']);
      assert.deepEqual(await tags('rE'), ['Receipt 3', 'rent%b 1', 'rent_a 1']);
      assert.deepEqual(
        [await tags('收'), await tags('rent_'), await tags('rent%'), await tags('x')],
        [['收据 2'], ['rent_a 1'], ['rent%b 1'], []],
      );
      assert.deepEqual(await tags('', 2), ['Receipt 3', '收据 2']);
    });

    it('has months, by the same filters as its lists', async () => {
      const { resources } = world.facts();
      const at = (text: string) => ({ created_at: Date.parse(text) });
      await put('m1', ['x'], at('2026-10-31T23:59:59.999Z'));
      await put('m2', [], at('2026-11-01T00:00:00Z'));
      await put('m3', ['x'], at('2026-11-30T23:59:59Z'));
      await put('m4', ['x'], { ...at('2026-11-05T00:00:00Z'), status: 'TRASHED', phase: 'gone' });
      await put('m5', ['x'], { ...at('2025-01-05T00:00:00Z'), org_id: OTHER });
      assert.deepEqual(await resources.countsByMonth(scope, {}, 0), { '2026-10': 1, '2026-11': 2 });
      assert.deepEqual(await resources.countsByMonth(scope, { tag: ['x'] }, 0), { '2026-10': 1, '2026-11': 1 });
      assert.deepEqual(await resources.countsByMonth(scope, { phase: ['gone'] }, 0), { '2026-11': 1 });
      const in_china = await resources.countsByMonth(scope, {}, 8 * HOUR_MS);
      assert.deepEqual(in_china, { '2026-11': 2, '2026-12': 1 }, 'months begin at midnight there');
      assert.deepEqual(await resources.countsByMonth(scope, {}, -HOUR_MS), { '2026-10': 2, '2026-11': 1 });
    });
  });
}
