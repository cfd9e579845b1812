/** Inspect: every verdict, that the copy is judged and not the upload, and what a picture brings with it. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import sharp from 'sharp';
import type { FailureCode } from '../../../contract/failures.ts';
import type { Claimed, Verdict } from '../../../contract/steps.ts';
import type { ResourceRow } from '../../../runtime/ports/resources.ts';
import type { StepContext } from '../../../runtime/tasks/step-handler.ts';
import { inspect } from '../../../services/steps/inspect.ts';
import { readObject } from '../../../services/steps/read-object.ts';
import { objectsSuite } from '../../ports/objects.ts';
import { memoryObjects } from '../../worlds/memory-objects.ts';
import { only } from '../../worlds/missing.ts';
import { line, pdf } from '../../worlds/pdf-file.ts';
import { SERVICE_LIMITS, serviceContext } from '../../worlds/service-context.ts';
import { cut, jpeg, plain, png, pngHeader, turned, webp } from '../../worlds/wrong-pictures.ts';

objectsSuite('in memory, for tests', async () => memoryObjects());

const NOTHING: Claimed = { byte_size: null, sha256: null };
const ids = { resource_id: 'res', org_id: 'org' };
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Facts that know what a file was announced as, and nothing else. */
const announced = (content_type: string) =>
  only<StepContext['facts']>('facts', {
    resources: only('resources', { get: async () => ({ content_type }) as ResourceRow }),
  });

function world(given: Partial<StepContext> = {}) {
  const objects = memoryObjects();
  const upload = (bytes: Uint8Array | string, name = 'upload-1') =>
    objects.put(
      `incoming/org/res/${name}`,
      (async function* () {
        yield Buffer.from(bytes);
      })(),
      100_000_000,
    );
  const run = (task_id = 'task-1', claimed = NOTHING) =>
    inspect.run(
      { ...ids, claimed },
      serviceContext({ objects, task_id, facts: announced('application/octet-stream'), ...given }),
    );
  return { objects, upload, run };
}
const judged = async (bytes: Uint8Array | string, given: Partial<StepContext> = {}, claimed = NOTHING): Promise<Verdict> => {
  const { upload, run } = world(given);
  await upload(bytes);
  return run('task-1', claimed);
};
const isIllegal = (verdict: Verdict, code: FailureCode, detail: RegExp = /./) => {
  assert.ok(verdict.verdict === 'illegal', JSON.stringify(verdict));
  assert.equal(verdict.code, code, verdict.detail);
  assert.match(verdict.detail, detail);
};

describe('a legal picture', () => {
  for (const [type, make] of [
    ['image/jpeg', jpeg],
    ['image/png', png],
    ['image/webp', webp],
  ] as const)
    test(`is ${type}, with its checksum, size and previews`, async () => {
      const { objects, upload, run } = world();
      const bytes = await make(2_000, 1_000);
      await upload(bytes);
      assert.deepEqual(await run(), {
        verdict: 'legal',
        sha256: sha256(bytes),
        original_key: 'org/res/task-1/original',
        byte_size: bytes.byteLength,
        content_type: type,
        width: 2_000,
        height: 1_000,
        page_count: 1,
        page_sizes: null,
        taken_at: null,
        fact_id: 'task-1',
        remarks: [],
      });
      for (const [name, width, height] of [
        ['preview.webp', 1_600, 800],
        ['preview-320.webp', 320, 160],
      ] as const) {
        const preview = await sharp(await readObject(objects, `org/res/task-1/${name}`)).metadata();
        assert.deepEqual([preview.format, preview.width, preview.height], ['webp', width, height]);
      }
    });

  test('of several pages has the size of each, unless all are alike', async () => {
    const page = (size: [number, number]) => ({ content: line(10, 10, 12, 'a page'), size });
    const sizesOf = async (...sizes: [number, number][]) => {
      const verdict = await judged(pdf(sizes.map(page)));
      const brought = await inspect.writes?.(verdict, { input: { ...ids, claimed: NOTHING }, at: 7, facts: only('facts', {}) });
      assert.ok(brought && brought !== 'outdated' && brought.columns?.page_count === sizes.length, JSON.stringify(verdict));
      return brought.columns.page_sizes?.map(([width, height]) => Math.round((100 * width) / height)) ?? null;
    };
    assert.deepEqual(await sizesOf([400, 200], [200, 400], [300, 300]), [200, 50, 100]);
    assert.equal(await sizesOf([400, 200], [400, 200]), null);
  });

  test('is as large as it is seen: EXIF orientation 6 stands it up, and its preview too', async () => {
    const { objects, upload, run } = world();
    await upload(await turned(6, 120, 80));
    const verdict = await run();
    assert.ok(verdict.verdict === 'legal');
    assert.deepEqual([verdict.width, verdict.height], [80, 120]);
    const preview = await sharp(await readObject(objects, 'org/res/task-1/preview.webp')).metadata();
    assert.deepEqual([preview.width, preview.height, preview.orientation], [80, 120, undefined]);
  });

  test('keeps its transparency and its colours in the preview', async () => {
    const { objects, upload, run } = world();
    const pixels = { width: 40, height: 40, channels: 4 as const, background: { r: 200, g: 10, b: 30, alpha: 0.5 } };
    await upload(await sharp({ create: pixels }).png().toBuffer());
    assert.equal((await run()).verdict, 'legal');
    const { data, info } = await sharp(await readObject(objects, 'org/res/task-1/preview.webp'))
      .raw()
      .toBuffer({ resolveWithObject: true });
    assert.equal(info.channels, 4);
    assert.ok(Math.abs((data[0] ?? 0) - 200) < 8 && Math.abs((data[3] ?? 0) - 128) < 4, `${data.subarray(0, 4).join()}`);
  });

  test('may be grey, have a palette, sixteen bits or four inks', async () => {
    const kinds = [
      await plain(60, 60).greyscale().jpeg().toBuffer(),
      await plain(60, 60).png({ palette: true, colours: 16 }).toBuffer(),
      await plain(60, 60).toColourspace('rgb16').png().toBuffer(),
      await plain(60, 60).toColourspace('cmyk').jpeg().toBuffer(),
    ];
    for (const bytes of kinds) assert.equal((await judged(bytes)).verdict, 'legal');
  });

  test('is what was announced, when something was', async () => {
    const bytes = await png();
    assert.equal((await judged(bytes, {}, { byte_size: bytes.byteLength, sha256: sha256(bytes) })).verdict, 'legal');
  });

  test('brings what was seen to its row', async () => {
    const verdict = await judged(await png());
    assert.ok(inspect.writes && verdict.verdict === 'legal');
    const brought = await inspect.writes(verdict, { input: { ...ids, claimed: NOTHING }, at: 7, facts: only('facts', {}) });
    assert.ok(brought !== 'outdated');
    const { columns } = brought;
    assert.deepEqual([columns?.sha256, columns?.uploaded_at, columns?.width], [verdict.sha256, 7, 120]);
  });
});

describe('an illegal one is a verdict and no error', () => {
  const limits = (given: Partial<StepContext['limits']>): Partial<StepContext> => ({
    limits: { ...SERVICE_LIMITS, ...given },
  });

  test('too many bytes', async () =>
    isIllegal(await judged(await png(), limits({ max_bytes: 100 })), 'TOO_MANY_BYTES', /at most 100/));
  test('another size than announced', async () =>
    isIllegal(await judged(await png(), {}, { byte_size: 3, sha256: null }), 'CHECKSUM_MISMATCH', /3 were/));
  test('another checksum than announced', async () =>
    isIllegal(await judged(await png(), {}, { byte_size: null, sha256: 'a'.repeat(64) }), 'CHECKSUM_MISMATCH', /SHA-256/));
  test('text, whatever it is called', async () => isIllegal(await judged('Dear Margaret, this is picture.png'), 'NOT_AN_IMAGE'));
  test('no bytes at all', async () => isIllegal(await judged(''), 'NOT_AN_IMAGE'));
  test('a ZIP', async () => isIllegal(await judged(Buffer.from('504b0304140000000000', 'hex')), 'NOT_AN_IMAGE'));
  test('an SVG, which a decoder would run', async () => {
    const verdict = await judged(
      '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="/etc/passwd"/></svg>',
    );
    isIllegal(verdict, 'UNSUPPORTED_FORMAT', /image\/svg\+xml/);
    const bare = await judged('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
    isIllegal(bare, 'UNSUPPORTED_FORMAT', /image\/svg\+xml/);
  });
  test('wrong magic: the end of a PNG behind the first bytes of none', async () =>
    isIllegal(await judged(Buffer.concat([Buffer.from([0, 1, 2, 3]), (await png()).subarray(4)])), 'NOT_AN_IMAGE'));

  test('too many pixels, counted from the header before anything is decoded', async () => {
    isIllegal(await judged(pngHeader(20_000, 20_000)), 'TOO_MANY_PIXELS', /20000 × 20000; at most 80000000/);
    isIllegal(await judged(await png(101, 100), limits({ max_pixels: 10_000 })), 'TOO_MANY_PIXELS');
    assert.equal((await judged(await png(100, 100), limits({ max_pixels: 10_000 }))).verdict, 'legal');
  });
  test('a header without a picture behind it', async () => isIllegal(await judged(pngHeader(100, 100)), 'TRUNCATED_IMAGE'));

  for (const [name, make] of [
    ['JPEG', jpeg],
    ['PNG', png],
    ['WebP', webp],
    ['progressive JPEG', () => plain(900, 700).jpeg({ progressive: true }).toBuffer()],
  ] as const)
    for (const share of [0.05, 0.5, 0.97])
      test(`${share * 100}% of a ${name}`, async () =>
        isIllegal(await judged(cut(await make(900, 700), share)), 'TRUNCATED_IMAGE'));
});

describe('what a file is and what it was announced as', () => {
  test('are told apart when it is refused', async () => {
    const as_png = { facts: announced('image/png') };
    isIllegal(await judged('Dear Margaret', as_png), 'NOT_AN_IMAGE', /^announced as image\/png; it is text\/plain$/);
    const cut_jpeg = await judged(cut(await jpeg(900, 700), 0.5), as_png);
    isIllegal(cut_jpeg, 'TRUNCATED_IMAGE', /^announced as image\/png; it is image\/jpeg: it cannot be decoded/);
    isIllegal(await judged(cut(await png(900, 700), 0.5), as_png), 'TRUNCATED_IMAGE', /^it cannot be decoded/);
  });

  test('may differ: what counts is what it is', async () => {
    const verdict = await judged(await jpeg(), { facts: announced('image/png') });
    assert.ok(verdict.verdict === 'legal' && verdict.content_type === 'image/jpeg');
  });
});

describe('what is judged', () => {
  test('nothing there is absent', async () => {
    const { objects, run } = world();
    assert.deepEqual(await run(), { verdict: 'absent' });
    assert.deepEqual(objects.everything(), {});
  });

  test('the newest upload, frozen: an upload that comes later changes nothing of this run', async () => {
    const { objects, upload, run } = world();
    const [first, second, third] = [await png(10, 10), await png(20, 20), await png(30, 30)];
    await upload(first, 'upload-1');
    await upload(second, 'upload-2');
    const verdict = await run();
    assert.ok(verdict.verdict === 'legal' && verdict.width === 20);
    await upload(third, 'upload-2');
    assert.deepEqual(await run(), verdict);
    assert.deepEqual(await readObject(objects, verdict.original_key), second);
    const again = await run('task-2');
    assert.ok(again.verdict === 'legal' && again.width === 30 && again.original_key === 'org/res/task-2/original');
  });

  test('the copy of an earlier run, when the uploads were cleared away', async () => {
    const { objects, upload, run } = world();
    await upload(await png());
    const first = await run('task-1');
    await objects.removePrefix('incoming/org/res/');
    assert.deepEqual(await run('task-2'), first.verdict === 'legal' ? { ...first, fact_id: 'task-2' } : null);
  });

  test('running twice, one after the other and both at once, leaves the same bytes', async () => {
    const { objects, upload, run } = world();
    await upload(await jpeg());
    const once = await run();
    const after_once = objects.everything();
    assert.deepEqual(await run(), once);
    assert.deepEqual(await Promise.all([run(), run()]), [once, once]);
    assert.deepEqual(objects.everything(), after_once);
  });

  test('a fault of the store is an error, and no verdict', async () => {
    const { upload, objects, run } = world();
    await upload(await png());
    const broken = { ...objects, put: () => Promise.reject(new Error('the disk is full')) };
    await assert.rejects(inspect.run({ ...ids, claimed: NOTHING }, serviceContext({ objects: broken })), /the disk is full/);
    assert.equal((await run()).verdict, 'legal');
  });
});
