/** What has the words as they were typed comes first in every SearchIndex, whatever else is newer or has them in its title. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { saved } from '../worlds/entries.ts';
import type { IndexWorld } from './search-index-world.ts';

const DAY = 24 * 3_600_000;

export function indexTestTyped(world: () => Promise<IndexWorld>): void {
  test('one after the other before apart, whatever else has them in its title', async () => {
    const { index, put, found } = await world();
    await put('apart', saved('it is for children, and they paint', { title: 'The workshop' }));
    await put('typed', saved('a bamboo workshop for children', { title: 'Poster' }));
    await put('later', saved('for a workshop', { title: 'For the workshop' }));
    for (const typed of ['workshop for', 'workshop for children']) assert.equal((await found(typed))[0], 'typed', typed);
    assert.deepEqual((await found('for workshop')).toSorted(), ['apart', 'later', 'typed']);
    await index.close();
  });

  /** What is typed, a text that has it so, and a newer one that has it otherwise. */
  const ALSO_FOUND: [typed: string, as_typed: string, otherwise: string][] = [
    ['goods', 'a list of goods', 'the best of all'],
    ['goods ', 'a list of goods', 'a good list'],
    ['Studies ', 'two studies', 'she will study'],
    ['oli', 'gardens of Oli', 'signed by Oliver'],
    ['e-mail ', 'by e-mail', 'by email'],
    ['GJA984-15', 'model GJA984-15', 'model GJA98415'],
    ['1,280.00', 'sum 1280.00', 'sum 1280'],
    ['pay goods ', 'pay goods', 'paid best'],
    ['发票 goods ', '发票 goods', '发票 best'],
    ['软件', '软件一套', '軟體一套'],
    ['更新软件', '更新软件', '更新軟體'],
  ];
  for (const [typed, as_typed, otherwise] of ALSO_FOUND)
    test(`${typed}: what has it so before what has it otherwise and is newer`, async () => {
      const { index, put, found } = await world();
      await put('typed', saved(as_typed, { created_at: DAY }));
      await put('title', saved('', { title: otherwise, created_at: 2 * DAY }));
      await put('newer', saved(otherwise, { created_at: 3 * DAY }));
      assert.deepEqual(await found(typed), ['typed', 'title', 'newer']);
      await put('first', saved('', { title: as_typed, created_at: DAY / 2 }));
      assert.deepEqual((await found(typed)).slice(0, 2), ['first', 'typed']);
      await index.close();
    });
}
