/** A page read: lines found, which way is up, each line read, and all of it put in order. */
import sharp from 'sharp';
import { TURNS, type Turned } from '../../contract/text.ts';
import type { Box, Grey } from '../tesseract/ink.ts';
import { inverse, type Matrix, SAME, turned } from '../tesseract/matrix.ts';
import { detectLines, readStrip } from './lines.ts';
import type { Models } from './models.ts';
import { columnsOf, rowsOf } from './order.ts';
import { type PlacedWord, wordsOfColumn, wordsOfLine } from './placed-words.ts';
import { cellsOf, type Frame, frameOf, isTall, type Rectangle } from './rectangles.ts';
import { COLUMNS, type WayUp, wayUp } from './way-up.ts';

/** confidence: mean probability of its characters, 0–1. box: pixels of the picture as it was given. spaced, beside_unread: as PlacedWord. */
export type ReadWord = { text: string; confidence: number; spaced: boolean; box: Box; beside_unread: boolean };
/** confidence: of the line as a whole, 0–1. */
export type ReadLine = { confidence: number; words: ReadWord[] };
/** rows: from the top, each of the lines that stand side by side. found: regions that look like text, whether it was read or not. */
export type ReadPage = { turned: Turned; rows: ReadLine[][]; found: number };

/** A line below this mean probability is no text. */
const LEAST_LINE = 0.5;

/** Regions, the largest first, after which the rest is not read where no letter was found: a pattern has thousands. */
const MAX_SIGN_REGIONS = 60;

type Line = { rectangle: Rectangle; in_column: boolean; confidence: number; words: PlacedWord[] };

export async function readPage(picture: Grey, models: Models): Promise<ReadPage> {
  const found = await detectLines(picture, models);
  const way = await wayUp(found, (frames) => readStrip(picture, frames, models));
  const { page, back, degrees } = await uprighted(picture, way);
  const rectangles = degrees === 0 ? found : await detectLines(page, models);
  const read: Line[] = [];
  for (const [n, rectangle] of [...rectangles].sort((a, b) => b.w * b.h - a.w * a.h).entries()) {
    if (n >= MAX_SIGN_REGIONS && !read.some(isWritten)) break;
    const line = await lineOf(page, rectangle, way, back, models);
    if (line && line.confidence >= LEAST_LINE && line.words.length > 0) read.push(line);
  }
  // Dots and strokes of a pattern are read as points and dashes, with good confidence: a text has letters, too.
  const lines = read.some(isWritten) ? read : [];
  const rows = way.vertical ? columnsOf(lines) : rowsOf(lines);
  return { turned: lines.length === 0 ? 0 : degrees, found: found.length, rows: rows.map((row) => row.map(shown)) };
}

const isWritten = ({ words }: Line): boolean => words.some(({ text }) => /[\p{L}\p{N}]/u.test(text));

const shown = ({ confidence, words }: Line): ReadLine => ({
  confidence,
  words: words.map(({ p, ...word }) => ({ ...word, confidence: p })),
});

/** back: from pixels of `page` to those of the picture. degrees: how far it was turned clockwise. */
async function uprighted(picture: Grey, { quarters }: WayUp): Promise<{ page: Grey; back: Matrix; degrees: Turned }> {
  const degrees = TURNS[(TURNS.length - quarters) % TURNS.length] ?? 0;
  if (degrees === 0) return { page: picture, back: SAME, degrees };
  const { pixels, width, height } = picture;
  const { data, info } = await sharp(pixels, { raw: { width, height, channels: 1 } })
    .rotate(degrees)
    .toColourspace('b-w')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const page = { pixels: data, width: info.width, height: info.height };
  return { page, back: inverse(turned(degrees, picture, page)), degrees };
}

/**
 * A tall region is a column of glyphs, a line on its side, or a single narrow glyph: what reads best. On a page of columns none lies on
 * its other side.
 */
async function lineOf(page: Grey, rectangle: Rectangle, way: WayUp, back: Matrix, models: Models): Promise<Line | null> {
  const read = (frames: Frame[]) => readStrip(page, frames, models);
  const along = async (quarters: 0 | 1 | 3): Promise<Line> => {
    const strip = await read([frameOf(rectangle, quarters)]);
    const words = wordsOfLine(strip, rectangle, quarters, back);
    return { rectangle, in_column: quarters !== 0, confidence: strip.confidence, words };
  };
  if (!isTall(rectangle)) return along(0);
  const cells = cellsOf(rectangle);
  const column = await read(cells.map((cell) => frameOf(cell)));
  const words = wordsOfColumn(column, cells, back);
  let best: Line = { rectangle, in_column: true, confidence: column.confidence, words };
  const is_short = rectangle.h < GLYPH * rectangle.w;
  for (const quarters of [...(is_short ? ([0] as const) : []), ...(way.vertical ? ([COLUMNS] as const) : ([1, 3] as const))]) {
    const line = await along(quarters);
    if (line.confidence > best.confidence) best = line;
  }
  return best;
}
/** Heights in widths below which a tall region may be one glyph: 1 and l. */
const GLYPH = 4;
