/** A store that takes forms: its link reaches the client whole, and the announced size reaches the store. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { Resource, Upload } from '../../../contract/resource.ts';
import type { Objects } from '../../../runtime/ports/objects.ts';
import { httpWorld } from '../../worlds/http-world.ts';
import { memoryObjects } from '../../worlds/memory-objects.ts';

const Created = z.strictObject({ resource: Resource, upload: Upload });

test('a form link is answered with its fields, by the first call and by a fresh link, each with a key of its own', async () => {
  const asked: Parameters<Objects['presignUpload']>[0][] = [];
  const objects: Objects = {
    ...memoryObjects(),
    presignUpload: async (want) => {
      asked.push(want);
      const fields = { key: want.key, 'Content-Type': want.content_type, Policy: 'e30=' };
      return { method: 'POST', url: 'https://store.example/pictures', headers: {}, fields, expires_at: want.expires_at };
    },
  };
  const world = await httpWorld({ objects });
  try {
    const body = { filename: 'r.png', content_type: 'image/png', byte_size: 123, metadata: { title: 't' } };
    const { resource, upload } = Created.parse((await world.call('POST', '/v1/resources', { body })).json);
    assert.equal(upload.method, 'POST');
    assert.deepEqual(upload.fields, { key: asked[0]?.key, 'Content-Type': 'image/png', Policy: 'e30=' });
    assert.match(upload.fields?.key ?? '', new RegExp(`^incoming/a/${resource.resource_id}/[0-9a-f-]{36}$`));
    assert.deepEqual([asked[0]?.max_bytes, asked[0]?.byte_size], [123, 123]);
    const fresh = Created.parse((await world.call('POST', `/v1/resources/${resource.resource_id}/upload-url`)).json);
    assert.notEqual(fresh.upload.fields?.key, upload.fields?.key);
  } finally {
    await world.stop();
  }
});
