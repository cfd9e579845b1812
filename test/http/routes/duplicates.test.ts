/** The same bytes again: what is answered, and which picture is said to be the oldest with them. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Resource } from '../../../contract/resource.ts';
import { pictureOf } from '../../worlds/numbered.ts';
import { until } from '../../worlds/wait.ts';
import { ORG, type WholeWorld, wholeWorld, withVectors } from '../../worlds/whole-world.ts';

let w: WholeWorld;
before(async () => {
  w = await wholeWorld(withVectors);
});
after(() => w.stop());

/** Looked for in the facts: asking for many at once by HTTP would use up the key's points. */
async function at(resource_id: string, status: string): Promise<Resource> {
  await until(`${resource_id} is ${status}`, async () => (await w.row(resource_id))?.status === status);
  return w.get(resource_id);
}

let numbers = 1_000;
const keep = { on_duplicate: 'keep' };

test('known when it is sent: answered with the picture that is there, or kept beside it and named', async () => {
  const number = ++numbers;
  const first = await w.indexed(number, 'known');
  const again = await w.sent(number, 'known');
  assert.deepEqual([again.status, again.resource.resource_id], [200, first.resource_id]);
  const kept = await w.sent(number, 'known', keep);
  assert.equal(kept.status, 201);
  assert.equal((await at(kept.resource.resource_id, 'INDEXED')).duplicate_of, first.resource_id);
  assert.equal((await w.get(first.resource_id)).duplicate_of, null);
});

test('of many kept at once, all name the oldest, and it names none', async () => {
  const number = ++numbers;
  const sent = await Promise.all(Array.from({ length: 6 }, () => w.sent(number, 'at once', keep)));
  const rows = await Promise.all(sent.map(({ resource }) => at(resource.resource_id, 'INDEXED')));
  const [oldest] = rows.map(({ created_at, resource_id }) => [created_at, resource_id].join(' ')).sort();
  const id = oldest?.split(' ')[1] ?? '';
  for (const { resource_id } of rows)
    assert.equal((await w.get(resource_id)).duplicate_of, resource_id === id ? null : id, resource_id);
  assert.equal((await w.found('at once')).length, 6, 'kept on purpose, each is found');
});

test('eight forms at once make one picture, and leave nothing of the others', async () => {
  const number = ++numbers;
  const sent = await Promise.all(Array.from({ length: 8 }, () => w.sent(number, 'eight forms')));
  assert.deepEqual(sent.map(({ status }) => status).sort(), [200, 200, 200, 200, 200, 200, 200, 201]);
  const ids = [...new Set(sent.map(({ resource }) => resource.resource_id))];
  assert.equal(ids.length, 1);
  await at(ids[0] ?? '', 'INDEXED');
  assert.deepEqual(await w.found('eight forms'), ids);
  const uploads = await w.ports.objects.list(`incoming/${ORG}/`, 100);
  assert.deepEqual(
    uploads.filter(({ key }) => !key.includes(ids[0] ?? '')),
    [],
  );
});

const sum = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
type Made = {
  status: number;
  resource: Resource;
  upload: { url: string; headers: Record<string, string>; complete_url: string };
};
async function announced(number: number, text: string, more: object = {}): Promise<Made> {
  w.reads.set(number, text);
  const bytes = await pictureOf(number);
  const body = {
    filename: 'a.png',
    content_type: 'image/png',
    byte_size: bytes.length,
    metadata: { title: 'a picture' },
    ...more,
  };
  const { status, json } = await w.call('POST', '/v1/resources', { body });
  return { status, ...(json as Omit<Made, 'status'>) };
}
async function upload({ upload: { url, headers } }: Made, number: number): Promise<void> {
  assert.equal((await fetch(url, { method: 'PUT', headers, body: new Uint8Array(await pictureOf(number)) })).status, 200);
}

test('eight announcements of one checksum at once make one picture, and whoever sends its bytes sends them for all', async () => {
  const number = ++numbers;
  const sha256 = sum(await pictureOf(number));
  const made = await Promise.all(Array.from({ length: 8 }, () => announced(number, 'eight sums', { sha256 })));
  assert.deepEqual(made.map(({ status }) => status).sort(), [200, 200, 200, 200, 200, 200, 200, 201]);
  const ids = [...new Set(made.map(({ resource }) => resource.resource_id))];
  assert.equal(ids.length, 1);
  await Promise.all(made.map((one) => upload(one, number)));
  await at(ids[0] ?? '', 'INDEXED');
  assert.deepEqual(await w.found('eight sums'), ids);
  const late = await announced(number, 'eight sums', { sha256 });
  assert.deepEqual([late.status, late.resource.resource_id, late.upload], [200, ids[0], undefined]);
});

test('by links each keeps its id, all name the oldest, and a search shows that one, or all when asked', async () => {
  const number = ++numbers;
  const made = await Promise.all(Array.from({ length: 8 }, () => announced(number, 'eight links')));
  assert.ok(made.every(({ status }) => status === 201));
  await Promise.all(made.map((one) => upload(one, number)));
  const rows = await Promise.all(made.map(({ resource }) => at(resource.resource_id, 'INDEXED')));
  const in_order = rows.sort((a, b) => (a.created_at + a.resource_id < b.created_at + b.resource_id ? -1 : 1));
  const ids = in_order.map(({ resource_id }) => resource_id);
  const [first = '', second = '', third = ''] = ids;
  const named = async () => Promise.all(ids.map(async (id) => (await w.get(id)).duplicate_of));
  const all = (oldest: string, except: string[]) => ids.map((id) => (id === oldest || except.includes(id) ? null : oldest));
  const shown = async () => [await w.found('eight links'), await w.found('', '&tag=none')];

  assert.deepEqual(await named(), all(first, []));
  assert.deepEqual(await shown(), [[first], []]);
  assert.equal((await w.search('eight links')).total, 1);
  assert.equal((await w.found('eight links', '&duplicates=true')).length, 8);
  assert.deepEqual(await w.found('eight links', '&mode=text'), [first]);
  assert.deepEqual(await w.found('eight links', '&mode=vector&limit=1'), [first]);
  assert.deepEqual(await w.found('eight links', '&sort=newest&limit=1'), [first], 'though others are newer');

  await w.call('DELETE', `/v1/resources/${first}`);
  assert.deepEqual(await named(), all(second, [first]));
  assert.deepEqual(await shown(), [[second], []]);
  await w.call('DELETE', `/v1/resources/${second}?purge=true`);
  assert.deepEqual(await shown(), [[third], []]);
  const restored = await w.call('POST', `/v1/resources/${first}/restore`);
  assert.equal(restored.status, 200);
  await at(first, 'INDEXED');
  assert.deepEqual(await named(), all(first, [second]));
  assert.deepEqual(await shown(), [[first], []]);
});

test('under trash, restore and purge at once, the oldest that is left is named', async () => {
  const number = ++numbers;
  const made = await Promise.all(Array.from({ length: 5 }, () => announced(number, 'stirred')));
  await Promise.all(made.map((one) => upload(one, number)));
  const rows = await Promise.all(made.map(({ resource }) => at(resource.resource_id, 'INDEXED')));
  const ids = rows
    .map(({ resource_id, created_at }) => `${created_at} ${resource_id}`)
    .sort()
    .map((one) => one.split(' ')[1] ?? '');
  const [a, b, c, d, e] = ids as [string, string, string, string, string];
  const stirred: [string, string][] = [
    ['DELETE', a],
    ['DELETE', `${b}?purge=true`],
    ['POST', `${a}/restore`],
    ['DELETE', c],
    ['POST', `${c}/restore`],
    ['DELETE', d],
  ];
  await Promise.all(stirred.map(([method, at]) => w.call(method, `/v1/resources/${at}`)));
  await at(b, 'DELETED');
  const living = (await Promise.all([a, c, d, e].map((id) => w.get(id)))).filter(({ viewable }) => viewable);
  const oldest = ids.find((id) => living.some(({ resource_id }) => resource_id === id));
  for (const { resource_id, duplicate_of } of living) assert.equal(duplicate_of, resource_id === oldest ? null : oldest);
});

test('where the oldest does not match, the oldest of those that do is shown', async () => {
  const number = ++numbers;
  const titles = ['plain', 'wanted', 'wanted too'];
  const ids: string[] = [];
  for (const title of titles) {
    const one = await announced(number, 'a ticket', { metadata: { title, tags: title === 'plain' ? [] : ['kept tag'] } });
    await upload(one, number);
    ids.push((await at(one.resource.resource_id, 'INDEXED')).resource_id);
  }
  assert.deepEqual(await w.found('wanted'), [ids[1]]);
  assert.deepEqual(await w.found('', `&tag=${encodeURIComponent('kept tag')}`), [ids[1]]);
  assert.deepEqual(await w.found('plain'), [ids[0]]);
});

test('an answer to a change names the oldest as it then is', async () => {
  const number = ++numbers;
  const [first, second] = [await announced(number, 'changed'), await announced(number, 'changed')];
  for (const one of [first, second]) {
    await upload(one, number);
    await at(one.resource.resource_id, 'INDEXED');
  }
  const id = second.resource.resource_id;
  await w.call('DELETE', `/v1/resources/${id}`);
  const restored = await w.call('POST', `/v1/resources/${id}/restore`);
  assert.equal(Resource.parse(restored.json).duplicate_of, first.resource.resource_id);
});

test('another organisation is told of nothing: its own is new, and no twin', async () => {
  const number = ++numbers;
  await w.indexed(number, 'ours');
  const { status, resource } = await w.sent(number, 'ours', {}, w.keys.other);
  assert.equal(status, 201);
  assert.equal((await w.at(resource.resource_id, 'INDEXED', w.keys.other)).duplicate_of, null);
});

test('a twin in the trash, or deleted, is none; one that is restored is one again', async () => {
  const number = ++numbers;
  const { resource_id } = await w.indexed(number, 'in the trash');
  await w.call('DELETE', `/v1/resources/${resource_id}`);
  const second = await w.sent(number, 'in the trash');
  assert.equal(second.status, 201);
  const { resource_id: id, duplicate_of } = await at(second.resource.resource_id, 'INDEXED');
  assert.equal(duplicate_of, null);
  await w.call('POST', `/v1/resources/${resource_id}/restore`);
  await at(resource_id, 'INDEXED');
  assert.equal((await w.sent(number, 'in the trash')).resource.resource_id, resource_id, 'the oldest');
  await w.call('DELETE', `/v1/resources/${resource_id}?purge=true`);
  await at(resource_id, 'DELETED');
  assert.equal((await w.sent(number, 'in the trash')).resource.resource_id, id);
});

test('one whose twin is deleted later keeps its bytes, its entry and its text', async () => {
  const number = ++numbers;
  const first = await w.indexed(number, 'survivor');
  const twin = await at((await w.sent(number, 'survivor', keep)).resource.resource_id, 'INDEXED');
  await w.call('DELETE', `/v1/resources/${first.resource_id}?purge=true`);
  await at(first.resource_id, 'DELETED');
  assert.deepEqual(await w.found('survivor'), [twin.resource_id]);
  assert.equal((await w.call('GET', `/v1/resources/${twin.resource_id}/preview`)).status, 200);
  assert.equal((await w.call('GET', `/v1/resources/${twin.resource_id}/text?format=txt`)).text, 'survivor');
});
