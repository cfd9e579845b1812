/** Beginning a picture: by an upload link or by one form, once however often it is said. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { after, before, test } from 'node:test';
import { z } from 'zod';
import { Exported } from '../../../cli/library/export-format.ts';
import { Resource, Upload } from '../../../contract/resource.ts';
import { type HttpWorld, httpWorld } from '../../worlds/http-world.ts';
import { until } from '../../worlds/wait.ts';

const Created = z.strictObject({ resource: Resource, upload: Upload.optional() });
const GOOD = { filename: '收据 1.jpg', content_type: 'image/jpeg', byte_size: 5, metadata: { title: 't' } };
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

let world: HttpWorld;
before(async () => {
  world = await httpWorld();
});
after(() => world.stop());

const create = async (body: object, headers: Record<string, string> = {}) => {
  const { status, json } = await world.call('POST', '/v1/resources', { body, headers });
  return { status, ...Created.parse(json) };
};
function form(bytes: string, fields: Record<string, string> = {}, filename = 'a.jpg'): FormData {
  const sent = new FormData();
  for (const [name, value] of Object.entries(fields)) sent.append(name, value);
  sent.append('file', new Blob([bytes], { type: 'image/jpeg' }), filename);
  return sent;
}
const send = async (raw: FormData, headers: Record<string, string> = {}) => {
  const { status, json } = await world.call('POST', '/v1/resources', { raw, headers });
  return { status, ...Created.parse(json) };
};

test('a browser uploads without a key: by the link, then by complete_url', async () => {
  const { status, resource, upload } = await create(GOOD);
  assert.equal(status, 201);
  assert.equal(resource.status, 'AWAITING_UPLOAD');
  assert.ok(upload);
  assert.equal((await world.call('PUT', upload.url, { key: null, headers: upload.headers, raw: 'bytes' })).status, 200);
  const done = await world.call('POST', upload.complete_url, { key: null });
  assert.equal(done.status, 200);
  assert.equal(Resource.parse(done.json).phase, 'working');
  const [stored] = await world.objects.list(`incoming/a/${resource.resource_id}/`, 10);
  assert.equal(stored?.byte_size, 5);
});

test('saying `uploaded` again after the bytes were seen answers the picture as it is', async () => {
  const { resource_id } = await world.created();
  await world.legal(resource_id, 'said again');
  const before = await world.everything();
  const again = await world.call('POST', `/v1/resources/${resource_id}/uploaded`);
  assert.equal(again.status, 200);
  assert.equal(Resource.parse(again.json).status, 'READY_FOR_OCR');
  assert.equal(await world.everything(), before);
});

test('each link writes a key of its own', async () => {
  const { resource, upload } = await create(GOOD);
  const fresh = Created.parse((await world.call('POST', `/v1/resources/${resource.resource_id}/upload-url`)).json);
  assert.notEqual(fresh.upload?.url.split('?')[0], upload?.url.split('?')[0]);
});

test('one form is enough: it is stored, hashed, and titled by its file name', async () => {
  const { status, resource, upload } = await send(form('one call', { metadata: '{"tags": ["a"]}', batch_id: 'b1' }, '照片.jpg'));
  assert.equal(status, 201);
  assert.equal(upload, undefined);
  assert.equal(resource.filename, '照片.jpg');
  assert.equal(resource.metadata.title, '照片.jpg');
  assert.deepEqual(resource.metadata.tags, ['a']);
  assert.equal(resource.batch_id, 'b1');
  assert.equal(resource.sha256, sha256('one call'));
  assert.equal(resource.phase, 'working');
  assert.equal((await world.objects.list(`incoming/a/${resource.resource_id}/`, 10)).length, 1);
});

test('the name of a file is never a path', async () => {
  const names: [string, string][] = [
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\me\\x.png', 'x.png'],
    ['/', 'picture'],
    ['..', 'picture'],
    ['a\u202egpj.exe', 'agpj.exe'],
    [`${'长'.repeat(300)}.jpg`, `${'长'.repeat(251)}.jpg`],
  ];
  for (const [said, shown] of names) {
    const { resource } = await send(form(`bytes of ${said}`, {}, said));
    assert.equal(resource.filename, shown);
  }
});

test('what is not seen in a name is taken out, whichever way it comes', async () => {
  const names: [string, string][] = [
    ['a\u202egpj.exe', 'agpj.exe'],
    ['\u2066in\u2069voice\u200b.\u200dp\u2060d\ufefff', 'invoice.pdf'],
    ['re\u00adceipt\u034f\u3164\u115f\u180e.png', 'receipt.png'],
    ['tag\u{e0041}\u{e007f}ged\u061c.png', 'tagged.png'],
    ['发票 é 👍🏽 ☎️.png', '发票 é 👍🏽 ☎️.png'],
  ];
  for (const [said, shown] of names) {
    const created = await world.call('POST', '/v1/resources', { body: { ...GOOD, filename: said } });
    assert.equal(Created.parse(created.json).resource.filename, shown, 'JSON');
    const { resource } = await send(form(`bytes of ${said}`, {}, said));
    assert.deepEqual([resource.filename, resource.metadata.title], [shown, shown], 'a form, and the title that comes of it');
    assert.equal(Exported.shape.filename.parse(said), shown, 'a line of an export');
  }
  for (const said of ['\u202e', '\u200b.\u200b', '.\u2060.', ' \u200b ']) {
    const refused = await world.call('POST', '/v1/resources', { body: { ...GOOD, filename: said } });
    assert.equal(refused.status, 422, JSON.stringify(said));
    const { resource } = await send(form(`bytes of nothing seen ${said}`, {}, said));
    assert.equal(resource.filename, 'picture');
  }
});

test('bytes that this organisation has already answer 200 with the picture that has them, and leave nothing', async () => {
  const first = await send(form('twice'));
  await world.legal(first.resource.resource_id, 'twice');
  const before = await world.everything();
  const again = await send(form('twice'));
  assert.equal(again.status, 200);
  assert.equal(again.resource.resource_id, first.resource.resource_id);
  const announced = await create({ ...GOOD, sha256: sha256('twice').toUpperCase() });
  assert.equal(announced.status, 200);
  assert.equal(announced.resource.resource_id, first.resource.resource_id);
  assert.equal(announced.upload, undefined);
  assert.equal(await world.everything(), before);
  const kept = await send(form('twice', { on_duplicate: 'keep' }));
  assert.equal(kept.status, 201);
  assert.notEqual(kept.resource.resource_id, first.resource.resource_id);
});

test('bytes that somebody has announced are awaited for one picture, which whoever has them may send', async () => {
  const announced = await create({ ...GOOD, sha256: sha256('bytes') });
  const other = await create({ ...GOOD, sha256: sha256('bytes') });
  assert.deepEqual([announced.status, other.status], [201, 200]);
  assert.equal(other.resource.resource_id, announced.resource.resource_id);
  assert.ok(other.upload);
  assert.notEqual(other.upload.url, announced.upload?.url);
  assert.equal(
    (await world.call('PUT', other.upload.url, { key: null, headers: other.upload.headers, raw: 'bytes' })).status,
    200,
  );
});

test('an announcement blocks nobody: who brings the bytes, says another size or keeps them has a picture of their own', async () => {
  const announced = await create({ ...GOOD, byte_size: 7, sha256: sha256('is here') });
  const another_size = await create({ ...GOOD, byte_size: 5, sha256: sha256('is here') });
  const kept = await create({ ...GOOD, byte_size: 7, sha256: sha256('is here'), on_duplicate: 'keep' });
  const brought = await send(form('is here'));
  const pictures = [announced, another_size, kept, brought];
  assert.deepEqual(
    pictures.map(({ status }) => status),
    [201, 201, 201, 201],
  );
  assert.equal(new Set(pictures.map(({ resource }) => resource.resource_id)).size, 4);
  const again = await create({ ...GOOD, byte_size: 7, sha256: sha256('is here') });
  assert.deepEqual([again.status, again.resource.resource_id], [200, brought.resource.resource_id], 'its bytes are here');
  assert.equal(again.upload, undefined);
});

test('bytes of another organisation are nobody’s duplicate', async () => {
  const { json } = await world.call('POST', '/v1/resources', {
    key: world.keys.other,
    body: { ...GOOD, sha256: sha256('twice') },
  });
  assert.equal(Created.parse(json).resource.org_id, 'b');
});

test('the same request under one Idempotency-Key makes one picture, with a link while one is needed', async () => {
  const headers = { 'idempotency-key': 'one' };
  const first = await create(GOOD, headers);
  const again = await create(GOOD, headers);
  assert.equal(again.status, 201);
  assert.equal(again.resource.resource_id, first.resource.resource_id);
  assert.ok(again.upload && again.upload.url !== first.upload?.url);
  await world.legal(first.resource.resource_id, 'idempotent');
  const late = await create(GOOD, headers);
  assert.equal(late.resource.resource_id, first.resource.resource_id);
  assert.equal(late.upload, undefined);
  const other = await world.call('POST', '/v1/resources', { key: world.keys.other, body: GOOD, headers });
  assert.notEqual(Created.parse(other.json).resource.resource_id, first.resource.resource_id);
});

test('of 20 at once under one Idempotency-Key one creates, as JSON and as a form', async () => {
  for (const [key, said] of [
    ['race', () => create(GOOD, { 'idempotency-key': 'race' })],
    ['form race', () => send(form('race'), { 'idempotency-key': 'form-race' })],
  ] as const) {
    const count = async () => z.object({ total: z.int() }).parse((await world.call('GET', '/v1/resources/counts')).json).total;
    const before = await count();
    const answers = await Promise.all(Array.from({ length: 20 }, said));
    assert.equal(new Set(answers.map(({ resource }) => resource.resource_id)).size, 1, key);
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([201]));
    assert.equal(await count(), before + 1);
  }
  const [one, ...more] = (await world.objects.list('incoming/a/', 1_000)).filter(({ byte_size }) => byte_size === 'race'.length);
  assert.ok(one);
  assert.deepEqual(more, []);
});

test('a form under a used key is compared by its bytes', async () => {
  const headers = { 'idempotency-key': 'bytes' };
  const first = await send(form('these bytes'), headers);
  assert.equal((await send(form('these bytes'), headers)).resource.resource_id, first.resource.resource_id);
  const other = await world.call('POST', '/v1/resources', { raw: form('those bytes'), headers });
  assert.equal(other.status, 422);
});

test('a client that goes away in the middle of a file leaves nothing', async () => {
  const before = await world.everything();
  let puts = 0;
  const { put } = world.deps.objects;
  world.deps.objects.put = (...args) => {
    puts += 1;
    return put(...args);
  };
  const headers = {
    authorization: `Bearer ${world.keys.a}`,
    'content-type': 'multipart/form-data; boundary=x',
    'content-length': '1000000',
  };
  const asking = request({ host: '127.0.0.1', port: world.port, method: 'POST', path: '/v1/resources', headers });
  asking.on('error', () => {}); // we hang up
  asking.write('--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n');
  asking.write('x'.repeat(100_000));
  await until('the file is being stored', () => puts > 0);
  asking.destroy();
  await until('nothing is left', async () => (await world.everything()) === before);
});
