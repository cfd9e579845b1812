/** Whether the ink on a picture looks like writing, whether or not the engine can read it: handwriting, other scripts, what is blurred. */
import type { Box } from './ink.ts';
import { letterHeight, linesOf } from './letters.ts';

/** With fewer pieces of ink everything can look like a line. */
const LEAST_PIECES = 10;
/** Between two pieces of one line, in letter heights: words that are written in one stroke have a space between them. */
const WORD_GAP = 1.5;
const LEAST_LINE = 4;
/** Share of the pieces that stand in lines. Measured: writing 0.75 and more, photos of a landscape and noise up to 0.17, grass 0.81. */
const IN_LINES = 0.7;
/** Standard deviation of the widths, as a share of their mean. Dots, fences, bricks and windows have up to 0.03, writing 0.2 to 0.85. */
const LEAST_VARIED = 0.12;
/** Share of the rows, from the first line to the last, with ink in them: between lines of writing is paper. Writing has up to 0.8, grass 1. */
const MAX_ROWS = 0.9;

export function looksWritten(letters: readonly Box[]): boolean {
  if (letters.length < LEAST_PIECES || variation(letters.map(({ left, right }) => right - left)) < LEAST_VARIED) return false;
  const lines = linesOf(letters, WORD_GAP).filter(({ length }) => length >= LEAST_LINE);
  const inLines = lines.reduce((sum, { length }) => sum + length, 0);
  if (inLines < IN_LINES * letters.length) return false;
  const [longest = []] = lines;
  return longest.length >= IN_LINES * letters.length || rowsWithInk(letters) <= MAX_ROWS;
}

function variation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return Math.sqrt(square) / mean;
}

/** Dots and accents between two lines are no line. */
function rowsWithInk(letters: readonly Box[]): number {
  const high = letters.filter(({ top, bottom }) => bottom - top >= letterHeight(letters) / 2);
  const [first, last] = [Math.min(...high.map(({ top }) => top)), Math.max(...high.map(({ bottom }) => bottom))];
  const begin = Math.floor(first);
  const rows = new Uint8Array(Math.max(1, Math.ceil(last) - begin));
  for (const { top, bottom } of high) rows.fill(1, Math.floor(top) - begin, Math.ceil(bottom) - begin);
  return rows.reduce((sum, row) => sum + row, 0) / rows.length;
}
