/** The table of routes: every response is as declared, and what a request lacks is told in a sentence of ours, in both languages. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import { ROUTES } from '../../contract/routes/table.ts';
import { checkedResponses, checkResponse } from '../worlds/check-responses.ts';
import { type HttpWorld, httpWorld } from '../worlds/http-world.ts';

let world: HttpWorld;
before(async () => {
  world = await httpWorld();
});
after(() => world.stop());

const Errors = z.object({ errors: z.array(z.object({ pointer: z.string(), detail: z.string() })) });

describe('the check of responses that runs in every test', () => {
  test('sees what is sent', async () => {
    const count = () => checkedResponses.get('healthz 200') ?? 0;
    const before_call = count();
    await world.call('GET', '/healthz');
    assert.equal(count(), before_call + 1);
  });

  const sent = { route: 'healthz', status: 200, type: 'application/json', body: { status: 'ok' } } as const;
  const problem = (code: string) => ({
    ...{ type: 'https://tuodi.dev/problems/x', title: 'x', status: 409, detail: 'x', code, request_id: 'x' },
  });
  const wrong = {
    'a status that is not declared': { ...sent, status: 202 },
    'a field that is not declared': { ...sent, body: { status: 'ok', more: 1 } },
    'a field of another type': { ...sent, body: { status: 1 } },
    'no body': { ...sent, body: undefined },
    'a problem that is not declared': {
      ...sent,
      ...{ status: 409, type: 'application/problem+json', body: JSON.stringify(problem('ILLEGAL_TRANSITION')) },
    },
    'a body of another media type': { ...sent, route: 'get_preview', type: 'image/png', body: 'x' } as const,
    'a response without a route': { ...sent, route: undefined },
  };
  for (const [what, response] of Object.entries(wrong))
    test(`refuses ${what}`, () => {
      assert.throws(() => checkResponse(response));
    });
  test('takes what is declared', () => {
    checkResponse(sent);
  });
});

describe('the table', () => {
  test('has each name and each call once', () => {
    assert.equal(new Set(ROUTES.map(({ name }) => name)).size, ROUTES.length);
    assert.equal(new Set(ROUTES.map(({ method, path }) => `${method} ${path}`)).size, ROUTES.length);
  });

  test('asks for a role wherever it asks for a key, and nowhere else', () => {
    for (const { name, auth, role } of ROUTES) assert.equal(role !== null, auth === 'key' || auth === 'key_or_link', name);
  });
});

type Case = { method?: string; path: string; body?: unknown; pointer: string; en: RegExp; zh: RegExp };
const CREATE = { filename: 'a.jpg', content_type: 'image/jpeg', byte_size: 1 };
const CASES: Record<string, Case> = {
  'a misspelt field': {
    ...{ method: 'POST', path: '/v1/resources', body: { ...CREATE, metdata: {} }, pointer: '/metdata' },
    ...{ en: /^not a field here; did you mean `metadata`\?$/, zh: /^没有该字段；是否指 `metadata`？$/ },
  },
  'a misspelt field within another': {
    ...{ method: 'POST', path: '/v1/resources', body: { ...CREATE, metadata: { Titel: 'x' } }, pointer: '/metadata/Titel' },
    ...{ en: /did you mean `title`/, zh: /是否指 `title`/ },
  },
  'a field like none': {
    ...{ method: 'POST', path: '/v1/resources', body: { ...CREATE, colour: 1 }, pointer: '/colour' },
    ...{ en: /^not a field here; known are `filename`, `content_type`/, zh: /^没有该字段；可用的有 `filename`/ },
  },
  'a misspelt parameter': {
    ...{ path: '/v1/resources?tags=x', pointer: 'tags', en: /did you mean `tag`/, zh: /是否指 `tag`/ },
  },
  'a parameter where there are none': {
    ...{ path: '/v1/me?x=1', pointer: 'x' },
    ...{ en: /^not a field here; there are none$/, zh: /不接受任何字段/ },
  },
  'a value that is none of them': {
    ...{
      path: '/v1/resources?phase=redy',
      pointer: 'phase/0',
      en: /must be one of `uploading`.*did you mean `ready`/,
      zh: /是否指 `ready`/,
    },
  },
  'what is missing': {
    ...{ method: 'POST', path: '/v1/resources', body: { ...CREATE, filename: undefined }, pointer: '/filename' },
    ...{ en: /^required, and missing$/, zh: /^必填，但缺失$/ },
  },
  'another type': {
    ...{ method: 'POST', path: '/v1/resources', body: { ...CREATE, byte_size: 'x' }, pointer: '/byte_size' },
    ...{ en: /^must be a number$/, zh: /^须为数字$/ },
  },
  'a number that is too small': {
    ...{ method: 'POST', path: '/v1/resources', body: { ...CREATE, byte_size: 0 }, pointer: '/byte_size' },
    ...{ en: /^must be at least 1$/, zh: /^不能小于 1$/ },
  },
  'a number that is too large': {
    path: '/v1/resources?limit=201',
    pointer: 'limit',
    en: /^must be at most 200$/,
    zh: /^不能大于 200$/,
  },
  'an empty text': {
    ...{ method: 'POST', path: '/v1/resources', body: { ...CREATE, filename: '' }, pointer: '/filename' },
    ...{ en: /^must not be empty$/, zh: /^不能为空$/ },
  },
  'a rule of ours': {
    ...{ method: 'POST', path: '/v1/resources', body: { ...CREATE, filename: 'a/b' }, pointer: '/filename' },
    ...{ en: /^a file name, not a path$/, zh: /^须为文件名，不能是路径$/ },
  },
  'a time that is none': {
    ...{
      method: 'POST',
      path: '/v1/resources',
      body: { ...CREATE, metadata: { taken_at: 'May' } },
      pointer: '/metadata/taken_at',
    },
    ...{ en: /a time of RFC 3339.*, or must be a date/, zh: /RFC 3339 时间.*，或须为日期/ },
  },
  'a parameter given twice': {
    path: '/v1/resources?limit=1&limit=2',
    pointer: 'limit',
    en: /^given more than once$/,
    zh: /^重复出现$/,
  },
};
describe('a wrong field is told in a sentence of ours', () => {
  for (const [what, { method = 'GET', path, body, pointer, en, zh }] of Object.entries(CASES))
    for (const [language, detail] of Object.entries({ en, zh }))
      test(`${what}, in ${language}`, async () => {
        const answer = await world.call(method, path, { ...(body ? { body } : {}), headers: { 'accept-language': language } });
        assert.equal(answer.status, 422);
        const error = Errors.parse(answer.json).errors.find((one) => one.pointer === pointer);
        assert.match(error?.detail ?? answer.text, detail);
      });

  test('names of 100,000 letters are refused at once', async () => {
    const body = Object.fromEntries(Array.from({ length: 5 }, (_, i) => [`${i}${'x'.repeat(100_000)}`, 1]));
    const began = performance.now();
    assert.equal((await world.call('POST', '/v1/resources', { body })).status, 422);
    assert.ok(performance.now() - began < 1_000);
  });
});
