/** What programs announce as the type of a file: any is accepted, and what is served has the type of the bytes. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import sharp from 'sharp';
import { Resource, Upload } from '../../../contract/resource.ts';
import { type WholeWorld, wholeWorld } from '../../worlds/whole-world.ts';

let w: WholeWorld;
before(async () => {
  w = await wholeWorld();
});
after(() => w.stop());

const ANY = 'application/octet-stream';
/** By what is announced: the type that the link is signed for. */
const SIGNED: Record<string, string> = {
  '': ANY,
  [ANY]: ANY,
  'binary/octet-stream': ANY,
  'image/jpg': ANY,
  'image/pjpeg': ANY,
  'IMAGE/JPG': ANY,
  'image/heif': ANY,
  'image/heic-sequence': ANY,
  'image/x-png': ANY,
  'image/tif': ANY,
  'image/x-ms-bmp': ANY,
  'image/svg+xml': ANY,
  'text/html': ANY,
  'text/html; charset=utf-8': ANY,
  'application/x-pdf': ANY,
  'application/pdf; charset=binary': 'application/pdf',
  'IMAGE/JPEG': 'image/jpeg',
  ' image/png ': 'image/png',
  'Image/PNG;name="a.png"': 'image/png',
  'no type at all': ANY,
  'image/png\r\nx-injected: 1': ANY,
  'image/png\u0000': ANY,
  '图片/照片': ANY,
  constructor: ANY,
  [`image/${'x'.repeat(294)}`]: ANY,
};

let colours = 0;
/** Each is another one, or it would be a duplicate. */
const jpeg = () =>
  sharp({ create: { width: 40, height: 40, channels: 3, background: { r: ++colours * 7, g: 90, b: 200 } } })
    .jpeg()
    .toBuffer();

async function announced(content_type: string, bytes: Buffer) {
  const body = { filename: 'a', content_type, byte_size: bytes.length, metadata: { title: 'a' } };
  const { status, json } = await w.call('POST', '/v1/resources', { body });
  assert.equal(status, 201, JSON.stringify(json));
  const { resource, upload } = json as { resource: unknown; upload: unknown };
  return { resource: Resource.parse(resource), upload: Upload.parse(upload) };
}

describe('announced as JSON', () => {
  for (const [content_type, signed] of Object.entries(SIGNED))
    test(`${JSON.stringify(content_type.slice(0, 40))}: the link is for ${signed}, and what is served is image/jpeg`, async () => {
      const bytes = await jpeg();
      const { resource, upload } = await announced(content_type, bytes);
      assert.equal(upload.headers['content-type'], signed);
      const { method, url, headers } = upload;
      assert.equal((await fetch(url, { method, headers, body: new Uint8Array(bytes) })).status, 200);
      const { content_type: found } = await w.at(resource.resource_id, 'INDEXED');
      assert.equal(found, 'image/jpeg');
      const content = await w.call('GET', `/v1/resources/${resource.resource_id}/content`);
      assert.deepEqual([content.status, content.headers.get('content-type')], [200, 'image/jpeg']);
    });
});

describe('announced in a form', () => {
  for (const content_type of ['image/pjpeg', 'text/html', 'IMAGE/JPEG', 'application/x-pdf', 'image/jpeg; charset=binary', ''])
    test(`${JSON.stringify(content_type)}: taken, and served as image/jpeg`, async () => {
      const form = new FormData();
      form.set('file', new Blob([new Uint8Array(await jpeg())], { type: content_type }), 'a.jpg');
      const { status, json } = await w.call('POST', '/v1/resources', { raw: form });
      assert.equal(status, 201);
      const { resource_id } = Resource.parse((json as { resource: unknown }).resource);
      assert.equal((await w.at(resource_id, 'INDEXED')).content_type, 'image/jpeg');
    });
});

test('what is no picture is refused by its bytes, and never served under the type it was announced with', async () => {
  const bytes = Buffer.from('<html><script>alert(1)</script></html>');
  const { resource, upload } = await announced('text/html', bytes);
  assert.equal((await fetch(upload.url, { method: 'PUT', headers: upload.headers, body: new Uint8Array(bytes) })).status, 200);
  const rejected = await w.at(resource.resource_id, 'REJECTED');
  assert.equal(rejected.content_type, ANY);
  assert.notEqual((await w.call('GET', `/v1/resources/${resource.resource_id}/content`)).status, 200);
});
