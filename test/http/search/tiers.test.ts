/** Tiers of a search over HTTP: what is exact comes first, and what is less says so. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { SearchAnswer } from '../../../contract/search.ts';
import { openSqliteIndex } from '../../../persistence/sqlite-index/open.ts';
import { systemClock } from '../../../runtime/async/clock.ts';
import type { SearchIndex } from '../../../runtime/ports/search-index.ts';
import { entry, saved } from '../../worlds/entries.ts';
import { type HttpWorld, httpWorld } from '../../worlds/http-world.ts';

let dir: string;
let index: SearchIndex;
let world: HttpWorld;
const names = new Map<string, string>();
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tuodi-tiers-'));
  index = await openSqliteIndex(join(dir, 'search.sqlite'), { clock: systemClock() });
  world = await httpWorld({ index });
  for (const [name, text] of [
    ['exact', 'thermometer for the greenhouse'],
    ['again', 'greenhouse, with a thermometer'],
    ['slip', 'thermometre for the greenhouse'],
    ['parted', 'ther mometer for a greenhouse'],
    ['half', 'a greenhouse of glass'],
    ['han', '厦门恒悦贸易有限公可'],
    ['other', 'nothing of this'],
  ] as const)
    await add(name, text);
});
after(async () => {
  await world.stop();
  await index.close();
  await rm(dir, { recursive: true, force: true });
});

let pictures = 0;
async function add(name: string, text: string): Promise<string> {
  const { resource_id } = await world.created();
  pictures += 1;
  await world.legal(resource_id, `picture ${pictures}`);
  await world.indexed(resource_id, text);
  await index.put(entry('a', resource_id, saved(text, { created_at: pictures, tags: [name] })));
  names.set(resource_id, name);
  return resource_id;
}
const search = async (q: string, more = '') => {
  const { json, text } = await world.call('GET', `/v1/search?q=${encodeURIComponent(`${q} `)}${more}`);
  assert.ok(json, text);
  return SearchAnswer.parse(json);
};
const shown = ({ items }: SearchAnswer) => items.map(({ resource, match }) => `${match} ${names.get(resource.resource_id)}`);
const marks = ({ items }: SearchAnswer) =>
  items.map(({ highlights }) => highlights.flatMap(({ parts }) => parts.flatMap(({ text, match }) => (match ? [text] : []))));

test('what is exact comes first, then what is nearly there, then a part; each says so', async () => {
  const answer = await search('thermometer greenhouse', '&facets=tag&mode=text');
  assert.deepEqual(shown(answer), ['exact again', 'exact exact', 'alike parted', 'alike slip', 'some half']);
  assert.deepEqual([answer.total, answer.total_is_exact], [2, true]);
  assert.deepEqual(answer.totals, { exact: 2, alike: 2, some: 1, meaning: null });
  assert.deepEqual(answer.facets.tag, [
    { value: 'again', count: 1 },
    { value: 'exact', count: 1 },
  ]);
  assert.deepEqual(answer.terms, [
    { term: 'thermometer', count: 2 },
    { term: 'greenhouse', count: 5 },
  ]);
  assert.deepEqual(
    answer.items.map(({ score }) => score),
    [1, 1 / 2, 1 / 3, 1 / 4, 1 / 5],
  );
});

test('a passage marks what stands there, whatever was typed', async () => {
  assert.deepEqual(marks(await search('thermometer greenhouse')).slice(2), [
    ['ther mometer', 'greenhouse'],
    ['thermometre', 'greenhouse'],
    ['greenhouse'],
  ]);
  assert.deepEqual(marks(await search('厦门恒悦贸易有限公司')), [['厦门恒悦贸易有限公可']]);
});

test('`match` names the lowest tier that is listed; lists by newest, quotes and a minus are exact alone', async () => {
  const exact = ['exact again', 'exact exact'];
  assert.deepEqual(shown(await search('thermometer greenhouse', '&match=exact')), exact);
  assert.deepEqual(shown(await search('thermometer greenhouse', '&match=alike')).slice(2), ['alike parted', 'alike slip']);
  assert.deepEqual(shown(await search('thermometer greenhouse', '&sort=newest')), exact);
  assert.deepEqual(shown(await search('thermometer greenhouse -lake')), exact);
  assert.deepEqual(shown(await search('"thermometer" greenhouse')), exact);
  assert.equal(
    (await search('', '')).items.every(({ match }) => match === 'exact'),
    true,
  );
  assert.equal((await world.call('GET', '/v1/search?q=a&match=any')).status, 422);
});

test('page by page every tier is listed once, in its order, also when one becomes exact meanwhile', async () => {
  for (const limit of [1, 2, 3]) {
    const listed: string[] = [];
    let cursor: string | null = null;
    for (let n = 0; n === 0 || cursor !== null; n += 1) {
      assert.ok(n < 10, 'the pages end');
      const page: SearchAnswer = await search('thermometer greenhouse', `&limit=${limit}${cursor ? `&cursor=${cursor}` : ''}`);
      listed.push(...shown(page));
      cursor = page.next_cursor;
    }
    assert.deepEqual(listed, ['exact again', 'exact exact', 'alike parted', 'alike slip', 'some half'], `${limit} a page`);
  }
  const first = await search('thermometer greenhouse', '&limit=3');
  const half = [...names].find(([, name]) => name === 'half')?.[0] ?? '';
  await index.put(entry('a', half, saved('a greenhouse and a thermometer', { created_at: 5, tags: ['half'] }), { revision: 2 }));
  const rest = await search('thermometer greenhouse', `&limit=3&cursor=${first.next_cursor}`);
  assert.deepEqual(shown(rest), ['exact half', 'alike slip']);
  await index.put(entry('a', half, saved('a greenhouse of glass', { created_at: 5, tags: ['half'] }), { revision: 3 }));
});

test('nothing is nearly or in part what another organisation has, or what is in the trash', async () => {
  const { json } = await world.call('GET', '/v1/search?q=thermonmeter%20', { key: world.keys.other });
  assert.deepEqual(SearchAnswer.parse(json).items, []);
  const trashed = await add('trashed', 'barometre in a box');
  assert.deepEqual(shown(await search('barometer')), ['alike trashed']);
  await world.call('DELETE', `/v1/resources/${trashed}`);
  assert.deepEqual(shown(await search('barometer')), []);
});

test('where nothing is found it is said which words are there, and how many pictures are worked on', async () => {
  const { resource_id } = await world.created();
  await world.legal(resource_id, 'on its way');
  const { items, terms, working } = await search('"glass" "elephant"');
  assert.deepEqual([items.length, working], [0, 1]);
  assert.deepEqual(terms, [
    { term: 'glass', count: 1 },
    { term: 'elephant', count: 0 },
  ]);
});
