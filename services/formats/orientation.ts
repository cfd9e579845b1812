/** The turn that a file asks for where libvips does not look for it: behind the pixels of a PNG, in the second EXIF of a JPEG. */
import { crc32 } from 'node:zlib';
import type { Metadata } from 'sharp';
import type { Tags } from './exif.ts';

/** The same file with its turn where it is looked for; null: it asks for none, or for the one that was seen. */
export function withOrientation(bytes: Buffer, seen: Metadata, { orientation }: Pick<Tags, 'orientation'>): Buffer | null {
  if (orientation === null || orientation === 1 || seen.orientation !== undefined) return null;
  if (seen.format === 'jpeg') return spliced(bytes, BEHIND_FIRST_MARKER, segmentOf(orientation));
  return seen.format === 'png' ? spliced(bytes, BEHIND_HEADER, chunkOf(orientation)) : null;
}
const BEHIND_FIRST_MARKER = 2;
const BEHIND_HEADER = 33;

const spliced = (bytes: Buffer, at: number, part: Buffer): Buffer =>
  Buffer.concat([bytes.subarray(0, at), part, bytes.subarray(at)]);

/** EXIF of this one tag. */
const exifOf = (orientation: number): Buffer =>
  Buffer.from([...HEADER, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0]);
const HEADER = [0x49, 0x49, 42, 0, 8, 0, 0, 0];

function segmentOf(orientation: number): Buffer {
  const data = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), exifOf(orientation)]);
  return Buffer.concat([Buffer.from([0xff, 0xe1, 0, data.length + 2]), data]);
}
function chunkOf(orientation: number): Buffer {
  const data = exifOf(orientation);
  const named = Buffer.concat([Buffer.from('eXIf', 'latin1'), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, check]);
}
