/** An upload that is reported and never came: the response says so. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { NOTHING_ARRIVED } from '../../../contract/statuses.ts';
import { pictureOf } from '../../worlds/numbered.ts';
import { type WholeWorld, wholeWorld } from '../../worlds/whole-world.ts';

let w: WholeWorld;
before(async () => {
  w = await wholeWorld();
});
after(() => w.stop());

test('POST …/uploaded says that nothing arrived, at once and after a wait, and no more once something has', async () => {
  const bytes = await pictureOf(1);
  const body = { filename: 'a.png', content_type: 'image/png', byte_size: bytes.length, metadata: { title: 'a' } };
  const { json } = await w.call('POST', '/v1/resources', { body });
  const { resource, upload } = json as {
    resource: { resource_id: string };
    upload: { url: string; headers: Record<string, string> };
  }; // checked
  const report = async (headers: Record<string, string> = {}) =>
    (await w.call('POST', `/v1/resources/${resource.resource_id}/uploaded`, { headers })).json as {
      status: string;
      waits_for: string;
    };
  for (const headers of [{}, { prefer: 'wait=20' }] as Record<string, string>[]) {
    const { status, waits_for } = await report(headers);
    assert.deepEqual([status, waits_for], ['AWAITING_UPLOAD', NOTHING_ARRIVED.en]);
  }
  assert.equal((await report({ 'accept-language': 'zh' })).waits_for, NOTHING_ARRIVED.zh);
  await fetch(upload.url, { method: 'PUT', headers: upload.headers, body: new Uint8Array(bytes) });
  const { status, waits_for } = await report({ prefer: 'wait=20' });
  assert.notEqual(status, 'AWAITING_UPLOAD');
  assert.notEqual(waits_for, NOTHING_ARRIVED.en);
});
