/** The tags of a TIFF, which is what EXIF is too: dates as they are written, how the picture is turned, how dense its dots are. */

/** Dots a unit of length, along the stored rows and columns. */
export type Density = { x: number; y: number };
/** dates: the best first. orientation: 1 to 8, as EXIF has it. */
export type Tags = { dates: string[]; orientation: number | null; density: Density | null };

export const NO_TAGS: Readonly<Tags> = { dates: [], orientation: null, density: null };

const ORIENTATION = 0x112;
const [X_RESOLUTION, Y_RESOLUTION] = [0x11a, 0x11b];
const EXIF_DIRECTORY = 0x8769;
/** When it was taken, and when it became a file; each with the tag of its offset from UTC. Not 0x132: when the file was changed. */
const DATES = [
  [0x9003, 0x9011],
  [0x9004, 0x9012],
] as const;
const OFFSET = /^(?:Z|[+-]\d{2}:?\d{2})$/;

const ENTRY_BYTES = 12;
const MAX_ENTRIES = 1_000;
const MAX_TEXT = 64;
/** Bytes of a value, by the number of its kind; of others nothing is read. Text is ASCII, bytes, or UTF-8 since EXIF 3. */
const SIZES: Record<number, number> = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 13: 4, 129: 1 };
const [SHORT, RATIONAL] = [3, 5];
const TEXTS = new Set([1, 2, 7, 129]);
/** The header of a TIFF in EXIF stands at most so far behind what each format puts before it. */
const HEADER_WITHIN = 64;

/** at: of the value itself. */
type Entry = { type: number; count: number; at: number };
type Directory = { entries: Map<number, Entry>; next: number };
type Source = { tiff: Buffer; little: boolean };

/** Reads one directory of the file, counted from 0. What is broken is left out. */
export function tiffTags(bytes: Buffer, page = 0): Tags {
  const source = sourceOf(bytes);
  if (!source) return NO_TAGS;
  let at = whole(source, 4);
  for (let skipped = 0; skipped < page && at !== 0; skipped++) at = directoryAt(source, at).next;
  return tagsOf(source, directoryAt(source, at));
}

/** Reads a block of EXIF, with whatever its format puts before its header. */
export function exifTags(block: Buffer): Tags {
  const head = block.subarray(0, HEADER_WITHIN);
  const at = ['II*\0', 'MM\0*'].map((mark) => head.indexOf(mark, 0, 'latin1')).filter((found) => found >= 0);
  return at.length === 0 ? NO_TAGS : tiffTags(block.subarray(Math.min(...at)));
}

function sourceOf(bytes: Buffer): Source | null {
  const mark = bytes.toString('latin1', 0, 4);
  return mark === 'II*\0' || mark === 'MM\0*' ? { tiff: bytes, little: mark.startsWith('I') } : null;
}

function tagsOf(source: Source, first: Directory): Tags {
  const pointer = first.entries.get(EXIF_DIRECTORY);
  const exif = pointer ? directoryAt(source, numberAt(source, pointer) ?? 0) : null;
  const places = exif ? [exif, first] : [first]; // TIFF/EP has them in the first
  const orientation = numberOf(source, first, ORIENTATION);
  const [x, y] = [ratioOf(source, first, X_RESOLUTION), ratioOf(source, first, Y_RESOLUTION)];
  return {
    dates: DATES.flatMap(([date, offset]) => places.flatMap((place) => dateOf(source, place, date, offset))),
    orientation: orientation !== null && orientation >= 1 && orientation <= 8 ? orientation : null,
    density: x === null || y === null ? null : { x, y },
  };
}

function dateOf(source: Source, { entries }: Directory, date: number, offset: number): string[] {
  const [written, zone = ''] = [date, offset].map((tag) => textAt(source, entries.get(tag)));
  return written ? [OFFSET.test(zone) ? written + zone : written] : [];
}

const EMPTY: Directory = { entries: new Map(), next: 0 };
function directoryAt(source: Source, at: number): Directory {
  const count = short(source, at);
  if (at < 8 || count > MAX_ENTRIES) return EMPTY;
  const entries = new Map<number, Entry>();
  for (let i = 0; i < count; i++) {
    const from = at + 2 + i * ENTRY_BYTES;
    const [type, values] = [short(source, from + 2), whole(source, from + 4)];
    const is_inside = (SIZES[type] ?? 0) * values <= 4;
    const entry = { type, count: values, at: is_inside ? from + 8 : whole(source, from + 8) };
    const tag = short(source, from);
    if (!entries.has(tag)) entries.set(tag, entry);
  }
  return { entries, next: whole(source, at + 2 + count * ENTRY_BYTES) };
}

function textAt({ tiff }: Source, entry: Entry | undefined): string {
  if (!entry || !TEXTS.has(entry.type)) return '';
  const [text = ''] = tiff.toString('latin1', entry.at, entry.at + Math.min(entry.count, MAX_TEXT)).split('\0', 1);
  return text.trim();
}
function numberAt(source: Source, { type, at }: Entry): number | null {
  if (type === SHORT) return short(source, at);
  return SIZES[type] === 4 ? whole(source, at) : null;
}
const numberOf = (source: Source, { entries }: Directory, tag: number): number | null => {
  const entry = entries.get(tag);
  return entry ? numberAt(source, entry) : null;
};
function ratioOf(source: Source, { entries }: Directory, tag: number): number | null {
  const entry = entries.get(tag);
  if (!entry) return null;
  const value = entry.type === RATIONAL ? whole(source, entry.at) / whole(source, entry.at + 4) : numberAt(source, entry);
  return value !== null && Number.isFinite(value) && value > 0 ? value : null;
}

/** 0 beyond the end: no directory, no entry and no value is there. */
const short = ({ tiff, little }: Source, at: number): number =>
  at + 2 > tiff.length ? 0 : little ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at);
const whole = ({ tiff, little }: Source, at: number): number =>
  at + 4 > tiff.length ? 0 : little ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at);
