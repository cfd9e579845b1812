/** The page that was closed: a finished upload that nobody reports is taken in all the same, and soon. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import { Explanation } from '../../../contract/explain.ts';
import { incomingPrefix } from '../../../contract/object-keys.ts';
import type { Objects } from '../../../runtime/ports/objects.ts';
import { pictureOf } from '../../worlds/numbered.ts';
import { until } from '../../worlds/wait.ts';
import { ORG, type WholeWorld, wholeWorld } from '../../worlds/whole-world.ts';

const Begun = z.object({ resource: z.object({ resource_id: z.string() }), upload: z.object({ url: z.string() }) });
let numbers = 200;
/** Announced, with its link; nothing is uploaded. */
async function begun(w: WholeWorld) {
  const number = ++numbers;
  w.reads.set(number, `text of ${number}`);
  const png = new Uint8Array(await pictureOf(number));
  const body = { filename: 'r.png', content_type: 'image/png', byte_size: png.length, metadata: { title: 'r' } };
  const { json } = await w.call('POST', '/v1/resources', { body });
  const { resource, upload } = Begun.parse(json);
  const put = (bytes: Uint8Array<ArrayBuffer> = png) =>
    fetch(upload.url, { method: 'PUT', headers: { 'content-type': 'image/png' }, body: bytes });
  /** As S3 takes it, without a word to us. */
  const stored = () => w.ports.objects.put(`${incomingPrefix({ org_id: ORG, ...resource })}up`, Readable.from([png]), 1_000_000);
  return { id: resource.resource_id, png, put, stored };
}
const historyOf = async (w: WholeWorld, id: string) => (await w.call('GET', `/v1/resources/${id}/history`)).text;
const explained = async (w: WholeWorld, id: string, language = 'en') =>
  Explanation.parse((await w.call('GET', `/v1/resources/${id}/explain`, { headers: { 'accept-language': language } })).json);

describe('with our own store', () => {
  let w: WholeWorld;
  let holding: Promise<void> | null = null;
  let looks = 0;
  const looked: string[] = [];
  const inspected = (id: string) => looked.filter((prefix) => prefix.includes(id)).length;
  /** No look ends until it is let go. */
  const hold = () => {
    let resolved = () => {};
    holding = new Promise((resolve) => {
      resolved = resolve;
    });
    return () => {
      holding = null;
      resolved();
    };
  };
  before(async () => {
    w = await wholeWorld((ports) => {
      const list: Objects['list'] = async (...asked) => {
        const seen = await ports.objects.list(...asked);
        if (asked[0].startsWith('incoming/')) {
          looks++;
          looked.push(asked[0]);
          await holding; // it has looked, and says so later
        }
        return seen;
      };
      return { ...ports, objects: { ...ports.objects, list } };
    });
  });
  after(() => w.stop());

  test('the upload reports itself: the picture is INDEXED though nobody came back', async () => {
    const { id, put } = await begun(w);
    assert.equal((await put()).status, 200);
    await w.at(id, 'INDEXED');
    assert.match(await historyOf(w, id), /"event":"UPLOAD_REPORTED".*"by":\{"kind":"worker","id":"store","name":null\}/);
  });

  test('a client that reports as well is answered, and the picture is inspected once', async () => {
    const { id, put } = await begun(w);
    const letGo = hold();
    await put();
    const answer = await w.call('POST', `/v1/resources/${id}/uploaded`);
    assert.equal(answer.status, 200, answer.text);
    letGo();
    await w.at(id, 'INDEXED');
    assert.equal((await w.call('POST', `/v1/resources/${id}/uploaded`)).status, 200, 'said once more');
    assert.equal(inspected(id), 1);
  });

  test('bytes that come while the store is looked at are looked at next, though only the client says so', async () => {
    const { id, stored } = await begun(w);
    const letGo = hold();
    looks = 0;
    await w.call('POST', `/v1/resources/${id}/uploaded`); // too early
    await until('the store was looked at', () => looks > 0);
    await stored(); // and the process died before it could report
    assert.equal((await w.call('POST', `/v1/resources/${id}/uploaded`)).status, 200);
    letGo();
    await w.at(id, 'INDEXED');
  });

  test('other bytes by the same link, while the first are looked at, are those that count', async () => {
    const { id, png, put } = await begun(w);
    const letGo = hold();
    looks = 0;
    await put(png.map((byte, i) => (i === png.length - 1 ? byte ^ 1 : byte)));
    await until('the store was looked at', () => looks > 0);
    await put();
    letGo();
    assert.equal((await w.at(id, 'INDEXED')).sha256, createHash('sha256').update(png).digest('hex'));
  });

  test('a picture that is gone, or not awaited, takes no harm of a late upload', async () => {
    const { id, put } = await begun(w);
    await put();
    await w.at(id, 'INDEXED');
    assert.equal((await put()).status, 200);
    assert.equal((await w.at(id, 'INDEXED')).revision, 1);
  });
});

describe('with a store that tells nobody', () => {
  test('explain sees the bytes, is not ok, and names the call that helps', async () => {
    const w = await wholeWorld();
    try {
      const { id, stored } = await begun(w);
      const empty = await explained(w, id);
      assert.equal(empty.facts.find(({ fact }) => fact === 'bytes')?.ok, true);
      await stored();
      const reported = await explained(w, id);
      const bytes = reported.facts.find(({ fact }) => fact === 'bytes');
      assert.equal(bytes?.ok, false);
      assert.match(bytes.found, /^\d+ bytes that nobody has reported$/);
      assert.ok(reported.because.includes(bytes.found), reported.because);
      assert.ok(reported.next.what.includes(`POST /v1/resources/${id}/uploaded`), reported.next.what);
      assert.equal(reported.next.when, reported.obligations.find(({ name }) => name === 'first_look')?.due_at);
      assert.ok((await explained(w, id, 'zh')).next.what.includes(`/v1/resources/${id}/uploaded`));
      await w.call('POST', `/v1/resources/${id}/uploaded`);
      await w.at(id, 'INDEXED');
    } finally {
      await w.stop();
    }
  });

  for (const [n, name] of ['first_look', 'second_look', 'third_look', 'link_expiry'].entries())
    test(`the upload is seen at the next look: ${name}`, async () => {
      const [soon, far] = [1_000, 600_000];
      const limits = { first_look_ms: soon, second_look_ms: soon * 2, third_look_ms: soon * 3, link_expiry_ms: soon * 4 };
      const names = ['first_look_ms', 'second_look_ms', 'third_look_ms', 'link_expiry_ms'] as const;
      const until_then = Object.fromEntries(names.map((limit, i) => [limit, i > n ? far : limits[limit]]));
      let seen_nothing = 0;
      let stored = async (): Promise<unknown> => undefined;
      const w = await wholeWorld((ports) => {
        const list: Objects['list'] = async (...asked) => {
          const seen = await ports.objects.list(...asked);
          if (asked[0].startsWith('incoming/') && ++seen_nothing === n) await stored(); // after the look before it
          return seen;
        };
        return { ...ports, objects: { ...ports.objects, list } };
      }, until_then);
      try {
        const one = await begun(w);
        stored = one.stored;
        if (n === 0 || seen_nothing >= n) await one.stored();
        await w.at(one.id, 'INDEXED');
        assert.doesNotMatch(await historyOf(w, one.id), /UPLOAD_REPORTED/);
      } finally {
        await w.stop();
      }
    });
});
