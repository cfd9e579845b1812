/** One change of many pictures: each is answered for itself, as the route of one picture would. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { BulkAnswer, MAX_BULK } from '../../../contract/bulk.ts';
import type { Resource } from '../../../contract/resource.ts';
import { failed } from '../../worlds/failed.ts';
import { type HttpWorld, httpWorld, keyIn, type Sending } from '../../worlds/http-world.ts';
import { wholeWorld } from '../../worlds/whole-world.ts';

let w: HttpWorld;
before(async () => {
  w = await httpWorld();
});
after(() => w.stop());

const send = (body: object, sending: Sending = {}) => w.call('POST', '/v1/resources/bulk', { body, ...sending });
async function changed(body: object, sending: Sending = {}): Promise<BulkAnswer> {
  const { status, json, text } = await send(body, sending);
  assert.equal(status, 200, text);
  return BulkAnswer.parse(json);
}
const codes = ({ items }: BulkAnswer) => items.map(({ resource, problem }) => problem?.code ?? resource?.status);
const get = async (id: string) => (await w.call('GET', `/v1/resources/${id}`)).json as Resource;
const NOBODY = '01900000-0000-7000-8000-000000000000';
async function described(count: number, more: object = {}): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n++) ids.push((await w.created(more)).resource_id);
  return ids;
}

describe('each action', () => {
  test('does what the route of one picture does, in the order of the request; a problem is of its picture alone', async () => {
    const [fails, rests] = [await failed(w, 'OCR_CRASHED'), (await described(1))[0] ?? ''];
    const other = (
      await w.call('POST', '/v1/resources', {
        key: w.keys.other,
        body: { filename: 'o.png', content_type: 'image/png', byte_size: 1 },
      })
    ).json;
    const foreign = (other as { resource: Resource }).resource.resource_id;
    const answer = await changed({ action: 'retry', resource_ids: [NOBODY, fails, foreign, rests] });
    assert.deepEqual(codes(answer), ['NOT_FOUND', 'READY_FOR_OCR', 'NOT_FOUND', 'ILLEGAL_TRANSITION']);
    assert.deepEqual([answer.changed, answer.failed, answer.remaining, answer.next_cursor], [1, 3, 0, null]);
    assert.deepEqual(answer.items[1]?.resource, { ...(await get(fails)), deadline_at: answer.items[1]?.resource?.deadline_at });
    const [unknown, , , refused] = answer.items.map(({ problem }) => problem);
    const single = (await w.call('POST', `/v1/resources/${rests}/retry`)).json;
    assert.deepEqual({ ...refused, request_id: '' }, { ...(single as object), request_id: '' });
    assert.equal(unknown?.status, 404);
    const trashed = await changed({ action: 'trash', resource_ids: [fails, rests] });
    assert.deepEqual(codes(trashed), ['TRASHED', 'TRASHED']);
    assert.deepEqual(codes(await changed({ action: 'trash', resource_ids: [fails] })), ['TRASHED'], 'it is so already');
    assert.deepEqual(codes(await changed({ action: 'restore', resource_ids: [rests, fails] })), [
      'AWAITING_UPLOAD',
      'READY_FOR_OCR',
    ]);
    assert.equal((await w.call('GET', `/v1/resources/${foreign}`, { key: w.keys.other })).status, 200, 'it was not touched');
  });

  test('reprocess takes what the single route takes, and refuses what it refuses', async () => {
    const [id = ''] = await described(1);
    await w.legal(id, id);
    await w.indexed(id);
    for (const [body, pointer] of [
      [{}, '/from'],
      [{ from: 'all' }, '/from'],
      [{ from: 'index', own_text: 'use' }, '/own_text'],
      [{ from: 'embed', discard_corrections: true }, '/discard_corrections'],
    ] as const) {
      const { status, json } = await send({ action: 'reprocess', resource_ids: [id], ...body });
      assert.deepEqual([status, (json as { errors: { pointer: string }[] }).errors[0]?.pointer], [422, pointer]);
    }
    const answer = await changed({ action: 'reprocess', resource_ids: [id], from: 'ocr', discard_corrections: true });
    assert.deepEqual(codes(answer), ['READY_FOR_OCR']);
  });

  test('patch gives all the same, each its own, and tags are added and taken away; a wrong whole is refused for its picture', async () => {
    const [a = '', b = '', c = ''] = await described(3, { metadata: { title: 't', tags: ['old', 'kept'] } });
    const full = Array.from({ length: 50 }, (_, n) => `tag ${n}`);
    await w.call('PATCH', `/v1/resources/${c}/metadata`, { body: { tags: full } });
    const answer = await changed({
      action: 'patch',
      metadata: { description: 'of all' },
      tags_add: ['new', 'kept'],
      tags_remove: ['old'],
      items: [
        { resource_id: a, metadata: { title: 'A' } },
        { resource_id: b, metadata: { description: null, tags: ['old', 'own'] } },
        { resource_id: c },
      ],
    });
    assert.deepEqual(codes(answer), ['AWAITING_UPLOAD', 'AWAITING_UPLOAD', 'INVALID']);
    const { title, description, tags } = (await get(a)).metadata;
    assert.deepEqual({ title, description, tags }, { title: 'A', description: 'of all', tags: ['kept', 'new'] });
    const second = (await get(b)).metadata;
    assert.deepEqual([second.description, second.tags], [null, ['own', 'new', 'kept']]);
    assert.equal(answer.items[2]?.problem?.errors?.[0]?.pointer, '/metadata/tags');
    assert.deepEqual((await get(c)).metadata.tags, full);
    const cleared = await changed({ action: 'patch', items: [{ resource_id: a, metadata: { title: null } }] });
    assert.deepEqual(codes(cleared), ['INVALID'], 'what is required is not taken away');
  });

  test('If-Match by picture: what was changed since is left as it is', async () => {
    const [a = '', b = ''] = await described(2);
    const etag = (await w.call('GET', `/v1/resources/${a}`)).headers.get('etag') ?? '';
    const patch = () =>
      changed({ action: 'patch', tags_add: ['seen'], items: [{ resource_id: a, if_match: etag }, { resource_id: b }] });
    assert.deepEqual(codes(await patch()), ['AWAITING_UPLOAD', 'AWAITING_UPLOAD']);
    assert.deepEqual(codes(await patch()), ['PRECONDITION_FAILED', 'AWAITING_UPLOAD']);
  });
});

describe('a filter', () => {
  const newest = (n: number, answer: BulkAnswer) => answer.items.slice(0, n).map(({ resource_id }) => resource_id);

  test('means the first 500 that match now, as lists show them; the answer says how many are left and goes on', async () => {
    const ids = await described(MAX_BULK + 3, { batch_id: 'many' });
    const [gone = '', ...rest] = ids.toReversed();
    await w.call('DELETE', `/v1/resources/${gone}`);
    const filter = { batch_id: ['many'] };
    const first = await changed({ action: 'patch', filter, tags_add: ['tagged'] });
    assert.deepEqual([first.items.length, first.changed, first.remaining], [MAX_BULK, MAX_BULK, 2]);
    assert.deepEqual(newest(3, first), rest.slice(0, 3));
    const second = await changed({ action: 'patch', filter, tags_add: ['tagged'], cursor: first.next_cursor });
    assert.deepEqual([newest(9, second), second.remaining, second.next_cursor], [rest.slice(MAX_BULK), 0, null]);
    const tagged = await w.call('GET', '/v1/resources/counts?tag=tagged');
    assert.equal((tagged.json as { total: number }).total, MAX_BULK + 2);
    const trashed = await changed({ action: 'restore', filter: { batch_id: ['many'], phase: ['gone'] } });
    assert.deepEqual(newest(9, trashed), [gone], 'what is gone, where it is asked for');
    assert.equal(
      (await send({ action: 'patch', filter: { tag: ['x'] }, cursor: first.next_cursor, tags_add: ['t'] })).status,
      400,
    );
    assert.deepEqual((await changed({ action: 'trash', filter }, { key: w.keys.other })).items, [], 'of its own organisation');
  });

  test('that is empty, or of no words of ours, is refused', async () => {
    for (const filter of [{}, { status: ['LIMBO'] }, { viewable: 'true' }, { title: 't' }, { status: 'INDEXED' }])
      assert.equal((await send({ action: 'trash', filter })).status, 422, JSON.stringify(filter));
  });
});

describe('a request that is sent again', () => {
  test('under its key does nothing twice, is about the same pictures, and tries what had failed', async () => {
    const [a = '', b = ''] = await described(2, { batch_id: 'again' });
    const body = { action: 'patch', filter: { batch_id: ['again'] }, tags_add: ['one'] };
    const headers = { 'idempotency-key': 'bulk' };
    const first = await changed(body, { headers });
    await described(1, { batch_id: 'again' });
    await w.call('PATCH', `/v1/resources/${a}/metadata`, { body: { tags: [] } });
    const again = await changed(body, { headers });
    assert.deepEqual(
      again.items.map(({ resource_id }) => resource_id),
      first.items.map(({ resource_id }) => resource_id),
    );
    assert.deepEqual(
      [(await get(a)).metadata.tags, (await get(b)).metadata.tags],
      [[], ['one']],
      'what was done is not done again',
    );
    const reused = await send({ ...body, tags_add: ['two'] }, { headers });
    assert.equal((reused.json as { code: string }).code, 'IDEMPOTENCY_KEY_REUSED');
    const retry = { action: 'retry', resource_ids: [b] };
    assert.deepEqual(codes(await changed(retry, { headers: { 'idempotency-key': 'later' } })), ['ILLEGAL_TRANSITION']);
    assert.deepEqual(codes(await changed(retry, { headers: { 'idempotency-key': 'later' } })), ['ILLEGAL_TRANSITION']);
  });

  test('at once is done once', async () => {
    const ids = await described(5, { batch_id: 'at-once' });
    const body = { action: 'patch', resource_ids: ids, metadata: { description: 'once' } };
    const seqs = async () => Promise.all(ids.map(async (id) => (await w.facts.resources.get({ org_id: 'a' }, id))?.seq ?? 0));
    const before_it = await seqs();
    const answers = await Promise.all(Array.from({ length: 4 }, () => changed(body, { headers: { 'idempotency-key': 'four' } })));
    assert.ok(answers.every(({ changed: all }) => all === 5));
    assert.deepEqual(
      await seqs(),
      before_it.map((seq) => seq + 1),
    );
  });
});

describe('what one request may be', () => {
  test('which pictures is said in one way, each once, at most 500, by a role that may change one', async () => {
    const [id = ''] = await described(1);
    const many = Array.from({ length: MAX_BULK + 1 }, () => w.deps.clock.newId());
    for (const [body, pointer] of [
      [{ action: 'trash' }, ''],
      [{ action: 'trash', resource_ids: [id], filter: { tag: ['t'] } }, ''],
      [{ action: 'trash', resource_ids: [] }, '/resource_ids'],
      [{ action: 'trash', resource_ids: [id, id] }, '/resource_ids'],
      [{ action: 'trash', items: [{ resource_id: id }, { resource_id: id }] }, '/items'],
      [{ action: 'trash', resource_ids: many }, '/resource_ids'],
      [{ action: 'trash', resource_ids: ['no id'] }, '/resource_ids/0'],
      [{ action: 'delete', resource_ids: [id] }, '/action'],
      [{ action: 'trash', resource_ids: [id], from: 'ocr' }, '/from'],
      [{ action: 'trash', resource_ids: [id], tags_add: ['t'] }, '/tags_add'],
      [{ action: 'retry', items: [{ resource_id: id, metadata: {} }] }, '/items/0/metadata'],
      [{ action: 'patch', items: [{ resource_id: id, metadata: { titel: 't' } }] }, '/items/0/metadata/titel'],
      [{ action: 'patch', resource_ids: [id], cursor: 'c' }, '/cursor'],
    ] as const) {
      const { status, json, text } = await send(body);
      assert.deepEqual([status, (json as { errors: { pointer: string }[] }).errors?.[0]?.pointer], [422, pointer], text);
    }
    const viewer = await keyIn('a', w.deps, { role: 'viewer' });
    assert.equal((await send({ action: 'trash', resource_ids: [id] }, { key: viewer })).status, 403);
    assert.equal((await get(id)).status, 'AWAITING_UPLOAD');
  });

  test('few pictures are changed at once, others are served meanwhile, and each costs a point of the key', async () => {
    const ids = await described(60);
    const spent: [string, number][] = [];
    const { engine } = w.deps;
    let [now, most, done] = [0, 0, 0];
    const counting: typeof engine.send = async (...sent) => {
      most = Math.max(most, ++now);
      try {
        return await engine.send(...sent);
      } finally {
        now -= 1;
        done += 1;
      }
    };
    const rates = {
      spend: async ({ name }: { name: string }, _: string, points: number) => {
        spent.push([name, points]);
        return { is_over: points > 55, remaining: 0, reset_ms: 1_000 };
      },
    };
    const counted = await httpWorld({ engine: { ...engine, send: counting }, facts: w.facts, rates });
    try {
      const key = w.keys.a;
      const whole = await counted.call('POST', '/v1/resources/bulk', { key, body: { action: 'trash', resource_ids: ids } });
      assert.deepEqual([whole.status, spent.at(-1)], [429, ['key', 60]]);
      assert.equal(done, 0, 'nothing was done');
      const all = counted.call('POST', '/v1/resources/bulk', { key, body: { action: 'trash', resource_ids: ids.slice(0, 50) } });
      const read = await counted.call('GET', `/v1/resources/${ids.at(-1)}`, { key });
      const done_by_then = done;
      assert.equal(read.status, 200);
      assert.equal(BulkAnswer.parse((await all).json).changed, 50);
      assert.ok(done_by_then < 50, `${done_by_then} of 50 were done before another was served`);
      assert.deepEqual([most <= w.deps.limits.bulk_at_once, done], [true, 50]);
    } finally {
      await counted.stop();
    }
  });

  test('where the database is away, each picture says so, and nothing else is lost', async () => {
    const [a = '', b = ''] = await described(2);
    const away = Object.assign(new Error('away'), { cause: null });
    const { engine } = w.deps;
    const failing: typeof engine.send = async (ref, ...rest) => {
      if (ref.resource_id === a) throw away;
      return engine.send(ref, ...rest);
    };
    const broken = await httpWorld({ engine: { ...engine, send: failing }, facts: w.facts });
    try {
      const { json } = await broken.call('POST', '/v1/resources/bulk', {
        key: w.keys.a,
        body: { action: 'trash', resource_ids: [a, b] },
      });
      assert.deepEqual(codes(BulkAnswer.parse(json)), ['INTERNAL', 'TRASHED']);
      assert.ok(broken.log.some((line) => line.includes('request.failed') && line.includes(a)));
    } finally {
      await broken.stop();
    }
  });
});

const RECEIPT = { metadata: '{"title": "a receipt", "tags": ["receipt"]}' };
test('all receipts that one engine has read are read again by another in one call, as ordered, by the whole service', async () => {
  const whole = await wholeWorld();
  try {
    const [a, b] = [await whole.indexed(1, 'first', RECEIPT), await whole.indexed(2, 'second', RECEIPT)];
    const other = await whole.indexed(3, 'no receipt');
    assert.equal(a.reading.engine, 'numbers');
    whole.reads.set(1, 'read anew');
    whole.reads.set(2, 'read anew too');
    const body = {
      action: 'reprocess',
      from: 'ocr',
      own_text: 'ignore',
      engine: 'ppocr',
      filter: { engine: ['numbers'], tag: ['receipt'] },
    };
    const { json } = await whole.call('POST', '/v1/resources/bulk', { body });
    assert.equal(BulkAnswer.parse(json).changed, 2);
    for (const { resource_id } of [a, b]) {
      const { reading } = await whole.at(resource_id, 'INDEXED');
      assert.deepEqual(reading, { own_text: 'ignore', ordered_engine: 'ppocr', engine: 'ppocr' });
    }
    assert.deepEqual((await whole.found('anew')).sort(), [a.resource_id, b.resource_id].sort());
    const none = await whole.call('POST', '/v1/resources/bulk', { body: { ...body, filter: { engine: ['file'] } } });
    assert.deepEqual(BulkAnswer.parse(none.json).items, []);
    assert.deepEqual((await whole.at(other.resource_id, 'INDEXED')).reading.engine, 'numbers', 'it does not match');
    const again = BulkAnswer.parse((await whole.call('POST', '/v1/resources/bulk', { body })).json);
    assert.deepEqual(again.items, [], 'what the new engine has read is not ordered again');
  } finally {
    await whole.stop();
  }
});
