/** contract/client.ts: each call by its name, with types of the table; problems are errors with their code. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { addressOf } from '../../contract/address.ts';
import { type ApiClient, ApiError, createClient } from '../../contract/client.ts';
import { type HttpWorld, httpWorld } from '../worlds/http-world.ts';

let world: HttpWorld;
let api: ApiClient;
before(async () => {
  world = await httpWorld();
  api = createClient({ url: world.url, api_key: world.keys.a });
});
after(() => world.stop());

const WANTED = { filename: 'a.jpg', content_type: 'image/jpeg', byte_size: 5, metadata: { title: 't' } } as const;
const code = (expected: string) => (error: unknown) => {
  assert.ok(error instanceof ApiError, String(error));
  assert.equal(error.code, expected);
  return true;
};

describe('the client', () => {
  test('begins a picture, reads, changes, lists, counts and removes it', async () => {
    const { status, body } = await api.create_resource({ body: WANTED });
    assert.equal(status, 201);
    assert.equal(body.upload?.method, 'PUT');
    const params = { resource_id: body.resource.resource_id };
    const patched = await api.patch_metadata({ params, body: { title: '午餐', tags: ['收据'] } });
    assert.equal(patched.body.metadata.title, '午餐');
    assert.equal((await api.get_resource({ params, wait_s: 0 })).body.phase, 'uploading');
    const { items, next_cursor } = (await api.list_resources({ query: { tag: ['收据', 'none'], limit: 1 } })).body;
    assert.deepEqual([items.map(({ resource_id }) => resource_id), next_cursor], [[params.resource_id], null]);
    assert.equal((await api.count_resources({ query: { phase: ['uploading'] } })).body.total, 1);
    assert.equal((await api.remove_resource({ params, query: { purge: 'true' } })).body.phase, 'gone');
    assert.ok((await api.list_history({ params })).body.items.length > 1);
  });

  test('sends a form, text in either format, and follows the redirect to the picture', async () => {
    const form = new FormData();
    form.append('file', new Blob(['bytes of a form']), 'b.jpg');
    const params = { resource_id: (await api.create_resource({ form })).body.resource.resource_id };
    await world.legal(params.resource_id, 'bytes of a form');
    await world.indexed(params.resource_id, 'words');
    const content = await api.get_content({ params });
    assert.deepEqual([content.status, await content.body.text()], [200, 'bytes of a form']);
    const text = (await api.get_text({ params })).body;
    assert.ok(!(text instanceof Response) && text.pages[0]?.text === 'words');
    const plain = (await api.get_text({ params, query: { format: 'txt' } })).body;
    assert.ok(plain instanceof Response);
    assert.equal(await plain.text(), 'words');
    assert.equal((await (await api.get_preview({ params })).body.text()).startsWith('webp'), true);
  });

  test('needs no input where a call has none, and reads a 503 that is no problem', async () => {
    assert.deepEqual((await api.healthz()).body, { status: 'ok' });
    assert.equal((await api.readyz()).status, 200);
    assert.equal((await api.search()).body.items.length, 0);
  });

  test('throws problems with code, fields and request id, in its language', async () => {
    const zh = createClient({ url: world.url, api_key: world.keys.a, language: 'zh' });
    await assert.rejects(zh.create_resource({ body: { ...WANTED, byte_size: 0 } }), (error: unknown) => {
      assert.ok(error instanceof ApiError);
      assert.deepEqual(
        [error.status, error.code, error.errors],
        [422, 'INVALID', [{ pointer: '/byte_size', detail: '不能小于 1' }]],
      );
      assert.match(error.message, /\p{Script=Han}/u);
      return typeof error.request_id === 'string';
    });
    const nobody = createClient({ url: world.url });
    await assert.rejects(nobody.count_resources(), code('UNAUTHENTICATED'));
  });

  test('an Idempotency-Key and headers of one call are sent; what is as the client has it is an error of its own', async () => {
    const [one, two] = [
      await api.create_resource({ body: WANTED, idempotency_key: 'k' }),
      await api.create_resource({ body: WANTED, idempotency_key: 'k' }),
    ];
    assert.equal(one.body.resource.resource_id, two.body.resource.resource_id);
    const params = { resource_id: one.body.resource.resource_id };
    const etag = (await api.get_resource({ params })).headers.get('etag') ?? '';
    await assert.rejects(api.get_resource({ params, headers: { 'if-none-match': etag } }), code('NOT_MODIFIED'));
  });

  test('takes what a later version adds, and refuses what is not of this API', async () => {
    const answering = (body: string, type = 'application/json') =>
      createClient({ url: 'http://x', send: async () => new Response(body, { headers: { 'content-type': type } }) });
    assert.deepEqual((await answering('{"status":"ok","later":1}').healthz()).body, { status: 'ok' });
    await assert.rejects(answering('{"status":"fine"}').healthz(), code('UNKNOWN'));
    await assert.rejects(answering('<html>').healthz(), code('UNKNOWN'));
    const down = createClient({
      url: 'http://x',
      send: async () => new Response('gateway', { status: 502, headers: { 'retry-after': '7' } }),
    });
    await assert.rejects(down.healthz(), (error: unknown) => error instanceof ApiError && error.retry_after_s === 7);
  });

  test('a parameter of a path stays one part of it', () => {
    const path = '/v1/resources/{resource_id}/text';
    assert.equal(addressOf(path, { params: { resource_id: 'a/../b?x#y' } }), '/v1/resources/a%2F..%2Fb%3Fx%23y/text');
    for (const resource_id of ['', '.', '..']) assert.throws(() => addressOf(path, { params: { resource_id } }), TypeError);
    assert.equal(addressOf('/objects/{+key}', { params: { key: 'a b/c' } }), '/objects/a%20b/c');
  });
});
