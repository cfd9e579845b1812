/** What an S3 server itself refuses and keeps, tried on a real one: a refusal counts only if nothing was stored. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { inspect as shown } from 'node:util';
import { openS3Objects, StoreMisconfigured } from '../../persistence/s3/objects.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import type { UploadLink } from '../../runtime/ports/objects.ts';
import { inspect } from '../../services/steps/inspect.ts';
import { bytesOf } from '../ports/objects.ts';
import { serviceContext } from '../worlds/service-context.ts';
import { png } from '../worlds/wrong-pictures.ts';
import { openBucket } from './s3.ts';
import { type Sent, sendForm, sendPut } from './send.ts';

const bucket = await openBucket();
const clock = systemClock();
const forms = await openS3Objects(bucket.options);
const puts = await openS3Objects({ ...bucket.options, upload_method: 'PUT' });
after(async () => {
  await forms.close();
  await puts.close();
  await bucket.drop();
});

const HOUR_MS = 3_600_000;
const freshKey = () => `incoming/org/${clock.newId()}/${clock.newId()}`;
const linkTo = (key: string, { max_bytes = 10, expires_at = clock.now() + HOUR_MS } = {}) =>
  forms.presignUpload({ key, max_bytes, content_type: 'image/png', expires_at });
const flipped = (text: string) => (text[0] === '0' ? '1' : '0') + text.slice(1);
/** The store refused, and has nothing that it had not before. */
async function refused(send: () => Promise<Sent>): Promise<void> {
  const before = await bucket.keys();
  const { status, code } = await send();
  assert.ok(status === 0 || (status >= 400 && status < 500), `${status} ${code}`);
  assert.deepEqual(await bucket.keys(), before);
}
const policyOf = (link: UploadLink): { conditions: unknown[]; expiration: string } =>
  JSON.parse(Buffer.from(link.fields?.Policy ?? '', 'base64').toString());
const encoded = (policy: object) => Buffer.from(JSON.stringify(policy)).toString('base64');

describe('a form', () => {
  test('takes exactly its most bytes, under its key and type', async () => {
    const key = freshKey();
    const link = await linkTo(key);
    assert.ok((await sendForm(link, 'x'.repeat(10))).status < 300);
    assert.deepEqual(await bucket.keys(key), [key]);
    assert.equal((await forms.head(key))?.byte_size, 10);
  });

  const wrongs: Record<string, (link: UploadLink, key: string) => Promise<Sent>> = {
    'one byte too many': (link) => sendForm(link, 'x'.repeat(11)),
    'two megabytes too many': (link) => sendForm(link, 'x'.repeat(2_000_000)),
    'no byte at all': (link) => sendForm(link, ''),
    'another key': (link, key) => sendForm(link, 'x', { key: `${key}x` }),
    'a key that is not an upload': (link) => sendForm(link, 'x', { key: 'org/res/run/original' }),
    'a key that climbs out of incoming': (link, key) => sendForm(link, 'x', { key: `${key}/../../../../org/res/run/original` }),
    'another type': (link) => sendForm(link, 'x', { 'Content-Type': 'text/html' }),
    'no type': (link) => sendForm(link, 'x', { 'Content-Type': undefined }),
    'a field that nobody allowed': (link) => sendForm(link, 'x', { 'x-amz-meta-evil': '1' }),
    'an access list of its own': (link) => sendForm(link, 'x', { acl: 'public-read' }),
    'a changed signature': (link) => sendForm(link, 'x', { 'X-Amz-Signature': flipped(link.fields?.['X-Amz-Signature'] ?? '') }),
    'a policy that allows more': (link) => {
      const policy = policyOf(link);
      const conditions = policy.conditions.map((one) =>
        Array.isArray(one) && one[0] === 'content-length-range' ? [one[0], 1, 1_000_000] : one,
      );
      return sendForm(link, 'x'.repeat(20), { Policy: encoded({ ...policy, conditions }) });
    },
    'a policy that ends later': (link) =>
      sendForm(link, 'x', { Policy: encoded({ ...policyOf(link), expiration: '2099-01-01T00:00:00Z' }) }),
    'no policy and no signature': (link) => sendForm(link, 'x', { Policy: undefined, 'X-Amz-Signature': undefined }),
    'an address of another bucket': (link) => sendForm({ ...link, url: link.url.replace(bucket.name, 'another-bucket') }, 'x'),
  };
  for (const [what, send] of Object.entries(wrongs))
    test(`with ${what} is refused, and nothing is stored`, async () => {
      const key = freshKey();
      const link = await linkTo(key);
      await refused(() => send(link, key));
    });

  test('whose time is over is refused', async () => {
    const link = await linkTo(freshKey(), { expires_at: clock.now() - 2_000 });
    await refused(() => sendForm(link, 'x'));
  });

  test('of another secret is refused', async () => {
    const links = await openS3Objects({ ...bucket.options, public_endpoint: bucket.options.endpoint });
    const link = await links.presignUpload({
      key: freshKey(),
      max_bytes: 9,
      content_type: 'image/png',
      expires_at: clock.now() + HOUR_MS,
    });
    await links.close();
    assert.ok((await sendForm(link, 'x')).status < 300, 'the control is taken');
    await refused(() =>
      sendForm(link, 'x', { 'X-Amz-Credential': (link.fields?.['X-Amz-Credential'] ?? '').replace(/^[^/]+/, 'nobody') }),
    );
  });

  test('used twice changes nothing of what inspect froze', async () => {
    const key = freshKey();
    const [, org_id = '', resource_id = ''] = key.split('/');
    const [first, second] = [await png(20, 10), await png(30, 40)];
    const link = await linkTo(key, { max_bytes: 1_000_000 });
    assert.ok((await sendForm(link, new Uint8Array(first))).status < 300);
    const input = { org_id, resource_id, claimed: { byte_size: null, sha256: null } };
    const context = serviceContext({ objects: forms, task_id: clock.newId() });
    const verdict = await inspect.run(input, context);
    assert.ok(verdict.verdict === 'legal' && verdict.width === 20, JSON.stringify(verdict));
    assert.ok((await sendForm(link, new Uint8Array(second))).status < 300, 'the form itself may be used again');
    assert.equal(await bytesOf(forms, verdict.original_key), Buffer.from(first).toString());
    assert.deepEqual(await inspect.run(input, context), verdict, 'the same run judges the same bytes');
    await inspect.tidy?.(verdict, input, context);
    assert.deepEqual(await bucket.keys(`incoming/${org_id}/${resource_id}/`), []);
    assert.ok((await sendForm(link, new Uint8Array(second))).status < 300, 'and after its upload was cleared away');
    assert.deepEqual(await inspect.run(input, context), verdict);
    const previews = (await bucket.keys(`${org_id}/${resource_id}/`)).map((one) => one.split('/').at(-1));
    assert.deepEqual(previews, ['original', 'preview-320.webp', 'preview.webp']);
  });
});

describe('a PUT link', () => {
  const link = (key: string, more: { byte_size?: number; expires_at?: number } = {}) =>
    puts.presignUpload({ key, max_bytes: 10, content_type: 'image/png', expires_at: clock.now() + HOUR_MS, ...more });

  test('takes what was announced', async () => {
    const key = freshKey();
    const given = await link(key, { byte_size: 5 });
    assert.deepEqual(given.headers, { 'content-type': 'image/png' });
    assert.equal((await sendPut(given, 'bytes')).status, 200);
    assert.equal(await bucket.text(key), 'bytes');
  });

  const wrongs: Record<string, (given: UploadLink, key: string) => Promise<Sent>> = {
    'one byte more than announced': (given) => sendPut(given, 'bytes!'),
    'one byte less than announced': (given) => sendPut(given, 'byte'),
    'another type': (given) => sendPut(given, 'bytes', { 'content-type': 'text/html' }),
    'another key': (given, key) => sendPut({ ...given, url: given.url.replace(key, `${key}x`) }, 'bytes'),
    'a key that is not an upload': (given, key) =>
      sendPut({ ...given, url: given.url.replace(key, 'org/res/run/original') }, 'bytes'),
    'a changed signature': (given) =>
      sendPut({ ...given, url: given.url.replace(/X-Amz-Signature=(\w+)/, (_, s) => `X-Amz-Signature=${flipped(s)}`) }, 'bytes'),
    'a later end': (given) => sendPut({ ...given, url: given.url.replace(/X-Amz-Expires=\d+/, 'X-Amz-Expires=86400') }, 'bytes'),
  };
  for (const [what, send] of Object.entries(wrongs))
    test(`with ${what} is refused, and nothing is stored`, async () => {
      const key = freshKey();
      const given = await link(key, { byte_size: 5 });
      await refused(() => send(given, key));
    });

  test('whose time is over is refused', async () => {
    const given = await link(freshKey(), { byte_size: 5, expires_at: clock.now() - 2_000 });
    await refused(() => sendPut(given, 'bytes'));
  });
});

describe('a read link', () => {
  const NAME = '发票 "1"; filename=evil.html\r\nX-Evil: 1 (终).png';
  const given = async (expires_at = clock.now() + HOUR_MS) => {
    await forms.put(
      'org/read/run/original',
      (async function* () {
        yield Buffer.from('0123456789');
      })(),
      100,
    );
    return forms.presignRead({ key: 'org/read/run/original', expires_at, content_type: 'image/png', filename: NAME });
  };
  test('serves the bytes, and ranges of them, with its own type and name', async () => {
    const url = await given();
    const answer = await fetch(url, { headers: { range: 'bytes=2-4' } });
    assert.deepEqual([answer.status, await answer.text()], [206, '234']);
    assert.equal(answer.headers.get('content-type'), 'image/png');
    assert.equal(answer.headers.get('x-evil'), null);
    const name = answer.headers.get('content-disposition') ?? '';
    assert.match(name, /^inline; filename="[^"\r\n]*"; filename\*=UTF-8''[^\s"]+$/);
    assert.equal(decodeURIComponent(name.split("UTF-8''")[1] ?? ''), NAME);
  });
  test('changed, over, or used to write is refused', async () => {
    const url = await given();
    const status = async (one: string, method = 'GET') =>
      (await fetch(one, { method, ...(method === 'PUT' ? { body: 'x' } : {}) })).status;
    assert.equal(await status(url.replace(/response-content-type=[^&]+/, 'response-content-type=text%2Fhtml')), 403);
    assert.equal(await status(url.replace('read/run', 'read2/run')), 403);
    assert.equal(await status(url, 'PUT'), 403);
    assert.equal(await status(url, 'DELETE'), 403);
    assert.ok([400, 403].includes(await status(await given(clock.now() - 2_000))));
    assert.equal(await bucket.text('org/read/run/original'), '0123456789');
  });
});

describe('a store that is not as configured', () => {
  test('stops the start, says what to do, and tells no secret', async () => {
    const opening = (more: object) =>
      openS3Objects({ ...bucket.options, ...more }).then(
        () => assert.fail('it opened'),
        (error: unknown) => error,
      );
    const missing = await opening({ bucket: 'tuodi-no-such-bucket' });
    assert.ok(missing instanceof StoreMisconfigured);
    assert.match(missing.message, /tuodi-no-such-bucket is not there: make it, or correct TUODI_S3_BUCKET/);
    const denied = await opening({ secret_key: 'wrong-and-secret' });
    assert.ok(denied instanceof StoreMisconfigured);
    assert.match(denied.message, /TUODI_S3_SECRET_KEY/);
    assert.match(String(await opening({ secret_key: undefined })), /one is missing/);
    for (const error of [missing, denied])
      assert.doesNotMatch(shown(error, { depth: 9, showHidden: true }), /wrong-and-secret|Signature=/);
  });
});
