/** A text in pieces: the words, numbers and single Han characters of it, folded, with their places. */
import { type Folded, fold } from './fold.ts';
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
/** Numbers at one place, the first that fits. */
const NUMBER = new RegExp(
  [
    `(${CONTINENTAL})`, // 1 234,50
    "(\\d{1,3}(?:[,'’]\\d{3})+(?!\\d)(?:\\.\\d+(?!\\.?\\d))?)", // 1,234.50
    '(?<!\\d\\.)\\d+\\.\\d+(?!\\.?\\d)|\\d+', // 12.5, but the 2024, 03 and 15 of 2024.03.15
  ].join('|'),
  'uy',
);
const NUMERALS = '零〇一二三四五六七八九○年';
const ZERO = '○'; // 二○一八

/** A line may end within a sentence; an empty line may not. */
const LINE_GAP = /^[^\S\n]*\n?[^\S\n]*$/;
const HANGUL = /\p{Script=Hangul}/u;

/** The pieces of a text, in order, with case, width, accents and traditional characters folded. */
export function units(text: string): Unit[] {
  const folded = fold(text);
  const found: Unit[] = [];
  let end = 0;
  for (let at = 0; at < folded.text.length; ) {
    const piece = pieceAt(folded.text, at);
    if (piece.kind !== null) {
      found.push(unitOf(folded, piece, { at, end, before: found.at(-1) }));
      if (piece.kind === 'word') markParts(found.at(-1), text, piece.text);
      end = at + piece.length;
    }
    at += piece.length;
  }
  return found;
}

/** text: as a unit has it. length: in the folded text. kind null: it is between units. */
type Piece = { kind: Unit['kind'] | null; text: string; length: number };
/** By a table of characters, which takes two thirds of the time of one regular expression for all of it. */
function pieceAt(folded: string, at: number): Piece {
  const kind = kindAt(folded, at);
  const length = widthAt(folded, at);
  if (kind === DIGIT) return numberAt(folded, at);
  if (kind === HAN) return { kind: 'han', text: folded.slice(at, at + length), length };
  if (kind === LETTER) return wordAt(folded, at);
  const is_zero = folded[at] === ZERO && NUMERALS.includes(folded[at - 1] ?? ' ') && NUMERALS.includes(folded[at + 1] ?? ' ');
  return is_zero ? { kind: 'han', text: '〇', length } : { kind: null, text: '', length };
}

function numberAt(folded: string, at: number): Piece {
  NUMBER.lastIndex = at;
  const [whole = '', continental, grouped] = NUMBER.exec(folded) ?? [];
  const text = continental?.replace(/[. '’]/g, '').replace(',', '.') ?? grouped?.replace(/[,'’]/g, '') ?? whole;
  return { kind: 'number', text, length: whole.length };
}

function wordAt(folded: string, from: number): Piece {
  let at = from;
  for (let kind = LETTER; kind === LETTER || kind === MARK; kind = kindAt(folded, at)) at += widthAt(folded, at);
  const whole = folded.slice(from, at);
  return { kind: 'word', text: plainLatin(whole), length: whole.length };
}

/** What a character is to `units`, by its code unit; of a pair of surrogates by the regular expressions themselves. */
const [OTHER, DIGIT, HAN, LETTER, MARK, UNKNOWN] = [0, 1, 2, 3, 4, 255];
const KINDS = new Uint8Array(0x10000).fill(UNKNOWN);
const IS_HAN = new RegExp(`^[${HAN_CLASS}]$`, 'u');
function kindAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (widthAt(text, at) > 1) return kindOf(text.slice(at, at + 2));
  if (Number.isNaN(code)) return OTHER;
  const known = KINDS[code];
  if (known !== undefined && known !== UNKNOWN) return known;
  const kind = kindOf(text.charAt(at));
  KINDS[code] = kind;
  return kind;
}
function kindOf(character: string): number {
  if (/^\d$/.test(character)) return DIGIT;
  if (IS_HAN.test(character)) return HAN;
  if (/^[\p{L}\p{N}]$/u.test(character)) return LETTER;
  return /^\p{M}$/u.test(character) ? MARK : OTHER;
}
/** Code units of the character there. */
function widthAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code < 0xd800 || code > 0xdbff) return 1;
  const next = text.charCodeAt(at + 1);
  return next >= 0xdc00 && next <= 0xdfff ? 2 : 1;
}

type Between = { at: number; end: number; before: Unit | undefined };
function unitOf(folded: Folded, { kind, text, length }: Piece, { at, end, before }: Between): Unit {
  const gap = at === end ? '' : folded.text.slice(end, at);
  return {
    kind: kind ?? 'word',
    text,
    start: folded.start(at),
    end: folded.end(at + length - 1),
    joined: kind === 'han' && before?.kind === 'han' && joins(before.text, gap, text),
    gap,
  };
}

/** Two words that a capital shows; what is written as it is folded has none. */
function markParts(unit: Unit | undefined, text: string, folded: string): void {
  if (!unit || folded.length < TWO_WORDS_CHARS) return;
  const written = text.slice(unit.start, unit.end);
  const two = written === folded ? null : twoWords(written);
  if (two) unit.apart = two;
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
