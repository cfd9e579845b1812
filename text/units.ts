/** A text in pieces: the words, numbers and single Han characters of it, folded, with their places. */
import { fold } from './fold.ts';

/**
 * han: one character, written without spaces between. joined: it follows the unit before it, and both are Han. gap: what stands between
 * it and the unit before.
 */
export type Unit = { kind: 'han' | 'word' | 'number'; text: string; start: number; end: number; joined: boolean; gap: string };

const HAN_CLASS = '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}\\u30FC';
/** As in most of Europe: a comma before the decimals, and points or spaces between thousands. */
export const CONTINENTAL = "(?<![\\d.,])\\d{1,3}(?:[. '’]\\d{3})+,\\d{1,2}(?![\\d,.]\\d|\\d)";
const UNIT = new RegExp(
  [
    `(${CONTINENTAL})`, // 1 234,50
    "(\\d{1,3}(?:[,'’]\\d{3})+(?!\\d)(?:\\.\\d+(?!\\.?\\d))?)", // 1,234.50
    '((?<!\\d\\.)\\d+\\.\\d+(?!\\.?\\d)|\\d+)', // 12.5, but the 2024, 03 and 15 of 2024.03.15
    `([${HAN_CLASS}])`,
    `(?![\\d${HAN_CLASS}])[\\p{L}\\p{N}](?:(?![\\d${HAN_CLASS}])[\\p{L}\\p{N}\\p{M}])*`,
  ].join('|'),
  'gu',
);
/** A line may end within a sentence; an empty line may not. */
const LINE_GAP = /^[^\S\n]*\n?[^\S\n]*$/;
const HANGUL = /\p{Script=Hangul}/u;

/** The pieces of a text, in order, with case, width, accents and traditional characters folded. */
export function units(text: string): Unit[] {
  const folded = fold(text);
  const found: Unit[] = [];
  let end = 0;
  for (const match of folded.text.matchAll(UNIT)) {
    const [whole, continental, grouped, number, han] = match; // by number: names cost a third of the time
    const at = match.index;
    const before = found.at(-1);
    const gap = folded.text.slice(end, at);
    const apart = continental?.replace(/[. '’]/g, '').replace(',', '.') ?? grouped?.replace(/[,'’]/g, '');
    found.push({
      kind: han ? 'han' : apart || number ? 'number' : 'word',
      text: apart ?? (han || number ? whole : written(whole)),
      start: folded.start(at),
      end: folded.end(at + whole.length - 1),
      joined: han !== undefined && before?.kind === 'han' && joins(before.text, gap, han),
      gap,
    });
    end = at + whole.length;
  }
  return found;
}

/** Spaces mean nothing between Han characters, and separate words in Korean. */
const joins = (before: string, gap: string, han: string): boolean =>
  gap === '' || (LINE_GAP.test(gap) && !HANGUL.test(before) && !HANGUL.test(han));

const ASCII = /^\p{ASCII}*$/u;
const LATIN = /^[\p{Script=Latin}\p{M}]+$/u;
/** Latin without accents: recognition often misses them, and few people type them. */
const written = (word: string): string =>
  ASCII.test(word) || !LATIN.test(word) ? word : word.normalize('NFKD').replace(/\p{M}/gu, '');
