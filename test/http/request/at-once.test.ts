/** The same request, said fifty times at once, is done once; and nobody is refused because others were faster. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import { createKeyQueue, KeyQueueFull } from '../../../runtime/async/key-queue.ts';
import { type HttpWorld, httpWorld } from '../../worlds/http-world.ts';

const TIMES = 50;
let world: HttpWorld;
before(async () => {
  world = await httpWorld();
});
after(() => world.stop());

const Answer = z.union([
  z.object({ resource: z.object({ resource_id: z.string(), status: z.string() }) }).transform(({ resource }) => resource),
  z.object({ resource_id: z.string(), status: z.string() }),
]);
type Sending = Parameters<HttpWorld['call']>[2];
async function burst(method: string, route: string, sending: () => Sending) {
  const answers = await Promise.all(Array.from({ length: TIMES }, () => world.call(method, route, sending())));
  return {
    statuses: [...new Set(answers.map(({ status, text }) => (status < 300 ? status : text)))],
    ids: [...new Set(answers.map(({ json }) => Answer.safeParse(json).data?.resource_id))],
  };
}
const key = (name: string) => ({ 'idempotency-key': name });
const total = async () => z.object({ total: z.int() }).parse((await world.call('GET', '/v1/resources/counts')).json).total;

describe(`${TIMES} at once, with one Idempotency-Key`, () => {
  test('make one picture, and are all told of it', async () => {
    const before = await total();
    const body = { filename: 'a.jpg', content_type: 'image/jpeg', byte_size: 5 };
    const { statuses, ids } = await burst('POST', '/v1/resources', () => ({ headers: key('json'), body }));
    assert.deepEqual([statuses, ids.length], [[201], 1]);
    const later = await burst('POST', '/v1/resources', () => ({ headers: key('json'), body }));
    assert.deepEqual([later.statuses, later.ids], [[201], ids], 'and so do those that come later');
    assert.equal(await total(), before + 1);
  });

  test('as a form make one picture, and leave no bytes beside it', async () => {
    const before = await total();
    const form = () => {
      const sent = new FormData();
      sent.append('file', new Blob(['of a form'], { type: 'image/jpeg' }), 'a.jpg');
      return sent;
    };
    const { statuses, ids } = await burst('POST', '/v1/resources', () => ({ headers: key('form'), raw: form() }));
    assert.deepEqual([statuses, ids.length], [[201], 1]);
    assert.equal(await total(), before + 1);
    assert.equal((await world.objects.list(`incoming/a/${ids[0]}/`, 10)).length, 1);
  });

  test('as events of a picture happen once', async () => {
    const { resource_id } = await world.created();
    await world.legal(resource_id);
    await world.indexed(resource_id, 'words');
    const at = `/v1/resources/${resource_id}`;
    for (const [call, body, event] of [
      ['reprocess', { from: 'ocr' }, 'REPROCESS'],
      ['restore', undefined, 'RESTORE'],
    ] as const) {
      if (call === 'restore') await world.call('DELETE', at);
      const { statuses, ids } = await burst('POST', `${at}/${call}`, () => ({ headers: key(call), ...(body ? { body } : {}) }));
      assert.deepEqual([statuses, ids], [[200], [resource_id]], call);
      const { text } = await world.call('GET', `${at}/history?limit=200`);
      assert.equal(text.split(`"${event}"`).length - 1, 1, call);
    }
  });

  test('under one key with another request are refused as that, and no other way', async () => {
    const body = (byte_size: number) => ({ filename: 'a.jpg', content_type: 'image/jpeg', byte_size });
    const [first, second] = await Promise.all([
      burst('POST', '/v1/resources', () => ({ headers: key('two'), body: body(1) })),
      burst('POST', '/v1/resources', () => ({ headers: key('two'), body: body(2) })),
    ]);
    const [won, lost] = first.statuses[0] === 201 ? [first, second] : [second, first];
    assert.deepEqual([won.statuses, won.ids.length], [[201], 1]);
    for (const text of lost.statuses) assert.match(String(text), /IDEMPOTENCY_KEY_REUSED/);
  });
});

describe(`${TIMES} at once, without a key`, () => {
  test('ask for links and say that they are done: each is answered', async () => {
    const { resource_id } = await world.created();
    const at = `/v1/resources/${resource_id}`;
    assert.deepEqual((await burst('POST', `${at}/upload-url`, () => ({}))).statuses, [200]);
    assert.deepEqual((await burst('POST', `${at}/uploaded`, () => ({}))).statuses, [200]);
  });

  test('change the metadata of one picture: each change is in', async () => {
    const { resource_id } = await world.created();
    const at = `/v1/resources/${resource_id}`;
    let n = 0;
    const { statuses } = await burst('PATCH', `${at}/metadata`, () => ({ body: { extra: { [`field ${n++}`]: true } } }));
    assert.deepEqual(statuses, [200]);
    const { json } = await world.call('GET', at);
    const { metadata } = z.object({ metadata: z.object({ extra: z.record(z.string(), z.boolean()) }) }).parse(json);
    assert.equal(Object.keys(metadata.extra).length, TIMES);
  });
});

describe('work in line', () => {
  test('is done one at a time for each key, in order, whatever fails; and so many wait at most', async () => {
    const inLine = createKeyQueue(3);
    const done: string[] = [];
    const gates = new Map<string, () => void>();
    const work = (name: string) => async () => {
      await new Promise<void>((resolve) => gates.set(name, resolve));
      done.push(name);
      if (name === 'a1') throw new Error('a1 fails');
      return name;
    };
    const open = async (name: string) => {
      while (!gates.has(name)) await new Promise((resolve) => setImmediate(resolve));
      gates.get(name)?.();
    };
    const a1 = inLine('a', work('a1'));
    const a2 = inLine('a', work('a2'));
    const a3 = inLine('a', work('a3'));
    const b1 = inLine('b', work('b1'));
    await assert.rejects(inLine('a', work('a4')), KeyQueueFull);
    await open('b1');
    assert.equal(await b1, 'b1');
    assert.ok(!gates.has('a2'), 'the next has not begun');
    await open('a1');
    await assert.rejects(a1, /a1 fails/);
    await open('a2');
    await open('a3');
    assert.deepEqual([await a2, await a3, done], ['a2', 'a3', ['b1', 'a1', 'a2', 'a3']]);
    const again = inLine('a', work('a5'));
    await open('a5');
    assert.equal(await again, 'a5');
  });
});
