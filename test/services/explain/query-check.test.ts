/** Which parts of a search find a picture: as the search itself would say, of the real index. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pino } from 'pino';
import { openSqliteIndex } from '../../../persistence/sqlite-index/open.ts';
import { systemClock } from '../../../runtime/async/clock.ts';
import type { SearchIndex } from '../../../runtime/ports/search-index.ts';
import { queryCheck } from '../../../services/explain/query-check.ts';
import { entry, saved } from '../../worlds/entries.ts';

const clock = systemClock();
const log = pino({ level: 'silent' });
let folder = '';
let index: SearchIndex;
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tuodi-query-check-'));
  index = await openSqliteIndex(path.join(folder, 'search.sqlite'), { clock });
  await index.put(entry('a', 'mine', saved('Skylark Bakery 云雀面包房 274.70', { title: 'Lunch', tags: ['travel'] })));
  await index.put(entry('a', 'other', 'dinner'));
});
after(async () => {
  await index.close();
  await rm(folder, { recursive: true });
});

const check = (q: string, searchable = true) =>
  queryCheck({ index, clock, log }, { org_id: 'a', resource_id: 'mine', searchable }, { q, limit_ms: 10_000 });
const lacking = async (q: string) => (await check(q)).terms.filter(({ found }) => !found).map(({ term }) => term);

describe('the parts of a search', () => {
  const LACKED: Record<string, string[]> = {
    'skylark lunch': [],
    'skylark dinner 云雀': ['dinner'],
    'sky lunch': ['sky'], // only the last word may go on
    'lunch sky': [],
    '"Bakery Skylark" 274.70': ['"Bakery Skylark"'],
    '-bakery -dinner': ['-bakery'],
    'tag:travel tag:work': ['tag:work'],
    'dinner nothing': ['dinner', 'nothing'],
  };
  for (const [q, wanted] of Object.entries(LACKED))
    test(`${q}: lacks ${wanted.join(', ') || 'none'}`, async () => {
      assert.deepEqual(await lacking(q), wanted);
      assert.equal((await check(q)).found, wanted.length === 0);
    });

  test('find nothing that is not to be found, and are at most 12', async () => {
    assert.equal((await check('skylark', false)).found, false);
    assert.equal((await check(Array.from({ length: 40 }, (_, i) => `w${i}`).join(' '))).terms.length, 12);
  });

  test('are not known while the index does not answer', async () => {
    const away = { ...index, search: async () => Promise.reject(new Error('gone')) };
    const given = { org_id: 'a', resource_id: 'mine', searchable: true };
    const { found, terms } = await queryCheck({ index: away, clock, log }, given, { q: 'a b', limit_ms: 10_000 });
    assert.deepEqual(
      [found, terms],
      [
        null,
        [
          { term: 'a', found: null },
          { term: 'b', found: null },
        ],
      ],
    );
  });
});
