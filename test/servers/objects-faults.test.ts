/** What goes wrong between us and a store: lost replies, bytes changed on the way, uploads that break off, races, a store that is unavailable. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Transform } from 'node:stream';
import { after, beforeEach, describe, test } from 'node:test';
import { inspect as shown } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { CreateMultipartUploadCommand, UploadPartCommand } from '@aws-sdk/client-s3';
import { openS3Objects } from '../../persistence/s3/objects.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import { type Objects, TooManyBytes } from '../../runtime/ports/objects.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';
import { bytesOf, chunks } from '../ports/objects.ts';
import { until } from '../worlds/wait.ts';
import { between, type Seen } from './between.ts';
import { openBucket } from './s3.ts';

const bucket = await openBucket();
const way = await between(bucket.options.endpoint ?? '');
const clock = systemClock();
const MIB = 1024 * 1024;
/** The least that S3 takes as a part. */
const PART = 5 * MIB;
const HALF_OPEN_MS = 300;
const LIMITS = { attempts: 2, half_open_after_ms: HALF_OPEN_MS };
const objects = await openS3Objects({ ...bucket.options, endpoint: way.url, limits: LIMITS });
after(async () => {
  await objects.close();
  await way.down();
  await bucket.drop();
});
beforeEach(() => {
  way.decide = () => undefined;
  way.through = null;
});

const place = () => `org/${clock.newId()}/run`;
const filled = async function* (bytes: number, each: (produced: number) => void = () => {}): AsyncGenerator<Uint8Array> {
  for (let produced = 0; produced < bytes; produced += 64 * 1024) {
    each(produced);
    yield Buffer.alloc(Math.min(64 * 1024, bytes - produced), produced / (64 * 1024));
  }
};
const isUnavailable = (error: unknown) => error instanceof StepError && error.failure.code === 'PROVIDER_UNAVAILABLE';

describe('a large body', () => {
  test('of 60 MB goes in parts and is read back the same, with a few parts of memory at most', async (t) => {
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    const held = () => {
      collect();
      return process.memoryUsage().arrayBuffers;
    };
    const key = `${place()}/original`;
    const base = held();
    let max_writing = 0;
    let max_reading = 0;
    const size = 60 * MIB + 7;
    const small = await openS3Objects({ ...bucket.options, limits: { part_bytes: PART } });
    const stored = await small.put(
      key,
      filled(size, (at) => {
        if (at % MIB === 0) max_writing = Math.max(max_writing, held() - base);
      }),
      size,
    );
    assert.equal(stored.byte_size, size);
    const before_reading = held();
    let at = 0;
    for await (const chunk of (await small.read(key)) ?? []) {
      assert.ok(Buffer.from(chunk).equals(await slice(at, chunk.length)), `other bytes at ${at}`);
      at += chunk.length;
      if (at % MIB < 64 * 1024) max_reading = Math.max(max_reading, held() - before_reading);
    }
    assert.equal(at, size);
    t.diagnostic(`held while writing ${(max_writing / MIB).toFixed(1)} MiB, while reading ${(max_reading / MIB).toFixed(1)} MiB`);
    assert.ok(max_writing < 6 * PART, `${max_writing}`); // of 12: those that fill and go, and what the SDK has not let go of yet
    assert.ok(max_reading < 4 * PART, `${max_reading}`);
    await small.close();
    assert.deepEqual(await bucket.unfinished(), []);
  });

  const broken = async function* () {
    yield* filled(20 * MIB);
    throw new Error('the client went away');
  };
  const ends: Record<string, { body: () => AsyncIterable<Uint8Array>; max: number; error: RegExp | typeof TooManyBytes }> = {
    'breaks off': { body: broken, max: 100 * MIB, error: /the client went away/ },
    'is too long by a byte': { body: () => filled(20 * MIB + 1), max: 20 * MIB, error: TooManyBytes },
  };
  for (const [what, { body, max, error }] of Object.entries(ends))
    test(`that ${what} leaves nothing, not even its parts, and what was there before stays`, async () => {
      const key = `${place()}/original`;
      await assert.rejects(objects.put(key, body(), max), error);
      assert.deepEqual([await bucket.keys(key), await bucket.unfinished()], [[], []]);
      await objects.put(key, chunks('before'), 10);
      await assert.rejects(objects.put(key, body(), max), error);
      assert.deepEqual([await bytesOf(objects, key), await bucket.unfinished()], ['before', []]);
    });

  test('whose process died is taken back with all else below its prefix, and nothing beside it', async () => {
    const [mine, other] = [place(), place()];
    for (const Key of [`${mine}/original`, `${other}/original`]) {
      const begun = { Bucket: bucket.name, Key };
      const { UploadId } = await bucket.client.send(new CreateMultipartUploadCommand(begun));
      await bucket.client.send(new UploadPartCommand({ ...begun, UploadId, PartNumber: 1, Body: 'a part' }));
    }
    await objects.removePrefix(`${mine}/`);
    assert.deepEqual(await bucket.unfinished(), [`${other}/original`]);
    await objects.removePrefix(`${other}/`);
    assert.deepEqual(await bucket.unfinished(), []);
  });

  for (const again of [undefined, { status: 404, code: 'NoSuchUpload' }])
    test(`is there once, though the reply to its completion was lost and the next is ${again?.code ?? "the server's own"}`, async () => {
      const key = `${place()}/original`;
      let reported = 0;
      way.decide = ({ method, path }) => {
        if (method !== 'POST' || !path.includes('uploadId=')) return undefined;
        reported += 1;
        return reported === 1 ? 'mute' : again;
      };
      assert.equal((await objects.put(key, filled(9 * MIB), 10 * MIB)).byte_size, 9 * MIB);
      assert.ok(reported >= 2, 'it was said again');
      assert.equal((await objects.head(key))?.byte_size, 9 * MIB);
    });

  test('that is neither completed nor there is an error', async () => {
    const key = `${place()}/original`;
    way.decide = ({ method, path }) =>
      method === 'POST' && path.includes('uploadId=') ? { status: 404, code: 'NoSuchUpload' } : undefined;
    await assert.rejects(objects.put(key, filled(9 * MIB), 10 * MIB), /NoSuchUpload/);
    assert.deepEqual([await bucket.keys(key), await bucket.unfinished()], [[], []]);
  });
});

describe('on the way', () => {
  const evil = () =>
    new Transform({
      transform: (chunk: Buffer, _, then) => then(null, Buffer.from(chunk.toString('latin1').replace('good', 'evil'), 'latin1')),
    });
  test('bytes that were changed are refused, small or in parts, and nothing is kept', async () => {
    const key = `${place()}/original`;
    way.through = evil;
    await assert.rejects(objects.put(key, chunks('good'), 10));
    await assert.rejects(objects.put(key, chunks(Buffer.alloc(9 * MIB, 'x'), 'good'), 10 * MIB));
    way.through = null;
    assert.deepEqual([await bucket.keys(key), await bucket.unfinished()], [[], []]);
  });

  test('a connection that is cut while a request goes out is a repeat, and no error', async () => {
    const key = `${place()}/original`;
    let cut = 0;
    way.decide = ({ method }) => (method === 'PUT' && cut++ === 0 ? 'cut' : undefined);
    await objects.put(key, chunks('bytes'), 10);
    assert.equal(cut, 2);
    assert.equal(await bucket.text(key), 'bytes');
  });
});

describe('a store that is away', () => {
  const looked = (at: Objects) => at.head('org/a');

  test('is an outage, then left alone, then tried again by one and back for all', async () => {
    const asked: Seen[] = [];
    await way.down();
    for (let n = 0; n < 3; n++) await assert.rejects(looked(objects), isUnavailable);
    assert.equal(objects.reachable?.(), false);
    const began = performance.now();
    await assert.rejects(looked(objects), isUnavailable);
    assert.ok(performance.now() - began < 50, 'said at once');
    await way.up();
    way.decide = (seen) => {
      asked.push(seen);
      return undefined;
    };
    await until('it is left alone no more', async () => (await looked(objects).catch(() => 'left alone')) === null);
    assert.equal(asked.length, 1, 'nobody asked while it was left alone');
    assert.equal(objects.reachable?.(), true);
  });

  for (const status of [500, 503, 429])
    test(`which answers ${status} is an outage, and its keys are not "not there"`, async () => {
      const mine = await openS3Objects({ ...bucket.options, endpoint: way.url, limits: { ...LIMITS, attempts: 1 } });
      way.decide = () => ({ status, code: 'SlowDown' });
      await assert.rejects(looked(mine), isUnavailable);
      await assert.rejects(mine.read('org/a'), isUnavailable);
      await assert.rejects(mine.list('org/', 10), isUnavailable);
      assert.equal(mine.reachable?.(), false);
      await mine.close();
    });

  test('and gives no answer is waited for no longer than said', async () => {
    const mine = await openS3Objects({ ...bucket.options, endpoint: way.url, limits: { ...LIMITS, ask_ms: 200 } });
    let answer = (_: undefined) => {};
    way.decide = () => new Promise((resolve) => (answer = resolve));
    await assert.rejects(looked(mine), /no answer in time/);
    answer(undefined);
    await mine.close();
  });

  test('and breaks off in the middle of a picture is told as such, and no picture cut short', async () => {
    const key = `${place()}/original`;
    await objects.put(key, chunks(randomBytes(20 * MIB)), 21 * MIB);
    const stream = await objects.read(key);
    assert.ok(stream);
    await assert.rejects(async () => {
      let first = true;
      for await (const _ of stream) {
        if (first) await way.down();
        first = false;
      }
    }, isUnavailable);
    await way.up();
  });

  test('at the start does not stop it', async () => {
    const notified: string[] = [];
    await way.down();
    const mine = await openS3Objects({
      ...bucket.options,
      endpoint: way.url,
      limits: LIMITS,
      log: (event) => notified.push(event),
    });
    await way.up();
    assert.deepEqual(notified, ['the object store does not answer yet']);
    assert.equal(await looked(mine), null);
    await mine.close();
  });

  test('tells neither its keys nor a signature in what it throws', async () => {
    const mine = await openS3Objects({ ...bucket.options, endpoint: way.url, limits: { ...LIMITS, attempts: 1 } });
    way.decide = () => ({ status: 400, code: 'BadRequest' });
    const error = await looked(mine).catch((one: unknown) => one);
    assert.ok(error instanceof Error);
    assert.doesNotMatch(shown(error, { depth: 9, showHidden: true }), /Signature=|authorization/i);
    await mine.close();
  });
});

async function slice(at: number, length: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (let n = 0; n < length; ) {
    const block = Math.floor((at + n) / (64 * 1024));
    const take = Math.min(length - n, (block + 1) * 64 * 1024 - (at + n));
    parts.push(Buffer.alloc(take, block));
    n += take;
  }
  return Buffer.concat(parts);
}
