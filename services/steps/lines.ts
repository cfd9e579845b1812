/** Lines of words, where only the words and their places are known. */
import type { Word } from '../../contract/text.ts';

/** Parts of a word's height: words whose middles are nearer stand on one line. */
const LINE = 0.6;
const HAN = /\p{sc=Han}/u;

/** Words in their order, cut where the next one stands on another line. */
export function linesOf(words: Word[]): Word[][] {
  const lines: Word[][] = [];
  let last: Word | null = null;
  for (const word of words) {
    const line = lines.at(-1);
    if (line && last && isBeside(last, word)) line.push(word);
    else lines.push([word]);
    last = word;
  }
  return lines;
}
const isBeside = (a: Word, b: Word): boolean =>
  Math.abs(a.y + a.h / 2 - b.y - b.h / 2) <= LINE * Math.max(a.h, b.h) && b.x >= a.x;

/** Chinese stands without spaces. */
export const lineText = (words: Word[]): string =>
  words.reduce(
    (line, { text }) => line + (line === '' || (HAN.test(line.at(-1) ?? '') && HAN.test(text[0] ?? '')) ? '' : ' ') + text,
    '',
  );
