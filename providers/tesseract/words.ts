/** From what the engine says it saw to the text and the words we keep. */
import type { Word } from '../../contract/text.ts';
import type { PageRead } from '../../runtime/ports/providers.ts';
import { boxAt, type Matrix, SAME } from './matrix.ts';
import { inOneScript } from './script.ts';
import { spaced } from './spacing.ts';
import type { EngineLine, EnginePage, EngineWord } from './thread.ts';

/**
 * The engine finds words in grass and clouds. Over all samples (about 2,000 characters), without a least confidence 99.9% of the
 * characters are found and 6 made up; with 0.3: 99.8% and 1; with 0.5: 99.4% and 1; with 0.7: 99.0% and 1.
 */
const MIN_WORD_CONFIDENCE = 0.3;
/**
 * A page below this is a photo, unless its lines stand as those of a text do: pages with text had a mean of 0.87 to 0.95 (two sets of
 * samples), photos without any 0.16 to 0.43, faint receipts 0.55 to 0.6.
 */
const MIN_PAGE_CONFIDENCE = 0.65;
/** On such a page a line is text if it is so sure, and has so many letters. */
const FAINT_LINE_CONFIDENCE = 0.5;
const FAINT_LINE_LETTERS = 3;
/** It is faint print if there are so many of those lines, with this share of all letters that were seen, and this share of them aligned. */
const FAINT_LINES = 4;
const FAINT_SHARE = 0.4;
const ALIGNED_SHARE = 0.5;
/** In a line that is sure as a whole an unsure word is a rare one and not noise, if it has letters. */
const SURE_LINE_CONFIDENCE = 0.6;
/** On a photo, only a line like this is a sign and not a fence: all that we keep of it is sure, and it is more than one letter. */
const SIGN_CONFIDENCE = 0.8;
const SIGN_LETTERS = 3;
/** What we keep of such a line must be most of it: noise has a sure word here and there. */
const SIGN_SHARE = 0.6;

/** width, height: pixels of the picture that was given. back: to them from the pixels that the engine saw. */
export function pageOf({ blocks }: EnginePage, { width, height }: { width: number; height: number }, back = SAME): PageRead {
  const paragraphs = (blocks ?? []).flatMap((block) => block.paragraphs.map(({ lines }) => lines));
  const all = paragraphs.flat();
  const is_unsure = meanConfidence(all.flatMap(({ words }) => words)) < MIN_PAGE_CONFIDENCE;
  const isPhoto = is_unsure ? (isFaintPrint(all) ? (line: EngineLine) => !isRead(line) : () => true) : () => false;
  const kept = paragraphs
    .map((lines) => lines.flatMap((line) => keptOf({ ...line, words: spaced(line.words) }, isPhoto(line))))
    .filter((lines) => lines.length > 0);
  const words = kept.flat().flatMap((line) => line.words);
  return inOneScript({
    text: kept.map((lines) => lines.map(lineText).join('\n')).join('\n\n'),
    confidence: round(meanConfidence(words)),
    words: words.map((word) => wordOf(word, width, height, back)),
  });
}

/** How sure the engine is of all that it saw, whether we would keep it or not: 0–1. */
export const confidenceOf = ({ blocks }: EnginePage): number =>
  meanConfidence(
    (blocks ?? []).flatMap(({ paragraphs }) => paragraphs.flatMap(({ lines }) => lines.flatMap(({ words }) => words))),
  );

/** A line of faint print: as sure as a line of a photo is not. */
const isRead = ({ words }: EngineLine): boolean =>
  letters(words) >= FAINT_LINE_LETTERS && meanConfidence(words) >= FAINT_LINE_CONFIDENCE;

/** Whether lines stand in rows one below the other, as print does: what is seen in grass and clouds lies anywhere. */
function isFaintPrint(lines: readonly EngineLine[]): boolean {
  const read = lines.filter(isRead).map(({ words }) => ({ words, ...extentOf(words) }));
  const lettersOf = (some: readonly Pick<EngineLine, 'words'>[]) => some.reduce((sum, { words }) => sum + letters(words), 0);
  if (read.length < FAINT_LINES || lettersOf(read) < FAINT_SHARE * lettersOf(lines)) return false;
  const aligned = read.filter((one) =>
    read.some((other) => {
      if (other === one || Math.abs(other.y - one.y) < one.height / 2) return false;
      return Math.min(Math.abs(other.left - one.left), Math.abs(other.right - one.right)) <= one.height;
    }),
  );
  return aligned.length >= ALIGNED_SHARE * read.length;
}

/** y: of the middle. */
function extentOf(words: readonly EngineWord[]): { left: number; right: number; y: number; height: number } {
  const [top, bottom] = [Math.min(...words.map(({ bbox }) => bbox.y0)), Math.max(...words.map(({ bbox }) => bbox.y1))];
  const [left, right] = [Math.min(...words.map(({ bbox }) => bbox.x0)), Math.max(...words.map(({ bbox }) => bbox.x1))];
  return { left, right, y: (top + bottom) / 2, height: bottom - top };
}

/** The line with the words that are words, or nothing. */
function keptOf(line: EngineLine, is_photo: boolean): EngineLine[] {
  const is_sure = !is_photo && meanConfidence(line.words) >= SURE_LINE_CONFIDENCE;
  const least = is_photo ? SIGN_CONFIDENCE : MIN_WORD_CONFIDENCE;
  const isWord = ({ text, confidence }: EngineWord) => confidence / 100 >= least || (is_sure && /\p{L}/u.test(text));
  const words = line.words.filter((word) => word.text.trim() !== '' && isWord(word));
  if (words.length === 0) return [];
  if (is_photo && (letters(words) < SIGN_LETTERS || letters(words) < SIGN_SHARE * letters(line.words))) return [];
  return [{ text: words.length === line.words.length ? line.text : without(line, new Set(words)), words }];
}

/** The line's own spacing with the dropped words cut out: between Chinese words there is none to be made up again. */
function without({ text, words }: EngineLine, kept: Set<EngineWord>): string {
  let result = '';
  let at = 0;
  for (const word of words) {
    const begin = text.indexOf(word.text, at);
    if (begin < 0) continue;
    if (kept.has(word)) result += text.slice(at, begin) + word.text;
    else result += ' ';
    at = begin + word.text.length;
  }
  return result;
}
const lineText = ({ text }: EngineLine) => text.replace(/\s+/g, ' ').trim();

const letters = (words: readonly EngineWord[]) =>
  words.reduce((sum, { text }) => sum + (text.match(/[\p{L}\p{N}]/gu)?.length ?? 0), 0);

/** 0–1, each word by its length. No words: 0. */
function meanConfidence(words: readonly EngineWord[]): number {
  const chars = words.reduce((sum, { text }) => sum + text.length, 0);
  return chars === 0 ? 0 : words.reduce((sum, { text, confidence }) => sum + confidence * text.length, 0) / chars / 100;
}

function wordOf({ text, confidence, bbox }: EngineWord, width: number, height: number, back: Matrix): Word {
  const seen = { left: bbox.x0, top: bbox.y0, right: bbox.x1, bottom: bbox.y1 };
  const place = boxAt(back, seen);
  const [x, right] = [fraction(place.left, width), fraction(place.right, width)];
  const [y, bottom] = [fraction(place.top, height), fraction(place.bottom, height)];
  return { text, confidence: round(confidence / 100), x, y, w: round(Math.max(0, right - x)), h: round(Math.max(0, bottom - y)) };
}
/** Four decimals: under half a pixel of a 4,000-pixel page, and a third of the bytes. */
const round = (value: number) => Math.round(value * 10_000) / 10_000;
const fraction = (pixels: number, of: number) => round(Math.min(1, Math.max(0, pixels / of)));
