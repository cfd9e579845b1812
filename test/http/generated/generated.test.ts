/**
 * Requests made from `/openapi.json` alone, legal ones and ones with one thing broken: no 5xx, and no response that the document does not
 * have. `GENERATED_RUNS` sets how many an operation; `npm run test:one` with GENERATED_SEED repeats a run.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { z } from 'zod';
import type { OpenApiDocument, Operation, Parameter } from '../../../contract/openapi/types.ts';
import { HTTP_LIMITS } from '../../../http/limits.ts';
import { type HttpWorld, httpWorld } from '../../worlds/http-world.ts';
import { type Maker, makerFor } from './from-schema.ts';

/** Written by hand in the document, and tried by tests of their own: a form with a file, an event stream, and the store's links. */
const BY_HAND = new Set(['stream_events', 'put_object', 'get_object']);
const RUNS = Number(process.env.GENERATED_RUNS ?? 200);
const SEED = Number(process.env.GENERATED_SEED ?? 1);
const AT_ONCE = 8;
/** Of the store that reports uploads. */
const TOKEN = 'a token of at least 32 characters, for tests'.replaceAll(' ', '-');

let world: HttpWorld;
let document: OpenApiDocument;
let ids: string[] = [''];
before(async () => {
  const no_limits = { key_points: 1e9, address_points: 1e9, quota_pictures: 1e9, max_awaited: 1e9, max_announced_bytes: 1e18 };
  const storage_events = { tokens: [TOKEN], bucket: 'pictures' };
  world = await httpWorld({ limits: { ...HTTP_LIMITS, ...no_limits }, storage_events });
  document = (await world.call('GET', '/openapi.json', { key: null })).json as OpenApiDocument; // openapi.test.ts checks it
});
after(() => world.stop());

/** Pictures in three statuses, and an id of none: new for each operation, since some remove them. */
async function pictures(): Promise<string[]> {
  const [announced, indexed, trashed] = [await world.created(), await world.created(), await world.created()];
  await world.legal(indexed.resource_id, `bytes of ${indexed.resource_id}`);
  await world.indexed(indexed.resource_id, 'words');
  await world.call('DELETE', `/v1/resources/${trashed.resource_id}`);
  return [announced.resource_id, indexed.resource_id, trashed.resource_id, '01890a5d-ac96-774b-bcce-b302099a8057'];
}

type Sent = { path: string; method: string; body: string | null; type: string | null; key: string | null };

type Part = 'id' | 'more' | 'body' | number;

/** What a client could send to this operation: all of it legal, or one part broken: an id, a parameter, one more of them, or the body. */
function requestsTo(path: string, method: string, operation: Operation): fc.Arbitrary<Sent> {
  const { parameters, requestBody, security } = operation;
  const maker = makerFor(document.components.schemas);
  const inQuery = parameters.filter((one) => one.in === 'query');
  const [type, content] = Object.entries(requestBody?.content ?? {}).find(([media]) => /json/.test(media)) ?? [null, null];
  const key = security.some((one) => 'key' in one) ? world.keys.a : security.some((one) => 'token' in one) ? TOKEN : null;
  const withBroken = (broken: Part | null): fc.Arbitrary<Sent> => {
    const id = broken === 'id' ? fc.string({ minLength: 1 }).filter((text) => !/^\.\.?$/.test(text)) : fc.constantFrom(...ids); // `.` is another path
    const more: fc.Arbitrary<[string, string][]> =
      broken === 'more' ? fc.tuple(fc.string(), fc.string()).map((pair) => [pair]) : fc.constant([]);
    const query = fc.tuple(...inQuery.map((one, i) => pairsOf(maker, one, broken === i)), more);
    const schema = content?.schema ?? {};
    const body = content ? (broken === 'body' ? maker.broken(schema) : maker.legal(schema)).map(toJson) : fc.constant(null);
    return fc.tuple(id, id, query, body).map(([one, other, pairs, text]) => {
      const search = new URLSearchParams(pairs.flat()).toString();
      const filled = path.replace('{resource_id}', encodeURIComponent(one)).replace('{task_id}', encodeURIComponent(other));
      return { path: search === '' ? filled : `${filled}?${search}`, method, body: text, type, key };
    });
  };
  const parts: Part[] = [
    ...(path.includes('{') ? ['id' as const] : []),
    'more',
    ...(content ? ['body' as const] : []),
    ...inQuery.keys(),
  ];
  const broken = fc.oneof(...parts.map((part) => withBroken(part)));
  return fc.oneof(withBroken(null), broken);
}
const toJson = (value: unknown): string => JSON.stringify(value);

/** A parameter as it is written in a query, absent half of the time unless it is to be broken. */
const pairsOf = (maker: Maker, { name, schema, required }: Parameter, is_broken: boolean): fc.Arbitrary<[string, string][]> => {
  const value = is_broken ? maker.broken(schema) : maker.legal(schema);
  const given = is_broken || required ? value : fc.option(value, { freq: 1, nil: undefined });
  return given.map((one) => {
    const values = Array.isArray(one) ? one : one === undefined ? [] : [one];
    return values.map((text): [string, string] => [name, typeof text === 'string' ? text : JSON.stringify(text)]);
  });
};

const Coded = z.object({ code: z.string(), status: z.int() });
const Examples = z.object({
  allOf: z.tuple([z.unknown(), z.object({ properties: z.object({ code: z.object({ examples: z.array(z.string()) }) }) })]),
});

/** Throws unless the document has this response: its status, its media type, its schema, and the code of a problem. */
function checkerOf({ responses }: Operation): (status: number, type: string, text: string) => void {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: 'document', components: document.components });
  const absolute = (schema: unknown) => JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"document#/components'));
  const checks = Object.entries(responses).flatMap(([status, { content = {} }]) =>
    Object.entries(content).map(([type, { schema }]) => [`${status} ${type}`, ajv.compile(absolute(schema))] as const),
  );
  const validate = new Map(checks);
  return (status, type, text) => {
    const declared = responses[String(status)];
    assert.ok(declared, `${status} is not in the document: ${text}`);
    if (!declared.content) return;
    const content = declared.content[type];
    assert.ok(content, `${status} ${type} is not in the document: ${text}`);
    if (type !== 'application/json' && type !== 'application/problem+json') return;
    const value: unknown = JSON.parse(text);
    const check = validate.get(`${status} ${type}`);
    assert.ok(check?.(value), `${status} is not as the document has it: ${JSON.stringify(check?.errors)} ${text}`);
    if (type === 'application/json') return;
    const { code } = Coded.parse(value);
    assert.ok(Examples.parse(content.schema).allOf[1].properties.code.examples.includes(code), `${code} is not in the document`);
  };
}

async function answerTo({ path, method, body, type, key }: Sent) {
  return world.call(method, path, {
    ...{ key, headers: type ? { 'content-type': type } : {} },
    ...(body !== null ? { raw: body } : {}),
  });
}

describe(`requests made from the document, ${RUNS} an operation, seed ${SEED}`, () => {
  test('meet no 5xx and no response that the document does not have', async (t) => {
    const statuses = new Map<string, number>();
    for (const [path, methods] of Object.entries(document.paths))
      for (const [method, operation] of Object.entries(methods)) {
        const { operationId } = operation;
        if (BY_HAND.has(operationId)) continue;
        if (path.includes('{')) ids = await pictures();
        const check = checkerOf(operation);
        const sent = fc.sample(requestsTo(path, method.toUpperCase(), operation), { numRuns: RUNS, seed: SEED });
        while (sent.length > 0)
          await Promise.all(
            sent.splice(0, AT_ONCE).map(async (request) => {
              const { status, headers, text } = await answerTo(request);
              const what = `${operationId}: ${JSON.stringify(request).slice(0, 1_000)}`;
              assert.ok(status < 500, `${what} → ${status} ${text}`);
              const media = (headers.get('content-type') ?? '').split(';')[0] ?? '';
              try {
                check(status, media, text);
              } catch (error) {
                throw new Error(`${what} → ${error instanceof Error ? error.message : String(error)}`, { cause: error });
              }
              statuses.set(`${operationId} ${status}`, (statuses.get(`${operationId} ${status}`) ?? 0) + 1);
            }),
          );
      }
    t.diagnostic(JSON.stringify(Object.fromEntries(statuses)));
    // Not all of them are refused, and not all are taken: else the generator is of no use.
    for (const kind of [
      'create_resource 201',
      'create_resource 422',
      'search 200',
      'search 422',
      'patch_metadata 200',
      'patch_metadata 422',
    ])
      assert.ok((statuses.get(kind) ?? 0) > 0, `no ${kind}`);
  });
});
