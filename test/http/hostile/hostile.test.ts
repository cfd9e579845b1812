/** Every bad request gets its own 4xx as a problem document, and changes nothing. */
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { z } from 'zod';
import { PROBLEMS } from '../../../contract/problems.ts';
import { HTTP_LIMITS } from '../../../http/limits.ts';
import { type HttpWorld, httpWorld } from '../../worlds/http-world.ts';
import type { Bad } from './hostile.ts';
import { BAD_REQUESTS } from './requests.ts';

type Raw = { status: number; headers: Record<string, string>; body: string };
const Body = z.object({
  ...{
    type: z.string(),
    title: z.string().min(1),
    status: z.int(),
    detail: z.string().min(1),
    code: z.string(),
    request_id: z.string().min(1),
  },
  errors: z.array(z.object({ pointer: z.string(), detail: z.string().min(1) })).optional(),
});
const Created = z.object({
  resource: z.object({ resource_id: z.string() }),
  upload: z.object({ url: z.string(), complete_url: z.string() }).optional(),
});

const EVENTS_TOKEN = 'what a store shows, of at least 32 characters'.replaceAll(' ', '-');

let world: HttpWorld;
let words: Record<string, string>;
before(async () => {
  world = await httpWorld({
    limits: { ...HTTP_LIMITS, max_bytes: 2_000_000 },
    storage_events: { tokens: [EVENTS_TOKEN], bucket: 'pictures' },
  });
  words = await prepared(world);
});
after(() => world.stop());

test('at least 200 bad requests are listed, each once', () => {
  assert.ok(BAD_REQUESTS.length >= 200, `${BAD_REQUESTS.length}`);
  assert.equal(new Set(BAD_REQUESTS.map(({ name }) => name)).size, BAD_REQUESTS.length);
});

test('each is answered by its problem and changes nothing', async (t) => {
  const untouched = await world.everything();
  for (const bad of BAD_REQUESTS)
    await t.test(bad.name, async () => {
      const answer = await (bad.socket === undefined ? sent(bad) : spoken(bad.socket));
      const said = `${answer.status} ${answer.body.slice(0, 400)}`;
      assert.equal(answer.status, bad.status, said);
      assert.match(answer.headers['content-type'] ?? '', /^application\/problem\+json/);
      assert.equal(answer.headers['x-content-type-options'], 'nosniff');
      const problem = Body.parse(JSON.parse(answer.body));
      assert.equal(problem.code, bad.code, said);
      assert.equal(problem.status, bad.status);
      assert.ok(Object.hasOwn(PROBLEMS, problem.code));
      assert.equal(problem.request_id, answer.headers['x-request-id']);
      if (bad.pointer !== undefined)
        assert.ok(
          problem.errors?.some(({ pointer }) => pointer === bad.pointer),
          said,
        );
      if (bad.status === 405) assert.ok(answer.headers.allow);
      assert.ok((await world.everything()) === untouched, 'something was changed'); // not `equal`: it would print both
    });
  const failed = world.log.filter((line) => JSON.parse(line).level >= 50);
  assert.deepEqual(failed, []);
  for (const secret of [...Object.values(world.keys), EVENTS_TOKEN, 'signature='])
    assert.ok(!world.log.some((line) => line.includes(secret)));
  assert.equal((await world.call('GET', '/healthz')).status, 200);
});

/** A picture in each of several states, and links to them. */
async function prepared(w: HttpWorld): Promise<Record<string, string>> {
  const created = async (key: string, body: object, headers = {}) => {
    const asked = { filename: 'r.jpg', content_type: 'image/jpeg', byte_size: 5, metadata: { title: 't' }, ...body };
    return Created.parse((await w.call('POST', '/v1/resources', { key, body: asked, headers })).json);
  };
  const old = await created(w.keys.a, {}, { 'idempotency-key': 'used' });
  const indexed = (await created(w.keys.a, {})).resource.resource_id;
  await w.legal(indexed);
  await w.indexed(indexed);
  const path = (url: string | null | undefined) => (url ?? '').replace(w.url, '');
  const oldRead = (await w.call('GET', `/v1/resources/${indexed}/content`)).headers.get('location');
  w.later(25 * 3_600_000);
  const awaiting = await created(w.keys.a, {});
  const draft = (await created(w.keys.a, { metadata: {} })).resource.resource_id;
  await w.legal(draft);
  const trashed = (await created(w.keys.a, {})).resource.resource_id;
  await w.call('DELETE', `/v1/resources/${trashed}`);
  const foreign = (await created(w.keys.other, {})).resource.resource_id;
  await w.legal(foreign);
  const upload = path(awaiting.upload?.url);
  const complete = path(awaiting.upload?.complete_url);
  const preview = path(
    z.object({ preview_url: z.string() }).parse((await w.call('GET', `/v1/resources/${indexed}`)).json).preview_url,
  );
  const list = z.object({ next_cursor: z.string() }).parse((await w.call('GET', '/v1/resources?limit=1')).json);
  const later = (link: string) => link.replace(/expires=\d+/, 'expires=9999999999999');
  return {
    ...{ awaiting: awaiting.resource.resource_id, draft, indexed, INDEXED: indexed.toUpperCase(), trashed, foreign },
    kind: 'ocr',
    machine: 'resource',
    run_id: draft,
    user: 'nobody',
    key_id: draft,
    ...{
      a: w.keys.a,
      revoked: w.keys.revoked,
      other: w.keys.other,
      events: EVENTS_TOKEN,
      cursor: list.next_cursor,
      upload,
      complete,
      preview,
    },
    read: path((await w.call('GET', `/v1/resources/${indexed}/content`)).headers.get('location')),
    'upload:key': upload.replace('/objects/incoming/a/', '/objects/incoming/b/'),
    'upload:expires': later(upload),
    'upload:signature': upload.replace(/signature=./, (said) => (said.endsWith('A') ? 'signature=B' : 'signature=A')),
    'preview:size': preview.replace('size=320', 'size=1600'),
    'preview:id': preview.replace(indexed, draft),
    'preview:org': preview.replace('org_id=a', 'org_id=b'),
    'preview:expires': later(preview),
    'complete:id': complete.replace(awaiting.resource.resource_id, draft),
    'complete:preview': preview.replace('/preview', '/uploaded'),
    ...{
      'expired:upload': path(old.upload?.url),
      'expired:read': path(oldRead),
      'expired:complete': path(old.upload?.complete_url),
    },
  };
}

const filled = (text: string) =>
  text.replace(/\{([a-zA-Z:]+)\}/g, (_, name: string) => {
    const word = words[name];
    if (word === undefined) throw new Error(`no word ${name}`);
    return word;
  });

function sent(bad: Bad): Promise<Raw> {
  const { key = 'a', headers = {}, body } = bad;
  const said = bad.raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const all: Record<string, string> = {
    ...(key === 'none' ? {} : { authorization: `Bearer ${world.keys[key]}` }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(said === undefined || 'transfer-encoding' in headers ? {} : { 'content-length': String(Buffer.byteLength(said)) }),
  };
  for (const [name, value] of Object.entries(headers)) all[name] = filled(value);
  return new Promise((resolve, reject) => {
    const asking = request(
      { host: '127.0.0.1', port: world.port, method: bad.method, path: filled(bad.path), headers: all, agent: false },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => {
          const named = Object.entries(answer.headers).map(([name, value]) => [name, String(value)] as const);
          resolve({ status: answer.statusCode ?? 0, headers: Object.fromEntries(named), body: Buffer.concat(chunks).toString() });
        });
      },
    );
    asking.on('error', reject);
    asking.end(said);
  });
}

function spoken(said: string): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const socket = connect(world.port, '127.0.0.1', () => socket.write(filled(said), 'latin1'));
    let heard = '';
    socket.setTimeout(5_000, () => socket.destroy(new Error(`no end after: ${heard}`)));
    socket.on('data', (chunk) => {
      heard += chunk.toString();
    });
    socket.on('error', reject);
    socket.on('end', () => {
      socket.end();
      const [head = '', body = ''] = heard.split('\r\n\r\n');
      const [first = '', ...rest] = head.split('\r\n');
      const headers = Object.fromEntries(
        rest.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
      );
      resolve({ status: Number(first.split(' ')[1]), headers, body });
    });
  });
}
