/** Every format: what inspect says of a file, and that OCR gets the same pages. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import sharp from 'sharp';
import type { FailureCode } from '../../../contract/failures.ts';
import { CONTENT_TYPES } from '../../../contract/resource.ts';
import { openFile } from '../../../services/formats/registry.ts';
import { readObject } from '../../../services/steps/read-object.ts';
import { desk, LIMITS } from '../../worlds/inspected.ts';
import { bmpOf, HEIC, tiffOf } from '../../worlds/other-files.ts';
import { pdf } from '../../worlds/pdf-file.ts';
import { serviceContext } from '../../worlds/service-context.ts';
import { jpeg, plain, png, webp } from '../../worlds/wrong-pictures.ts';

const twoFrames = async () => {
  const frames = await Promise.all(['red', 'blue'].map((background) => solid(background).png().toBuffer()));
  return sharp(frames, { join: { animated: true } })
    .gif()
    .toBuffer();
};
const solid = (background: string) => sharp({ create: { width: 40, height: 30, channels: 3, background } });
const bmp24 = async (width: number, height: number) => {
  const { data } = await plain(width, height).raw().toBuffer({ resolveWithObject: true });
  const stride = Math.ceil((width * 3) / 4) * 4;
  const pixels = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width * 3; x += 3) {
      const from = (height - 1 - y) * width * 3 + x;
      pixels.set([data[from + 2] ?? 0, data[from + 1] ?? 0, data[from] ?? 0], y * stride + x);
    }
  return bmpOf({ width, height, bits: 24, pixels });
};

type Known = { type: string; make: () => Promise<Buffer> | Buffer; sizes: [number, number][] };
const KNOWN: Known[] = [
  { type: 'image/jpeg', make: () => jpeg(), sizes: [[120, 80]] },
  { type: 'image/png', make: () => png(), sizes: [[120, 80]] },
  { type: 'image/webp', make: () => webp(), sizes: [[120, 80]] },
  { type: 'image/gif', make: twoFrames, sizes: [[40, 30]] },
  { type: 'image/avif', make: () => plain(120, 80).avif().toBuffer(), sizes: [[120, 80]] },
  { type: 'image/tiff', make: () => plain(120, 80).tiff().toBuffer(), sizes: [[120, 80]] },
  {
    type: 'image/tiff',
    make: () => tiffOf([plain(120, 80), plain(60, 90), plain(33, 21)]),
    sizes: [
      [120, 80],
      [60, 90],
      [33, 21],
    ],
  },
  { type: 'image/bmp', make: () => bmp24(121, 80), sizes: [[121, 80]] },
  { type: 'image/heic', make: () => HEIC, sizes: [[64, 40]] },
  {
    type: 'application/pdf',
    make: () => pdf([{ content: '' }, { content: '', rotate: 90 }, { content: '', size: [72, 36] }]),
    sizes: [
      [1700, 2200],
      [2200, 1700],
      [200, 100],
    ],
  },
];

describe('a file of each format', () => {
  test('is of a kind that may be announced, and no kind is left out', () =>
    assert.deepEqual(new Set(KNOWN.map(({ type }) => type)), new Set(CONTENT_TYPES)));

  for (const { type, make, sizes } of KNOWN)
    test(`${type} of ${sizes.length}: its pages, previews and pictures to read`, async () => {
      const { objects, pictures, inspected, recognised } = desk();
      const verdict = await inspected(await make());
      assert.ok(verdict.verdict === 'legal', JSON.stringify(verdict));
      const { content_type, page_count, width, height } = verdict;
      assert.deepEqual([content_type, page_count, [width, height]], [type, sizes.length, sizes[0]]);
      for (const [i, [width, height]] of sizes.entries()) {
        const suffix = i === 0 ? '' : `-page-${i + 1}`;
        for (const [name, side] of [
          ['preview', 1_600],
          ['preview-320', 320],
        ] as const) {
          const made = await sharp(await readObject(objects, `org/res/task-1/${name}${suffix}.webp`)).metadata();
          const longer = Math.max(width, height);
          assert.deepEqual([made.format, Math.max(made.width, made.height)], ['webp', Math.min(side, longer)]);
          assert.equal(made.width > made.height, width > height);
        }
      }
      const { pages } = await recognised();
      assert.deepEqual(
        pages.map(({ page, text, ...one }) => [page, text, [one.width, one.height]]),
        sizes.map((size, i) => [i + 1, `seen ${i + 1}`, size]),
      );
      for (const { png, page, width, height } of pictures) {
        const picture = await sharp(png).metadata();
        assert.deepEqual([picture.width, picture.height, [width, height]], [width, height, sizes[page - 1]]);
      }
    });

  test('an animated PNG is a PNG, seen as its first frame', async () => {
    const still = await png(20, 20);
    const after_header = 33;
    const animation = Buffer.from('000000086163544c00000001000000009d69e5d5', 'hex');
    const moving = Buffer.concat([still.subarray(0, after_header), animation, still.subarray(after_header)]);
    const verdict = await desk().inspected(moving);
    assert.ok(verdict.verdict === 'legal' && verdict.content_type === 'image/png', JSON.stringify(verdict));
  });
});

describe('what is too much, before it is decoded', () => {
  const refused = async (bytes: Buffer, code: FailureCode, detail: RegExp, limits: Parameters<typeof desk>[0] = {}) => {
    const verdict = await desk(limits).inspected(bytes);
    assert.ok(verdict.verdict === 'illegal', JSON.stringify(verdict));
    assert.equal(verdict.code, code, verdict.detail);
    assert.match(verdict.detail, detail);
  };
  const pages = [plain(30, 20), plain(40, 50), plain(30, 20)];

  test('pages', async () => {
    await refused(await tiffOf(pages), 'TOO_MANY_PAGES', /3 pages; at most 2/, { limits: { max_pages: 2 } });
    await refused(pdf([{ content: '' }, { content: '' }]), 'TOO_MANY_PAGES', /2 pages; at most 1/, { limits: { max_pages: 1 } });
    await refused(pdf(Array.from({ length: 10_000 }, () => ({ content: '' }))), 'TOO_MANY_PAGES', /10000/);
  });
  test('pixels of one page', async () =>
    refused(await tiffOf(pages), 'TOO_MANY_PIXELS', /page 2 is 40 × 50/, { limits: { max_pixels: 1_999 } }));
  test('pixels of all pages together', async () =>
    refused(await tiffOf(pages), 'TOO_MANY_PIXELS', /3200 pixels together/, { limits: { max_document_pixels: 3_199 } }));
  test('pixels of a BMP, by a header that lies', async () =>
    refused(
      bmpOf({ width: 60_000, height: -60_000, bits: 1, pixels: Buffer.alloc(9), palette: [] }),
      'TOO_MANY_PIXELS',
      /60000/,
    ));

  test('a page of a PDF is drawn within the limit, however large its paper is', async () => {
    const verdict = await desk({ limits: { ocr_pixels: 1_000_000 } }).inspected(pdf([{ content: '', size: [14_400, 7_200] }]));
    assert.ok(verdict.verdict === 'legal', JSON.stringify(verdict));
    assert.ok(verdict.width * verdict.height <= 1_000_000 && verdict.width > 1_300, `${verdict.width}`);
  });
});

describe('a BMP', () => {
  /** Two rows of three: red, green, blue; white, black, red. */
  const PALETTE = [
    [255, 0, 0],
    [0, 255, 0],
    [0, 0, 255],
    [255, 255, 255],
    [0, 0, 0],
  ];
  const ROWS = [
    [0, 1, 2],
    [3, 4, 0],
  ];
  const RIGHT = ROWS.flat().map((index) => PALETTE[index]);
  const bottomUp = (row: (indices: number[]) => number[]) => Buffer.from([...ROWS].reverse().flatMap(row));
  const padded = (row: number[]) => [...row, ...Array.from({ length: (4 - (row.length % 4)) % 4 }, () => 0)];
  const bytesOfColour = (index: number) => [...(PALETTE[index] ?? [])].reverse();
  const rgb565 = (index: number) => {
    const [r = 0, g = 0, b = 0] = PALETTE[index] ?? [];
    const value = ((r >> 3) << 11) | ((g >> 2) << 5) | (b >> 3);
    return [value & 255, value >> 8];
  };
  const KINDS: Record<string, Omit<Parameters<typeof bmpOf>[0], 'width' | 'height'> & { height?: number }> = {
    '24 bits': { bits: 24, pixels: bottomUp((row) => padded(row.flatMap(bytesOfColour))) },
    '24 bits from the top': {
      height: -2,
      bits: 24,
      pixels: Buffer.from(ROWS.flatMap((row) => padded(row.flatMap(bytesOfColour)))),
    },
    '32 bits without alpha': { bits: 32, pixels: bottomUp((row) => row.flatMap((index) => [...bytesOfColour(index), 0])) },
    '16 bits by masks': {
      bits: 16,
      compression: 3,
      masks: [0xf800, 0x07e0, 0x001f],
      pixels: bottomUp((row) => padded(row.flatMap(rgb565))),
    },
    '8 bits': { bits: 8, palette: PALETTE, pixels: bottomUp(padded) },
    '8 bits in runs': {
      bits: 8,
      compression: 1,
      palette: PALETTE,
      pixels: Buffer.from('00030304000000000100010101020001', 'hex'),
    },
    '4 bits, an odd width': {
      bits: 4,
      palette: PALETTE,
      pixels: bottomUp(([a = 0, b = 0, c = 0]) => padded([(a << 4) | b, c << 4])),
    },
    '4 bits in runs': { bits: 4, compression: 2, palette: PALETTE, pixels: Buffer.from('0003340000000003012000000001', 'hex') },
  };
  for (const [kind, given] of Object.entries(KINDS))
    test(`of ${kind} has its colours where they are`, async () => {
      const { objects, inspected } = desk();
      const bytes = bmpOf({ width: 3, height: 2, ...given });
      const verdict = await inspected(bytes);
      assert.ok(verdict.verdict === 'legal', JSON.stringify(verdict));
      const { width, height } = await sharp(await readObject(objects, 'org/res/task-1/preview.webp')).metadata();
      assert.deepEqual([width, height], [3, 2]);
      assert.deepEqual(await colours(bytes), RIGHT);
    });

  test('that ends before its last row is broken', async () => {
    const { pixels } = KINDS['24 bits'] ?? { pixels: Buffer.alloc(0) };
    const verdict = await desk().inspected(bmpOf({ width: 3, height: 2, bits: 24, pixels: pixels.subarray(0, -1) }));
    assert.ok(verdict.verdict === 'illegal' && verdict.code === 'TRUNCATED_IMAGE', JSON.stringify(verdict));
  });
});

/** Pixel by pixel; not from a preview, whose WebP blurs a few of them. */
async function colours(bytes: Buffer): Promise<number[][]> {
  const { clock, signal } = serviceContext({});
  const file = await openFile(bytes, { limits: LIMITS, clock, signal });
  const { data, info } = await (await file.picture(1, { width: 3, height: 2 })).raw().toBuffer({ resolveWithObject: true });
  await file.close();
  return Array.from({ length: info.width * info.height }, (_, i) => [...data.subarray(i * info.channels).subarray(0, 3)]);
}

test('a HEIC has its colours where they are', async () => {
  const { objects, inspected } = desk();
  await inspected(HEIC);
  const { data, info } = await sharp(await readObject(objects, 'org/res/task-1/preview.webp'))
    .raw()
    .toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number) => [...data.subarray((y * info.width + x) * info.channels).subarray(0, 3)];
  const near = (a: number[], b: number[]) => a.every((value, i) => Math.abs(value - (b[i] ?? 0)) < 24);
  assert.ok(near(at(5, 5), [17, 51, 204]) && near(at(60, 35), [204, 51, 17]), `${at(5, 5)} ${at(60, 35)}`);
});
