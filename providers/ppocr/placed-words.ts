/** The words of a strip, with their places on the picture: the recogniser tells about where, the ink tells exactly. */
import { type Box, type Grey, toneOf } from '../tesseract/ink.ts';
import { boxAt, type Matrix } from '../tesseract/matrix.ts';
import { type BlankBetween, type Char, isWide, placesOf, type SpacedChar, withoutStrokes, withSpaces } from './ctc.ts';
import type { StripRead } from './lines.ts';
import { type Frame, frameOf, type Rectangle } from './rectangles.ts';
import { STRIP_ROWS } from './strips.ts';

/**
 * box: pixels of the picture. p: mean probability of its characters. spaced: a space stands before it. beside_unread: it has digits, and
 * beside it is ink of a letter's size of which no character was read.
 */
export type PlacedWord = { text: string; p: number; spaced: boolean; box: Box; beside_unread: boolean };

/** Grey values between ink and paper below which there is none to be told apart. */
const LEAST_CONTRAST = 24;
/** Share of the rows of a strip at its edges where only what reaches further in is ink: neighbours above and below are cut there. */
const EDGE_ROWS = 3;

/** The words of one line that was read in one frame. */
export function wordsOfLine(read: StripRead, rectangle: Rectangle, quarters: 0 | 1 | 2 | 3, back: Matrix): PlacedWord[] {
  const { strip, columns_a_step } = read;
  const ink = inkOf(strip);
  const columnOf = ({ from, to }: Char) => ((from + to) / 2) * columns_a_step;
  const blankBetween: BlankBetween = (before, char) => (ink?.blank(columnOf(before), columnOf(char)) ?? 0) / STRIP_ROWS;
  const chars = withSpaces(withoutStrokes(ascii(read.chars), columns_a_step, STRIP_ROWS), blankBetween);
  const places = placesOf(chars, columns_a_step, STRIP_ROWS);
  const to_page = matrixOf(frameOf(rectangle, quarters), strip.width);
  const groups = groupsOf(chars);
  const spans = groups.map(({ from, to }) => [places[from]?.[0] ?? 0, places[to - 1]?.[1] ?? 0] as const);
  const whole_rows = ink?.rows(0, strip.width) ?? null;
  const unread = ink ? unreadOf(ink, read.chars.map(columnOf)) : [];
  return groups.map(({ from, to }, n) => {
    const word = chars.slice(from, to);
    const [left = 0, right = 0] = spans[n] ?? [];
    const limits = [(spans[n - 1]?.[1] ?? -Infinity) / 2 + left / 2, (spans[n + 1]?.[0] ?? Infinity) / 2 + right / 2] as const;
    const wide = isWide(word[0]?.text ?? '');
    const [l, r] = ink && !wide ? ink.columns(left, right, limits) : [left, right];
    const rows = ink ? (wide ? whole_rows : ink.rows(l, r)) : null;
    const [top, bottom] = rows ?? [0, STRIP_ROWS];
    const seen = { left: Math.max(0, l), right: Math.min(strip.width, r), top, bottom };
    const beside_unread = /\d/.test(wordOf(word).text) && unread.some(([a, b]) => isBeside([a, b], [l, r]));
    return { ...wordOf(word), box: boxAt(back, boxAt(to_page, seen)), beside_unread };
  });
}

/** The characters of a column that was read cell by cell. */
export function wordsOfColumn(read: StripRead, cells: readonly Rectangle[], back: Matrix): PlacedWord[] {
  const unit = { left: 0, top: 0, right: 1, bottom: STRIP_ROWS };
  return withSpaces(read.chars).map((char) => {
    const middle = ((char.from + char.to) / 2) * read.columns_a_step;
    const at = read.ends.findIndex((end) => middle < end);
    const cell = cells[at < 0 ? cells.length - 1 : at];
    if (!cell) throw new Error('a column has no cells');
    return { ...wordOf([char]), box: boxAt(back, boxAt(matrixOf(frameOf(cell), 1), unit)), beside_unread: false };
  });
}

/** Sizes of a sign that stands alone, and how far it may be from its number, in columns and rows of a strip. */
const SIGN_COLUMNS = [8, 40] as const;
const SIGN_ROWS = 14;
const SIGN_REACH = 24;

/** Pieces of ink of a letter's size in which no character has its middle. */
const unreadOf = (ink: Ink, middles: readonly number[]): Span[] =>
  ink.pieces().filter(([from, to]) => {
    if (to - from < SIGN_COLUMNS[0] || to - from > SIGN_COLUMNS[1]) return false;
    if (middles.some((middle) => middle >= from && middle < to)) return false;
    const [top, bottom] = ink.rows(from, to) ?? [0, 0];
    return bottom - top >= SIGN_ROWS;
  });
const isBeside = ([from, to]: Span, [left, right]: Span): boolean =>
  (to <= left + 1 && left - to <= SIGN_REACH) || (from >= right - 1 && from - right <= SIGN_REACH);

const wordOf = (chars: readonly SpacedChar[]) => ({
  text: chars.map(({ text }) => text).join(''),
  p: chars.reduce((sum, { p }) => sum + p, 0) / chars.length,
  spaced: chars[0]?.spaced ?? false,
});

/** From columns and rows of a strip to pixels of the page. */
const matrixOf = ({ ox, oy, ax, ay, dx, dy }: Frame, columns: number): Matrix => [
  ax / columns,
  ay / columns,
  dx / STRIP_ROWS,
  dy / STRIP_ROWS,
  ox,
  oy,
];

/** Full-width forms come back in English lines too: there they are what a keyboard has. */
function ascii(chars: StripRead['chars']): StripRead['chars'] {
  if (chars.some(({ text }) => /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(text))) return chars;
  return chars.map((char) => ({ ...char, text: char.text.replace(/[\uff01-\uff5e]/g, (full) => full.normalize('NFKC')) }));
}

/** Wide characters one by one; others up to a space or a wide one. `to`: exclusive. */
function groupsOf(chars: readonly SpacedChar[]): { from: number; to: number }[] {
  const groups: { from: number; to: number }[] = [];
  for (const [i, char] of chars.entries()) {
    const before = chars[i - 1];
    const group = groups.at(-1);
    if (group && before && !char.spaced && !isWide(char.text) && !isWide(before.text)) group.to = i + 1;
    else groups.push({ from: i, to: i + 1 });
  }
  return groups;
}

type Span = readonly [from: number, to: number];
/** blank: columns without ink from one column to another, the most that lie side by side. */
type Ink = {
  columns(left: number, right: number, limits: Span): Span;
  rows(left: number, right: number): Span | null;
  blank(left: number, right: number): number;
  /** From blank column to blank column. */
  pieces(): Span[];
};

/** Where ink is on a strip; null: it cannot be told from the paper. */
function inkOf(strip: Grey): Ink | null {
  const { pixels, width, height } = strip;
  const { threshold, is_light_on_dark, ground } = toneOf(strip);
  if (Math.abs(ground - threshold) < LEAST_CONTRAST / 2) return null;
  const isInk = (x: number, y: number) => {
    const value = pixels[y * width + x] ?? ground;
    return is_light_on_dark ? value >= threshold : value < threshold;
  };
  const filled = Uint8Array.from({ length: width }, (_, x) => {
    for (let y = EDGE_ROWS; y < height - EDGE_ROWS; y++) if (isInk(x, y)) return 1;
    return 0;
  });
  return {
    columns(left, right, [least, most]) {
      let [from, to] = [Math.max(0, Math.round(left)), Math.min(width, Math.round(right))];
      const [first, last] = [Math.max(0, Math.ceil(least)), Math.min(width, Math.floor(most))];
      if (filled[from]) while (from > first && filled[from - 1]) from -= 1;
      else while (from < to && !filled[from]) from += 1;
      if (filled[to - 1]) while (to < last && filled[to]) to += 1;
      else while (to > from && !filled[to - 1]) to -= 1;
      return from < to ? [from, to] : [left, right];
    },
    blank(left, right) {
      let [most, run] = [0, 0];
      for (let x = Math.max(0, Math.floor(left)); x < Math.min(width, Math.ceil(right)); x++) {
        run = filled[x] ? 0 : run + 1;
        most = Math.max(most, run);
      }
      return most;
    },
    pieces() {
      const pieces: Span[] = [];
      for (let x = 0, from = 0; x <= width; x++) {
        if (filled[x]) continue;
        if (x > from) pieces.push([from, x]);
        from = x + 1;
      }
      return pieces;
    },
    rows(left, right) {
      const [from, to] = [Math.max(0, Math.floor(left)), Math.min(width, Math.ceil(right))];
      const has = (y: number) => {
        for (let x = from; x < to; x++) if (isInk(x, y)) return true;
        return false;
      };
      let [top, bottom] = [0, height];
      // Ink at the very edge is of the line above or below, if paper is between.
      while (top < height / 4 && has(top)) top += 1;
      if (top >= height / 4) top = 0;
      while (top < bottom && !has(top)) top += 1;
      while (bottom > (height * 3) / 4 && has(bottom - 1)) bottom -= 1;
      if (bottom <= (height * 3) / 4) bottom = height;
      while (bottom > top && !has(bottom - 1)) bottom -= 1;
      return top < bottom ? [top, bottom] : null;
    },
  };
}
