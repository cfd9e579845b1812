/** How the pictures in a HEIF file are coded, by the types of its items: decoders say of a coding that they lack that the file is damaged. */
import { RejectedFile } from './rejected-file.ts';

/** Where the box of items is looked for: it stands before the pixels. */
const LOOKED_AT = 1024 * 1024;
const MAX_ITEMS = 10_000;
const READ = new Set(['hvc1', 'hev1', 'av01']);
const OTHERS: Record<string, string> = {
  avc1: 'AVC (H.264)',
  vvc1: 'VVC (H.266)',
  evc1: 'EVC',
  lhv1: 'layered HEVC',
  jpeg: 'JPEG',
  j2k1: 'JPEG 2000',
  jxl1: 'JPEG XL',
  unci: 'no compression',
};

/** Throws UNSUPPORTED_FORMAT where no picture in it is of a coding that is read. */
export function checkCoding(bytes: Buffer): void {
  const types = itemTypes(bytes.subarray(0, LOOKED_AT));
  const other = types.find((type) => Object.hasOwn(OTHERS, type));
  if (!other || types.some((type) => READ.has(type))) return;
  const detail = `it is a HEIF picture coded by ${OTHERS[other]}, which is not read; save it again as JPEG or PNG`;
  throw new RejectedFile('UNSUPPORTED_FORMAT', detail);
}

/** An entry: its name, version and flags, the item (2 bytes, 4 from version 3 on), its protection, and its type. */
function itemTypes(bytes: Buffer): string[] {
  const types: string[] = [];
  for (let at = bytes.indexOf('infe'); at >= 0 && types.length < MAX_ITEMS; at = bytes.indexOf('infe', at + 4)) {
    const type = at + (bytes[at + 4] === 3 ? 14 : 12);
    types.push(bytes.toString('latin1', type, type + 4));
  }
  return types;
}
