/** What the headers of a BMP say, checked against its bytes before room is made for any pixel. */

import type { Size } from './pages.ts';
import { RejectedFile } from './rejected-file.ts';

/** RGB: as they are. RLE8, RLE4: runs of indices. FIELDS: by masks. Others hold a JPEG or PNG, for printers only. */
export const COMPRESSION = { RGB: 0, RLE8: 1, RLE4: 2, FIELDS: 3, ALPHA_FIELDS: 6 } as const;

/** Red, green, blue, alpha: where the bits of each are in a pixel; 0: it has none. */
export type Masks = readonly [number, number, number, number];
export type BmpHeader = Size & {
  /** The first row is the top one. */
  is_top_down: boolean;
  bits: number;
  compression: number;
  masks: Masks;
  /** Four bytes a colour: red, green, blue, 255. Empty without a palette. */
  palette: Uint8Array;
  /** Where the pixels begin, and how many bytes a row has. */
  offset: number;
  stride: number;
};

const FILE_HEADER = 14;
/** Lengths of the headers that there are, in bytes: OS/2, Windows 3, with masks, version 4 and 5. */
const CORE_HEADER = 12;
const HEADERS = new Set([CORE_HEADER, 40, 52, 56, 64, 108, 124]);
const WITH_MASKS = 52;
const WITH_ALPHA = 56;
const OS2_HEADER = 64;
const MAX_COLOURS = 256;
const DEFAULT_MASKS: Record<number, Masks> = { 16: [0x7c00, 0x03e0, 0x001f, 0], 32: [0xff0000, 0xff00, 0xff, 0] };
/** Which compressions there may be, by bits a pixel. */
const KINDS: Record<number, readonly number[]> = {
  1: [COMPRESSION.RGB],
  4: [COMPRESSION.RGB, COMPRESSION.RLE4],
  8: [COMPRESSION.RGB, COMPRESSION.RLE8],
  16: [COMPRESSION.RGB, COMPRESSION.FIELDS, COMPRESSION.ALPHA_FIELDS],
  24: [COMPRESSION.RGB],
  32: [COMPRESSION.RGB, COMPRESSION.FIELDS, COMPRESSION.ALPHA_FIELDS],
};

/** Throws Illegal; RangeError where it ends within its header. */
export function headerOf(bytes: Buffer): BmpHeader {
  const length = bytes.readUInt32LE(FILE_HEADER);
  if (!HEADERS.has(length)) throw new RejectedFile('NOT_AN_IMAGE', `it begins like a BMP, but has a header of ${length} bytes`);
  const is_core = length === CORE_HEADER;
  const width = is_core ? bytes.readUInt16LE(18) : bytes.readInt32LE(18);
  const rows = is_core ? bytes.readUInt16LE(20) : bytes.readInt32LE(22);
  const bits = bytes.readUInt16LE(is_core ? 24 : 28);
  const compression = is_core ? COMPRESSION.RGB : bytes.readUInt32LE(30);
  if (width < 1 || rows === 0) throw new RejectedFile('TRUNCATED_IMAGE', `its header says ${width} × ${rows}`);
  if (!KINDS[bits]?.includes(compression))
    throw new RejectedFile('UNSUPPORTED_FORMAT', `a BMP of ${bits} bits a pixel, compressed by method ${compression}`);
  const with_fields = compression === COMPRESSION.FIELDS || compression === COMPRESSION.ALPHA_FIELDS;
  const masks = with_fields ? masksOf(bytes, length, compression) : (DEFAULT_MASKS[bits] ?? [0, 0, 0, 0]);
  return {
    ...{ width, height: Math.abs(rows), is_top_down: rows < 0, bits, compression, masks },
    palette: bits <= 8 ? paletteOf(bytes, { bits, length, declared: is_core ? 0 : bytes.readUInt32LE(46) }) : new Uint8Array(0),
    offset: bytes.readUInt32LE(10),
    stride: Math.ceil((width * bits) / 32) * 4,
  };
}

/** In the header itself, or behind the shortest of them. */
function masksOf(bytes: Buffer, length: number, compression: number): Masks {
  if (length === OS2_HEADER) throw new RejectedFile('UNSUPPORTED_FORMAT', 'a BMP of OS/2 with a compression of its own');
  const at = FILE_HEADER + 40;
  const has_alpha = length >= WITH_ALPHA || (length < WITH_MASKS && compression === COMPRESSION.ALPHA_FIELDS);
  return [
    bytes.readUInt32LE(at),
    bytes.readUInt32LE(at + 4),
    bytes.readUInt32LE(at + 8),
    has_alpha ? bytes.readUInt32LE(at + 12) : 0,
  ];
}

/** said: 0 means as many as the bits allow. */
function paletteOf(bytes: Buffer, { bits, length, declared }: { bits: number; length: number; declared: number }): Uint8Array {
  const each = length === CORE_HEADER ? 3 : 4;
  const count = Math.min(declared || 2 ** bits, 2 ** bits, MAX_COLOURS);
  const palette = new Uint8Array(MAX_COLOURS * 4); // an index beyond it is black
  for (let i = 0; i < MAX_COLOURS; i++) {
    const at = FILE_HEADER + length + i * each;
    if (i < count) palette.set([bytes.readUInt8(at + 2), bytes.readUInt8(at + 1), bytes.readUInt8(at)], i * 4);
    palette[i * 4 + 3] = 255;
  }
  return palette;
}
