/** `/openapi.json` and `/docs`: a valid document of every call, in both languages, and a page that asks nobody else for anything. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { openApiDocument } from '../../contract/openapi/document.ts';
import type { OpenApiDocument } from '../../contract/openapi/types.ts';
import { problemsOf } from '../../contract/routes/problems.ts';
import { ROUTES } from '../../contract/routes/table.ts';
import { type HttpWorld, httpWorld } from '../worlds/http-world.ts';

let world: HttpWorld;
before(async () => {
  world = await httpWorld();
});
after(() => world.stop());

const fetched = async (lang: string): Promise<OpenApiDocument> =>
  (await world.call('GET', `/openapi.json?lang=${lang}`, { key: null })).json as OpenApiDocument; // checked by the validator
const HAN = /\p{Script=Han}/u;

describe('/openapi.json', () => {
  for (const lang of ['en', 'zh'])
    test(`is valid OpenAPI 3.1, in ${lang}`, async () => {
      const { valid, errors } = await new Validator().validate({ ...(await fetched(lang)) });
      assert.ok(valid, JSON.stringify(errors));
    });

  test('a document that breaks the rules is seen by that check', async () => {
    const { paths: _, ...broken } = await fetched('en');
    assert.equal((await new Validator().validate({ ...broken, info: {} })).valid, false);
  });

  test('has every call, with its problems, and the references lead somewhere', async () => {
    const { paths, components } = await fetched('en');
    const named = Object.values(paths).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId));
    assert.deepEqual(named.sort(), ROUTES.map(({ name }) => name).sort());
    for (const route of ROUTES) {
      const operation = paths[route.path.replace('{+', '{')]?.[route.method.toLowerCase()];
      const said = JSON.stringify(operation?.responses);
      for (const code of problemsOf(route)) assert.ok(said.includes(`\`${code}\``), `${route.name} lacks ${code}`);
      for (const status of Object.keys(route.responses)) assert.ok(operation?.responses[status], `${route.name} lacks ${status}`);
    }
    for (const [, name = ''] of JSON.stringify([paths, components]).matchAll(/"#\/components\/schemas\/(\w+)"/g))
      assert.ok(components.schemas[name], name);
    assert.ok(!JSON.stringify([paths, components]).includes('$defs'));
  });

  test('has its texts in the language that is asked for, English unless it is', async () => {
    const [en, zh] = [await fetched('en'), await fetched('zh')];
    assert.ok(!HAN.test(JSON.stringify(en)));
    for (const methods of Object.values(zh.paths))
      for (const { summary, responses, parameters } of Object.values(methods)) {
        assert.match(summary, HAN);
        for (const { description } of Object.values(responses)) assert.match(description, HAN);
        for (const { name, description } of parameters) if (description !== undefined) assert.match(description, HAN, name);
      }
    const plain = await world.call('GET', '/openapi.json', { key: null, headers: { 'accept-language': 'zh' } });
    assert.equal(plain.headers.get('content-language'), 'en');
  });

  test('a field of a response may be added, one of a request is refused', async () => {
    const { components } = await fetched('en');
    assert.equal(components.schemas.CreateResource?.additionalProperties, false);
    assert.equal(components.schemas.Resource?.additionalProperties, undefined);
    assert.equal(components.schemas.Metadata?.additionalProperties, undefined);
  });

  test('a client that has it gets 304', async () => {
    const { headers } = await world.call('GET', '/openapi.json', { key: null });
    const again = { 'if-none-match': headers.get('etag') ?? '' };
    assert.equal((await world.call('GET', '/openapi.json', { key: null, headers: again })).status, 304);
  });
});

describe('/docs', () => {
  test('is a page in the language of the browser, or the one that is asked for', async () => {
    const of = async (path: string, language: string) =>
      (await world.call('GET', path, { key: null, headers: { 'accept-language': language } })).text;
    assert.match(await of('/docs', 'en'), /<html lang="en">.*The API of tuodi/s);
    assert.match(await of('/docs', 'zh'), /<html lang="zh-Hans">.*接口说明/s);
    assert.match(await of('/docs?lang=zh', 'en'), /<html lang="zh-Hans">/);
  });

  test('has every call and schema, runs nothing, and loads nothing from anywhere', async () => {
    const { text, headers } = await world.call('GET', '/docs', { key: null });
    for (const { name, path } of ROUTES) assert.ok(text.includes(`id="${name}"`) && text.includes(path.replace('{+', '{')), name);
    for (const [, id = ''] of text.matchAll(/href="#([\w-]+)"/g)) assert.ok(text.includes(`id="${id}"`), id);
    assert.doesNotMatch(text, /<script|<link|<img|<iframe|\son\w+=|\sstyle=|@import|url\(|https?:\/\/(?!127\.0\.0\.1)/);
    const style = /<style>([\s\S]*)<\/style>/.exec(text)?.[1] ?? '';
    const policy = headers.get('content-security-policy') ?? '';
    assert.ok(policy.includes(`style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`), policy);
    assert.match(policy, /^default-src 'none';/);
  });

  test('text of a document is no HTML', async () => {
    const { docsPage } = await import('../../http/response/docs-page.ts');
    const document = openApiDocument({ language: 'en', version: '<b>&"1', url: 'http://x' });
    document.info.description = '<script>`<i>`';
    const page = docsPage(document, 'en');
    assert.ok(page.includes('&lt;b&gt;&amp;&quot;1') && page.includes('&lt;script&gt;<code>&lt;i&gt;</code>'));
  });
});
