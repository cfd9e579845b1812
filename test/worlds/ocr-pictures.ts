/**
 * Pictures whose text and words' places are known: parts of the samples, made worse in one way each. Chance comes from a seed, so
 * they are the same each time. For the bench of recognition, and for the tests of where words are.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { z } from 'zod';
import { SAMPLES } from '../../cli/project.ts';
import { seeded } from './texts.ts';

/** Pixels of the picture that it is on. */
export type Place = { left: number; top: number; right: number; bottom: number };
export type KnownWord = Place & { text: string };
export type KnownLine = { text: string; words: KnownWord[] };
/** A file as a person has it, and what is written on it. */
export type KnownPicture = { name: string; bytes: Buffer; width: number; height: number; lines: KnownLine[] };
/** One that is being made. */
export type Draft = { name: string; image: Sharp; width: number; height: number; lines: KnownLine[] };

const Box = { x: z.number(), y: z.number(), w: z.number(), h: z.number() };
const Words = z.array(z.object({ text: z.string(), ...Box }));
const Truth = z.record(
  z.string(),
  z.object({ width: z.number(), height: z.number(), lines: z.array(z.object({ text: z.string(), ...Box, words: Words })) }),
);
const truth = Truth.parse(JSON.parse(readFileSync(path.join(SAMPLES, 'truth.json'), 'utf8')));

/** Samples, and how many lines of each. */
export type Parts = Record<string, number>;
/** One a language, cut off below so many lines: enough to count errors, and quick to read. */
const PARTS: Parts = { 'english-letter.png': 8, 'chinese-notice.jpg': 6, 'chinese-traditional.png': 6, 'mixed-slide.webp': 6 };
/** Degrees, clockwise: for each part two. */
const TILTS = [
  [1, -4],
  [-3, 2],
  [3, -2],
  [-1, 4],
];
/** Between the ink and the edge of a tight crop, in pixels. */
const TIGHT = 2;
export const SEED = 20261124;

/** `parts`: of which samples; else a part of each language. */
export type Kind = { name: string; parts?: Parts; make: (page: Draft, n: number) => Draft[] | Promise<Draft[]> };
const one = (change: (page: Draft, n: number) => Draft | Promise<Draft>) => async (page: Draft, n: number) => [
  await change(page, n),
];
const drawn = (change: (image: Sharp) => Sharp) => one((page) => ({ ...page, image: change(page.image) }));

/** Paper and ink as they come, unless the kind says otherwise. */
export const KINDS: Kind[] = [
  { name: 'clean page', make: (page) => [page] },
  { name: 'blur', make: drawn((image) => image.blur(2.2)) },
  { name: 'noise', make: one((page) => noisy(page)) },
  { name: 'skew 1–4°', make: (page, n) => Promise.all((TILTS[n] ?? []).map((degrees) => skewed(page, degrees))) },
  { name: 'JPEG quality 30', make: one((page) => again(page, page.image.jpeg({ quality: 30 }))) },
  { name: 'small (40%)', make: one((page) => scaled(page, 0.4)) },
  { name: 'tiny (30%)', make: one((page) => scaled(page, 0.3)) },
  { name: 'single line', make: (page) => page.lines.map((line) => cropped(page, around(line.words), TIGHT)) },
  {
    name: 'single word',
    make: (page) => page.lines.flatMap((line) => phrasesOf(line).map((place) => cropped(page, place, TIGHT))),
  },
  { name: 'turned 90°', make: one((page) => turned(page, 90)) },
  { name: 'turned 180°', make: one((page) => turned(page, 180)) },
  { name: 'turned 270°', make: one((page) => turned(page, 270)) },
  { name: 'light on dark', make: drawn((image) => image.negate({ alpha: false }).linear(0.8, 30)) },
  {
    name: 'light on dark, tiny (30%)',
    make: one(async (page) => scaled(await again({ ...page, image: page.image.negate({ alpha: false }) }), 0.3)),
  },
  { name: 'transparent, dark ink', make: one((page) => transparent(page, 0)) },
  { name: 'transparent, light ink', make: one((page) => transparent(page, 255)) },
  { name: 'low contrast', make: drawn((image) => image.linear(0.1, 165)) },
];

/** Every picture of a kind. */
export async function picturesOf({ make, parts: own }: Kind, parts: Parts = own ?? PARTS): Promise<KnownPicture[]> {
  const pages = await Promise.all(Object.entries(parts).map(([file, lines]) => partOf(file, lines)));
  const drafts = (await Promise.all(pages.map((page, n) => make(page, n)))).flat();
  return Promise.all(drafts.map(async ({ image, ...rest }) => ({ ...rest, bytes: await image.png().toBuffer() })));
}

/** The upper part of a sample. */
async function partOf(file: string, count: number): Promise<Draft> {
  const sample = truth[file];
  if (!sample) throw new Error(`${file} is not in truth.json`);
  const { width, height } = sample;
  const pixels = ({ x, y, w, h }: { x: number; y: number; w: number; h: number }): Place => ({
    left: x * width,
    top: y * height,
    right: (x + w) * width,
    bottom: (y + h) * height,
  });
  const all = sample.lines.map(({ text, words }) => ({
    text,
    words: words.map((word) => ({ text: word.text, ...pixels(word) })),
  }));
  const lines = all.slice(0, count);
  const [last, next] = [all[count - 1], all[count]];
  const below = last ? around(last.words).bottom : height;
  const bottom = Math.floor(next ? (below + around(next.words).top) / 2 : height);
  const image = sharp(path.join(SAMPLES, file)).extract({ left: 0, top: 0, width, height: bottom });
  return again({ name: file, image, width, height: bottom, lines });
}

/** Drawn, so that what follows begins from its pixels: sharp does the steps of one chain in an order of its own. */
export async function again(draft: Draft, encoded = draft.image.png()): Promise<Draft> {
  const { data, info } = await encoded.toBuffer({ resolveWithObject: true });
  return { ...draft, image: sharp(data), width: info.width, height: info.height };
}

export function around(places: readonly Place[]): Place {
  return {
    left: Math.min(...places.map(({ left }) => left)),
    top: Math.min(...places.map(({ top }) => top)),
    right: Math.max(...places.map(({ right }) => right)),
    bottom: Math.max(...places.map(({ bottom }) => bottom)),
  };
}

/** Each word of at least four letters, and each run of two to six Han characters: what a person cuts out of a screen. */
function phrasesOf({ words }: KnownLine): Place[] {
  const places: Place[] = words.filter(({ text }) => /^[A-Za-z]{4,}$/.test(text)).slice(0, 2);
  const at = words.findIndex(({ text }) => HAN.test(text));
  const run = words.slice(at, at + 6);
  const end = run.findIndex(({ text }) => !HAN.test(text));
  const han = at < 0 ? [] : run.slice(0, end < 0 ? run.length : end);
  return han.length >= 2 ? [...places, around(han)] : places;
}
const HAN = /\p{Script=Han}/u;

/** What lies inside, with `margin` around it. Every part of a word inside counts. */
export function cropped(page: Draft, place: Place, margin: number): Draft {
  const left = Math.max(0, Math.floor(place.left) - margin);
  const top = Math.max(0, Math.floor(place.top) - margin);
  const width = Math.min(page.width, Math.ceil(place.right) + margin) - left;
  const height = Math.min(page.height, Math.ceil(place.bottom) + margin) - top;
  const inside = (word: Place) =>
    word.left >= place.left - 1 && word.right <= place.right + 1 && word.top >= place.top - 1 && word.bottom <= place.bottom + 1;
  const lines = page.lines.map(({ words }) => words.filter(inside)).filter((words) => words.length > 0);
  return {
    name: page.name,
    image: page.image.clone().extract({ left, top, width, height }),
    width,
    height,
    lines: lines.map((words) => ({
      text: words.map(({ text }) => text).join(' '),
      words: words.map((word) => moved(word, (x, y) => [x - left, y - top])),
    })),
  };
}

export function scaled(page: Draft, by: number): Draft {
  const [width, height] = [Math.round(page.width * by), Math.round(page.height * by)];
  const to = (x: number, y: number): [number, number] => [(x / page.width) * width, (y / page.height) * height];
  return { ...page, image: page.image.resize({ width, height, fit: 'fill' }), width, height, lines: movedLines(page.lines, to) };
}

/** Clockwise. */
function turned(page: Draft, degrees: 90 | 180 | 270): Draft {
  const { width: w, height: h } = page;
  const to = {
    90: (x: number, y: number): [number, number] => [h - y, x],
    180: (x: number, y: number): [number, number] => [w - x, h - y],
    270: (x: number, y: number): [number, number] => [y, w - x],
  }[degrees];
  const [width, height] = degrees === 180 ? [w, h] : [h, w];
  return { ...page, image: page.image.rotate(degrees), width, height, lines: movedLines(page.lines, to) };
}

/** Clockwise, on a larger page of the paper's colour. */
async function skewed(page: Draft, degrees: number): Promise<Draft> {
  const [r = 255, g = 255, b = 255] = await page.image
    .clone()
    .extract({ left: 2, top: 100, width: 1, height: 1 })
    .removeAlpha()
    .raw()
    .toBuffer();
  const result = await again(page, page.image.rotate(degrees, { background: { r, g, b } }).png());
  const radians = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(radians), Math.sin(radians)];
  const to = (x: number, y: number): [number, number] => {
    const [dx, dy] = [x - page.width / 2, y - page.height / 2];
    return [result.width / 2 + dx * cos - dy * sin, result.height / 2 + dx * sin + dy * cos];
  };
  return { ...result, lines: movedLines(page.lines, to) };
}

/** Grain of a bad sensor, and specks. */
async function noisy(page: Draft): Promise<Draft> {
  const { data, info } = await page.image.removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const random = seeded(SEED);
  for (let i = 0; i < data.length; i++) {
    const grain = (random() + random() + random() - 1.5) * 110;
    const speck = random();
    data[i] = speck < 0.004 ? 0 : speck > 0.996 ? 255 : Math.max(0, Math.min(255, (data[i] ?? 0) + grain));
  }
  const { width, height, channels } = info;
  return again(page, sharp(data, { raw: { width, height, channels } }).png());
}

/** The ink alone, in one shade; what was paper lets through. */
async function transparent(page: Draft, shade: number): Promise<Draft> {
  const ink = await page.image.clone().removeAlpha().greyscale().negate().raw().toBuffer({ resolveWithObject: true });
  const { width, height } = ink.info;
  const pixels = Buffer.alloc(width * height * 4, shade);
  for (let i = 0; i < width * height; i++) pixels[i * 4 + 3] = ink.data[i] ?? 0;
  return again(page, sharp(pixels, { raw: { width, height, channels: 4 } }).png());
}

const movedLines = (lines: KnownLine[], to: (x: number, y: number) => [number, number]): KnownLine[] =>
  lines.map(({ text, words }) => ({ text, words: words.map((word) => moved(word, to)) }));

/** The upright box around where its corners come to lie. */
function moved({ text, left, top, right, bottom }: KnownWord, to: (x: number, y: number) => [number, number]): KnownWord {
  const corners = [to(left, top), to(right, top), to(left, bottom), to(right, bottom)];
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
  return { text, left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}
