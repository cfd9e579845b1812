/** Signs of money that the dictionary of PP-OCR lacks: tesseract reads them, and nothing else of its text is taken here. */
import type { Word } from '../../contract/text.ts';
import type { PageRead } from '../../runtime/ports/providers.ts';

const SIGN = /[€£]/u;
/** What PP-OCR reads in their place, before or behind a number: a letter that looks like one, or nothing. */
const LETTER_FOR_SIGN = /(?:^|\s)[fEC]\s?\d+(?:[.,]\d{3})*[.,]\d{2}(?!\d)/u;
const AROUND = /^[€£fEC]?(.*?)[€£fEC]?$/u;
/** Confidence of tesseract from which its sign is taken. */
const SURE = 0.75;
/** Share of the narrower or lower one within the other, at which two places are one. */
const SAME_PLACE = 0.5;
/** Between a sign that stands alone and its number, in heights of the number. */
const REACH = 1.2;

/** Whether a letter stands where a sign of money is expected. */
export const hasLetterForSign = (text: string): boolean => LETTER_FOR_SIGN.test(text);

/** The page with the signs that tesseract read at its numbers. Digits are never changed. shape: width by height of the picture. */
export function withSigns(page: PageRead, tesseract: Pick<PageRead, 'words'>, shape: number): PageRead {
  let tokens = tokensOf(page);
  for (const word of tesseract.words)
    if (SIGN.test(word.text) && word.confidence >= SURE) tokens = withSign(tokens, word, shape) ?? tokens;
  return { ...page, text: tokens.map(({ before, word }) => before + word.text).join(''), words: tokens.map(({ word }) => word) };
}

/** before: the white space that stands before the word. */
type Token = { before: string; word: Word };

function tokensOf({ text, words }: PageRead): Token[] {
  let at = 0;
  return words.map((word) => {
    const from = text.indexOf(word.text, at);
    const before = text.slice(at, from);
    at = from + word.text.length;
    return { before, word };
  });
}

/** null: it is no sign of a number that was read as well. */
function withSign(tokens: readonly Token[], sign: Word, shape: number): Token[] | null {
  const at = tokens.findIndex(({ word }) => isAtOnePlace(word, sign));
  const found = tokens[at]?.word;
  if (found && bare(found.text) === bare(sign.text)) {
    const whole = { ...found, ...around(found, sign), text: sign.text };
    return tokens.map((token, n) => (n === at ? { ...token, word: whole } : token));
  }
  if (found || bare(sign.text) !== '') return null;
  const next = tokens.findIndex(({ word }) => isNumberBeside(word, sign, shape));
  const number = tokens[next];
  if (!number) return null;
  const alone = { ...sign, y: number.word.y, h: number.word.h };
  const first = { before: number.before, word: alone };
  const pair = sign.x < number.word.x ? [first, { ...number, before: ' ' }] : [number, { before: ' ', word: alone }];
  return tokens.flatMap((token, n) => (n === next ? pair : [token]));
}

const bare = (text: string): string => AROUND.exec(text)?.[1] ?? '';

/** The part of the lower or narrower one that both have. */
const shared = (a: number, a_size: number, b: number, b_size: number): number =>
  (Math.min(a + a_size, b + b_size) - Math.max(a, b)) / Math.max(1e-6, Math.min(a_size, b_size));
const areInOneLine = (a: Word, b: Word): boolean => shared(a.y, a.h, b.y, b.h) >= SAME_PLACE;
const isAtOnePlace = (a: Word, b: Word): boolean => areInOneLine(a, b) && shared(a.x, a.w, b.x, b.w) >= SAME_PLACE;
const isNumberBeside = (word: Word, sign: Word, shape: number): boolean => {
  const apart = word.x > sign.x ? word.x - sign.x - sign.w : sign.x - word.x - word.w;
  return /^\d/.test(word.text) && areInOneLine(word, sign) && apart * shape <= REACH * word.h;
};

function around(a: Word, b: Word): Pick<Word, 'x' | 'y' | 'w' | 'h'> {
  const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)];
  return { x, y, w: Math.max(a.x + a.w, b.x + b.w) - x, h: Math.max(a.y + a.h, b.y + b.h) - y };
}
