/** Settings of S3. The other end keeps what it is sent; links are made without it. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import type { OpenedPorts } from '../../app/open-ports.ts';
import type { UploadLink } from '../../runtime/ports/objects.ts';
import { elsewhere, rated, S3, TOKEN, TOKEN_BEFORE } from './services.ts';
import { once, portsWith, type Rows, recorder } from './world.ts';

/** Clients reach this store by another address, with the bucket in its name. */
const outside = once(async () =>
  portsWith({ ...S3, s3_endpoint: (await recorder()).url, s3_public_endpoint: 'http://store.test', s3_path_style: 'false' }),
);
/** In the header of a signature: key/date/region/service/aws4_request. */
const scope = async () => {
  const { to_store } = await elsewhere();
  return /Credential=(\S+?),/.exec(to_store.headers.authorization ?? '')?.[1]?.split('/') ?? [];
};
const uploadLink = ({ objects }: OpenedPorts): Promise<UploadLink> =>
  objects.presignUpload({
    ...{ key: 'incoming/org/res/1', max_bytes: 1_000, byte_size: 10, content_type: 'image/png' },
    expires_at: Date.now() + 60_000,
  });
/** The signature of a form's policy, as AWS defines it (Signature Version 4). */
function signatureOf(fields: Record<string, string>, secret: string): string {
  const [, ...parts] = (fields['X-Amz-Credential'] ?? '').split('/');
  const sign = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const key = parts.reduce<string | Buffer>(sign, `AWS4${secret}`);
  return sign(key, fields.Policy ?? '').toString('hex');
}

/** What a store with this token is answered. */
async function notified(token: string): Promise<number> {
  const { call } = await rated();
  const headers = { authorization: `Bearer ${token}`, 'x-forwarded-for': '203.0.113.9' };
  return (await call('POST', '/v1/storage-events', { key: null, headers, body: { Records: [] } })).status;
}

export const STORE_ROWS: Rows = {
  s3_endpoint: async () => assert.equal((await elsewhere()).to_store.method, 'HEAD'),
  s3_bucket: async () => assert.match((await elsewhere()).to_store.url, /^\/of-this-name\/?$/),
  s3_region: async () => assert.equal((await scope())[2], 'eu-south-2'),
  s3_access_key: async () => assert.equal((await scope())[0], S3.s3_access_key),
  async s3_secret_key() {
    const { fields = {} } = await uploadLink(await outside());
    assert.equal(fields['X-Amz-Signature'], signatureOf(fields, S3.s3_secret_key));
  },
  async s3_path_style() {
    assert.match(new URL((await uploadLink(await outside())).url).host, /^of-this-name\./);
  },
  async s3_public_endpoint() {
    assert.match(new URL((await uploadLink(await outside())).url).host, /\bstore\.test$/);
  },
  s3_upload_method: async () => assert.equal((await uploadLink(await elsewhere())).method, 'PUT'),
  s3_events_token: async () => assert.deepEqual([await notified(TOKEN), await notified(`${TOKEN}x`)], [204, 401]),
  s3_events_token_previous: async () => assert.equal(await notified(TOKEN_BEFORE), 204),
};
