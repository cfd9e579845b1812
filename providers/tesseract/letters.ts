/** What the pieces of ink say of a page: how high its letters are, where its lines run, and how far they are off the level. */
import type { Box } from './ink.ts';

/** In pixels: smaller is a speck, or the dot of an i. */
const LEAST_SIZE = 4;
/** Longer than so many times its width is a rule or a frame; larger than so many times most others, a picture. */
const MAX_SHAPE = 8;
const MAX_SIZE = 4;
/** A page has a few thousand; the time to find lines grows faster than their number. */
const MAX_LETTERS = 4_000;
/** Between two letters or words of one line, in letter heights: the space between two lines is wider. */
const GAP = 0.5;
/** Share of the lower letter's height by which neighbours of one line overlap. */
const BESIDE = 0.4;
/** Lines that run down a page are so many times as long as those that run across, if its text lies. Measured: 10 to 30 times. */
const LYING = 2;

const heightOf = ({ top, bottom }: Box) => bottom - top;
const widthOf = ({ left, right }: Box) => right - left;
const sizeOf = (box: Box) => Math.max(widthOf(box), heightOf(box));

/** Those that may be letters, from the top; of a page with too many, the first. */
export function lettersOf(pieces: readonly Box[]): Box[] {
  const shaped = pieces.filter((piece) => {
    const [width, height] = [widthOf(piece), heightOf(piece)];
    return sizeOf(piece) >= LEAST_SIZE && width <= MAX_SHAPE * height && height <= MAX_SHAPE * width;
  });
  const usual = upperQuartile(shaped.map(sizeOf));
  return shaped.filter((piece) => sizeOf(piece) <= MAX_SIZE * usual).slice(0, MAX_LETTERS);
}

/** The height of capitals and whole characters: three in four pieces are lower. 0 without any. */
export const letterHeight = (letters: readonly Box[]): number => upperQuartile(letters.map(heightOf));

const upperQuartile = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length * 0.75)] ?? 0;

/** Letters that follow one another from left to right, at most `gap` letter heights apart; lines with the most letters come first. */
export function linesOf(letters: readonly Box[], gap = GAP): Box[][] {
  const height = letterHeight(letters);
  const lines: { line: Box[]; last: Box }[] = [];
  for (const letter of [...letters].sort((a, b) => a.left - b.left)) {
    const found = lines.find(({ last }) => letter.left - last.right <= gap * height && areBeside(last, letter));
    if (found === undefined) lines.push({ line: [letter], last: letter });
    else {
      found.line.push(letter);
      // The part of a character that ends before its neighbour is not what the next one follows.
      const right = Math.max(found.last.right, letter.right);
      if (letter.right === right || heightOf(letter) > heightOf(found.last)) found.last = { ...letter, right };
    }
  }
  return lines.map(({ line }) => line).sort((a, b) => b.length - a.length);
}

/** Letters that make a line, and the share of all that must be in one. Pages of text had 0.71 and more, photos and noise up to 0.03. */
const LEAST_LINE = 6;
const LEAST_IN_LINES = 0.4;

/** Whether they are writing: on a photo, leaves and grains that might be letters stand in no lines. */
export function areWriting(letters: readonly Box[]): boolean {
  const least = Math.min(LEAST_LINE, letters.length / 2);
  const inLines = (lines: readonly Box[][]) => lines.reduce((sum, { length }) => sum + (length >= least ? length : 0), 0);
  const max = Math.max(inLines(linesOf(letters)), inLines(linesOf(letters.map(acrossFromDown))));
  return letters.length > 0 && max >= LEAST_IN_LINES * letters.length;
}

const areBeside = (a: Box, b: Box) =>
  Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) >= BESIDE * Math.min(heightOf(a), heightOf(b));

export const around = (boxes: readonly Box[]): Box => ({
  left: Math.min(...boxes.map(({ left }) => left)),
  top: Math.min(...boxes.map(({ top }) => top)),
  right: Math.max(...boxes.map(({ right }) => right)),
  bottom: Math.max(...boxes.map(({ bottom }) => bottom)),
});

/** Rows for columns: what ran down a page runs across. */
const acrossFromDown = ({ left, top, right, bottom }: Box): Box => ({ left: top, top: left, right: bottom, bottom: right });

/** Whether the lines run down the page: it was turned by 90° or 270°, or is written so. */
export const areLying = (letters: readonly Box[]): boolean =>
  usualLength(linesOf(letters.map(acrossFromDown))) > LYING * usualLength(linesOf(letters));

/** That of the line which a letter is on: long lines count as much as they hold. */
function usualLength(lines: readonly Box[][]): number {
  const widths = lines.map((line) => widthOf(around(line)));
  const sum = widths.reduce((so_far, width) => so_far + width, 0);
  return sum === 0 ? 0 : widths.reduce((so_far, width) => so_far + width ** 2, 0) / sum;
}

/** Degrees. More is no slip of a hand, and the engine's own way of finding lines would be lost as well. */
const MAX_TILT = 8;
const COARSE = 0.5;
const FINE = 0.1;
/** With fewer letters a chance row of them weighs more than the lines. */
const LEAST_FEET = 20;
/** How much better than level a tilt must be: of few letters, half a degree that is not there can be a quarter better by chance. */
const CLEARLY = 1.3;

/** Degrees that the lines fall to the right: at that angle the feet of letters stand most in rows. */
export function tiltOf(letters: readonly Box[]): number {
  const height = letterHeight(letters);
  const feet = letters
    .filter((letter) => heightOf(letter) >= BESIDE * height)
    .map(({ left, right, bottom }) => ({ x: (left + right) / 2, y: bottom }));
  if (feet.length < LEAST_FEET) return 0;
  const best = (about: number, reach: number, step: number): number => {
    let [at, max] = [about, 0];
    for (let n = -Math.round(reach / step); n <= Math.round(reach / step); n++) {
      const rows = rowsOf(feet, about + n * step, Math.max(2, height / 6));
      if (rows > max) [at, max] = [about + n * step, rows];
    }
    return at;
  };
  const tilt = best(best(0, MAX_TILT, COARSE), COARSE, FINE);
  const rows = (degrees: number) => rowsOf(feet, degrees, Math.max(2, height / 6));
  return rows(tilt) >= CLEARLY * rows(0) ? tilt : 0;
}

/** The sum of squares of how many feet stand in each row, if rows fall by so many degrees: most when few rows hold all. */
function rowsOf(feet: readonly { x: number; y: number }[], degrees: number, row_height: number): number {
  const slope = Math.tan((degrees * Math.PI) / 180);
  const rows = new Map<number, number>();
  for (const { x, y } of feet) {
    const at = (y - x * slope) / row_height;
    const row = Math.floor(at);
    rows.set(row, (rows.get(row) ?? 0) + row + 1 - at); // between two rows it is in both, by how near it is
    rows.set(row + 1, (rows.get(row + 1) ?? 0) + at - row);
  }
  let sum = 0;
  for (const count of rows.values()) sum += count * count;
  return sum;
}
