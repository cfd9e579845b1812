/** A link does what it was given out for, and ends: with its time, its key, its picture. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { z } from 'zod';
import { makeKey } from '../../../runtime/accounts/api-keys.ts';
import { type HttpWorld, httpWorld } from '../../worlds/http-world.ts';

let world: HttpWorld;
before(async () => {
  world = await httpWorld();
});
after(() => world.stop());

const Made = z.object({
  resource: z.object({ resource_id: z.string() }),
  upload: z.object({ url: z.string(), complete_url: z.string() }),
});
const Shown = z.object({ preview_url: z.string() });

async function newKey(name: string): Promise<{ text: string; key_id: string }> {
  const { clock, facts } = world.deps;
  const { key_id, text, secret_hash } = makeKey(clock);
  const row = { key_id, org_id: 'a', user_id: 'a-user', name, role: 'admin' as const, secret_hash };
  await facts.accounts.addKey({ ...row, installation: false, created_at: clock.now(), expires_at: null, revoked_at: null });
  return { key_id, text };
}
type Links = { upload: string; complete: string; preview: string; content: string; id: string; waiting: string };
/** Every kind of link, given out to this key: of a picture that is in, and of one that is awaited. */
async function linksOf(key: string): Promise<Links> {
  const body = { filename: 'r.jpg', content_type: 'image/jpeg', byte_size: 5, metadata: { title: 't' } };
  const created = async () => Made.parse((await world.call('POST', '/v1/resources', { key, body })).json);
  const { resource_id: id } = (await created()).resource;
  await world.legal(id, `bytes of ${id}`);
  await world.indexed(id, 'words');
  const { resource, upload } = await created();
  const { preview_url } = Shown.parse((await world.call('GET', `/v1/resources/${id}`, { key })).json);
  const content = (await world.call('GET', `/v1/resources/${id}/content`, { key })).headers.get('location') ?? '';
  return { upload: upload.url, complete: upload.complete_url, preview: preview_url, content, id, waiting: resource.resource_id };
}
const put = (url: string) => world.call('PUT', url, { key: null, headers: { 'content-type': 'image/jpeg' }, raw: 'bytes' });
/** What each answers, in the order: reading, preview, upload, complete. */
async function statuses({ upload, complete, preview, content }: Links): Promise<number[]> {
  const answers = [
    await world.call('GET', content, { key: null }),
    await world.call('GET', preview, { key: null }),
    await put(upload),
    await world.call('POST', complete, { key: null }),
  ];
  return answers.map(({ status }) => status);
}

describe('links', () => {
  let links: Links;
  let key: { text: string; key_id: string };
  beforeEach(async () => {
    key = await newKey('for links');
    links = await linksOf(key.text);
  });

  test('hold while their key does, and no longer', async () => {
    assert.deepEqual(await statuses(links), [200, 200, 200, 200]);
    const { clock, facts } = world.deps;
    const others = await linksOf((await newKey('another')).text);
    await facts.accounts.revokeKey({ org_id: 'a' }, key.key_id, clock.now());
    assert.deepEqual(await statuses(links), [403, 403, 403, 403]);
    assert.match((await world.call('GET', links.preview, { key: null })).text, /"code":"LINK_EXPIRED"/);
    assert.deepEqual(await statuses(others), [200, 200, 200, 200], 'those of another key go on');
  });

  test('say by which key they hold, and by no other: the name can’t be changed or taken away', async () => {
    const { key_id } = await newKey('other');
    for (const [name, url] of Object.entries(links)) {
      if (!url.startsWith('http')) continue;
      const method = name === 'upload' ? 'PUT' : name === 'complete' ? 'POST' : 'GET';
      const of = new URL(url);
      assert.equal(of.searchParams.get('key_id'), key.key_id, name);
      for (const changed of [key_id, '', null]) {
        if (changed === null) of.searchParams.delete('key_id');
        else of.searchParams.set('key_id', changed);
        const { status, text } = await world.call(method, of.href, { key: null });
        assert.equal(status, 403, `${name} ${changed}`);
        assert.match(text, /BAD_SIGNATURE/);
      }
      of.searchParams.append('key_id', key.key_id);
      of.searchParams.append('key_id', key_id);
      assert.match(String((await world.call(method, of.href, { key: null })).status), /^(403|422)$/, `${name} twice`);
    }
  });

  test('that come by a link hold by the key of that link', async () => {
    await put(links.upload);
    const answer = await world.call('POST', links.complete, { key: null });
    assert.equal(answer.status, 200);
    const line = world.log.map((one) => JSON.parse(one)).findLast(({ event }) => event === 'request.finished');
    assert.equal(line.key_id, key.key_id, 'and it is in the log');
  });

  test('end with their picture: withdrawn, or removed for good', async () => {
    await world.call('DELETE', `/v1/resources/${links.id}`);
    await world.call('DELETE', `/v1/resources/${links.waiting}`);
    const [content, preview, upload] = await statuses(links);
    assert.deepEqual([content, preview, upload], [404, 404, 404]);
    assert.equal((await world.objects.list(`incoming/a/${links.waiting}/`, 10)).length, 0, 'nothing was written');
    await world.call('POST', `/v1/resources/${links.id}/restore`);
    assert.equal((await world.call('GET', links.content, { key: null })).status, 200, 'and are back with it');
  });
});

describe('a preview link', () => {
  test('shows its page and its size, and no other', async () => {
    const { preview, id } = await linksOf(world.keys.a);
    assert.equal((await world.call('GET', preview, { key: null })).status, 200);
    assert.equal((await world.call('GET', `${preview}&page=1`, { key: null })).status, 200);
    for (const changed of ['page=2', 'page=01', 'page=', 'page=1.0', 'page=9999', 'page=2&page=1', 'page=1%20']) {
      const { status } = await world.call('GET', `${preview}&${changed}`, { key: null });
      assert.equal(status, 403, changed);
    }
    for (const size of ['1600', '', '0320'])
      assert.equal((await world.call('GET', preview.replace('size=320', `size=${size}`), { key: null })).status, 403);
    assert.equal((await world.call('GET', preview.replace(/size=320&?/, ''), { key: null })).status, 403);
    assert.equal(
      (await world.call('GET', `/v1/resources/${id}/preview?size=320&page=2`)).status,
      404,
      'a key may ask for any page there is',
    );
  });
});

describe('a key for commands on this machine', () => {
  test('gives out links that outlast it: it ends with each start', async () => {
    const local = await newKey('local-0123456789abcdef');
    const links = await linksOf(local.text);
    await world.deps.facts.accounts.revokeKey({ org_id: 'a' }, local.key_id, world.deps.clock.now());
    assert.deepEqual(await statuses(links), [200, 200, 200, 200]);
  });
});
