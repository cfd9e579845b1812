/** A client's whole way through the API with the bytes in S3: announced, uploaded by the store's own link, told of, inspected, shown. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { z } from 'zod';
import { Resource, Upload } from '../../contract/resource.ts';
import { openS3Objects } from '../../persistence/s3/objects.ts';
import { inspect } from '../../services/steps/inspect.ts';
import { type HttpWorld, httpWorld } from '../worlds/http-world.ts';
import { serviceContext } from '../worlds/service-context.ts';
import { png } from '../worlds/wrong-pictures.ts';
import { between } from './between.ts';
import { openBucket } from './s3.ts';
import { sendForm, sendPut } from './send.ts';

const TOKEN = 'a-token-of-at-least-32-characters-for-a-test';
const Created = z.object({ resource: Resource, upload: Upload });
const bucket = await openBucket();
/** Where clients reach the store: by another address than the service does. */
const way = await between(bucket.options.endpoint ?? '');
after(async () => {
  await way.down();
  await bucket.drop();
});

/** What a worker does when the inspection is delivered for. */
async function inspected({ facts, deps, done }: HttpWorld, resource_id: string): Promise<string> {
  const stored = await facts.instances.load(resource_id);
  const task_id = stored?.instance.jobs.inspect?.token ?? '';
  const row = await facts.resources.get({ org_id: 'a' }, resource_id);
  const input = { org_id: 'a', resource_id, claimed: { byte_size: row?.byte_size ?? null, sha256: row?.sha256 ?? null } };
  const verdict = await inspect.run(input, serviceContext({ objects: deps.objects, facts, task_id }));
  const writes = await inspect.writes?.(verdict, { input, at: deps.clock.now(), facts });
  assert.ok(writes && writes !== 'outdated');
  await done(resource_id, 'inspect', verdict, writes);
  return verdict.verdict;
}

for (const upload_method of ['POST', 'PUT'] as const)
  describe(`uploaded by ${upload_method}`, () => {
    test('a picture announced as JSON ends in the bucket, is inspected, and shown by links of the store', async () => {
      const objects = await openS3Objects({ ...bucket.options, upload_method, public_endpoint: way.url });
      const world = await httpWorld({ objects, storage_events: { tokens: [TOKEN], bucket: bucket.name } });
      try {
        const bytes = new Uint8Array(await png(200, 100));
        const body = { filename: '收据 "1".png', content_type: 'image/png', byte_size: bytes.length, metadata: { title: 't' } };
        const { resource, upload } = Created.parse((await world.call('POST', '/v1/resources', { body })).json);
        const { resource_id } = resource;
        assert.equal(upload.method, upload_method);
        assert.ok(upload.url.startsWith(`${way.url}/${bucket.name}`), upload.url);
        const sent = upload_method === 'POST' ? await sendForm(upload, bytes) : await sendPut(upload, bytes);
        assert.ok(sent.status < 300, `${sent.status} ${sent.code}`);

        if (upload_method === 'POST') assert.equal((await world.call('POST', upload.complete_url, { key: null })).status, 200);
        else {
          const [key = ''] = await bucket.keys(`incoming/a/${resource_id}/`);
          const Records = [{ eventName: 's3:ObjectCreated:Put', s3: { bucket: { name: bucket.name }, object: { key } } }];
          const headers = { authorization: `Bearer ${TOKEN}` };
          const notified = await world.call('POST', '/v1/storage-events', { key: null, headers, body: { Records } });
          assert.equal(notified.status, 204);
        }
        assert.equal(await inspected(world, resource_id), 'legal');
        const { status, viewable } = Resource.parse((await world.call('GET', `/v1/resources/${resource_id}`)).json);
        assert.deepEqual([status, viewable], ['READY_FOR_OCR', true]);

        const location = (await world.call('GET', `/v1/resources/${resource_id}/content`)).headers.get('location') ?? '';
        assert.ok(location.startsWith(way.url));
        const shown = await fetch(location);
        assert.deepEqual(new Uint8Array(await shown.arrayBuffer()), bytes);
        assert.equal(shown.headers.get('content-type'), 'image/png');
        const preview = await world.call('GET', `/v1/resources/${resource_id}/preview?size=320`);
        assert.deepEqual([preview.status, preview.headers.get('content-type')], [200, 'image/webp']);
      } finally {
        await world.stop();
        await objects.close();
      }
    });
  });

test('while the store is away, a picture that is asked for is 503 with Retry-After, and a link is still given', async () => {
  const objects = await openS3Objects({ ...bucket.options, endpoint: way.url, limits: { attempts: 1 } });
  const world = await httpWorld({ objects });
  try {
    const { resource_id } = await world.created();
    await world.legal(resource_id);
    await way.down();
    const preview = await world.call('GET', `/v1/resources/${resource_id}/preview?size=320`);
    assert.deepEqual([preview.status, preview.headers.get('retry-after')], [503, '5']);
    assert.equal(
      (await world.call('POST', '/v1/resources', { body: { filename: 'a.png', content_type: 'image/png', byte_size: 1 } }))
        .status,
      201,
    );
  } finally {
    await way.up();
    await world.stop();
    await objects.close();
  }
});
