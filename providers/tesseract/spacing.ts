/**
 * Where Chinese characters are in a line. The engine reads a line as a whole and guesses where in it each character was: half a character
 * off is usual, and now and then it gives one the width of the whole line. But Chinese is set in equal squares, and the two ends of a
 * line are right; so the characters between are put where the squares are.
 */
import type { EngineWord } from './thread.ts';

const WIDE = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3001-\u303F\uFF01-\uFF60]+$/u;
/** The engine takes 、and ： for these; they have a square of their own all the same. */
const MARK = /^[\p{P}\p{S}]$/u;
const HAN_END = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]$/u;
/** Shares of a square: what the ink of a character leaves free beside it, and where that of a mark at its left ends. */
const FREE = 0.08;
const MARK_INK = 0.35;
/** Squares wider or narrower than this, beside the height of their ink, are no plain line: it is left as it was read. */
const SQUARE = { least: 0.85, max: 1.4 };
/** Ink lower than this part of a square is of a flat character, such as 一. */
const FULL_HEIGHT = 0.75;
/** A square that differs by less from what the height says is right: ink is not always as high. */
const SURE = 0.04;
/** So much free space, in squares, parts a line: a column begins. */
const PARTED = 1.5;

/** The words of one line, in its order; only places change. */
export function spaced(words: readonly EngineWord[]): EngineWord[] {
  const clipped = words.map((word, i) => clippedBy(word, words[i + 1]));
  const runs = runsOf(clipped);
  return runs.flatMap((run, i) => {
    const chinese = run.every(isWide) && run.some(({ text }) => HAN_END.test(text));
    return chinese ? squared(run, { begins: i === 0, ends: i === runs.length - 1 }) : run;
  });
}

const isWide = ({ text }: EngineWord): boolean => WIDE.test(text) || MARK.test(text);

/** None reaches into the next one. */
function clippedBy(word: EngineWord, next: EngineWord | undefined): EngineWord {
  const { x0, x1 } = word.bbox;
  if (!next || next.bbox.x0 <= x0 || next.bbox.x0 >= x1) return word;
  return { ...word, bbox: { ...word.bbox, x1: next.bbox.x0 } };
}

/** Parts of a line that are of one kind and have no wide space within. */
function runsOf(words: EngineWord[]): EngineWord[][] {
  const runs: EngineWord[][] = [];
  for (const word of words) {
    const run = runs.at(-1);
    const before = run?.at(-1);
    const near = run && before && word.bbox.x0 - before.bbox.x1 < PARTED * Math.max(...run.map(heightOf));
    if (near && isWide(before) === isWide(word)) run.push(word);
    else runs.push([word]);
  }
  return runs;
}

const heightOf = ({ bbox }: EngineWord): number => bbox.y1 - bbox.y0;
const count = ({ text }: EngineWord): number => [...text].length;

/** begins, ends: the line does so with it. Where only one end is one of the line, the other one is guessed, unless it fits the height. */
function squared(run: EngineWord[], { begins, ends: at_end }: { begins: boolean; ends: boolean }): EngineWord[] {
  const [first, last] = [run[0], run.at(-1)];
  if (!first || !last) return run;
  const squares = run.reduce((sum, word) => sum + count(word), 0);
  const ends = HAN_END.test(last.text) ? squares - FREE : squares - 1 + MARK_INK;
  const read = (last.bbox.x1 - first.bbox.x0) / ends;
  const full = run.filter((word) => HAN_END.test(word.text) && heightOf(word) >= FULL_HEIGHT * read);
  const lowest = full.reduce<EngineWord | null>(
    (least, word) => (least && heightOf(least) <= heightOf(word) ? least : word),
    null,
  );
  if (!lowest || read < SQUARE.least * heightOf(lowest) || read > SQUARE.max * heightOf(lowest)) return run;
  const tall = heightOf(lowest) / (1 - FREE);
  const square = begins !== at_end && Math.abs(read - tall) > SURE * tall ? tall : read;
  const left = begins ? first.bbox.x0 : last.bbox.x1 - ends * square;
  let at = 0;
  return run.map((word) => {
    const x0 = left + at * square;
    at += count(word);
    const x1 = left + (at - (HAN_END.test(word.text) ? FREE : 1 - MARK_INK)) * square;
    const { y0, y1 } = HAN_END.test(word.text) ? lowest.bbox : word.bbox;
    return { ...word, bbox: { x0, x1, y0, y1 } };
  });
}
