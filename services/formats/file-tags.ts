/**
 * What a file says of its picture beside the pixels, read from the parts of the file itself: libvips hands on only some of them (of a PNG
 * those before its pixels, of a JPEG the first EXIF, of a TIFF none). Nothing here throws for a broken file, and nothing is decoded.
 */
import { inflateSync } from 'node:zlib';
import type { Metadata } from 'sharp';
import { type Density, exifTags, type Tags, tiffTags } from './exif.ts';
import { xmpDates } from './xmp.ts';

/** Parts of a file that are looked at. */
const MAX_PARTS = 2_000;
const MAX_TEXT_BYTES = 64 * 1_024;

/** `seen`: what libvips says of the file. */
export function fileTags(bytes: Buffer, { format, exif, xmp }: Pick<Metadata, 'format' | 'exif' | 'xmp'>): Tags {
  const read = READ[format];
  return read ? read(bytes) : joined(exif ? [exifTags(exif)] : [], xmp ? xmpDates(xmp) : [], null);
}

/** The first that names it wins. */
function joined(exif: Tags[], dates: string[], density: Density | null): Tags {
  return {
    dates: [...exif.flatMap((one) => one.dates), ...dates],
    orientation: exif.find((one) => one.orientation !== null)?.orientation ?? null,
    density: exif.find((one) => one.density)?.density ?? density,
  };
}

const [APP0, APP1, APP13] = [0xe0, 0xe1, 0xed];
/** The markers that have no length: fill, and what stands alone. */
const ALONE = new Set([0x01, 0xd0, 0xd1, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8, 0xff]);
const [START_OF_SCAN, END_OF_IMAGE] = [0xda, 0xd9];
function jpegTags(bytes: Buffer): Tags {
  const exif: Tags[] = [];
  const dates: { xmp: string[]; iptc: string[] } = { xmp: [], iptc: [] };
  let density: Density | null = null;
  for (const { marker, data } of segments(bytes)) {
    const begins = (mark: string) => data.toString('latin1', 0, mark.length) === mark;
    if (marker === APP0 && begins('JFIF\0') && data.length >= 12)
      density ??= { x: data.readUInt16BE(8), y: data.readUInt16BE(10) };
    if (marker === APP1 && begins('Exif\0')) exif.push(exifTags(data));
    if (marker === APP1 && begins('http://ns.adobe.com/')) dates.xmp.push(...xmpDates(data));
    if (marker === APP13) dates.iptc.push(...iptcDates(data));
  }
  return joined(exif, [...dates.xmp, ...dates.iptc], density);
}
function* segments(bytes: Buffer): Generator<{ marker: number; data: Buffer }> {
  let at = 2;
  for (let part = 0; part < MAX_PARTS && at + 4 <= bytes.length && bytes[at] === 0xff; part++) {
    const marker = bytes[at + 1] ?? 0;
    if (marker === START_OF_SCAN || marker === END_OF_IMAGE) return;
    if (ALONE.has(marker)) {
      at += marker === 0xff ? 1 : 2;
      continue;
    }
    const length = bytes.readUInt16BE(at + 2);
    yield { marker, data: bytes.subarray(at + 4, at + 2 + length) };
    at += 2 + length;
  }
}

/** The fields of news agencies: `Date Created` (CCYYMMDD) and `Time Created` (HHMMSS±HHMM). */
const [IPTC_DATE, IPTC_TIME] = [Buffer.from([0x1c, 2, 55, 0, 8]), Buffer.from([0x1c, 2, 60, 0, 11])];
function iptcDates(data: Buffer): string[] {
  const [date, time] = [after(data, IPTC_DATE, 8), after(data, IPTC_TIME, 11)];
  return date === null ? [] : [date + (time ?? '')];
}
function after(data: Buffer, mark: Buffer, length: number): string | null {
  const at = data.indexOf(mark);
  return at < 0 ? null : data.toString('latin1', at + mark.length, at + mark.length + length);
}

const CREATION_TIME = 'Creation Time';
const XMP_KEYWORD = 'XML:com.adobe.xmp';
function pngTags(bytes: Buffer): Tags {
  const exif: Tags[] = [];
  const dates: string[] = [];
  let density: Density | null = null;
  for (const { type, data } of chunks(bytes)) {
    if (type === 'eXIf') exif.push(exifTags(data));
    if (type === 'pHYs' && data.length >= 8) density ??= { x: data.readUInt32BE(0), y: data.readUInt32BE(4) };
    if (type !== 'tEXt' && type !== 'iTXt' && type !== 'zTXt') continue;
    const { keyword, text } = pngText(type, data);
    if (keyword === CREATION_TIME) dates.push(text.toString('latin1', 0, MAX_TEXT_BYTES));
    if (keyword === XMP_KEYWORD) dates.push(...xmpDates(text));
  }
  return joined(exif, dates, density);
}
function* chunks(bytes: Buffer): Generator<{ type: string; data: Buffer }> {
  let at = 8;
  for (let part = 0; part < MAX_PARTS && at + 12 <= bytes.length; part++) {
    const length = bytes.readUInt32BE(at);
    yield { type: bytes.toString('latin1', at + 4, at + 8), data: bytes.subarray(at + 8, at + 8 + length) };
    at += 12 + length;
  }
}
/** After its keyword: of zTXt a byte for its method; of iTXt whether it is packed, its method, a language and the keyword in it. */
function pngText(type: 'tEXt' | 'iTXt' | 'zTXt', data: Buffer): { keyword: string; text: Buffer } {
  const end = data.subarray(0, 80).indexOf(0);
  if (end < 0) return { keyword: '', text: data };
  const keyword = data.toString('latin1', 0, end);
  if (type === 'tEXt') return { keyword, text: data.subarray(end + 1) };
  if (keyword !== CREATION_TIME && keyword !== XMP_KEYWORD) return { keyword, text: data }; // nothing is unpacked for it
  if (type === 'zTXt') return { keyword, text: unpacked(data.subarray(end + 2)) };
  const language = data.indexOf(0, end + 3);
  const translated = language < 0 ? -1 : data.indexOf(0, language + 1);
  const text = translated < 0 ? data.subarray(0, 0) : data.subarray(translated + 1);
  return { keyword, text: data[end + 1] === 1 ? unpacked(text) : text };
}
function unpacked(packed: Buffer): Buffer {
  try {
    return inflateSync(packed, { maxOutputLength: 10 * MAX_TEXT_BYTES });
  } catch {
    return Buffer.alloc(0); // broken, or a bomb: it says nothing
  }
}

/** The places of XMP in TIFF are many; its text is one. */
const XMP_BEGINS = '<x:xmpmeta';
function xmpIn(bytes: Buffer): string[] {
  const at = bytes.indexOf(XMP_BEGINS, 0, 'latin1');
  return at < 0 ? [] : xmpDates(bytes.subarray(at));
}

/** By what libvips calls them; of others it hands on all that there is. */
const READ: { [Format in Metadata['format']]?: (bytes: Buffer) => Tags } = {
  jpeg: jpegTags,
  png: pngTags,
  gif: (bytes) => joined([], xmpIn(bytes), null),
  tiff: (bytes) => joined([tiffTags(bytes)], xmpIn(bytes), null),
};
