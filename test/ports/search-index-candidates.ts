/** What every SearchIndex finds for the tiers below exact hits: candidates, the heaviest first, and how many have each thing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IndexFilters } from '../../runtime/ports/search-index.ts';
import { soughtRun } from '../../text/han-runs.ts';
import { lowerQuery, soughtAlike } from '../../text/lower-query.ts';
import { parseQuery } from '../../text/query.ts';
import type { Sought, Weighed } from '../../text/sought.ts';
import { soughtSound, soundQuery } from '../../text/sound-query.ts';
import { saved } from '../worlds/entries.ts';
import type { IndexWorld } from './search-index-world.ts';

const DAY = 24 * 3_600_000;
const NONE: IndexFilters = { query: parseQuery(''), except: [] };
const plain = (...tokens: string[]): Sought => ({ phrase: { stream: 'plain', tokens, prefix: false } });
const alike = (typed: string): Sought => soughtAlike(lowerQuery(parseQuery(`${typed} `))?.alike ?? [])[0]?.sought ?? { any: [] };

async function candidateWorld(world: () => Promise<IndexWorld>) {
  const { index, org, id, ...rest } = await world();
  const found = async (weighed: Weighed[], filters = NONE, limit = 50) =>
    (await index.candidates({ org_id: org }, filters, weighed, limit)).map(
      ({ resource_id, score }) => `${resource_id.replace(id(''), '')} ${score}`,
    );
  const finds = async (sought: Sought, wanted: string[], filters = NONE) =>
    assert.deepEqual((await found([{ sought, weight: 1 }], filters)).sort(), wanted.map((one) => `${one} 1`).sort());
  return { ...rest, index, org, id, found, finds };
}

export function indexTestCandidates(world: () => Promise<IndexWorld>): void {
  test('candidates: the weights of what each has are summed up, of equal ones the newest comes first', async () => {
    const { index, put, found } = await candidateWorld(world);
    await put('both', saved('hill sea', { created_at: DAY }));
    await put('old', saved('hill', { created_at: DAY }));
    await put('new', saved('hill', { created_at: 2 * DAY }));
    await put('light', saved('sea', { created_at: 3 * DAY }));
    await put('none', 'lake');
    const weighed = [
      { sought: plain('hill'), weight: 5 },
      { sought: plain('sea'), weight: 3 },
      { sought: plain('nowhere'), weight: 9 },
    ];
    assert.deepEqual(await found(weighed), ['both 8', 'new 5', 'old 5', 'light 3']);
    assert.deepEqual(await found(weighed, NONE, 2), ['both 8', 'new 5']);
    assert.deepEqual(await found([{ sought: plain('nowhere'), weight: 1 }]), []);
    await index.close();
  });

  test('sounds of Han are no slips of a code', async () => {
    const { index, put, found } = await candidateWorld(world);
    await put('slip', saved('shanghaj', { created_at: DAY }));
    for (const day of [2, 3, 4]) await put(`title${day}`, saved('x', { title: '上海', created_at: day * DAY }));
    const like = { like: '.cshanghai', stream: 'grams' as const, within: false };
    const word = { like: 'shanghai', stream: 'plain' as const, within: false };
    assert.deepEqual(await found([{ sought: { any: [like, word] }, weight: 1 }], NONE, 2), ['slip 1']);
    await index.close();
  });

  test('candidates and counts keep to the filters, and to the organisation', async () => {
    const { index, put, found, id, org, other, make } = await candidateWorld(world);
    await put('a', saved('hill', { tags: ['x'], created_at: DAY }));
    await put('b', saved('hill not here', { tags: ['x'], created_at: 3 * DAY }));
    await put('c', saved('hill', { created_at: 2 * DAY }));
    await index.put({ ...make('theirs', 'hill'), org_id: other });
    await put('removed', 'hill');
    await index.remove({ org_id: org }, id('removed'), 1);
    const hill = [{ sought: plain('hill'), weight: 1 }];
    for (const [filters, wanted] of [
      [NONE, ['b 1', 'c 1', 'a 1']],
      [{ ...NONE, tag: ['x'] }, ['b 1', 'a 1']],
      [{ ...NONE, except: [id('b')] }, ['c 1', 'a 1']],
      [{ ...NONE, only: [id('a'), id('theirs')] }, ['a 1']],
      [{ ...NONE, created_to: 2 * DAY }, ['a 1']],
      [{ ...NONE, query: parseQuery('-here tag:x') }, ['a 1']],
      [{ ...NONE, query: parseQuery('whatever') }, ['b 1', 'c 1', 'a 1']],
    ] satisfies [IndexFilters, string[]][]) {
      assert.deepEqual(await found(hill, filters), wanted, JSON.stringify(filters));
      const { total, counts } = await index.counts({ org_id: org }, filters, [plain('hill'), plain('nowhere')]);
      assert.deepEqual([total, counts], [wanted.length, [wanted.length, 0]], JSON.stringify(filters));
    }
    assert.deepEqual(await index.counts({ org_id: org }, NONE, []), { total: 3, counts: [] });
    await index.close();
  });

  test('a run of Han with one slip, with one that is missing, and a long one with two', async () => {
    const { index, put, finds } = await candidateWorld(world);
    await put('end', '有限公可');
    await put('middle', '有眼公司');
    await put('missing', '有公司');
    await put('other', '有人在公园');
    await put('long', '厦门恒悦贸昜有限么司');
    await finds(soughtRun([...'有限公司']), ['end', 'middle', 'missing', 'long']);
    await finds(soughtRun([...'厦门恒悦贸易有限公司']), ['long']);
    await finds({ left: ['有'], right: ['公'] }, ['end', 'middle', 'missing']);
    await index.close();
  });

  test('words with a slip, in pieces, together, and inside a longer one; codes with look-alikes', async () => {
    const { index, put, finds } = await candidateWorld(world);
    await put('slip', 'the thermonetre is here');
    await put('pieces', 'a baro meter');
    await put('together', 'mrconradmoreau');
    await put('code', 'Ref. QRT-7844l5S');
    await put('digit', 'my Barth0lomew');
    await finds(alike('thermometre'), ['slip']);
    await finds(alike('barometer'), ['pieces']);
    await finds(alike('conrad moreau'), ['together']);
    await finds(alike('QRT-7844155'), ['code']);
    await finds(alike('bartholomew'), ['digit']);
    await finds(alike('hippopotamus'), []);
    await put('slip', 'nothing of it any more', { revision: 2 });
    await finds(alike('thermometre'), []);
    await index.close();
  });

  test('what stands nowhere is found by its sound, in titles, tags and file names alone', async () => {
    const { index, put, finds } = await candidateWorld(world);
    await put('title', saved('-', { title: '增值税发票' }));
    await put('traditional', saved('-', { title: '統一發票' }));
    await put('tag', saved('-', { tags: ['其他', '发票'] }));
    await put('file', saved('-', { filename: '发票 03.png' }));
    await put('page', saved('发票', { title: 'x', description: '发票' }));
    await put('apart', saved('-', { title: '发，票', tags: ['发', '票'] }));
    await put('bank', saved('-', { title: '银行流水' }));
    await put('place', saved('-', { title: '西安行程' }));
    await put('first', saved('-', { title: '先生' }));
    const sounds = (typed: string): Sought => {
      const query = soundQuery(parseQuery(`${typed} `), [true, true, true]);
      assert.ok(query, typed);
      return soughtSound(query)[0]?.sought ?? { any: [] };
    };
    for (const typed of ['fapiao', 'fa piao', 'faPiao', 'fāpiào', "fa'piao"])
      await finds(sounds(typed), ['title', 'traditional', 'tag', 'file']);
    await finds(sounds('yinhang'), ['bank']);
    await finds(sounds('yinxing'), ['bank']);
    await finds(sounds('xingcheng'), ['place']);
    await finds(sounds('xian'), ['place', 'first']);
    await finds(sounds("xi'an"), ['place']);
    await finds(sounds('fapiao'), ['tag'], { ...NONE, tag: ['其他'] });
    await finds(sounds('piaofa'), []);
    await index.close();
  });
}
