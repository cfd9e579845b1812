/** Files with tags of their own: dates, turns and densities, where programs put them. */
import { crc32 } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { HEIC } from './other-files.ts';

/** Text, a short or long number, or a ratio of two. */
export type Tag = [tag: number, value: string | number | [number, number]];
type Block = { first?: Tag[]; exif?: Tag[]; big?: boolean };

export const [ORIGINAL, DIGITIZED, CHANGED] = [0x9003, 0x9004, 0x132];
export const [OFFSET_ORIGINAL, OFFSET] = [0x9011, 0x9010];
const EXIF = 0x8769;
const [X, Y, TURN] = [0x11a, 0x11b, 0x112];
export const dense = (x: number, y: number): Tag[] => [
  [X, [x, 1]],
  [Y, [y, 1]],
];
export const turn = (orientation: number): Tag => [TURN, orientation];

/** A TIFF of tags alone, as EXIF is. `pixels`: of an uncompressed grey picture, which makes it one to look at. */
export function exifBlock({ first = [], exif = [], big = false }: Block, pixels: { bytes: Buffer; tags: Tag[] } | null = null) {
  const own = pixels?.bytes ?? Buffer.alloc(0);
  const at = 8 + own.length + (own.length % 2);
  const wanted: Tag[] = [...first, ...(pixels?.tags ?? []), ...(exif.length > 0 ? [[EXIF, 0] as Tag] : [])];
  const length = directoryOf(wanted, at, big).length;
  const tags = wanted.map(([tag, value]): Tag => [tag, tag === EXIF ? at + length : value]);
  const head = Buffer.from(big ? 'MM\0*\0\0\0\0' : 'II*\0\0\0\0\0', 'latin1');
  if (big) head.writeUInt32BE(at, 4);
  else head.writeUInt32LE(at, 4);
  const padding = Buffer.alloc(own.length % 2);
  return Buffer.concat([head, own, padding, directoryOf(tags, at, big), directoryOf(exif, at + length, big)]);
}

function directoryOf(tags: Tag[], at: number, big: boolean): Buffer {
  const number = (value: number, bytes: 2 | 4) => {
    const buffer = Buffer.alloc(bytes);
    buffer[big ? 'writeUIntBE' : 'writeUIntLE'](value, 0, bytes);
    return buffer;
  };
  const table: Buffer[] = [number(tags.length, 2)];
  const values: Buffer[] = [];
  let behind = at + 2 + tags.length * 12 + 4;
  for (const [tag, value] of [...tags].sort(([a], [b]) => a - b)) {
    const is_ratio = Array.isArray(value);
    const type = typeof value === 'string' ? 2 : is_ratio ? 5 : tag === TURN ? 3 : 4;
    const bytes =
      typeof value === 'string'
        ? Buffer.from(`${value}\0`, 'latin1')
        : is_ratio
          ? Buffer.concat(value.map((one) => number(one, 4)))
          : tag === TURN
            ? Buffer.concat([number(value, 2), Buffer.alloc(2)])
            : number(value, 4);
    table.push(number(tag, 2), number(type, 2), number(typeof value === 'string' ? bytes.length : 1, 4));
    if (bytes.length <= 4) table.push(Buffer.concat([bytes, Buffer.alloc(4)]).subarray(0, 4));
    else {
      table.push(number(behind, 4));
      const even = Buffer.concat([bytes, Buffer.alloc(bytes.length % 2)]);
      values.push(even);
      behind += even.length;
    }
  }
  return Buffer.concat([...table, number(0, 4), ...values]);
}

/** Of 60 × 40, so that a turn is seen by its size. */
export const small = (): Sharp => sharp({ create: { width: 60, height: 40, channels: 3, background: '#406080' } });

export async function taggedTiff(block: Block): Promise<Buffer> {
  const { data, info } = await small().greyscale().raw().toBuffer({ resolveWithObject: true });
  const numbers = [256, info.width, 257, info.height, 258, 8, 259, 1, 262, 1, 273, 8, 277, 1, 278, info.height, 279, data.length];
  const tags = numbers.flatMap((tag, i): Tag[] => (i % 2 === 0 ? [[tag, numbers[i + 1] ?? 0]] : []));
  return exifBlock(block, { bytes: data, tags });
}

const segment = (marker: number, data: Buffer): Buffer => {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(data.length + 2, 2);
  return Buffer.concat([head, data]);
};
export const exifSegment = (block: Block): Buffer =>
  segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), exifBlock(block)]));
export const xmpSegment = (fields: string): Buffer =>
  segment(0xe1, Buffer.concat([Buffer.from('http://ns.adobe.com/xap/1.0/\0', 'latin1'), xmp(fields)]));
export const iptcSegment = (date: string, time: string): Buffer => {
  const data = Buffer.concat([record(55, date), record(60, time)]);
  const head = Buffer.from('Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\0', 'latin1');
  head.writeUInt32BE(data.length, head.length - 4);
  return segment(0xed, Buffer.concat([head, data]));
};
const record = (dataset: number, value: string): Buffer =>
  Buffer.concat([Buffer.from([0x1c, 2, dataset, 0, value.length]), Buffer.from(value, 'latin1')]);
export const jfifSegment = (unit: number, x: number, y: number): Buffer =>
  segment(0xe0, Buffer.from([...Buffer.from('JFIF\0', 'latin1'), 1, 1, unit, x >> 8, x & 255, y >> 8, y & 255, 0, 0]));

/** sharp's own JFIF is left out. */
export async function taggedJpeg(...segments: Buffer[]): Promise<Buffer> {
  const plain = await small().jpeg().toBuffer();
  const behind = plain[3] === 0xe0 ? 4 + plain.readUInt16BE(4) : 2;
  return Buffer.concat([plain.subarray(0, 2), ...segments, plain.subarray(behind)]);
}

/** `attributes`: of an rdf:Description, or elements in one where it begins with `<`. */
export const xmp = (fields: string): Buffer =>
  Buffer.from(
    `<?xpacket begin=""?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description ${
      fields.startsWith('<') ? `>${fields}</rdf:Description>` : `${fields}/>`
    }</rdf:RDF></x:xmpmeta>`,
  );

export const chunk = (type: string, data: Buffer): Buffer => {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, check]);
};
/** `late`: behind the pixels. */
export async function taggedPng({ early = [], late = [] }: { early?: Buffer[]; late?: Buffer[] }): Promise<Buffer> {
  const plain = await small().png().toBuffer();
  const [header, end] = [33, plain.length - 12];
  return Buffer.concat([plain.subarray(0, header), ...early, plain.subarray(header, end), ...late, plain.subarray(end)]);
}

/** A HEIC as a phone writes it: EXIF is an item of its own, which is about the picture. */
export function taggedHeic(block: Block): Buffer {
  const data = Buffer.concat([Buffer.from([0, 0, 0, 6]), Buffer.from('Exif\0\0', 'latin1'), exifBlock(block)]);
  const file = Buffer.from(HEIC);
  const at = (name: string) => file.indexOf(name, 0, 'latin1') - 4;
  const [meta, iloc, iinf, iref, mdat] = ['meta', 'iloc', 'iinf', 'iref', 'mdat'].map(at) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const named = Buffer.from('\0\0\0\x15infe\x02\0\0\0\0\x05\0\0Exif\0', 'latin1');
  const about = Buffer.from('\0\0\0\x0ecdsc\0\x05\0\x01\0\x02', 'latin1');
  const place = Buffer.alloc(20);
  const more = named.length + about.length + place.length;
  place.writeUInt16BE(5, 0);
  place.writeUInt32BE(file.length + more, 6);
  place.writeUInt16BE(1, 10);
  place.writeUInt32BE(data.length, 16);
  for (let item = iloc + 16; item < iloc + file.readUInt32BE(iloc); item += 20)
    if (file.readUInt16BE(item + 2) === 0) file.writeUInt32BE(file.readUInt32BE(item + 6) + more, item + 6);
  file.writeUInt16BE(5, iloc + 14);
  file.writeUInt16BE(5, iinf + 12);
  for (const [box, by] of [
    [meta, more],
    [iloc, place.length],
    [iinf, named.length],
    [iref, about.length],
    [mdat, data.length],
  ] as const)
    file.writeUInt32BE(file.readUInt32BE(box) + by, box);
  const ends: [number, Buffer][] = [
    [iloc + HEIC.readUInt32BE(iloc), place],
    [iinf + HEIC.readUInt32BE(iinf), named],
    [iref + HEIC.readUInt32BE(iref), about],
  ];
  const parts: Buffer[] = [];
  let from = 0;
  for (const [end, part] of ends) {
    parts.push(file.subarray(from, end), part);
    from = end;
  }
  return Buffer.concat([...parts, file.subarray(from), data]);
}
