/**
 * Whether the text that a file carries for a page says what the page shows. Fonts map their glyphs to wrong characters, and programs lay
 * the words of another page, or another language, over a scan. It is believed where it makes sense and is what is drawn; elsewhere a few
 * of its lines are compared with what recognition reads there.
 */
import type { Word } from '../../contract/text.ts';
import type { PageRead } from '../../runtime/ports/providers.ts';
import { fold } from '../../text/fold.ts';
import { withoutRadicals } from '../../text/radicals.ts';
import type { OwnText } from '../formats/pages.ts';
import { makesSense } from './language-sense.ts';
import { linesOf, lineText } from './lines.ts';

/** Lines of one page that are compared: what is wrong with a font is wrong with each of them. */
const LINES = 3;
/** Letters of a line that is compared; a Han character counts as three. */
const LEAST_LETTERS = 9;
/** Words that are looked at together for sense: a heading in good order does not speak for the page below it. */
const CHUNK = 25;
/** What recognition is not sure of speaks against nothing; less still, where it does not know the script. */
const SURE = 0.88;
const SURE_OF_OTHER_SCRIPT = 0.97;
/** Similarity of a line as it is carried and as it is read, 0–1. Between the two nothing is said. */
const DIFFERS = 0.4;
const AGREES = 0.6;
/** A line of which less was read is hidden, or not drawn. */
const LEAST_READ = 0.4;
/** Letters that another text of the same language rarely has in this order; and the share of them that a poor recognition of the page still has. */
const LATIN_RUN = 5;
const SAME_PAGE = 0.15;
/** Parts of a line's height: what is read so far above or below it is of that line. */
const NEAR = 0.3;

/** The lines to compare with what is read there, the longest first; none: the text is believed as it is. */
export function doubtfulLines({ read, shows = 'itself' }: OwnText): Word[][] {
  const lines = linesOf(read.words);
  const doubtful =
    shows !== 'itself'
      ? lines
      : chunksOf(lines)
          .filter((chunk) => !makesSense(withoutRadicals(chunk.map(lineText).join('\n'))))
          .flat();
  return longest(doubtful);
}
const longest = (lines: Word[][]): Word[][] =>
  lines
    .filter((line) => isLevel(line) && lettersIn(line) >= LEAST_LETTERS)
    .sort((a, b) => lettersIn(b) - lettersIn(a))
    .slice(0, LINES);
const lettersIn = (line: Word[]): number =>
  [...plain(line.map(({ text }) => text).join(''))].reduce((sum, char) => sum + (HAN.test(char) ? 3 : 1), 0);
/** Recognition reads lines that run from left to right. */
function isLevel(line: Word[]): boolean {
  const { w, h } = boxOf(line);
  return w > h;
}

function chunksOf(lines: Word[][]): Word[][][] {
  const chunks: Word[][][] = [];
  let words = CHUNK;
  for (const line of lines) {
    if (words >= CHUNK) {
      chunks.push([]);
      words = 0;
    }
    chunks.at(-1)?.push(line);
    words += line.length;
  }
  return chunks;
}

/** What is read where these lines stand, held against them. */
export function comparedWith(lines: Word[][], recognised: PageRead): 'agrees' | 'differs' | 'unclear' {
  const similar = lines.flatMap((line) => similarityOf(line, recognised) ?? []);
  const differ = similar.filter((one) => one < DIFFERS).length;
  const agree = similar.filter((one) => one >= AGREES).length;
  if (differ > 0 && differ >= 2 * agree) return 'differs';
  return agree > 0 ? 'agrees' : 'unclear';
}

/** Whether the page, as it was read, has hardly anything of this text, wherever it stands. */
export function isOfAnotherPage({ read }: OwnText, recognised: PageRead): boolean {
  const own = plain(read.text);
  const seen = plain(recognised.text);
  if (recognised.confidence < SURE || Math.min(own.length, seen.length) < LEAST_LETTERS) return false;
  return shareIn(seen, own, HAN.test(own) ? 2 : LATIN_RUN) < SAME_PAGE;
}

/** null: nothing can be said. */
function similarityOf(line: Word[], { words, text, confidence }: PageRead): number | null {
  const own = plain(line.map((word) => word.text).join(''));
  if (words.length === 0) return confidence < sureOf(own) || text === '' ? null : shareIn(plain(text), own, 2);
  const there = wordsAt(boxOf(line), words);
  const read = plain(there.map((word) => word.text).join(''));
  if (read.length < LEAST_READ * own.length || confidenceOf(there) < sureOf(own)) return null;
  return 1 - distance(own, read) / Math.max(own.length, read.length);
}

const HAN = /\p{sc=Han}/u;
const KNOWN = /[\p{sc=Latin}\p{sc=Han}\p{N}]/gu;
const sureOf = (own: string) => ((own.match(KNOWN)?.length ?? 0) >= own.length / 2 ? SURE : SURE_OF_OTHER_SCRIPT);
/** Letters and digits alone, without case, accents and differences between traditional and simplified characters. */
const plain = (text: string): string =>
  fold(withoutRadicals(text))
    .text.normalize('NFD')
    .replace(/[^\p{L}\p{N}]/gu, '')
    .toLowerCase();

function boxOf(words: readonly Word[]): { x: number; y: number; w: number; h: number } {
  const [x, y] = [Math.min(...words.map((word) => word.x)), Math.min(...words.map((word) => word.y))];
  const [right, bottom] = [Math.max(...words.map((word) => word.x + word.w)), Math.max(...words.map((word) => word.y + word.h))];
  return { x, y, w: right - x, h: bottom - y };
}
export const placeOf = boxOf;

function wordsAt({ x, y, w, h }: ReturnType<typeof boxOf>, words: readonly Word[]): Word[] {
  const isThere = (word: Word) => {
    const [across, down] = [word.x + word.w / 2, word.y + word.h / 2];
    return across >= x - NEAR * h && across <= x + w + NEAR * h && down >= y - NEAR * h && down <= y + h + NEAR * h;
  };
  return words.filter(isThere).sort((a, b) => a.x - b.x);
}
const confidenceOf = (words: readonly Word[]): number => {
  const chars = words.reduce((sum, { text }) => sum + text.length, 0);
  return words.reduce((sum, { text, confidence }) => sum + confidence * text.length, 0) / chars;
};

/** Share of the runs of so many characters of `own` that stand in `text` as well. */
function shareIn(text: string, own: string, length: number): number {
  const runs = Array.from({ length: Math.max(0, own.length - length + 1) }, (_, i) => own.slice(i, i + length));
  return runs.length === 0 ? 1 : runs.filter((run) => text.includes(run)).length / runs.length;
}

/** Edits from one to the other (V. Levenshtein, 1965). Lines are short. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, i) => i);
  for (const [i, char] of [...one].entries()) {
    const next = [i + 1];
    for (let j = 0; j < other.length; j++)
      next.push(Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (char === other[j] ? 0 : 1)));
    row = next;
  }
  return row.at(-1) ?? 0;
}
