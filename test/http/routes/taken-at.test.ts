/** When a picture was taken: the file's date until a person says otherwise, in answers, filters, facets and exports. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Resource } from '../../../contract/resource.ts';
import { exifSegment, taggedJpeg } from '../../worlds/tagged-files.ts';
import { type WholeWorld, wholeWorld } from '../../worlds/whole-world.ts';

let w: WholeWorld;
before(async () => {
  w = await wholeWorld();
});
after(() => w.stop());

async function dated(written: string, metadata: object = {}): Promise<Resource> {
  const form = new FormData();
  form.set('metadata', JSON.stringify({ title: 'dated', ...metadata }));
  const bytes = await taggedJpeg(exifSegment({ exif: [[0x9003, written]], first: [[0x10f, `camera ${written}`]] }));
  form.set('file', new Blob([new Uint8Array(bytes)]), 'a.jpg');
  const { json } = await w.call('POST', '/v1/resources', { raw: form });
  return w.at(Resource.parse((json as { resource: unknown }).resource).resource_id, 'INDEXED');
}
const shown = ({ metadata, taken_at_source }: Resource) => [metadata.taken_at, taken_at_source];
const of = (day: string) => `&taken_from=${day}&taken_to=${day}`;

test('the date of the file is shown, found by filters and counted by years', async () => {
  const { resource_id, ...rest } = await dated('2019:07:04 15:30:00');
  assert.deepEqual(shown({ resource_id, ...rest }), ['2019-07-04', 'file']);
  assert.deepEqual(await w.found('', of('2019-07-04')), [resource_id]);
  assert.deepEqual(await w.found('dated', of('2019-07-04')), [resource_id]);
  assert.deepEqual(await w.found('', of('2019-07-05')), []);
  const { facets } = await w.search('', '&facets=year');
  assert.ok(
    facets.year?.some(({ value }) => value === '2019'),
    JSON.stringify(facets),
  );
  assert.equal((await w.row(resource_id))?.metadata.taken_at, null, 'nobody has said so');
});

test('a person goes before the file, and what they take back is the file’s again', async () => {
  const { resource_id } = await dated('2018:07:04 15:30:00', { taken_at: '2001-02-03' });
  assert.deepEqual(shown(await w.get(resource_id)), ['2001-02-03', 'person']);
  assert.deepEqual(await w.found('', of('2001-02-03')), [resource_id]);
  const patch = (taken_at: string | null) =>
    w.call('PATCH', `/v1/resources/${resource_id}/metadata`, {
      body: { taken_at },
      headers: { 'content-type': 'application/merge-patch+json' },
    });
  assert.deepEqual(shown(Resource.parse((await patch(null)).json)), ['2018-07-04', 'file']);
  await w.at(resource_id, 'INDEXED');
  assert.deepEqual(await w.found('', of('2018-07-04')), [resource_id]);
  assert.deepEqual(await w.found('', of('2001-02-03')), []);
});

test('nonsense and the future are nobody’s date', async () => {
  for (const written of ['0000:00:00 00:00:00', '2099:01:01 00:00:00'])
    assert.deepEqual(shown(await dated(written)), [null, null], written);
});

test('a picture that is removed for good has no date any more', async () => {
  const { resource_id } = await dated('2017:07:04 15:30:00');
  await w.call('DELETE', `/v1/resources/${resource_id}?purge=true`);
  assert.deepEqual(shown(await w.at(resource_id, 'DELETED')), [null, null]);
});
