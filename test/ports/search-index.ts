/** What every SearchIndex must do, run on each adapter. */
import { describe } from 'node:test';
import type { SearchIndex } from '../../runtime/ports/search-index.ts';
import { indexTestCandidates } from './search-index-candidates.ts';
import { indexTestFinds } from './search-index-finds.ts';
import { indexTestNearness } from './search-index-nearness.ts';
import { indexTestRanks } from './search-index-ranks.ts';
import { indexTestTyped } from './search-index-typed.ts';
import { indexWorld } from './search-index-world.ts';
import { indexTestWrites } from './search-index-writes.ts';

/** `open` answers an index; each test has organisations and ids of its own, so that one index may serve all. */
export function searchIndexSuite(name: string, open: () => Promise<SearchIndex>): void {
  const world = () => indexWorld(open);
  describe(`SearchIndex: ${name}`, () => {
    indexTestWrites(world);
    indexTestFinds(world);
    indexTestRanks(world);
    indexTestNearness(world);
    indexTestTyped(world);
    indexTestCandidates(world);
  });
}
