/**
 * BMP, inside its thread. By hand, since the one library that is kept (bmp-ts) ignores where the pixels begin, ends at the first row of
 * an odd width with 4 bits, and mixes up the channels of palettes.
 */
import { type BmpHeader, COMPRESSION, headerOf } from './bmp-header.ts';
import type { Decoder, Pixels } from './isolated.ts';
import { RejectedFile } from './rejected-file.ts';

const RGBA = 4;

export function bmpDecoder(): Decoder {
  let bytes: Buffer = Buffer.alloc(0);
  return {
    async open(file) {
      bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
      const { width, height } = orTruncated(() => headerOf(bytes));
      return { count: 1, sizes: [{ width, height }] };
    },
    draw: async () => orTruncated(() => pixelsOf(bytes)),
    read: () => null,
  };
}

/** Whoever reads beyond the end of a buffer gets a RangeError. */
function orTruncated<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    throw error instanceof RangeError ? new RejectedFile('TRUNCATED_IMAGE', 'it ends before its last pixel', error) : error;
  }
}

function pixelsOf(bytes: Buffer): Pixels {
  const header = headerOf(bytes);
  const { width, height, is_top_down, offset, stride, compression } = header;
  const is_run = compression === COMPRESSION.RLE8 || compression === COMPRESSION.RLE4;
  if (!is_run && offset + stride * height > bytes.byteLength)
    throw new RejectedFile('TRUNCATED_IMAGE', `it has ${bytes.byteLength} bytes; its pixels end at ${offset + stride * height}`);
  const rgba = new Uint8Array(width * height * RGBA);
  const indices = is_run ? runsOf(bytes, header) : null;
  for (let row = 0; row < height; row++) {
    const to = (is_top_down ? row : height - 1 - row) * width * RGBA;
    if (indices) paint(rgba, to, width, header.palette, (x) => indices[row * width + x] ?? 0);
    else rowOf(bytes, offset + row * stride, header, rgba, to);
  }
  if (header.masks[3] !== 0) opaqueIfNothing(rgba);
  return { width, height, rgba };
}

function rowOf(bytes: Buffer, at: number, { width, bits, palette, masks }: BmpHeader, rgba: Uint8Array, to: number): void {
  if (bits <= 8) {
    const each = 8 / bits;
    const mask = 2 ** bits - 1;
    const index = (x: number) => ((bytes[at + Math.floor(x / each)] ?? 0) >> (8 - bits * ((x % each) + 1))) & mask;
    paint(rgba, to, width, palette, index);
    return;
  }
  const fields = masks.map(fieldOf);
  for (let x = 0; x < width; x++) {
    const pixel = to + x * RGBA;
    if (bits === 24) {
      const from = at + x * 3;
      rgba[pixel] = bytes[from + 2] ?? 0;
      rgba[pixel + 1] = bytes[from + 1] ?? 0;
      rgba[pixel + 2] = bytes[from] ?? 0;
      rgba[pixel + 3] = 255;
    } else {
      const value = bits === 16 ? bytes.readUInt16LE(at + x * 2) : bytes.readUInt32LE(at + x * 4);
      for (let channel = 0; channel < RGBA; channel++) rgba[pixel + channel] = fields[channel]?.(value) ?? 255;
    }
  }
}

function paint(rgba: Uint8Array, to: number, width: number, palette: Uint8Array, indexAt: (x: number) => number): void {
  for (let x = 0; x < width; x++) {
    const colour = indexAt(x) * RGBA;
    for (let channel = 0; channel < RGBA; channel++) rgba[to + x * RGBA + channel] = palette[colour + channel] ?? 0;
  }
}

/** The bits of a mask, as 0 to 255; a channel without any is 255 (no alpha is opaque). */
function fieldOf(mask: number): (value: number) => number {
  if (mask === 0) return () => 255;
  const shift = 31 - Math.clz32(mask & -mask);
  const max = mask >>> shift;
  return (value) => Math.round((((value & mask) >>> shift) / max) * 255);
}

/** Programs that write no alpha write 0: a picture that nobody could see is none. */
function opaqueIfNothing(rgba: Uint8Array): void {
  for (let i = 3; i < rgba.length; i += RGBA) if (rgba[i] !== 0) return;
  for (let i = 3; i < rgba.length; i += RGBA) rgba[i] = 255;
}

/** Indices row by row, as they are stored: pairs of (count, value), and escapes: end of row, end of picture, a step, literal values. */
function runsOf(bytes: Buffer, { width, height, offset, bits }: BmpHeader): Uint8Array {
  const indices = new Uint8Array(width * height);
  let [x, y, at] = [0, 0, offset];
  const put = (index: number) => {
    if (x < width && y < height) indices[y * width + x] = index;
    x += 1;
  };
  /** The i-th value of what begins at a byte. */
  const valueAt = (from: number, i: number) => {
    if (bits === 8) return bytes.readUInt8(from + i);
    const two = bytes.readUInt8(from + (i >> 1));
    return i % 2 === 0 ? two >> 4 : two & 15;
  };
  while (y < height) {
    const count = bytes.readUInt8(at);
    const value = bytes.readUInt8(at + 1);
    at += 2;
    if (count > 0) for (let i = 0; i < count; i++) put(bits === 8 ? value : i % 2 === 0 ? value >> 4 : value & 15);
    else if (value === 0) [x, y] = [0, y + 1];
    else if (value === 1) break;
    else if (value === 2) {
      x += bytes.readUInt8(at);
      y += bytes.readUInt8(at + 1);
      at += 2;
    } else {
      for (let i = 0; i < value; i++) put(valueAt(at, i));
      at += Math.ceil((value * bits) / 16) * 2; // to a whole word
    }
  }
  return indices;
}
