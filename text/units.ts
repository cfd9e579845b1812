/** A text in pieces: the words, numbers and single Han characters of it, folded, with their places. */
import { fold } from './fold.ts';
import { plainLatin } from './latin.ts';

/**
 * han: one character, written without spaces between. joined: it follows the unit before it, and both are Han. gap: what stands between
 * it and the unit before. apart: the two words that a capital within shows: ConradMoreau.
 */
export type Unit = {
  kind: 'han' | 'word' | 'number';
  text: string;
  start: number;
  end: number;
  joined: boolean;
  gap: string;
  apart?: string[];
};

const HAN_CLASS = '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}\\u30FC';
/** As in most of Europe: a comma before the decimals, and points or spaces between thousands. */
export const CONTINENTAL = "(?<![\\d.,])\\d{1,3}(?:[. '’]\\d{3})+,\\d{1,2}(?![\\d,.]\\d|\\d)";
const NUMERALS = '零〇一二三四五六七八九○年';
const UNIT = new RegExp(
  [
    `(${CONTINENTAL})`, // 1 234,50
    "(\\d{1,3}(?:[,'’]\\d{3})+(?!\\d)(?:\\.\\d+(?!\\.?\\d))?)", // 1,234.50
    '((?<!\\d\\.)\\d+\\.\\d+(?!\\.?\\d)|\\d+)', // 12.5, but the 2024, 03 and 15 of 2024.03.15
    `([${HAN_CLASS}]|(?<=[${NUMERALS}])○(?=[${NUMERALS}]))`, // 二○一八
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
    const start = folded.start(at);
    const unit: Unit = {
      kind: han ? 'han' : apart || number ? 'number' : 'word',
      text: apart ?? (han === '○' ? '〇' : han || number ? whole : plainLatin(whole)),
      start,
      end: folded.end(at + whole.length - 1),
      joined: han !== undefined && before?.kind === 'han' && joins(before.text, gap, han),
      gap,
    };
    const two = unit.kind === 'word' && whole.length >= TWO_WORDS_CHARS ? twoWords(text.slice(start, unit.end)) : null;
    if (two) unit.apart = two;
    found.push(unit);
    end = at + whole.length;
  }
  return found;
}

/** Spaces mean nothing between Han characters, and separate words in Korean. A dot parts the names of one person: 买买提·艾力. */
const joins = (before: string, gap: string, han: string): boolean =>
  gap === '' || NAME_DOT.test(gap) || (LINE_GAP.test(gap) && !HANGUL.test(before) && !HANGUL.test(han));
const NAME_DOT = /^[·•‧・]$/;

const TWO_WORDS_CHARS = 6;
const TWO_WORDS = /^([A-Z]?[a-z]{2,})([A-Z][a-z]{2,})$/;
function twoWords(written: string): string[] | null {
  const found = TWO_WORDS.exec(written.normalize('NFKC'));
  return found && [found[1] ?? '', found[2] ?? ''].map((word) => word.toLowerCase());
}
