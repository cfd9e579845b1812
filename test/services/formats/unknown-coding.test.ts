/** A whole file of a coding that is not read is refused as such: a person who is told that it is damaged looks for what is not broken. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { desk } from '../../worlds/inspected.ts';
import { cut, jpeg, plain } from '../../worlds/wrong-pictures.ts';

const [WIDTH, HEIGHT] = [90, 60];
const [SHORT, LONG] = [3, 4];
type Shape = { bits?: number; compression?: number; photometric?: number; format?: number };
/** One strip of grey, whose header says how it is written. */
function tiffOf({ bits = 8, compression = 1, photometric = 1, format = 1 }: Shape): Buffer {
  const pixels = Buffer.alloc(Math.ceil((WIDTH * bits) / 8) * HEIGHT, 0x55);
  const fields: [tag: number, type: number, value: number][] = [
    ...([
      [256, LONG, WIDTH],
      [257, LONG, HEIGHT],
      [258, SHORT, bits],
      [259, SHORT, compression],
      [262, SHORT, photometric],
    ] as const),
    ...([
      [273, LONG, 8],
      [277, SHORT, 1],
      [278, LONG, HEIGHT],
      [279, LONG, pixels.length],
      [339, SHORT, format],
    ] as const),
  ].map(([tag, type, value]) => [tag, type, value]);
  const head = Buffer.from('49492a0000000000', 'hex');
  head.writeUInt32LE(8 + pixels.length, 4);
  const directory = Buffer.alloc(2 + fields.length * 12 + 4);
  directory.writeUInt16LE(fields.length);
  for (const [i, [tag, type, value]] of fields.entries()) {
    const at = 2 + i * 12;
    directory.writeUInt16LE(tag, at);
    directory.writeUInt16LE(type, at + 2);
    directory.writeUInt32LE(1, at + 4);
    directory.writeUInt32LE(value, at + 8);
  }
  return Buffer.concat([head, pixels, directory]);
}
async function jpegWith(offset: number, value: number): Promise<Buffer> {
  const bytes = Buffer.from(await jpeg());
  bytes[bytes.indexOf(Buffer.from('ffc0', 'hex')) + offset] = value;
  return bytes;
}

const CODINGS: Record<string, () => Promise<Buffer> | Buffer> = {
  'a TIFF by ZSTD': () => tiffOf({ compression: 50_000 }),
  'a TIFF by LZMA': () => tiffOf({ compression: 34_925 }),
  'a TIFF by JPEG XL': () => tiffOf({ compression: 50_002 }),
  'a TIFF by JPEG 2000': () => tiffOf({ compression: 34_712 }),
  'a TIFF by the old JPEG': () => tiffOf({ compression: 6 }),
  'a TIFF by JBIG': () => tiffOf({ compression: 34_661 }),
  'a TIFF of 12 bits': () => tiffOf({ bits: 12 }),
  'a TIFF of 24 bits': () => tiffOf({ bits: 24 }),
  'a TIFF of complex numbers': () => tiffOf({ bits: 32, format: 6 }),
  'a TIFF of a colour filter': () => tiffOf({ photometric: 32_803 }),
  'a JPEG of 12 bits': () => jpegWith(4, 12),
  'a JPEG-LS': () => jpegWith(1, 0xf7),
  'a hierarchical JPEG': () => jpegWith(1, 0xc5),
};

/** The items of a HEIF file, and nothing else. */
function heifOf(...types: string[]): Buffer {
  const box = (name: string, ...parts: Buffer[]) => {
    const content = Buffer.concat(parts);
    const head = Buffer.alloc(8);
    head.writeUInt32BE(8 + content.length);
    head.write(name, 4, 'latin1');
    return Buffer.concat([head, content]);
  };
  const item = (type: string, i: number) => box('infe', Buffer.from([2, 0, 0, 0, 0, i + 1, 0, 0]), Buffer.from(`${type}\0`));
  const items = box('iinf', Buffer.from([0, 0, 0, 0, 0, types.length]), ...types.map(item));
  return Buffer.concat([box('ftyp', Buffer.from('mif1\0\0\0\0mif1heic')), box('meta', Buffer.alloc(4), items)]);
}
for (const type of ['avc1', 'vvc1', 'j2k1', 'jpeg', 'unci', 'evc1'])
  CODINGS[`a HEIF coded as ${type}`] = () => heifOf(type, 'Exif');

describe('a JPEG without its last marker', () => {
  const pixels = () => plain(WIDTH, HEIGHT);
  const SHAPES: Record<string, () => Promise<Buffer>> = {
    plain: () => pixels().jpeg().toBuffer(),
    progressive: () => pixels().jpeg({ progressive: true }).toBuffer(),
    'in grey': () => pixels().greyscale().jpeg().toBuffer(),
    'of CMYK': () => pixels().toColourspace('cmyk').jpeg().toBuffer(),
    'with a smaller picture in it': async () => {
      const bytes = await pixels().jpeg().toBuffer();
      return Buffer.concat([bytes.subarray(0, 2), Buffer.from('fffe0006ffd8ffd9', 'hex'), bytes.subarray(2)]);
    },
    'that is turned': () => pixels().withMetadata({ orientation: 6 }).jpeg().toBuffer(),
  };
  for (const [name, make] of Object.entries(SHAPES)) {
    test(`${name}, is a whole picture: a viewer misses nothing`, async () => {
      const bytes = await make();
      assert.equal((await desk().inspected(bytes)).verdict, 'legal');
      for (const off of [1, 2]) {
        const { inspected, recognised, pictures } = desk();
        const verdict = await inspected(bytes.subarray(0, -off));
        assert.equal(verdict.verdict, 'legal', JSON.stringify(verdict));
        await recognised();
        assert.equal(pictures.length, 1);
      }
    });
    test(`${name}, and without a part of its pixels, is damaged`, async () => {
      const bytes = await make();
      for (const part of [cut(bytes, 0.8), cut(bytes, 0.95)]) {
        const verdict = await desk().inspected(part);
        assert.equal(verdict.verdict === 'illegal' && verdict.code, 'TRUNCATED_IMAGE');
      }
    });
  }
});

describe('a coding that is not read', () => {
  for (const [name, make] of Object.entries(CODINGS))
    test(`${name} is unsupported, not damaged, and its detail says what to do`, async () => {
      const verdict = await desk().inspected(await make());
      assert.ok(verdict.verdict === 'illegal', JSON.stringify(verdict));
      assert.equal(verdict.code, 'UNSUPPORTED_FORMAT', verdict.detail);
      assert.match(verdict.detail, /save it again/);
    });
  test('what is read stays legal, and what is cut off stays damaged', async () => {
    assert.equal((await desk().inspected(tiffOf({}))).verdict, 'legal');
    assert.equal((await desk().inspected(tiffOf({ bits: 16 }))).verdict, 'legal');
    const broken = await desk().inspected(cut(await plain(WIDTH, HEIGHT).tiff().toBuffer(), 0.5));
    assert.equal(broken.verdict === 'illegal' && broken.code, 'TRUNCATED_IMAGE');
  });
});
