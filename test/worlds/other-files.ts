/** Files of formats that no library here writes, made by hand. */
import type { Sharp } from 'sharp';

/** One uncompressed grey page after the other, each of its own size. */
export async function tiffOf(pages: Sharp[]): Promise<Buffer> {
  const parts = [Buffer.from('49492a0000000000', 'hex')];
  let at = 8;
  let link: { part: Buffer; at: number } = { part: parts[0] ?? Buffer.alloc(0), at: 4 };
  for (const page of pages) {
    const { data, info } = await page.flatten({ background: '#ffffff' }).greyscale().raw().toBuffer({ resolveWithObject: true });
    const pixels = Buffer.concat([data, Buffer.alloc(data.length % 2)]);
    const fields: [number, number][] = [
      [256, info.width],
      [257, info.height],
      [258, 8], // bits
      [259, 1], // no compression
      [262, 1], // black is 0
      [273, at], // where the pixels are
      [277, 1], // samples
      [278, info.height], // rows in a strip
      [279, data.length],
    ];
    const directory = Buffer.alloc(2 + fields.length * 12 + 4);
    directory.writeUInt16LE(fields.length, 0);
    for (const [i, [tag, value]] of fields.entries()) {
      directory.writeUInt16LE(tag, 2 + i * 12);
      directory.writeUInt16LE(4, 4 + i * 12);
      directory.writeUInt32LE(1, 6 + i * 12);
      directory.writeUInt32LE(value, 10 + i * 12);
    }
    link.part.writeUInt32LE(at + pixels.length, link.at);
    link = { part: directory, at: directory.length - 4 };
    parts.push(pixels, directory);
    at += pixels.length + directory.length;
  }
  return Buffer.concat(parts);
}

type Bmp = {
  width: number;
  height: number;
  bits: number;
  pixels: Buffer;
  palette?: number[][];
  compression?: number;
  masks?: number[];
};
/** A negative height is a picture from the top down. Palette: red, green, blue. */
export function bmpOf({ width, height, bits, pixels, palette = [], compression = 0, masks = [] }: Bmp): Buffer {
  const colours = Buffer.concat([
    ...masks.map((mask) => u32(mask)),
    ...palette.map(([r = 0, g = 0, b = 0]) => Buffer.from([b, g, r, 0])),
  ]);
  const header = Buffer.alloc(54);
  header.write('BM');
  header.writeUInt32LE(54 + colours.length + pixels.length, 2);
  header.writeUInt32LE(54 + colours.length, 10);
  header.writeUInt32LE(40, 14);
  header.writeInt32LE(width, 18);
  header.writeInt32LE(height, 22);
  header.writeUInt16LE(1, 26);
  header.writeUInt16LE(bits, 28);
  header.writeUInt32LE(compression, 30);
  header.writeUInt32LE(palette.length, 46);
  return Buffer.concat([header, colours, pixels]);
}
const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
};

/** 64 × 40, the top left quarter blue (#1133cc), the rest red (#cc3311). Written by libheif 1.15 with x265. */
export const HEIC = Buffer.from(
  [
    'AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAvxtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAAA5waXRtAAAAAAAC',
    'AAAAGGlkYXQAAAAAAEAAKAAAAAAAQAAoAAAAYGlsb2MBAAAAREAABAABAAAAAAAAAyAAAQAAAAAAAABAAAIAAQAAAAAAAAABAAAAAAAAAAgAAwAAAAAA',
    'AANgAAEAAAAAAAAAEwAEAAEAAAAAAAAAAQAAAAgAAAAIAAAAYmlpbmYAAAAAAAQAAAAVaW5mZQIAAAEAAQAAaHZjMQAAAAAVaW5mZQIAAAAAAgAAZ3Jp',
    'ZAAAAAAVaW5mZQIAAAEAAwAAaHZjMQAAAAAVaW5mZQIAAAAABAAAZ3JpZAAAAAGxaXBycAAAAYRpcGNvAAAAdmh2Y0MBA3AAAAAAAAAAAAAe8AD8/fj4',
    'AAAPAyAAAQAYQAEMAf//A3AAAAMAkAAAAwAAAwAeugJAIQABACpCAQEDcAAAAwCQAAADAAADAB6gIIEFlurkprm4EBAwIAAAAwAgAAADACEiAAEABkQB',
    'wXPAiQAAABRpc3BlAAAAAAAAAEAAAABAAAAAFGlzcGUAAAAAAAAAQAAAACgAAAAQcGl4aQAAAAADCAgIAAAAcWh2Y0MBBAgAAAAAAAAAAAAe8AD8/Pj4',
    'AAAPAyAAAQAXQAEMAf//BAgAAAMAn/gAAAMAAB66AkAhAAEAJkIBAQQIAAADAJ/4AAADAAAewIIEFlurkprmwIAAAAMAgAAAAwCEIgABAAZEAcFzwIkA',
    'AAAUaXNwZQAAAAAAAABAAAAAQAAAABRpc3BlAAAAAAAAAEAAAAAoAAAADnBpeGkAAAAAAQgAAAAnYXV4QwAAAAB1cm46bXBlZzpoZXZjOjIwMTU6YXV4',
    'aWQ6MQAAAAAlaXBtYQAAAAAAAAAEAAECgQIAAgIDhAADAoUGAAQDB4iJAAAANmlyZWYAAAAAAAAADmRpbWcAAgABAAEAAAAOZGltZwAEAAEAAwAAAA5h',
    'dXhsAAQAAQACAAAAW21kYXQAAAA8KAGvWJLuEt3/49jkc7P/rO0r0xL6Xj8p2XLdUJy6PMskbU01DQDxlZbVfWnLpbvIW/zuLn59DfS4evzeAAAADygB',
    'rrC0PLfYfyAwBZ6jgA==',
  ].join(''),
  'base64',
);
