/** The store tells of uploads by itself: a hint that is taken from nobody else, and harmless however often it comes. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Resource } from '../../../contract/resource.ts';
import { type HttpWorld, httpWorld } from '../../worlds/http-world.ts';

const TOKEN = 'a-token-of-at-least-32-characters-for-a-test';
const BEFORE = 'the-token-before-it-while-it-is-being-replaced';
let world: HttpWorld;
before(async () => {
  world = await httpWorld({ storage_events: { tokens: [TOKEN, BEFORE], bucket: 'pictures' } });
});
after(() => world.stop());

const tell = (body: unknown, headers = { authorization: `Bearer ${TOKEN}` }) =>
  world.call('POST', '/v1/storage-events', { key: null, headers, body });
/** As MinIO sends it. */
const created = (key: string, { bucket = 'pictures', eventName = 's3:ObjectCreated:Put' } = {}) => ({
  EventName: eventName,
  Key: `${bucket}/${key}`,
  Records: [
    {
      ...{ eventVersion: '2.0', eventSource: 'minio:s3', awsRegion: '', eventTime: '2026-11-24T08:00:00.000Z', eventName },
      userIdentity: { principalId: 'x' },
      s3: { s3SchemaVersion: '1.0', bucket: { name: bucket, arn: 'x' }, object: { key: encodeURIComponent(key), size: 5 } },
    },
  ],
});
const phaseOf = async (resource_id: string, key = world.keys.a) =>
  Resource.parse((await world.call('GET', `/v1/resources/${resource_id}`, { key })).json).phase;

test('an upload that the store tells of is looked at, though its client never came back', async () => {
  const { resource_id } = await world.created();
  const answer = await tell(created(`incoming/a/${resource_id}/up`));
  assert.deepEqual([answer.status, answer.text], [204, '']);
  assert.equal(await phaseOf(resource_id), 'working');
  const history = await world.call('GET', `/v1/resources/${resource_id}/history`);
  assert.match(history.text, /"event":"UPLOAD_REPORTED".*"by":\{"kind":"worker","id":"store","name":null\}/);
});

test('keys as AWS and Ceph write them are read, each picture of a message once', async () => {
  const [one, two] = [await world.created(), await world.created()];
  const record = (key: string, eventName: string) => ({ eventName, s3: { bucket: { name: 'pictures' }, object: { key } } });
  const Records = [
    record(`incoming/a/${one.resource_id}/1`, 'ObjectCreated:Post'),
    record(`incoming/a/${one.resource_id}/2`, 'ObjectCreated:Post'),
    record(`incoming%2Fa%2F${two.resource_id}%2F1`, 'ObjectCreated:CompleteMultipartUpload'),
  ];
  assert.equal((await tell({ Records })).status, 204);
  assert.deepEqual([await phaseOf(one.resource_id), await phaseOf(two.resource_id)], ['working', 'working']);
  const { text } = await world.call('GET', `/v1/resources/${one.resource_id}/history`);
  assert.equal(text.match(/UPLOAD_REPORTED/g)?.length, 1);
});

test('the token before the current one is taken too, and no other', async () => {
  const of = (token: string) => tell({ Records: [] }, { authorization: `Bearer ${token}` });
  assert.equal((await of(BEFORE)).status, 204);
  for (const token of [BEFORE.slice(1), `${TOKEN}x`, 'x']) assert.equal((await of(token)).status, 401, token);
});

test('said again after the bytes were seen, of the trash, or of nobody: 204, and nothing changes', async () => {
  const seen = await world.created();
  await world.legal(seen.resource_id, 'seen by the store');
  const trashed = await world.created();
  await world.call('DELETE', `/v1/resources/${trashed.resource_id}`);
  const gone = world.deps.clock.newId();
  const before = await world.everything();
  for (const resource_id of [seen.resource_id, trashed.resource_id, gone, 'no-id'])
    assert.equal((await tell(created(`incoming/a/${resource_id}/up`))).status, 204);
  assert.equal(await world.everything(), before);
});

test('what is not an upload to our bucket is left be: another bucket, another key, a removal, a test message', async () => {
  const { resource_id } = await world.created();
  const before = await world.everything();
  for (const body of [
    created(`incoming/a/${resource_id}/up`, { bucket: 'other' }),
    created(`incoming/a/${resource_id}/up`, { eventName: 's3:ObjectRemoved:Delete' }),
    created(`incoming/b/${resource_id}/up`), // there is none in b
    created(`a/${resource_id}/run/original`),
    created(`incoming/a/${resource_id}/up/on`),
    created(`elsewhere/incoming/a/${resource_id}/up`),
    { Records: [{ s3: { bucket: { name: 'pictures' }, object: { key: '%' } } }] },
    { Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'pictures' },
    { Records: [] },
  ])
    assert.equal((await tell(body)).status, 204, JSON.stringify(body));
  assert.equal(await world.everything(), before);
});

test('without a token configured there is no such address, whatever is shown', async () => {
  const off = await httpWorld();
  try {
    for (const authorization of ['', 'Bearer ', `Bearer ${TOKEN}`, `Bearer ${off.keys.a}`])
      assert.equal(
        (await off.call('POST', '/v1/storage-events', { key: null, headers: { authorization }, body: {} })).status,
        404,
      );
  } finally {
    await off.stop();
  }
});
