/** One picture through its calls: read, described, trashed, restored, deleted; and only by those who may. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { z } from 'zod';
import { HistoryItem, Resource } from '../../../contract/resource.ts';
import { TextAnswer } from '../../../contract/text.ts';
import { type HttpWorld, httpWorld } from '../../worlds/http-world.ts';

let world: HttpWorld;
before(async () => {
  world = await httpWorld();
});
after(() => world.stop());

const call = async (method: string, route: string, sending = {}) => {
  const answer = await world.call(method, `/v1/resources/${route}`, sending);
  return { ...answer, etag: answer.headers.get('etag') ?? '' };
};
const resourceOf = ({ json }: { json: unknown }) => Resource.parse(json);
const PageOf = <T extends z.ZodType>(item: T) => z.strictObject({ items: z.array(item), next_cursor: z.string().nullable() });

test('a picture is answered by the contract, with its seq as ETag, and 304 to who has it', async () => {
  const { resource_id } = await world.created();
  const answer = await call('GET', resource_id);
  assert.equal(resourceOf(answer).waits_for, 'the uploader');
  assert.match(answer.etag, /^"\d+"$/);
  const same = await call('GET', resource_id, { headers: { 'if-none-match': answer.etag } });
  assert.equal(same.status, 304);
  assert.equal(same.text, '');
  const head = await call('HEAD', resource_id);
  assert.equal(head.status, 200);
  assert.equal(head.etag, answer.etag);
  assert.equal(head.text, '');
});

test('words follow Accept-Language, codes never do', async () => {
  const { resource_id } = await world.created();
  const zh = await call('GET', resource_id, { headers: { 'accept-language': 'zh-CN,zh;q=0.9,en;q=0.8' } });
  assert.equal(resourceOf(zh).waits_for, '上传者');
  assert.equal(zh.headers.get('content-language'), 'zh');
  const problem = await call('POST', `${resource_id}/retry`, { headers: { 'accept-language': 'zh' } });
  const said = z
    .object({ code: z.string(), title: z.string(), resource_status: z.string(), allowed_events: z.array(z.string()) })
    .parse(problem.json);
  assert.equal(said.code, 'ILLEGAL_TRANSITION');
  assert.equal(said.title, '当前状态不允许此操作');
  assert.equal(said.resource_status, 'AWAITING_UPLOAD');
  assert.ok(said.allowed_events.includes('TRASH'));
});

test('a draft waits for its title, and goes on when it has one', async () => {
  const { resource_id } = await world.created({ metadata: { tags: ['x'] } });
  await world.legal(resource_id);
  const draft = resourceOf(await call('GET', resource_id));
  assert.equal(draft.status, 'UPLOADED_NO_METADATA');
  assert.deepEqual(draft.metadata_missing, ['title']);
  const noted = await call('PATCH', `${resource_id}/metadata`, { body: { description: 'later' } });
  assert.equal(resourceOf(noted).status, 'UPLOADED_NO_METADATA');
  const headers = { 'content-type': 'application/merge-patch+json' };
  const done = resourceOf(await call('PATCH', `${resource_id}/metadata`, { raw: '{"title": "now", "tags": null}', headers }));
  assert.equal(done.status, 'READY_FOR_OCR');
  assert.deepEqual(done.metadata, { title: 'now', description: 'later', tags: [], taken_at: null, languages: [], extra: {} });
  const again = resourceOf(await call('PATCH', `${resource_id}/metadata`, { body: { title: 'now' } }));
  assert.equal(again.revision, done.revision);
});

test('of two edits made from one reading, one is refused', async () => {
  const { resource_id } = await world.created();
  const { etag } = await call('GET', resource_id);
  const edit = (title: string) => call('PATCH', `${resource_id}/metadata`, { body: { title }, headers: { 'if-match': etag } });
  const statuses = (await Promise.all([edit('one'), edit('two')])).map(({ status }) => status);
  assert.deepEqual(statuses.sort(), [200, 412]);
});

test('edits of different fields at once are all kept', async () => {
  const { resource_id } = await world.created();
  const bodies = [
    { title: 'new' },
    { description: 'd' },
    { tags: ['t'] },
    { taken_at: '2024-05-06' },
    { extra: { a: 1 } },
    { extra: { b: 2 } },
  ];
  const answers = await Promise.all(bodies.map((body) => call('PATCH', `${resource_id}/metadata`, { body })));
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
  const { metadata } = resourceOf(await call('GET', resource_id));
  assert.deepEqual(metadata, {
    title: 'new',
    description: 'd',
    tags: ['t'],
    taken_at: '2024-05-06',
    languages: [],
    extra: { a: 1, b: 2 },
  });
});

test('the trash hides at once, can be undone, and saying it twice is no error', async () => {
  const { resource_id } = await world.created();
  await world.legal(resource_id, 'trash me');
  await world.indexed(resource_id);
  const { preview_url } = resourceOf(await call('GET', resource_id));
  assert.ok(preview_url);
  for (let times = 0; times < 2; times++) assert.equal(resourceOf(await call('DELETE', resource_id)).status, 'TRASHED');
  for (const hidden of ['content', 'preview', 'text'])
    assert.equal((await call('GET', `${resource_id}/${hidden}`)).status, 404, hidden);
  assert.equal((await world.call('GET', preview_url, { key: null })).status, 404);
  const back = resourceOf(await call('POST', `${resource_id}/restore`));
  assert.ok(back.viewable && back.searchable);
  for (let times = 0; times < 2; times++)
    assert.equal(resourceOf(await call('DELETE', `${resource_id}?purge=true`)).status, 'DELETING');
  await world.done(resource_id, 'purge', {}, { facts: [] });
  assert.equal(resourceOf(await call('DELETE', `${resource_id}?purge=true`)).status, 'DELETED');
  assert.equal(resourceOf(await call('DELETE', resource_id)).status, 'DELETED');
});

test('the picture, its preview and its text', async () => {
  const { resource_id } = await world.created();
  await world.legal(resource_id, 'the picture itself');
  await world.indexed(resource_id, 'Total 42');
  const content = await call('GET', `${resource_id}/content`);
  assert.equal(content.status, 302);
  const link = content.headers.get('location') ?? '';
  const bytes = await world.call('GET', link, { key: null });
  assert.equal(bytes.text, 'the picture itself');
  assert.equal(bytes.headers.get('content-type'), 'image/jpeg');
  const part = await world.call('GET', link, { key: null, headers: { range: 'bytes=4-10' } });
  assert.deepEqual([part.status, part.text, part.headers.get('content-range')], [206, 'picture', 'bytes 4-10/18']);
  assert.equal((await world.call('GET', link, { key: null, headers: { range: 'bytes=-6' } })).text, 'itself');
  const statusOf = async (range: string) => (await world.call('GET', link, { key: null, headers: { range } })).status;
  assert.equal(await statusOf('bytes=-500'), 206, 'the file is shorter than the suffix: all of it');
  for (const none of ['bytes=5-2', 'bytes=1x-2y', 'items=0-1']) assert.equal(await statusOf(none), 200, none);
  assert.equal((await world.call('HEAD', link, { key: null })).headers.get('content-length'), '18');

  const { preview_url } = resourceOf(await call('GET', resource_id));
  const preview = await world.call('GET', preview_url ?? '', { key: null });
  assert.deepEqual([preview.status, preview.text, preview.headers.get('content-type')], [200, 'webp 320', 'image/webp']);
  assert.match(preview.headers.get('cache-control') ?? '', /max-age=\d+/);
  assert.equal((await call('GET', `${resource_id}/preview`)).text, 'webp 1600');
  assert.equal(
    (
      await call('GET', `${resource_id}/preview`, {
        headers: { 'if-none-match': (await call('GET', `${resource_id}/preview`)).etag },
      })
    ).status,
    304,
  );

  const second = await call('GET', `${resource_id}/preview?page=2`);
  assert.equal(second.status, 404);
  assert.match(second.text, /no such page: it has 1/);

  const text = TextAnswer.parse((await call('GET', `${resource_id}/text`)).json);
  assert.equal(text.source, 'machine');
  assert.equal(text.pages[0]?.words[0]?.text, 'Total 42');
  assert.equal((await call('GET', `${resource_id}/text?format=txt`)).text, 'Total 42');
});

test('a person’s words stand in place of the machine’s', async () => {
  const { resource_id } = await world.created();
  await world.legal(resource_id, 'corrected');
  await world.indexed(resource_id, 'T0tal');
  const row = {
    resource_id,
    org_id: 'a',
    at: 0,
    correction_id: world.deps.clock.newId(),
    by: { kind: 'user' as const, id: null },
    pages: [{ page: 1, text: 'Total' }],
  };
  await world.deps.engine.send(
    { scope: { org_id: 'a' }, resource_id },
    () => ({ event: { type: 'TEXT_CORRECTED', correction_id: row.correction_id }, writes: [{ into: 'corrections', row }] }),
    { by: row.by, request_id: null },
  );
  const text = TextAnswer.parse((await call('GET', `${resource_id}/text`)).json);
  assert.deepEqual([text.source, text.pages[0]?.text, text.pages[0]?.words[0]?.text], ['person', 'Total', 'T0tal']);
});

test('the history says who did what, page by page', async () => {
  const { resource_id } = await world.created();
  await call('PATCH', `${resource_id}/metadata`, { body: { title: 'two' }, headers: { 'x-request-id': 'my-request' } });
  await call('DELETE', resource_id);
  const first = PageOf(HistoryItem).parse((await call('GET', `${resource_id}/history?limit=2`)).json);
  const rest = PageOf(HistoryItem).parse((await call('GET', `${resource_id}/history?limit=2&cursor=${first.next_cursor}`)).json);
  const items = [...first.items, ...rest.items];
  assert.deepEqual(
    items.map(({ event }) => event),
    ['CREATED', 'METADATA_SUBMITTED', 'TRASH'],
  );
  assert.equal(items[1]?.request_id, 'my-request');
  assert.equal(items[1]?.by.kind, 'key');
  assert.equal(rest.next_cursor, null);
});

test('a list goes page by page through all of one’s own pictures, each once, and counts agree', async () => {
  for (let n = 0; n < 7; n++)
    await world.created({ batch_id: 'listed', metadata: { title: `t${n % 3}`, tags: [n % 2 ? 'odd' : 'even'] } });
  await world.call('POST', '/v1/resources', {
    key: world.keys.other,
    body: { filename: 'x.jpg', content_type: 'image/jpeg', byte_size: 1, batch_id: 'listed' },
  });
  for (const sort of ['-created_at', 'title']) {
    const ids: string[] = [];
    let cursor = '';
    for (let page = 0; page < 4; page++) {
      const { items, next_cursor } = PageOf(Resource).parse(
        (await world.call('GET', `/v1/resources?batch_id=listed&limit=2&sort=${sort}${cursor}`)).json,
      );
      ids.push(...items.map(({ resource_id }) => resource_id));
      cursor = `&cursor=${next_cursor}`;
      assert.equal(next_cursor === null, page === 3);
    }
    assert.equal(new Set(ids).size, 7, sort);
  }
  const odd = await world.call('GET', '/v1/resources/counts?batch_id=listed&tag=odd');
  assert.deepEqual(odd.json, { total: 3, by_phase: { uploading: 3 }, by_status: { AWAITING_UPLOAD: 3 }, by_remark: {} });
});

test('a revoked key is refused from that moment', async () => {
  const { resource_id } = await world.created();
  const [, key_id = ''] = /^tuodi_([^_]+)_/.exec(world.keys.other) ?? [];
  assert.equal((await call('GET', resource_id, { key: world.keys.other })).status, 404);
  await world.facts.accounts.revokeKey({ org_id: 'b' }, key_id, world.deps.clock.now());
  assert.equal((await call('GET', resource_id, { key: world.keys.other })).status, 401);
});
