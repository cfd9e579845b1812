/** Dots that are not square, and turns, by the tags of each format: what is shown, what is read, and where its words stand. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import sharp from 'sharp';
import { readObject } from '../../../services/steps/read-object.ts';
import { desk } from '../../worlds/inspected.ts';
import { bmpOf } from '../../worlds/other-files.ts';
import * as tagged from '../../worlds/tagged-files.ts';

const { chunk, dense, exifBlock, exifSegment, jfifSegment, small, taggedHeic, taggedJpeg, taggedPng, taggedTiff, turn } = tagged;
const pHYs = (x: number, y: number, unit: number) => {
  const data = Buffer.alloc(9);
  data.writeUInt32BE(x, 0);
  data.writeUInt32BE(y, 4);
  data[8] = unit;
  return chunk('pHYs', data);
};
const denseBmp = (x: number, y: number) => {
  const bmp = bmpOf({ width: 60, height: 40, bits: 24, pixels: Buffer.alloc(60 * 3 * 40, 0x80) });
  bmp.writeInt32LE(x, 38);
  bmp.writeInt32LE(y, 42);
  return bmp;
};

type File = { make: () => Promise<Buffer> | Buffer; size: [number, number] };
/** Each has 60 × 40 dots. */
const FILES: Record<string, File> = {
  'a fax: 204 × 98 dots an inch': { make: () => taggedTiff({ first: dense(204, 98) }), size: [60, 83] },
  'a fine fax: 204 × 196': { make: () => taggedTiff({ first: dense(204, 196) }), size: [60, 42] },
  'a finer one: 204 × 391': { make: () => taggedTiff({ first: dense(204, 391) }), size: [115, 40] },
  'a fax that writes the high byte first': { make: () => taggedTiff({ first: dense(200, 100), big: true }), size: [60, 80] },
  'a fax that lies': { make: () => taggedTiff({ first: [turn(6), ...dense(200, 100)] }), size: [80, 60] },
  'a JPEG by EXIF': { make: () => taggedJpeg(exifSegment({ first: dense(600, 300) })), size: [60, 80] },
  'a JPEG by EXIF, turned': { make: () => taggedJpeg(exifSegment({ first: [turn(8), ...dense(600, 300)] })), size: [80, 60] },
  'a JPEG by JFIF, in inches': { make: () => taggedJpeg(jfifSegment(1, 200, 100)), size: [60, 80] },
  'a JPEG by JFIF, as a ratio': { make: () => taggedJpeg(jfifSegment(0, 1, 2)), size: [120, 40] },
  'a JPEG whose EXIF corrects its JFIF': {
    make: () => taggedJpeg(jfifSegment(1, 72, 36), exifSegment({ first: dense(72, 72) })),
    size: [60, 40],
  },
  'a PNG': { make: () => taggedPng({ early: [pHYs(8_000, 4_000, 1)] }), size: [60, 80] },
  'a PNG as a ratio': { make: () => taggedPng({ early: [pHYs(1, 2, 0)] }), size: [120, 40] },
  'a BMP': { make: () => denseBmp(5_669, 2_834), size: [60, 80] },
  'square dots': { make: () => taggedTiff({ first: dense(300, 300) }), size: [60, 40] },
  'dots as good as square': { make: () => taggedPng({ early: [pHYs(2_835, 2_834, 1)] }), size: [60, 40] },
  'a ratio that no maker means': { make: () => taggedJpeg(exifSegment({ first: dense(300, 1) })), size: [60, 40] },
  'no density in one direction': { make: () => taggedJpeg(jfifSegment(1, 72, 0)), size: [60, 40] },
  'a ratio of zero': {
    make: () =>
      taggedTiff({
        first: [
          [0x11a, [300, 0]],
          [0x11b, [300, 1]],
        ],
      }),
    size: [60, 40],
  },
  'a BMP below zero': { make: () => denseBmp(-5_669, 2_834), size: [60, 40] },
  'a turned JPEG': { make: () => taggedJpeg(exifSegment({ first: [turn(6)] })), size: [40, 60] },
  'a JPEG turned by its second EXIF': {
    make: () => taggedJpeg(exifSegment({ first: [[0x10f, 'Maker']] }), exifSegment({ first: [turn(6)] })),
    size: [40, 60],
  },
  'a turned PNG': { make: () => taggedPng({ early: [chunk('eXIf', exifBlock({ first: [turn(6)] }))] }), size: [40, 60] },
  'a PNG turned behind its pixels': {
    make: () => taggedPng({ late: [chunk('eXIf', exifBlock({ first: [turn(8)] }))] }),
    size: [40, 60],
  },
  'a turned WebP': { make: () => small().webp().withMetadata({ orientation: 6 }).toBuffer(), size: [40, 60] },
  'a turned TIFF': { make: () => taggedTiff({ first: [turn(8)] }), size: [40, 60] },
  'an AVIF that is turned by its own property': {
    make: () => small().avif().withMetadata({ orientation: 6 }).toBuffer(),
    size: [40, 60],
  },
};

describe('a picture is shown and read as its file says', () => {
  for (const [name, { make, size }] of Object.entries(FILES))
    test(`${name}: ${size.join(' × ')}`, async () => {
      const { inspected, recognised, pictures, objects } = desk();
      const verdict = await inspected(await make());
      assert.ok(verdict.verdict === 'legal', JSON.stringify(verdict));
      assert.deepEqual([verdict.width, verdict.height], size);
      for (const preview of ['preview.webp', 'preview-320.webp']) {
        const { width, height } = await sharp(await readObject(objects, `org/res/task-1/${preview}`)).metadata();
        assert.deepEqual([width, height], size, preview);
      }
      const { pages } = await recognised();
      assert.deepEqual([pages[0]?.width, pages[0]?.height], size);
      assert.deepEqual([pictures[0]?.width, pictures[0]?.height], size);
    });

  test('a HEIC is as large as its own properties say: EXIF does not turn it again', async () => {
    const verdict = await desk().inspected(taggedHeic({ first: [turn(6)] }));
    assert.ok(verdict.verdict === 'legal');
    assert.deepEqual([verdict.width, verdict.height], [64, 40]);
  });

  test('what would be too much is not refused: it keeps the number of its dots', async () => {
    const { inspected, recognised, pictures } = desk({ limits: { max_pixels: 60 * 40 } });
    const verdict = await inspected(await taggedTiff({ first: dense(200, 100) }));
    assert.ok(verdict.verdict === 'legal', JSON.stringify(verdict));
    assert.deepEqual([verdict.width, verdict.height], [42, 56]);
    await recognised();
    assert.deepEqual([pictures[0]?.width, pictures[0]?.height], [42, 56]);
  });

  test('what is in the middle stays there', async () => {
    const half = await sharp({ create: { width: 60, height: 20, channels: 3, background: '#ffffff' } })
      .png()
      .toBuffer();
    const file = await sharp(half).extend({ bottom: 20, background: '#000000' }).png().toBuffer();
    const dotted = Buffer.concat([file.subarray(0, 33), pHYs(2, 1, 0), file.subarray(33)]);
    const { inspected, objects } = desk();
    await inspected(dotted);
    const { data } = await sharp(await readObject(objects, 'org/res/task-1/preview.webp'))
      .greyscale()
      .raw()
      .toBuffer({ resolveWithObject: true });
    assert.ok((data[30 * 60 + 30] ?? 0) > 240 && (data[50 * 60 + 30] ?? 255) < 15);
  });
});
