/** Following `next_cursor` while pictures come, change and go: what was there all the while is shown once, in every order and mode. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { SearchAnswer } from '../../../contract/search.ts';
import { HTTP_LIMITS } from '../../../http/limits.ts';
import { openSqliteIndex } from '../../../persistence/sqlite-index/open.ts';
import { systemClock } from '../../../runtime/async/clock.ts';
import type { SearchIndex } from '../../../runtime/ports/search-index.ts';
import { entry, MODEL, saved } from '../../worlds/entries.ts';
import { hashedNgrams } from '../../worlds/hashed-ngrams.ts';
import { type HttpWorld, httpWorld } from '../../worlds/http-world.ts';

/** Fewer than there are: so that the list by relevance ends and goes on by newest. */
const RANKED = 9;
const PICTURES = 24;
const embedder = hashedNgrams();

let dir: string;
let index: SearchIndex;
let world: HttpWorld;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tuodi-pages-'));
  index = await openSqliteIndex(join(dir, 'search.sqlite'), { clock: systemClock(), model: MODEL });
  world = await httpWorld({ index, embedder, limits: { ...HTTP_LIMITS, search_ranked: RANKED } });
});
after(async () => {
  await world.stop();
  await index.close();
  await rm(dir, { recursive: true, force: true });
});

let pictures = 0;
/** `times`: how often the word is in it, which decides how relevant it is. */
async function put(resource_id: string, revision: number, times: number, created_at: number): Promise<void> {
  const text = `${'invoice '.repeat(times)}and other words ${resource_id}`;
  const [vector = null] = await embedder.embed([text], new AbortController().signal);
  const held = await index.put(entry('a', resource_id, saved(text, { created_at, tags: ['t'] }), { revision, vector }));
  assert.deepEqual(held, { put: 'seen' });
}
async function add(times: number): Promise<string> {
  const { resource_id } = await world.created();
  pictures += 1;
  await world.legal(resource_id, `picture ${pictures}`);
  await world.indexed(resource_id);
  await put(resource_id, 1, times, pictures);
  return resource_id;
}
const page = async (asked: string, cursor: string | null) => {
  const { json, text } = await world.call('GET', `/v1/search?${asked}&limit=4${cursor ? `&cursor=${cursor}` : ''}`);
  assert.ok(json, text);
  return SearchAnswer.parse(json);
};

test('what was there all the while is shown once, whatever comes, changes and goes between the pages', async () => {
  const there: string[] = [];
  for (let n = 0; n < PICTURES; n += 1) there.push(await add(1 + (n % 5)));
  const goes = there.filter((_, n) => n % 6 === 5);
  const stays = there.filter((one) => !goes.includes(one));
  let revision = 1;
  for (const asked of [
    'q=invoice&mode=text',
    'q=invoice&mode=hybrid',
    'q=invoice&sort=newest&mode=text',
    'q=',
    'q=tag:t',
    'q=invoice&phase=ready&mode=text',
  ]) {
    const shown: string[] = [];
    let cursor: string | null = null;
    for (let n = 0; n === 0 || cursor !== null; n += 1) {
      assert.ok(n < 40, 'the pages end');
      const answer: SearchAnswer = await page(asked, cursor);
      shown.push(...answer.items.map(({ resource }) => resource.resource_id));
      cursor = answer.next_cursor;
      revision += 1;
      if (n < 4) await add(6); // more relevant, and newer, than all that is there
      await Promise.all(
        stays.map((one, at) => (at % 3 === n % 3 ? put(one, revision, 1 + ((at + n) % 7), there.indexOf(one) + 1) : null)),
      );
      if (n === 1) {
        const gone = goes.pop();
        await world.call('DELETE', `/v1/resources/${gone}`);
      }
    }
    assert.equal(new Set(shown).size, shown.length, `${asked}: nothing twice`);
    assert.deepEqual(
      stays.filter((one) => !shown.includes(one)),
      [],
      `${asked}: nothing missed`,
    );
  }
});

test('with pictures in the trash totals and facets are of what can be seen, and exact', async () => {
  const before_it = await page('q=invoice&mode=text&facets=tag,year', null);
  assert.equal(before_it.total_is_exact, true);
  const [first] = before_it.items;
  await world.call('DELETE', `/v1/resources/${first?.resource.resource_id}`);
  const now = await page('q=invoice&mode=text&facets=tag,year', null);
  assert.deepEqual([now.total, now.total_is_exact], [before_it.total - 1, true]);
  assert.deepEqual(now.facets, {
    tag: [{ value: 't', count: now.total }],
    year: [{ value: '1970', count: now.total }],
  });
});

test('with more in the trash than the index is told of, totals say that they are not exact, and nothing of it is shown', async () => {
  const few = await httpWorld({ limits: { ...HTTP_LIMITS, search_withdrawn: 1 } });
  const ids: string[] = [];
  for (let n = 0; n < 4; n += 1) {
    const { resource_id } = await few.created();
    await few.legal(resource_id, `picture ${n}`);
    await few.indexed(resource_id);
    ids.push(resource_id);
  }
  few.ranking.ids.push(...ids);
  for (const id of ids.slice(0, 3)) await few.call('DELETE', `/v1/resources/${id}`);
  const { items, total_is_exact } = SearchAnswer.parse((await few.call('GET', '/v1/search?q=hello')).json);
  assert.deepEqual([items.map(({ resource }) => resource.resource_id), total_is_exact], [ids.slice(3), false]);
  await few.stop();
});

test('a cursor of another search, or a broken one, is refused; a full one fits into an address', async () => {
  const { next_cursor } = await page('q=invoice&mode=text', null);
  for (const query of [`q=other&mode=text&cursor=${next_cursor}`, `q=invoice&mode=text&cursor=${String(next_cursor).slice(3)}`])
    assert.equal((await world.call('GET', `/v1/search?limit=4&${query}`)).status, 400);
  const full = `${next_cursor?.split('.')[0]}.${'abcdefgh'.repeat(HTTP_LIMITS.search_ranked)}`;
  const q = encodeURIComponent('票'.repeat(500));
  assert.ok(full.length < 4_000);
  assert.equal((await world.call('GET', `/v1/search?q=${q}&cursor=${full}`)).status, 400); // of another search, but read
});
