/** Pictures made for a test: small, and wrong in exactly one way, or right in an unusual one. */
import { crc32 } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';

/** Colours that differ from place to place, so that compression leaves bytes enough to cut. */
export function plain(width: number, height: number): Sharp {
  const pixels = Buffer.alloc(width * height * 3);
  for (let i = 0; i < pixels.length; i++) pixels[i] = ((i * 2654435761) >>> 13) & 255;
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}
export const jpeg = (width = 120, height = 80) => plain(width, height).jpeg().toBuffer();
export const png = (width = 120, height = 80) => plain(width, height).png().toBuffer();
export const webp = (width = 120, height = 80) => plain(width, height).webp().toBuffer();
/** Stored lying down; EXIF says how to turn it. */
export const turned = (orientation: number, width = 120, height = 80) =>
  plain(width, height).jpeg().withMetadata({ orientation }).toBuffer();
export const cut = (bytes: Buffer, share: number) => bytes.subarray(0, Math.floor(bytes.byteLength * share));

/** A PNG that says it has these pixels, and has none: whoever counts before decoding never finds out. */
export function pngHeader(width: number, height: number): Buffer {
  const ihdr = Buffer.alloc(13);
  ihdr.writeUInt32BE(width, 0);
  ihdr.writeUInt32BE(height, 4);
  ihdr.set([8, 2, 0, 0, 0], 8); // 8 bits, colour, no interlacing
  const empty = Buffer.from('789c030000000001', 'hex');
  const magic = Buffer.from('89504e470d0a1a0a', 'hex');
  return Buffer.concat([magic, pngChunk('IHDR', ihdr), pngChunk('IDAT', empty), pngChunk('IEND', Buffer.alloc(0))]);
}
/** With its length and checksum. */
export function pngChunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(content.byteLength);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([size, body, sum]);
}
