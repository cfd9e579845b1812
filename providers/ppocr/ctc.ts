/** From the recogniser's probabilities, one row a step along the strip, to characters, their places, and the spaces between them. */

/** p: probability of the character at its surest step. from, to: its steps, `to` exclusive. space: the most that a space was likely before it. */
export type Char = { text: string; p: number; from: number; to: number; space: number };
/** steps × classes, row by row. Class 0 is "nothing", the last one the space. */
export type Probabilities = { values: Float32Array; steps: number; classes: number };

/** Chinese, kana and full-width forms: as wide as the line is high. */
const WIDE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\uff00-\uffef]/u;
export const isWide = (text: string): boolean => WIDE.test(text);

/** Greedy decoding (A. Graves and others, 2006): the likeliest class of each step, repeats and "nothing" left out. */
export function decode({ values, steps, classes }: Probabilities, letters: readonly string[]): Char[] {
  const chars: Char[] = [];
  let [last, space] = [0, 0];
  for (let step = 0; step < steps; step++) {
    const row = step * classes;
    space = Math.max(space, values[row + classes - 1] ?? 0);
    let [best, p] = [0, values[row] ?? 0];
    for (let at = 1; at < classes; at++) {
      const value = values[row + at] ?? 0;
      if (value > p) [best, p] = [at, value];
    }
    const before = chars.at(-1);
    if (best !== 0 && best === last && before) {
      before.to = step + 1;
      before.p = Math.max(before.p, p);
    } else if (best !== 0) {
      chars.push({ text: letters[best] ?? '', p, from: step, to: step + 1, space });
      space = 0;
    }
    last = best;
  }
  return chars;
}

/** 0–1: mean of the characters' probabilities, spaces left out. */
export function meanOf(chars: readonly Char[]): number {
  const seen = chars.filter(({ text }) => text !== ' ');
  return seen.length === 0 ? 0 : seen.reduce((sum, { p }) => sum + p, 0) / seen.length;
}

/** A stroke that is seen on its own beside a wide character whose part it is: 旧 is read as l旧. */
const STROKE = /^[l1iI|]$/;
/** From the middle of a stroke to that of a wide character, in heights of the line: a letter of its own is half of both widths away. */
const STROKE_REACH = 0.36;

/** Without strokes that lie within the next wide character. */
export const withoutStrokes = (chars: readonly Char[], columns_a_step: number, height: number): Char[] =>
  chars.filter((char, i) => {
    const next = chars[i + 1];
    if (!next || !STROKE.test(char.text) || !isWide(next.text) || !isWide(chars[i - 1]?.text ?? '')) return true;
    return (middleOf(next) - middleOf(char)) * columns_a_step > STROKE_REACH * height;
  });

/**
 * Probability of a space at which there is one, although "nothing" is likelier there: the model leaves out most spaces. Where narrow
 * characters stand farther apart than the others of the line, less is enough, and least where the strip is blank between them.
 * Measured on the lines of `npm run bench -- engines`: of 2,112 spaces 55 were missed without a look at the strip, and 4 with it; no
 * word was cut in two by it.
 */
const LEAST_SPACE = 0.02;
const LEAST_FAR_SPACE = 0.01;
const FAR = 1.5;
const LEAST_BLANK_SPACE = 0.0015;
/** Blank columns between two characters, in heights of the line: more than between the letters of the line, and beside a wide one. */
const BLANK = 0.1;
const WIDE_BLANK = 0.19;

/** Full-width punctuation has its blank within itself. */
const WIDE_SIGN = /[\u3000-\u303f\uff00-\uffef]/u;
/** No space is before it, whatever is blank there. */
const CLOSING = /^[.,;:!?)\]]$/;

/** The characters without spaces; `spaced`: a space stands before it. */
export type SpacedChar = Char & { spaced: boolean };
/** Blank columns between the middles of two characters, in heights of the line: the most that lie side by side. */
export type BlankBetween = (before: Char, char: Char) => number;
const NOT_SEEN: BlankBetween = () => 0;

export function withSpaces(chars: readonly Char[], blankBetween = NOT_SEEN): SpacedChar[] {
  const shown = chars.filter(({ text }) => text !== ' ' && text !== '');
  const said = new Set<Char>();
  for (const [i, char] of chars.entries()) if (i > 0 && chars[i - 1]?.text === ' ') said.add(char);
  const narrow = shown.flatMap((char, i) => {
    const before = shown[i - 1];
    return before && areNarrow(before, char) ? [[before, char] as const] : [];
  });
  const usual = medianOf(narrow.map(([before, char]) => middleOf(char) - middleOf(before)));
  const usual_blank = medianOf(narrow.map(([before, char]) => blankBetween(before, char)));
  const isSpaced = (before: Char, char: Char): boolean => {
    if (said.has(char)) return true;
    if (isWide(before.text) && isWide(char.text)) return false;
    if (WIDE_SIGN.test(before.text) || WIDE_SIGN.test(char.text) || CLOSING.test(char.text)) return false;
    const are_narrow = areNarrow(before, char);
    const least_blank = are_narrow ? usual_blank + BLANK : WIDE_BLANK;
    if (char.space >= LEAST_BLANK_SPACE && blankBetween(before, char) >= least_blank) return true;
    const is_far = are_narrow && middleOf(char) - middleOf(before) >= FAR * usual;
    return char.space >= (is_far ? LEAST_FAR_SPACE : LEAST_SPACE);
  };
  return shown.map((char, i) => {
    const before = shown[i - 1];
    return { ...char, spaced: before !== undefined && isSpaced(before, char) };
  });
}
const medianOf = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] ?? Infinity;
const areNarrow = (a: Char, b: Char) => !isWide(a.text) && !isWide(b.text);
const middleOf = ({ from, to }: Char) => (from + to) / 2;

/** How far a character can reach from its middle, in heights of the line. */
const WIDE_REACH = 0.5;
const NARROW_REACH = 0.32;

/**
 * Left and right edge of each character, in columns of the strip. CTC tells where a character is seen, not how wide it is: its middle is
 * that of its steps; an edge lies halfway to the neighbour, and no farther than the character can reach.
 */
export function placesOf(chars: readonly Char[], columns_a_step: number, height: number): [left: number, right: number][] {
  const middles = chars.map((char) => middleOf(char) * columns_a_step);
  return chars.map(({ text }, i) => {
    const middle = middles[i] ?? 0;
    const reach = (isWide(text) ? WIDE_REACH : NARROW_REACH) * height;
    const [before, next] = [middles[i - 1], middles[i + 1]];
    const left = before === undefined ? middle - reach : Math.max(middle - reach, (before + middle) / 2);
    const right = next === undefined ? middle + reach : Math.min(middle + reach, (middle + next) / 2);
    return [left, right];
  });
}
