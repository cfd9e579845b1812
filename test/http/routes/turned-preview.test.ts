/** A picture that was turned to be read is shown turned: by its link, and by the route with a key. */
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import sharp from 'sharp';
import { z } from 'zod';
import { previewKey } from '../../../contract/object-keys.ts';
import { TextAnswer, turnsOf } from '../../../contract/text.ts';
import { previewTurner } from '../../../services/formats/turned-preview.ts';
import { type HttpWorld, httpWorld } from '../../worlds/http-world.ts';

let world: HttpWorld;
let reads = 0;
before(async () => {
  world = await httpWorld();
});
after(() => world.stop());

/** Red on its left, blue on its right: so its way up can be seen. */
const shown = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: 'blue' } })
    .composite([
      {
        input: { create: { width: width / 2, height, channels: 3, background: 'red' } },
        left: 0,
        top: 0,
      },
    ])
    .webp({ quality: 80 })
    .toBuffer();

/** A picture of two pages, the second of which was turned by `turned`. */
async function read(turned: 0 | 90 | 180 | 270, page = 1): Promise<{ id: string; link: string }> {
  const { resource_id: id } = await world.created();
  await world.legal(id, `bytes ${turned} ${page}`);
  const key = `a/${id}/run/original`;
  for (const size of ['320', '1600'] as const)
    for (const number of [1, 2])
      await world.objects.put(
        previewKey(key, size, number),
        Readable.from([await shown(Number(size), Number(size) / 2)]),
        1_000_000,
      );
  const recognition_id = world.deps.clock.newId();
  const word = { text: 'Total', confidence: 0.9, x: 0.1, y: 0.2, w: 0.3, h: 0.1 };
  const of = { width: 3, height: 4, text: 'Total', confidence: 0.9, words: [word] };
  const pages = [1, 2].map((number) => ({ page: number, ...of, ...(number === page && turned ? { turned } : {}) }));
  const row = { recognition_id, resource_id: id, org_id: 'a', at: world.deps.clock.now(), engine: 'test', pages };
  await world.done(
    id,
    'ocr',
    { fact_id: recognition_id },
    { facts: [{ into: 'recognitions', row }], columns: { turns: turnsOf(pages), page_count: 2 } },
  );
  const { preview_url } = z.object({ preview_url: z.string() }).parse((await world.call('GET', `/v1/resources/${id}`)).json);
  return { id, link: preview_url };
}

async function seen(route: string, key: string | null = world.keys.a) {
  const answer = await fetch(route.startsWith('http') ? route : world.url + route, {
    headers: key ? { authorization: `Bearer ${key}` } : {},
  });
  const bytes = Buffer.from(await answer.arrayBuffer());
  if (answer.status !== 200) return { status: answer.status, etag: null, corner: '', size: '' };
  const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number) => ((data[(y * info.width + x) * info.channels] ?? 0) > 128 ? 'red' : 'blue');
  const corner = `${at(2, 2)} ${at(info.width - 3, 2)} ${at(2, info.height - 3)}`;
  assert.equal(answer.headers.get('content-length'), String(bytes.byteLength));
  return { status: 200, etag: answer.headers.get('etag'), corner, size: `${info.width}x${info.height}` };
}

/** The colours of the corners at the top left, top right and bottom left, after the turn. */
const CORNERS = { 0: 'red blue red', 90: 'red red blue', 180: 'blue red blue', 270: 'blue blue red' };

describe('a page that was read turned', () => {
  for (const turned of [90, 180, 270] as const)
    test(`by ${turned}° is shown so, in each size, by the link and with a key`, async () => {
      const { id, link } = await read(turned);
      assert.match(link, new RegExp(`[?&]turned=${turned}(&|$)`));
      const by_link = await seen(link, null);
      const [width, height] = turned === 180 ? [320, 160] : [160, 320];
      assert.deepEqual([by_link.corner, by_link.size], [CORNERS[turned], `${width}x${height}`]);
      const large = await seen(`/v1/resources/${id}/preview`);
      assert.deepEqual([large.corner, large.size], [CORNERS[turned], `${width * 5}x${height * 5}`]);
      assert.match(large.etag ?? '', new RegExp(`-${turned}"$`));
      const again = await world.call('GET', `/v1/resources/${id}/preview`, { headers: { 'if-none-match': large.etag ?? '' } });
      assert.equal(again.status, 304);
      const head = await world.call('HEAD', `/v1/resources/${id}/preview`);
      assert.deepEqual([head.status, head.headers.get('etag')], [200, large.etag]);
      const as_stored = await seen(`/v1/resources/${id}/preview?turned=0`);
      assert.deepEqual([as_stored.corner, as_stored.size], [CORNERS[0], '1600x800']);
      assert.notEqual(as_stored.etag, large.etag);
      const { pages } = TextAnswer.parse((await world.call('GET', `/v1/resources/${id}/text`)).json);
      assert.deepEqual(
        pages.map((page) => page.turned),
        [turned, 0],
      );
    });

  test('leaves the other pages as they are, and has no mark in the link of a first page that was not turned', async () => {
    const { id, link } = await read(90, 2);
    assert.doesNotMatch(link, /turned/);
    assert.equal((await seen(link, null)).corner, CORNERS[0]);
    assert.equal((await seen(`/v1/resources/${id}/preview?page=1`)).corner, CORNERS[0]);
    assert.equal((await seen(`/v1/resources/${id}/preview?page=2`)).corner, CORNERS[90]);
  });

  test('has a link that is signed for its turn, and for no other', async () => {
    const { link } = await read(90);
    for (const changed of ['0', '180', '', '90.0', '45'])
      assert.equal((await seen(link.replace('turned=90', `turned=${changed}`), null)).status, 403, changed);
    assert.equal((await seen(link.replace('turned=90&', ''), null)).status, 403);
    assert.equal((await seen(`${link}&turned=180`, null)).status, 422);
    const plain = await read(0);
    assert.equal((await seen(`${plain.link}&turned=90`, null)).status, 403);
  });

  test('with a turn that is none is refused with a key', async () => {
    const { id } = await read(90);
    for (const no of ['45', '-90', '360', 'x'])
      assert.equal((await seen(`/v1/resources/${id}/preview?turned=${no}`)).status, 422, no);
  });
});

describe('turning previews', () => {
  const turner = previewTurner({
    read: async () => {
      reads += 1;
      return Readable.from([await shown(320, 160)]);
    },
  });
  test('is done once for all that ask at once and later, and anew for other bytes', async () => {
    const of = { key: 'k', version: '1', turned: 90 } as const;
    const all = await Promise.all(Array.from({ length: 20 }, () => turner(of)));
    assert.ok(all.every((one) => one === all[0]));
    assert.equal(await turner(of), all[0]);
    assert.equal(reads, 1);
    await turner({ ...of, version: '2' });
    assert.equal(reads, 2);
  });
  test('is nothing where the preview is gone, and is tried again', async () => {
    let there = false;
    const late = previewTurner({ read: async () => (there ? Readable.from([await shown(40, 20)]) : null) });
    const of = { key: 'k', version: '1', turned: 180 } as const;
    assert.equal(await late(of), null);
    there = true;
    assert.ok(await late(of));
  });
});
