/** What a page that shows pictures must know: their shape before they are there, where words stand, who did what, and what it may keep. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import { Resource } from '../../../contract/resource.ts';
import { TextAnswer } from '../../../contract/text.ts';
import { browser, loginFor } from '../../worlds/browser.ts';
import { type HttpWorld, httpWorld, keyIn } from '../../worlds/http-world.ts';

let world: HttpWorld;
before(async () => {
  world = await httpWorld();
});
after(() => world.stop());

type Columns = { page_count?: number; page_sizes?: [number, number][]; turns?: string | null };
const WORDS = ['Total', '274.70', '云雀'];
const TEXT = 'Total 274.70\n云雀';
/** A picture of 4 × 3, read; with these columns. */
async function read(columns: Columns = {}): Promise<string> {
  const { resource_id } = await world.created();
  await world.legal(resource_id, `bytes of ${resource_id}`);
  const recognition_id = world.deps.clock.newId();
  const place = { confidence: 0.9, x: 0.1, y: 0.2, w: 0.3, h: 0.1 };
  const words = WORDS.map((text) => ({ text, ...place }));
  const pages = [{ page: 1, width: 4, height: 3, text: TEXT, confidence: 0.9, words }];
  const row = { recognition_id, resource_id, org_id: 'a', at: world.deps.clock.now(), engine: 'test', pages };
  await world.done(resource_id, 'ocr', { fact_id: recognition_id }, { facts: [{ into: 'recognitions', row }], columns });
  return resource_id;
}
const get = async (id: string) => Resource.parse((await world.call('GET', `/v1/resources/${id}`)).json);
const sizes = async (columns: Columns) => {
  const { width, height, page_sizes } = await get(await read(columns));
  return { first: [width, height], page_sizes };
};

describe('the shape of a picture', () => {
  test('is none before it was looked at, and then that of its first page', async () => {
    const { width, height, page_sizes } = await world.created();
    assert.deepEqual([width, height, page_sizes], [null, null, null]);
    assert.deepEqual(await sizes({}), { first: [4, 3], page_sizes: null });
  });

  test('has the size of each page where they differ', async () => {
    const differing: [number, number][] = [
      [4, 3],
      [10, 20],
    ];
    assert.deepEqual(await sizes({ page_count: 2, page_sizes: differing }), { first: [4, 3], page_sizes: differing });
    assert.deepEqual(await sizes({ page_count: 3 }), { first: [4, 3], page_sizes: null }, 'all are as the first');
  });

  test('is that of the pages as they are shown: turned as they were read', async () => {
    assert.deepEqual(await sizes({ turns: '1' }), { first: [3, 4], page_sizes: null });
    assert.deepEqual(await sizes({ turns: '2' }), { first: [4, 3], page_sizes: null });
    assert.deepEqual(await sizes({ page_count: 3, turns: '03' }), {
      first: [4, 3],
      page_sizes: [
        [4, 3],
        [3, 4],
        [4, 3],
      ],
    });
  });
});

describe('a text', () => {
  const textOf = async (id: string) => TextAnswer.parse((await world.call('GET', `/v1/resources/${id}/text`)).json).pages[0];
  const places = async (id: string) => (await textOf(id))?.words.map(({ at }) => at);

  test('says where each word stands in it, and after a correction where those stand that it left', async () => {
    const id = await read();
    assert.deepEqual(await places(id), [0, 6, 13]);
    const correct = (text: string | null) =>
      world.call('PATCH', `/v1/resources/${id}/text`, { body: { pages: [{ page: 1, text }] } });
    assert.equal((await correct('Paid\nTotal 274.10\n云雀')).status, 200);
    const page = await textOf(id);
    assert.deepEqual([page?.source, await places(id)], ['person', [5, null, 18]]);
    for (const { text, at } of page?.words ?? []) if (at !== null) assert.ok(page?.text.startsWith(text, at), text);
    await correct('');
    assert.deepEqual(await places(id), [null, null, null]);
    await correct(null);
    assert.deepEqual(await places(id), [0, 6, 13]);
  });

  test('has the ETag that a correction names: of two who correct it, the second is told of the first, and by which state', async () => {
    const id = await read();
    const shown = await world.call('GET', `/v1/resources/${id}/text`);
    const etag = shown.headers.get('etag') ?? '';
    assert.equal(etag, (await world.call('GET', `/v1/resources/${id}`)).headers.get('etag'));
    const correct = (text: string, match: string) =>
      world.call('PATCH', `/v1/resources/${id}/text`, { body: { pages: [{ page: 1, text }] }, headers: { 'if-match': match } });
    assert.equal((await world.call('GET', `/v1/resources/${id}/text`, { headers: { 'if-none-match': etag } })).status, 304);
    const first = await correct('first', etag);
    assert.equal(first.status, 200);
    const second = await correct('second', etag);
    assert.equal(second.status, 412);
    assert.equal(second.headers.get('etag'), first.headers.get('etag'));
    assert.equal((await textOf(id))?.text, 'first');
    assert.equal((await correct('second', second.headers.get('etag') ?? '')).status, 200);
  });
});

describe('history', () => {
  const By = z.object({
    items: z.array(z.object({ event: z.string(), by: z.object({ kind: z.string(), name: z.string().nullable() }) })),
  });
  test('names who did something: a user, a key, nobody for the service itself, and not the key of commands on its machine', async () => {
    const one = browser(world.url);
    const { token, user_id } = await loginFor(world.deps);
    await one.signIn(token);
    const id = await read();
    const edit = (title: string) => ({ body: { title } });
    await one.ask('PATCH', `/v1/resources/${id}/metadata`, edit('by a user'));
    const local = await keyIn('a', world.deps, { name: 'local-0123456789abcdef' });
    await world.call('PATCH', `/v1/resources/${id}/metadata`, { ...edit('by a command'), key: local });
    const { items } = By.parse((await world.call('GET', `/v1/resources/${id}/history`)).json);
    const named = items.map(({ event, by }) => `${event} ${by.kind} ${by.name}`);
    assert.equal(named[0]?.endsWith('key test'), true, named[0]);
    assert.ok(named.includes('done ocr worker null'));
    assert.deepEqual(named.slice(-2), [`METADATA_SUBMITTED user name of ${user_id}`, 'METADATA_SUBMITTED key null']);
  });
});

describe('previews by a cookie', () => {
  test('are of any page and size, and a browser keeps them: for ever so turned, else while it asks again', async () => {
    const one = browser(world.url);
    await one.signIn((await loginFor(world.deps, { role: 'viewer' })).token);
    const id = await read();
    const at = (query: string) => one.ask('GET', `/v1/resources/${id}/preview?${query}`);
    const [small, large, turned] = [await at('size=320&page=1'), await at('size=1600&page=1'), await at('size=320&turned=0')];
    assert.deepEqual([small.status, large.status, turned.status], [200, 200, 200]);
    assert.deepEqual([small.text, large.text], ['webp 320', 'webp 1600']);
    assert.equal(small.headers['cache-control'], 'private, max-age=3600, stale-while-revalidate=604800');
    assert.equal(turned.headers['cache-control'], 'private, max-age=604800, immutable');
    assert.match(small.headers.vary ?? '', /\bCookie\b/, 'and none shows another person what it kept');
    const asked = { headers: { 'if-none-match': small.headers.etag ?? '' } };
    assert.equal((await one.ask('GET', `/v1/resources/${id}/preview?size=320&page=1`, asked)).status, 304);
  });
});
