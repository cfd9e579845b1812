/** Searching: the index ranks, the facts decide. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { SearchAnswer } from '../../../contract/search.ts';
import { type HttpWorld, httpWorld } from '../../worlds/http-world.ts';

let world: HttpWorld;
let ids: string[];
let embeds: () => Promise<Float32Array[]>;
before(async () => {
  embeds = async () => [new Float32Array([1, 0])];
  world = await httpWorld({ embedder: { model: 'm', dimension: 2, embed: () => embeds() } });
  ids = [];
  for (let n = 0; n < 9; n++) {
    const { resource_id } = await world.created();
    await world.legal(resource_id, `picture ${n}`);
    await world.indexed(resource_id, `invoice number ${n}`);
    ids.push(resource_id);
  }
  world.ranking.ids.push(...ids);
});
after(() => world.stop());

const search = async (query: string) => SearchAnswer.parse((await world.call('GET', `/v1/search?${query}`)).json);
const found = ({ items }: SearchAnswer) => items.map(({ resource }) => resource.resource_id);

test('a hit says why it was found and where', async () => {
  const { items, total, total_is_exact } = await search('q=invoice&limit=1');
  assert.deepEqual([total, total_is_exact], [9, true]);
  assert.ok(
    items[0]?.highlights.some(
      ({ field, parts }) => field === 'text' && parts.some(({ text, match }) => match && text === 'invoice'),
    ),
  );
  assert.equal(items[0]?.boxes[0]?.page, 1);
});

test('what was removed a moment ago is not found, and its place is filled', async () => {
  const [first = '', second = '', third = ''] = ids;
  await world.call('DELETE', `/v1/resources/${first}`);
  await world.call('DELETE', `/v1/resources/${third}`);
  const page = await search('q=invoice&limit=3');
  assert.deepEqual(found(page), [second, ids[3], ids[4]]);
  assert.deepEqual([page.total, page.total_is_exact], [7, true]);
  const next = await search(`q=invoice&limit=3&cursor=${page.next_cursor}`);
  assert.deepEqual(found(next), ids.slice(5, 8));
  const last = await search(`q=invoice&limit=3&cursor=${next.next_cursor}`);
  assert.deepEqual([found(last), last.next_cursor], [ids.slice(8), null]);
});

test('another organisation finds nothing, whatever its index says', async () => {
  const { json } = await world.call('GET', '/v1/search?q=invoice', { key: world.keys.other });
  assert.deepEqual(SearchAnswer.parse(json).items, []);
});

test('a phase is asked of the facts', async () => {
  assert.equal(found(await search('q=invoice&phase=working')).length, 0);
  assert.equal(found(await search('q=invoice&phase=ready&phase=failed')).length, 7);
});

test('phases are counted: by the facts, whatever phase is asked for, and only of what is found', async () => {
  const phases = async (query: string) => (await search(`q=invoice&facets=phase&limit=2${query}`)).facets.phase;
  assert.deepEqual(await phases(''), [{ value: 'ready', count: 7 }]);
  await world.call('POST', `/v1/resources/${ids[4]}/reprocess`, { body: { from: 'index' } });
  const two = [
    { value: 'ready', count: 6 },
    { value: 'working', count: 1 },
  ];
  assert.deepEqual(await phases(''), two);
  assert.deepEqual(await phases('&phase=working'), two);
  world.ranking.ids.splice(4, 1);
  assert.deepEqual(await phases(''), [{ value: 'ready', count: 6 }]);
  world.ranking.ids.splice(4, 0, ...ids.slice(4, 5));
});

test('an empty query lists the newest, without a vector', async () => {
  await search('');
  const asked = world.ranking.asked.at(-1);
  assert.deepEqual([asked?.sort, asked?.vector, asked?.mode], ['newest', null, 'text']);
});

test('filters reach the index in its own units', async () => {
  await search(
    'q=a%20-tag:u&tag=x&tag=y&not_tag=V&batch_id=b&taken_from=2024-01-01&taken_to=2024-01-02&created_from=2024-02-01T00:00:00Z&created_to=2024-03-01T01:00:00%2B01:00&facets=tag,year',
  );
  const asked = world.ranking.asked.findLast(({ mode }) => mode === 'text');
  const { tag, batch_id, taken_from, taken_to, created_from, created_to, facets } = asked ?? {};
  assert.deepEqual(asked?.query.no_tags, ['u', 'v']);
  assert.deepEqual([tag, batch_id, facets], [['x', 'y'], ['b'], ['tag', 'year']]);
  assert.deepEqual([taken_from, taken_to], [Date.UTC(2024, 0, 1), Date.UTC(2024, 0, 3) - 1]);
  assert.deepEqual([created_from, created_to], [Date.UTC(2024, 1, 1), Date.UTC(2024, 2, 1)]);
});

test('without its embedder a hybrid search goes by text, and one by meaning says that it can’t', async () => {
  embeds = async () => {
    throw new Error('away');
  };
  await search('q=invoice');
  assert.equal(world.ranking.asked.at(-1)?.mode, 'text');
  const answer = await world.call('GET', '/v1/search?q=invoice&mode=vector');
  assert.equal(answer.status, 503);
  assert.ok(Number(answer.headers.get('retry-after')) > 0);
});

test('a search ends, however much of the ranking is not confirmed', async () => {
  world.ranking.ids.unshift(...Array.from({ length: 500 }, () => world.deps.clock.newId()));
  const before = world.ranking.asked.length;
  const page = await search('q=invoice&limit=5');
  assert.ok(world.ranking.asked.length - before <= world.deps.limits.search_rounds);
  assert.deepEqual(page.items, []);
  assert.ok(page.next_cursor);
});
