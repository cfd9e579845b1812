/**
 * Kinds of pictures that tell engines apart: what shops print and people photograph. Made of parts of the samples, whose text is known,
 * by arithmetic on their pixels; chance comes from a seed. Two of them have no text at all.
 */
import sharp, { type OverlayOptions } from 'sharp';
import { again, around, cropped, type Draft, type Kind, type KnownLine, type Place, SEED, scaled } from './ocr-pictures.ts';
import { seeded } from './texts.ts';

const RECEIPT = { 'receipt.jpg': 15 };
const NOTICES = { 'chinese-notice.jpg': 6, 'mixed-slide.webp': 6, 'english-letter.png': 6 };
const HAN = /\p{Script=Han}/u;

const each = (change: (page: Draft, n: number) => Promise<Draft>) => async (page: Draft, n: number) => [await change(page, n)];

export const HARD_KINDS: Kind[] = [
  { name: 'thermal receipt', parts: RECEIPT, make: each((page) => thermal(page, { ink: 0.8, shade: 0.1, by: 0.7 })) },
  { name: 'thermal, faint', parts: RECEIPT, make: each((page) => thermal(page, { ink: 0.28, shade: 0.15, by: 0.6 })) },
  { name: 'thermal, faint and shaded', parts: RECEIPT, make: each((page) => thermal(page, { ink: 0.3, shade: 0.5, by: 0.6 })) },
  { name: 'dot matrix', parts: RECEIPT, make: each(async (page) => dotted(await again(scaled(page, 2)), 3)) },
  {
    name: 'sign on a photo',
    parts: NOTICES,
    make: (page) => Promise.all(page.lines.slice(0, 3).map((line, n) => sign(page, line, n))),
  },
  { name: 'text on a pattern', parts: NOTICES, make: each((page) => onPattern(page)) },
  { name: 'long receipt', parts: RECEIPT, make: each((page) => repeated(page, 4)) },
  { name: 'vertical Chinese', parts: { 'chinese-notice.jpg': 13, 'chinese-traditional.png': 10 }, make: vertical },
  { name: 'line of low contrast', parts: NOTICES, make: (page) => page.lines.map((line) => faintLine(page, line)) },
  { name: 'grass without text', parts: { 'photo-without-text.jpg': 0 }, make: each((page) => without(page, grass)) },
  { name: 'bricks without text', parts: { 'photo-without-text.jpg': 0 }, make: each((page) => without(page, bricks)) },
];

type Pixels = { data: Buffer; width: number; height: number };
async function greyOf({ image }: Draft): Promise<Pixels> {
  const { data, info } = await image
    .clone()
    .flatten({ background: '#ffffff' })
    .greyscale()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}
/** `of`: a shade 0–255 for each place; what is beyond is cut. */
function drawn(width: number, height: number, of: (x: number, y: number) => number): Buffer {
  const data = Buffer.alloc(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) data[y * width + x] = Math.max(0, Math.min(255, Math.round(of(x, y))));
  return data;
}
const asImage = (data: Buffer, width: number, height: number) =>
  sharp(data, { raw: { width, height, channels: 1 } }).toColourspace('b-w');
const withPixels = (page: Draft, data: Buffer, { width, height }: { width: number; height: number }): Promise<Draft> =>
  again({ ...page, image: asImage(data, width, height), width, height });

/** A thermal print: `ink` of the contrast is left, less in bands where the head is worn; `shade`: how dark a fold makes the paper. */
async function thermal(page: Draft, { ink, shade, by }: { ink: number; shade: number; by: number }): Promise<Draft> {
  const small = scaled(page, by);
  const { data, width, height } = await greyOf(await again(small));
  const random = seeded(SEED);
  const bands = Array.from({ length: Math.ceil(width / 8) }, () => 0.8 + 0.2 * random());
  const made = drawn(width, height, (x, y) => {
    const darkness = (255 - (data[y * width + x] ?? 255)) * ink * (bands[Math.floor(x / 8)] ?? 1);
    const fold = shade * (0.5 + 0.5 * Math.sin(x / 90 + y / 210)) * 160;
    return 235 - fold - darkness * (1 - shade * 0.3) + (random() - 0.5) * 14;
  });
  return withPixels(small, made, { width, height });
}

/** Each place of a grid is a needle that strikes where there is ink. */
async function dotted(page: Draft, pitch: number): Promise<Draft> {
  const { data, width, height } = await greyOf(page);
  const across = Math.floor(width / pitch);
  const struck = (column: number, row: number) => {
    let dark = 0;
    for (let y = 0; y < pitch; y++)
      for (let x = 0; x < pitch; x++) if ((data[(row * pitch + y) * width + column * pitch + x] ?? 255) < 128) dark += 1;
    return column < across && dark * 2 > pitch * pitch;
  };
  const hit = new Map<number, boolean>();
  const made = drawn(width, height, (x, y) => {
    const [column, row] = [Math.floor(x / pitch), Math.floor(y / pitch)];
    const key = row * across + column;
    const is_struck = hit.get(key) ?? struck(column, row);
    hit.set(key, is_struck);
    const away = Math.hypot((x % pitch) - (pitch - 1) / 2, (y % pitch) - (pitch - 1) / 2);
    return is_struck && away < pitch * 0.55 ? 60 : 245;
  });
  return withPixels(page, made, { width, height });
}

/** Red, green and blue of what signs are painted on. */
const PLATES = [
  [150, 40, 35],
  [30, 70, 120],
  [40, 90, 50],
];
/** A line in one colour on another, leaning, before something that is no text. */
async function sign(page: Draft, line: KnownLine, n: number): Promise<Draft> {
  const crop = await again(cropped(page, around(line.words), 18));
  const { data, width, height } = await greyOf(crop);
  const ground = PLATES[n % PLATES.length] ?? [];
  const plate = Buffer.alloc(width * height * 3);
  const dark = inkOf(data);
  for (let i = 0; i < width * height; i++)
    for (let c = 0; c < 3; c++) {
      const paper = ground[c] ?? 0;
      plate[i * 3 + c] = Math.round(paper + (240 - paper) * (dark[i] ?? 0));
    }
  const lean: [number, number, number, number] = [1, 0, n % 2 === 0 ? 0.06 : -0.06, 1];
  const leaning = await sharp(plate, { raw: { width, height, channels: 3 } })
    .affine(lean, { background: { r: 96, g: 104, b: 92 } })
    .png()
    .toBuffer({ resolveWithObject: true });
  const [w, h] = [leaning.info.width + 240, leaning.info.height + 260];
  const image = sharp(grass(w, h), { raw: { width: w, height: h, channels: 1 } })
    .toColourspace('srgb')
    .composite([{ input: leaning.data, left: 120, top: 130 }])
    .blur(0.8);
  return again({ name: page.name, image, width: w, height: h, lines: crop.lines });
}
/** How much of each place is ink, 0–1. */
function inkOf(data: Buffer): Float32Array {
  const shades = [...data].sort((a, b) => a - b);
  const [dark, light] = [shades[Math.floor(shades.length * 0.02)] ?? 0, shades[Math.floor(shades.length * 0.9)] ?? 255];
  return Float32Array.from(data, (shade) => Math.max(0, Math.min(1, (light - shade) / Math.max(1, light - dark))));
}

async function onPattern(page: Draft): Promise<Draft> {
  const { data, width, height } = await greyOf(page);
  const dark = inkOf(data);
  const wall = bricks(width, height);
  const made = drawn(width, height, (x, y) => {
    const i = y * width + x;
    return (150 + (wall[i] ?? 0) * 0.4) * (1 - (dark[i] ?? 0)) + 15 * (dark[i] ?? 0);
  });
  return withPixels(page, made, { width, height });
}

/** One below the other, as one roll of paper. */
async function repeated(page: Draft, times: number): Promise<Draft> {
  const { data, info } = await page.image.clone().png().toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const image = sharp({ create: { width, height: height * times, channels: 3, background: '#ffffff' } }).composite(
    Array.from({ length: times }, (_, n) => ({ input: data, left: 0, top: n * height })),
  );
  const lines = Array.from({ length: times }, (_, n) =>
    page.lines.map(({ text, words }) => ({
      text,
      words: words.map((word) => ({ ...word, top: word.top + n * height, bottom: word.bottom + n * height })),
    })),
  );
  return again({ name: page.name, image, width, height: height * times, lines: lines.flat() });
}

/** The Han of some lines, one below the other, in columns from the right to the left. */
async function vertical(page: Draft): Promise<Draft[]> {
  const columns = page.lines
    .map(({ words }) => words.filter(({ text }) => [...text].length === 1 && HAN.test(text)))
    .filter((words) => words.length >= 5)
    .slice(0, 4)
    .map((words) => words.slice(0, 10));
  if (columns.length === 0) throw new Error(`${page.name} has no lines of Han whose places are known`);
  const side = Math.ceil(
    Math.max(...columns.flat().map(({ left, right, top, bottom }) => Math.max(right - left, bottom - top))) * 1.15,
  );
  const [width, height] = [Math.ceil(side * 1.7 * columns.length + side), Math.ceil(side * 11)];
  const pixels = await greyOf(page);
  const paper = pixels.data[0] ?? 255;
  const source = asImage(pixels.data, pixels.width, pixels.height).png();
  const bytes = await source.toBuffer();
  const parts: OverlayOptions[] = [];
  const lines: KnownLine[] = [];
  for (const [n, words] of columns.entries()) {
    const left = Math.round(width - side * 0.6 - side * 1.7 * n - side);
    const placed = [];
    for (const [m, word] of words.entries()) {
      const from = inside(word, pixels);
      const at = {
        left: left + Math.floor((side - from.width) / 2),
        top: Math.round(side * (0.5 + m) + (side - from.height) / 2),
      };
      parts.push({ input: await sharp(bytes).extract(from).png().toBuffer(), ...at });
      placed.push({ text: word.text, ...at, right: at.left + from.width, bottom: at.top + from.height });
    }
    lines.push({ text: words.map(({ text }) => text).join(''), words: placed });
  }
  const image = sharp({ create: { width, height, channels: 3, background: { r: paper, g: paper, b: paper } } }).composite(parts);
  return [await again({ name: page.name, image, width, height, lines })];
}
function inside({ left, top, right, bottom }: Place, { width, height }: { width: number; height: number }) {
  const [x, y] = [Math.max(0, Math.floor(left)), Math.max(0, Math.floor(top))];
  return { left: x, top: y, width: Math.min(width, Math.ceil(right)) - x, height: Math.min(height, Math.ceil(bottom)) - y };
}

const faintLine = (page: Draft, line: KnownLine): Draft => {
  const crop = cropped(page, around(line.words), 10);
  return { ...crop, image: crop.image.greyscale().linear(0.08, 170) };
};

async function without(page: Draft, pattern: (width: number, height: number) => Buffer): Promise<Draft> {
  const [width, height] = [1_000, 700];
  return withPixels({ ...page, lines: [] }, pattern(width, height), { width, height });
}

/** Blades: short strokes of many shades, close together. */
function grass(width: number, height: number): Buffer {
  const random = seeded(SEED);
  const data = drawn(width, height, () => 90 + random() * 25);
  for (let n = 0; n < (width * height) / 60; n++) {
    const [x, y, lean, shade] = [random() * width, random() * height, random() - 0.5, 40 + random() * 150];
    const length = 8 + random() * 22;
    for (let step = 0; step < length; step++) {
      const [px, py] = [Math.floor(x + lean * step), Math.floor(y - step)];
      if (px >= 0 && px < width && py >= 0 && py < height) data[py * width + px] = shade;
    }
  }
  return data;
}

/** Courses of bricks, each in its own shade, with lighter joints. */
function bricks(width: number, height: number): Buffer {
  const random = seeded(SEED);
  const shades = Array.from({ length: 4_096 }, () => 90 + random() * 60);
  return drawn(width, height, (x, y) => {
    const course = Math.floor(y / 34);
    const along = x + (course % 2) * 40;
    if (y % 34 < 5 || along % 80 < 5) return 190 + random() * 20;
    return (shades[(course * 97 + Math.floor(along / 80)) % shades.length] ?? 100) + random() * 24;
  });
}
