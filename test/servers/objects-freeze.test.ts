/** Freezing on a real store: uploads that land in between, processes that overtake one another, replies that are lost. */
import assert from 'node:assert/strict';
import { after, beforeEach, describe, test } from 'node:test';
import { CopyObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { openS3Objects } from '../../persistence/s3/objects.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import { between, type Seen } from './between.ts';
import { openBucket } from './s3.ts';

const bucket = await openBucket();
const way = await between(bucket.options.endpoint ?? '');
const clock = systemClock();
const objects = await openS3Objects({ ...bucket.options, endpoint: way.url });
after(async () => {
  await objects.close();
  await way.down();
  await bucket.drop();
});
beforeEach(() => {
  way.decide = () => undefined;
});

const place = () => `org/${clock.newId()}/run`;
const putDirectly = (Key: string, Body: string) => bucket.client.send(new PutObjectCommand({ Bucket: bucket.name, Key, Body }));

describe('freezing', () => {
  const upload = () => `incoming/org/${clock.newId()}/1`;

  test('an upload that lands between looking and copying is frozen whole or not at all, and what is answered is what is there', async () => {
    const [from, to] = [upload(), `${place()}/original`];
    await putDirectly(from, 'first');
    let landed = false;
    way.decide = async ({ copies }) => {
      if (copies && !landed) {
        landed = true;
        await putDirectly(from, 'the second one');
      }
      return undefined;
    };
    const frozen = await objects.freeze(from, to);
    const text = await bucket.text(to);
    assert.equal(text, 'the second one');
    assert.equal(frozen?.byte_size, text.length);
    await putDirectly(from, 'a third');
    assert.equal((await objects.freeze(from, to))?.byte_size, text.length);
    assert.equal(await bucket.text(to), text);
  });

  /** Freezes while another process freezes first and an upload comes after it, at the moment that `at` names. */
  async function overtaken(
    at: (seen: Seen, looks: number) => boolean,
  ): Promise<{ from: string; text: string; byte_size: number }> {
    const [from, to] = [upload(), `${place()}/original`];
    await putDirectly(from, 'first');
    const other = await openS3Objects(bucket.options);
    let looks = 0;
    let done = false;
    way.decide = async (seen) => {
      if (seen.method === 'HEAD') looks += 1;
      if (done || !at(seen, looks)) return undefined;
      done = true;
      await other.freeze(from, to);
      assert.equal(await bucket.text(to), 'first', 'the quicker judges this');
      await putDirectly(from, 'second');
      return undefined;
    };
    const slower = await objects.freeze(from, to);
    await other.close();
    assert.ok(done);
    return { from, text: await bucket.text(to), byte_size: slower?.byte_size ?? 0 };
  }
  for (const look of [1, 2])
    test(`overtaken at its look ${look}, the slower of two processes keeps what the quicker froze`, async () => {
      const { text, byte_size } = await overtaken((_, looks) => looks === look);
      assert.deepEqual([text, byte_size], ['first', 5]);
    });
  test('overtaken at its copy, the slower of two processes keeps what the quicker froze, where copies have conditions', async (t) => {
    const { from, text, byte_size } = await overtaken(({ copies }) => copies);
    assert.equal(byte_size, text.length);
    if (await pins(from, `${place()}/probe`)) assert.equal(text, 'first');
    else t.diagnostic('THIS SERVER IGNORES THE CONDITIONS OF A COPY: the slower one replaced it; see docs/decisions/0014');
  });

  test('an upload that goes away meanwhile is nothing at either', async () => {
    const [from, to] = [upload(), `${place()}/original`];
    await putDirectly(from, 'first');
    way.decide = async ({ copies }) => {
      if (copies) await objects.removePrefix(from.slice(0, -1));
      return undefined;
    };
    assert.equal(await objects.freeze(from, to), null);
    assert.deepEqual(await bucket.keys(to), []);
  });

  test('a copy whose reply was lost is made once more, or found', async () => {
    const [from, to] = [upload(), `${place()}/original`];
    await putDirectly(from, 'first');
    let lost = 0;
    way.decide = ({ copies }) => (copies && lost++ === 0 ? 'mute' : undefined);
    assert.equal((await objects.freeze(from, to))?.byte_size, 5);
    assert.equal(await bucket.text(to), 'first');
  });

  /** Does the server refuse a copy of what is no longer as it was? */
  async function pins(from: string, to: string): Promise<boolean> {
    const CopySourceIfMatch = `"${'0'.repeat(32)}"`;
    const asked = { Bucket: bucket.name, Key: to, CopySource: `${bucket.name}/${from}`, CopySourceIfMatch };
    return bucket.client.send(new CopyObjectCommand(asked)).then(
      () => false,
      () => true,
    );
  }
});
