/** What an organisation may hold: refused with a code of its own, exact when many come at once, and free again after deletes. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { HTTP_LIMITS } from '../../../http/limits.ts';
import { NO_USAGE, usageOf } from '../../../runtime/accounts/usage.ts';
import { type HttpWorld, httpWorld } from '../../worlds/http-world.ts';

const Said = z.object({ code: z.string(), detail: z.string() });
const refusal = ({ status, json, headers }: Awaited<ReturnType<HttpWorld['call']>>) => [
  status,
  Said.parse(json).code,
  headers.get('retry-after') !== null,
];
async function inWorld(limits: Partial<typeof HTTP_LIMITS>, work: (world: HttpWorld) => Promise<void>): Promise<void> {
  const world = await httpWorld({ limits: { ...HTTP_LIMITS, ...limits } });
  try {
    await work(world);
  } finally {
    await world.stop();
  }
}
const announce = (world: HttpWorld, byte_size = 5, key = world.keys.a) =>
  world.call('POST', '/v1/resources', {
    key,
    body: { filename: 'r.jpg', content_type: 'image/jpeg', byte_size, metadata: { title: 'a receipt' } },
  });
function form(bytes: number): FormData {
  const data = new FormData();
  data.set('metadata', '{"title":"a receipt"}');
  data.set('file', new Blob(['x'.repeat(bytes)]), 'r.png');
  return data;
}
const usage = (world: HttpWorld) => world.facts.usage.get({ org_id: 'a' });

describe('quotas of an organisation', () => {
  const rows = [
    { name: 'pictures', limits: { quota_pictures: 3 }, answer: [507, 'QUOTA_OF_PICTURES', false] },
    { name: 'bytes', limits: { quota_bytes: 17 }, answer: [507, 'QUOTA_OF_BYTES', false] },
    { name: 'uploads that are awaited', limits: { max_awaited: 3 }, answer: [429, 'TOO_MANY_UPLOADS_AWAITED', true] },
    { name: 'bytes that are announced', limits: { max_announced_bytes: 17 }, answer: [429, 'TOO_MANY_BYTES_ANNOUNCED', true] },
  ];
  for (const { name, limits, answer } of rows)
    test(`${name}: of 20 at once as many go through as may, and another organisation does not notice`, () =>
      inWorld(limits, async (world) => {
        const answers = await Promise.all(Array.from({ length: 20 }, () => announce(world)));
        const refused = answers.filter(({ status }) => status !== 201);
        assert.equal(refused.length, 17);
        for (const one of refused) assert.deepEqual(refusal(one), answer);
        assert.deepEqual(await usage(world), { pictures: 3, bytes: 15, awaited: 3, announced: 15 });
        assert.equal((await announce(world, 5, world.keys.other)).status, 201);
        // Nothing of the refused ones is there.
        const { json } = await world.call('GET', '/v1/resources/counts');
        assert.equal(z.object({ total: z.number() }).parse(json).total, 3);
      }));

  test('a picture counts until it is deleted for good: not less in the trash, once more when it is restored', () =>
    inWorld({ quota_pictures: 1 }, async (world) => {
      const { resource_id } = await world.created();
      assert.deepEqual(await usage(world), { pictures: 1, bytes: 5, awaited: 1, announced: 5 });
      await world.legal(resource_id, 'seven b');
      await world.indexed(resource_id);
      assert.deepEqual(await usage(world), { pictures: 1, bytes: 7, awaited: 0, announced: 0 });
      await world.call('DELETE', `/v1/resources/${resource_id}`);
      assert.equal((await announce(world)).status, 507);
      await world.call('POST', `/v1/resources/${resource_id}/restore`);
      assert.deepEqual(await usage(world), { pictures: 1, bytes: 7, awaited: 0, announced: 0 });
      await world.call('DELETE', `/v1/resources/${resource_id}?purge=true`);
      assert.equal((await announce(world)).status, 507, 'its bytes are there until they are removed');
      const forgotten = { byte_size: null, sha256: null, uploaded_at: null };
      await world.done(resource_id, 'purge', { into: null }, { facts: [], columns: forgotten });
      assert.deepEqual(await usage(world), NO_USAGE);
      assert.equal((await announce(world)).status, 201);
    }));

  test('a form is refused before its file is received, and leaves nothing', () =>
    inWorld({ quota_bytes: 500_000, quota_pictures: 2, max_form_json_bytes: 1_000 }, async (world) => {
      const large = await world.call('POST', '/v1/resources', { raw: form(600_000) });
      assert.deepEqual(refusal(large), [507, 'QUOTA_OF_BYTES', false]);
      assert.equal((await world.call('POST', '/v1/resources', { raw: form(100) })).status, 201);
      assert.equal((await announce(world)).status, 201);
      assert.deepEqual(refusal(await world.call('POST', '/v1/resources', { raw: form(100) })), [507, 'QUOTA_OF_PICTURES', false]);
      assert.equal((await world.objects.list('incoming/', 100)).length, 1);
    }));

  test('of forms at once, too, and what was refused late leaves no bytes', () =>
    inWorld({ quota_pictures: 2 }, async (world) => {
      const body = (n: number) => {
        const data = form(100 + n);
        data.set('on_duplicate', 'keep');
        return data;
      };
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, n) => world.call('POST', '/v1/resources', { raw: ordered(body(n)) })),
      );
      assert.equal(answers.filter(({ status }) => status === 201).length, 2);
      assert.equal((await world.objects.list('incoming/', 100)).length, 2);
    }));

  test('the same request again is no second picture', () =>
    inWorld({ quota_pictures: 1 }, async (world) => {
      const sending = {
        headers: { 'idempotency-key': 'once' },
        body: { filename: 'r.jpg', content_type: 'image/jpeg', byte_size: 5 },
      };
      const answers = await Promise.all([1, 2, 3].map(() => world.call('POST', '/v1/resources', sending)));
      assert.deepEqual(
        answers.map(({ status }) => status),
        [201, 201, 201],
      );
      assert.equal((await world.call('POST', '/v1/resources', sending)).status, 201);
      assert.equal((await usage(world)).pictures, 1);
    }));
});

test('what a picture counts for, by its status', () => {
  const row = (status: Parameters<typeof usageOf>[0]) => usageOf(status);
  const [byte_size, uploaded_at] = [7, 1];
  assert.deepEqual(row({ status: 'AWAITING_UPLOAD', byte_size, uploaded_at: null }), {
    pictures: 1,
    bytes: 7,
    awaited: 1,
    announced: 7,
  });
  assert.deepEqual(row({ status: 'INDEX_FAILED', byte_size, uploaded_at: null }), {
    pictures: 1,
    bytes: 7,
    awaited: 0,
    announced: 0,
  });
  assert.deepEqual(row({ status: 'REJECTED', byte_size, uploaded_at }), { pictures: 1, bytes: 7, awaited: 0, announced: 0 });
  assert.deepEqual(row({ status: 'EXPIRED', byte_size, uploaded_at }), { pictures: 1, bytes: 7, awaited: 0, announced: 0 });
  assert.deepEqual(row({ status: 'EXPIRED', byte_size, uploaded_at: null }), NO_USAGE); // nothing came
  assert.deepEqual(row({ status: 'EXPIRED', byte_size: null, uploaded_at: null }), NO_USAGE); // a tombstone
  assert.deepEqual(row({ status: 'DELETED', byte_size: null, uploaded_at: null }), NO_USAGE);
});

/** Its fields before its file, as a form must be. */
function ordered(form: FormData): FormData {
  const data = new FormData();
  for (const [name, value] of form) if (name !== 'file') data.set(name, value);
  for (const [name, value] of form) if (name === 'file') data.set(name, value);
  return data;
}
