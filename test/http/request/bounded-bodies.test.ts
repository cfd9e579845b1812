/** What a body may cost is bounded by what is in it, and looked at before it is parsed and checked. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import { excessOf } from '../../../contract/json-shape.ts';
import { HTTP_LIMITS } from '../../../http/limits.ts';
import { type HttpWorld, httpWorld } from '../../worlds/http-world.ts';

const Said = z.object({ code: z.string(), detail: z.string(), errors: z.array(z.object({ pointer: z.string() })).default([]) });
const TOKEN = 'a-token-of-at-least-32-characters-for-a-test';
const EVENTS = { tokens: [TOKEN], bucket: 'pictures' };
const { max_json_values, max_json_depth, max_event_json_values, max_query_parameters } = HTTP_LIMITS;

describe('bounds of a JSON text', () => {
  const bounds = (max_json_values: number, max_json_depth = 1_000) => ({ max_json_values, max_json_depth });
  const valuesIn = (value: unknown): number =>
    typeof value !== 'object' || value === null
      ? 1
      : Array.isArray(value)
        ? value.reduce((sum: number, one) => sum + valuesIn(one), 1)
        : Object.values(value).reduce((sum: number, one) => sum + 1 + valuesIn(one), 1);
  const depthOf = (value: unknown): number =>
    typeof value !== 'object' || value === null
      ? 0
      : Object.values(value).reduce((most: number, one) => Math.max(most, 1 + depthOf(one)), 1);

  test('no value is missed, whatever is in its strings', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), fc.boolean(), (value, is_spaced) => {
        const bytes = Buffer.from(JSON.stringify(value, null, is_spaced ? 1 : 0));
        const values = valuesIn(value);
        const depth = depthOf(value);
        assert.equal(excessOf(bytes, bounds(values - 1)), 'values');
        assert.equal(excessOf(bytes, bounds(values * 2)), null); // an empty container counts twice at most
        assert.equal(excessOf(bytes, bounds(values * 2, depth)), null);
        if (depth > 0) assert.equal(excessOf(bytes, bounds(values * 2, depth - 1)), 'depth');
      }),
      { numRuns: 500, seed: 20_24 },
    );
  });

  test('marks within a string are no values', () => {
    const bytes = Buffer.from(JSON.stringify(['[{,:"\\'.repeat(1_000), '\\', '\\\\"', '"']));
    assert.equal(excessOf(bytes, bounds(5)), null);
    assert.equal(excessOf(bytes, bounds(4)), 'values');
  });

  test('any bytes end with an answer', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        assert.ok([null, 'depth', 'values'].includes(excessOf(bytes, bounds(10, 3))));
      }),
      { seed: 20_25 },
    );
  });
});

describe('a body with too much in it is refused before it is parsed', () => {
  let world: HttpWorld;
  let resource_id: string;
  before(async () => {
    world = await httpWorld({ storage_events: EVENTS });
    ({ resource_id } = await world.created());
    await world.legal(resource_id);
    await world.indexed(resource_id);
  });
  after(() => world.stop());

  /** Each call that takes JSON of a user, with a body of which `inner` is a part. */
  const calls: { name: string; method: string; route: () => string; wrap: (inner: string) => string }[] = [
    { name: 'create', method: 'POST', route: () => '/v1/resources', wrap: (inner) => `{"metadata":{"extra":{"a":${inner}}}` },
    {
      name: 'metadata',
      method: 'PATCH',
      route: () => `/v1/resources/${resource_id}/metadata`,
      wrap: (inner) => `{"extra":{"a":${inner}}`,
    },
    { name: 'text', method: 'PATCH', route: () => `/v1/resources/${resource_id}/text`, wrap: (inner) => `{"pages":${inner}` },
    ...['retry', 'restore', 'reprocess', 'upload-url', 'uploaded'].map((name) => ({
      name,
      method: 'POST',
      route: () => `/v1/resources/${resource_id}/${name}`,
      wrap: (inner: string) => `{"a":${inner}`,
    })),
  ];
  // None of the bodies is JSON to its end: who parses before it counts says something else.
  const inners = [
    { name: 'wide arrays', inner: `[${'0,'.repeat(max_json_values)}`, detail: /values/ },
    { name: 'wide objects', inner: `{${'"a":1,'.repeat(max_json_values)}`, detail: /values/ },
    { name: 'empty arrays', inner: `[${'[],'.repeat(max_json_values)}`, detail: /values/ },
    { name: 'deep arrays', inner: '['.repeat(max_json_depth + 1), detail: /deeper/ },
    { name: 'deep objects', inner: '{"a":'.repeat(max_json_depth + 1), detail: /deeper/ },
    { name: 'both at once', inner: `[${'[[[[0]]]],'.repeat(max_json_values / 4)}`, detail: /values/ },
  ];
  for (const { name, method, route, wrap } of calls)
    for (const { name: shape, inner, detail } of inners)
      test(`${name}: ${shape}`, async () => {
        const { status, json } = await world.call(method, route(), {
          raw: wrap(inner),
          headers: { 'content-type': 'application/json' },
        });
        const said = Said.parse(json);
        assert.deepEqual([status, said.code], [400, 'BAD_JSON']);
        assert.match(said.detail, detail);
      });

  test('the metadata part of a form', async () => {
    const form = new FormData();
    form.set('metadata', `{"extra":{"a":[${'0,'.repeat(max_json_values)}`);
    form.set('file', new Blob(['bytes']), 'a.jpg');
    const { status, json } = await world.call('POST', '/v1/resources', { raw: form });
    assert.equal(status, 400);
    assert.match(Said.parse(json).detail, /values/);
  });

  test('a notification of the store, which has many fields a record', async () => {
    const sending = (raw: string) => ({ raw, key: TOKEN, headers: { 'content-type': 'application/json' } });
    const many = await world.call('POST', '/v1/storage-events', sending(`{"Records":[${'0,'.repeat(max_event_json_values)}`));
    assert.equal(many.status, 400);
    assert.match(Said.parse(many.json).detail, /values/);
    const record = `{"s3":{"bucket":{"name":"other"},"object":{"key":"k"}},"more":{${Array.from({ length: 20 }, (_, n) => `"${n}":1`)}}}`;
    const usual = await world.call(
      'POST',
      '/v1/storage-events',
      sending(`{"Records":[${Array.from({ length: 1_000 }, () => record)}]}`),
    );
    assert.equal(usual.status, 204);
  });

  test('the largest bodies that are of use are taken', async () => {
    const pages = Array.from({ length: 1_000 }, (_, n) => ({ page: n + 1, text: 'x'.repeat(900) }));
    const text = await world.call('PATCH', `/v1/resources/${resource_id}/text`, { body: { pages } });
    assert.deepEqual([text.status, Said.parse(text.json).errors[0]?.pointer], [422, '/pages/1/page']); // read, and the picture has one page
    const extra = { a: Array.from({ length: 8_180 }, () => 0) };
    assert.equal((await world.call('PATCH', `/v1/resources/${resource_id}/metadata`, { body: { extra } })).status, 200);
    const cleared = await world.call('PATCH', `/v1/resources/${resource_id}/metadata`, { body: { extra: { a: null, b: 1 } } });
    assert.equal(cleared.status, 200);
  });
});

describe('a collection that is too large is refused as a whole, and none of its elements is looked at', () => {
  let world: HttpWorld;
  before(async () => {
    world = await httpWorld();
  });
  after(() => world.stop());
  const metadata = (value: object) => ({ filename: 'a.jpg', content_type: 'image/jpeg', byte_size: 1, metadata: value });
  const wrong = (length: number) => Array.from({ length }, () => ({}));
  const rows: [string, object, string][] = [
    ['tags', metadata({ tags: wrong(51) }), '/metadata/tags'],
    ['languages', metadata({ languages: wrong(11) }), '/metadata/languages'],
    [
      'extra',
      metadata({ extra: Object.fromEntries(wrong(2_000).map((_, n) => [`${'x'.repeat(61)}${n}`, 1])) }),
      '/metadata/extra',
    ],
  ];
  for (const [name, body, pointer] of rows)
    test(name, async () => {
      const { status, json } = await world.call('POST', '/v1/resources', { body });
      assert.deepEqual([status, Said.parse(json).errors.map((error) => error.pointer)], [422, [pointer]]);
    });

  test('pages', async () => {
    const { resource_id } = await world.created();
    const { status, json } = await world.call('PATCH', `/v1/resources/${resource_id}/text`, { body: { pages: wrong(1_001) } });
    assert.deepEqual([status, Said.parse(json).errors.map((error) => error.pointer)], [422, ['/pages']]);
  });

  test('parameters of a query', async () => {
    for (const route of ['/v1/resources', '/v1/resources/counts', '/v1/search', '/v1/events', '/healthz']) {
      const query = Array.from({ length: max_query_parameters + 1 }, (_, n) => `p${n}`).join('&');
      const { status, json } = await world.call('GET', `${route}?${query}`);
      assert.deepEqual([status, Said.parse(json).code], [400, 'BAD_REQUEST']);
    }
    const tags = Array.from({ length: 20 }, (_, n) => `tag=t${n}&batch_id=b${n}&sha256=${'a'.repeat(64)}`).join('&');
    assert.equal((await world.call('GET', `/v1/resources?${tags}`)).status, 200);
  });
});
