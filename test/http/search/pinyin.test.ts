/** Pinyin over HTTP: the last that is looked for, in titles, tags and file names. */
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
let pictures = 0;
async function add(name: string, text: string, change: Partial<Parameters<typeof saved>[1]> = {}): Promise<string> {
  const { resource_id } = await world.created();
  pictures += 1;
  await world.legal(resource_id, `picture ${pictures}`);
  const whole = { title: null, filename: `${name}.png`, created_at: pictures, ...change };
  await world.indexed(resource_id, text, whole);
  await index.put(entry('a', resource_id, saved(text, whole)));
  names.set(resource_id, name);
  return resource_id;
}
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tuodi-pinyin-'));
  index = await openSqliteIndex(join(dir, 'search.sqlite'), { clock: systemClock() });
  world = await httpWorld({ index });
  await add('tag', '合计 20', { tags: ['發票', '2024'] });
  await add('title', '合计 10', { title: '增值税发票', description: '2024' });
  await add('file', '合计 30', { filename: '发票 3.png' });
  await add('page', '发票 一张', { title: '说明' });
  await add('women', 'women in science', { title: '会议' });
  await add('us', '一张照片', { title: '我们', tags: ['wo'] });
  await add('fa', 'FA cup 2024');
  await add('apart', '合计 40', { title: '合同', tags: ['张伟'] });
  const withdrawn = await add('withdrawn', 'hetong', { title: 'of the trash' });
  await world.call('DELETE', `/v1/resources/${withdrawn}`);
});
after(async () => {
  await world.stop();
  await index.close();
  await rm(dir, { recursive: true, force: true });
});

const search = async (q: string, more = '', key?: string) => {
  const { json, text } = await world.call('GET', `/v1/search?q=${encodeURIComponent(q)}${more}`, key ? { key } : {});
  assert.ok(json, text);
  return SearchAnswer.parse(json);
};
const shown = ({ items }: SearchAnswer) => items.map(({ resource, match }) => `${match} ${names.get(resource.resource_id)}`);
const marks = ({ items }: SearchAnswer) =>
  items.map(({ highlights }) =>
    highlights.map(({ field, parts }) => `${field} ${parts.flatMap(({ text, match }) => (match ? [text] : [])).join()}`),
  );

test('a word that stands nowhere finds titles, tags and file names by its sound; the Han are marked', async () => {
  for (const typed of ['fapiao ', 'fapiao', 'fa piao ', 'faPiao ', 'fāpiào ', "fa'piao "]) {
    const answer = await search(typed);
    assert.deepEqual(shown(answer).slice(-3), ['some title', 'some tag', 'some file'], typed);
    assert.deepEqual(marks(answer).slice(-3), [['title 发票'], ['tags 發票'], ['filename 发票']]);
  }
  const answer = await search('fapiao ');
  assert.deepEqual([answer.total, answer.totals.some, answer.terms], [0, 3, [{ term: 'fapiao', count: 0 }]]);
});

test('words of a name and of a thing may stand apart, and what is in the trash is nowhere', async () => {
  for (const typed of ['hetong ', 'zhangwei hetong ', 'zhang wei he tong ', 'zhang wei hetong ', 'the hetong '])
    assert.deepEqual(shown(await search(typed)), ['some apart'], typed);
});

test('what is written comes first, and what is written somewhere is not read by its sound', async () => {
  assert.deepEqual(shown(await search('women ')), ['exact women']);
  assert.deepEqual(shown(await search('women ', '&tag=wo')), [], 'not even where a filter leaves none of them');
  assert.deepEqual(shown(await search('womende ')), []);
  assert.deepEqual(shown(await search('fapiao 2024 ')), ['some title', 'some tag', 'some fa'], 'a part as written comes before');
  assert.deepEqual(shown(await search('invoice ')), []);
});

test('quotes, a minus, a higher tier, a list by newest and filters keep it out; so does another organisation', async () => {
  for (const typed of ['"fapiao"', 'fapiao -draft ', 'fp ', 'fa ']) {
    const found = shown(await search(typed));
    assert.deepEqual(
      found.filter((one) => one.startsWith('some')),
      [],
      typed,
    );
  }
  assert.deepEqual(shown(await search('fapiao ', '&match=alike')), []);
  assert.deepEqual(shown(await search('fapiao ', '&sort=newest')), []);
  assert.deepEqual(shown(await search('fapiao ', '&tag=2024')), ['some tag']);
  assert.deepEqual(shown(await search('fapiao tag:2024 ')), ['some tag']);
  assert.deepEqual(shown(await search('fapiao ', '', world.keys.other)), []);
});

test('page by page it is listed once', async () => {
  const listed: string[] = [];
  let cursor: string | null = null;
  for (let n = 0; n === 0 || cursor !== null; n += 1) {
    assert.ok(n < 10, 'the pages end');
    const page: SearchAnswer = await search('fapiao ', `&limit=1${cursor ? `&cursor=${cursor}` : ''}`);
    listed.push(...shown(page));
    cursor = page.next_cursor;
  }
  assert.deepEqual(listed, ['some title', 'some tag', 'some file']);
});
