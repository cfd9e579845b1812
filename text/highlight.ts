/** Why a picture was found: passages with the words that match, and where those words are on the page. */
import type { Box, Highlight } from '../contract/search.ts';
import type { Word } from '../contract/text.ts';
import { placesOf } from './align.ts';
import { cleanText } from './clean.ts';
import { type Document, foldTag } from './document.ts';
import { bestMatches, type Span } from './matches.ts';
import type { ParsedQuery } from './query.ts';

/** Passages of a hit: what a person reads before opening it. */
const PASSAGES = 6;
/** Maximum passages of one page or description. */
const PASSAGES_OF_ONE = 2;
/** What is shown on either side of a match, in widths of a letter: a Han character has two, so that the eye takes in as much of either. */
const AROUND = 80;
/** Width of a passage with several matches. */
const PASSAGE_WIDTH = 360;
/** Letters of a word that is left out rather than cut: longer ones are cut. */
const WORD_LETTERS = 24;
/** Characters of a picture's pages looked through, all together: a page of hits is made in a few milliseconds. */
const SEARCHED_CHARS = 50_000;
/** Maximum pages with boxes: what a person looks at first. */
const BOXED_PAGES = 4;
/** Matches of one text. */
const MATCHES = 100;
/** Boxes of a page: more would colour all of it. */
export const BOXES = 200;

type Parts = Highlight['parts'];

/** Where the pages of a picture match: spans of each page's text, by its place in `pages`. */
export function pageMatches({ pages }: Pick<Document, 'pages'>, query: ParsedQuery): Span[][] {
  let room = SEARCHED_CHARS;
  return pages.map(({ text }) => {
    const spans = room > 0 ? bestMatches(text.slice(0, room), query, MATCHES) : [];
    room -= text.length;
    return spans;
  });
}

/** Places in `pages` (from 0) whose boxes are to be shown. */
export const pagesToBox = (found: readonly Span[][]): number[] =>
  found.flatMap((spans, place) => (spans.length > 0 ? [place] : [])).slice(0, BOXED_PAGES);

/** None for a hit that was found by its vector alone. */
export function highlights(document: Document, query: ParsedQuery, in_pages = pageMatches(document, query)): Highlight[] {
  const found: Highlight[] = [];
  const add = (field: Highlight['field'], page: number | null, passages: Parts[]) => {
    for (const parts of passages) found.push({ field, page, parts });
  };
  const { title, description, tags, filename, pages } = document;
  add('title', null, whole(title ?? '', query));
  add(
    'tags',
    null,
    tags.flatMap((tag) => (query.tags.includes(foldTag(tag)) ? [[{ text: tag, match: true }]] : whole(tag, query))),
  );
  add('description', null, around(description ?? '', bestMatches(description ?? '', query, MATCHES)));
  for (const [place, { page, text }] of pages.entries()) add('text', page, around(text, in_pages[place] ?? []));
  add('filename', null, whole(filename, query));
  return found.slice(0, PASSAGES);
}

/**
 * Boxes of what matches on one page. A match may reach over several words; of a word that holds more than the match, the box is of its
 * part, as if its characters shared the width.
 */
export function matchBoxes(page: number, words: readonly Word[], query: ParsedQuery): Box[] {
  let text = '';
  const places = words.map((word) => {
    const start = text.length;
    text += `${word.text} `;
    return { word, start, end: start + word.text.length };
  });
  return boxesOf(page, places, bestMatches(text, query, BOXES));
}

/**
 * The same by the spans of the page's text, which was looked through already, and where a line end may part a word; null where not each
 * word has a place in it, as after a correction.
 */
export function spanBoxes(
  page: number,
  words: readonly Word[],
  { text, spans }: { text: string; spans: readonly Span[] },
): Box[] | null {
  const clean = words.map((word) => ({ ...word, text: cleanText(word.text) })).filter((word) => word.text !== '');
  const starts = placesOf(
    clean.map((word) => word.text),
    text,
  );
  const places = clean.flatMap((word, i) => {
    const start = starts[i] ?? null;
    return start === null ? [] : [{ word, start, end: start + word.text.length }];
  });
  return places.length < clean.length ? null : boxesOf(page, places, spans);
}

/** places: in the order of the text. */
function boxesOf(page: number, places: readonly (Span & { word: Word })[], spans: readonly Span[]): Box[] {
  const boxes: Box[] = [];
  let next = 0;
  for (const { word, start, end } of places) {
    while (next < spans.length && (spans[next]?.end ?? 0) <= start) next += 1;
    for (let at = next; at < spans.length; at += 1) {
      const span = spans[at];
      if (!span || span.start >= end || boxes.length === BOXES) break;
      boxes.push({ page, ...partOf(word, { start: span.start - start, end: span.end - start }) });
    }
  }
  return boxes;
}

/** Written from top to bottom, which Chinese may be, a word is much higher than it is wide: then the parts share its height. */
const UPRIGHT = 1.5;
const HAS_WORDS = /[\p{L}\p{N}]/u;
function partOf({ text, x, y, w, h }: Word, { start, end }: Span): Omit<Box, 'page'> {
  const rest = text.slice(0, Math.max(start, 0)) + text.slice(end);
  if (!HAS_WORDS.test(rest)) return { x, y, w, h }; // a comma beside it is narrower than a letter
  const whole = widthOf(text);
  const from = widthOf(text.slice(0, Math.max(start, 0))) / whole;
  const share = widthOf(text.slice(Math.max(start, 0), end)) / whole;
  if ([...text].length > 1 && h > w * UPRIGHT && WIDE.test(text)) return { x, y: y + h * from, w, h: h * share };
  return { x: x + w * from, y, w: w * share, h };
}

/** Of Han and what is written with it, twice that of a letter. */
const WIDE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303F\uFF01-\uFF60]/u;
const widthOf = (text: string): number => Array.from(text).reduce((sum, one) => sum + (WIDE.test(one) ? 2 : 1), 0);

function whole(text: string, query: ParsedQuery): Parts[] {
  const spans = bestMatches(text, query, MATCHES);
  return spans.length === 0 ? [] : [partsOf(text, { start: 0, end: text.length }, spans)];
}

function around(text: string, spans: readonly Span[]): Parts[] {
  const windows: Span[] = [];
  for (const { start, end } of spans) {
    const last = windows.at(-1);
    const from = leftOf(text, start);
    const to = rightOf(text, end);
    if (last && from <= last.end && widthOf(text.slice(last.start, to)) <= PASSAGE_WIDTH) last.end = to;
    else if (windows.length < PASSAGES_OF_ONE) windows.push({ start: Math.max(from, last?.end ?? 0), end: to });
    else break;
  }
  return windows.map((window) => partsOf(text, window, spans));
}

/** Where a passage begins that has AROUND before a match: at the beginning of a word, and of a character. */
function leftOf(text: string, at: number): number {
  const before = Array.from(text.slice(Math.max(at - AROUND * 2, 0), at)).reverse(); // a character has at most two units
  let [from, width] = [at, 0];
  for (const one of before) {
    width += WIDE.test(one) ? 2 : 1;
    if (width > AROUND) break;
    from -= one.length;
  }
  const cut = from > 0 && isLetter(text.charAt(from - 1)) ? (LETTERS_FIRST.exec(text.slice(from, at))?.[0].length ?? 0) : 0;
  return cut <= WORD_LETTERS && from + cut < at ? from + cut : from;
}

/** Where it ends: at the end of a word. */
function rightOf(text: string, at: number): number {
  let [to, width] = [at, 0];
  for (const one of text.slice(at, at + AROUND * 2)) {
    width += WIDE.test(one) ? 2 : 1;
    if (width > AROUND || to + one.length > text.length) break;
    to += one.length;
  }
  const cut = isLetter(text.charAt(to)) ? (LETTERS_LAST.exec(text.slice(at, to))?.[0].length ?? 0) : 0;
  return cut <= WORD_LETTERS && to - cut > at ? to - cut : to;
}

/** Letters and digits that are written in words with spaces between, and the space beside a word that is left out. */
const IN_WORD = '(?![\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}])[\\p{L}\\p{N}\\p{M}]';
const LETTER = new RegExp(`^${IN_WORD}$`, 'u');
const LETTERS_FIRST = new RegExp(`^(?:${IN_WORD})+\\s?`, 'u');
const LETTERS_LAST = new RegExp(`\\s?(?:${IN_WORD})+$`, 'u');
const isLetter = (one: string): boolean => LETTER.test(one);

function partsOf(text: string, window: Span, spans: readonly Span[]): Parts {
  const parts: Parts = [];
  const add = (start: number, end: number, match: boolean) => {
    if (end > start) parts.push({ text: text.slice(start, end), match });
  };
  let at = window.start;
  for (const span of spans) {
    const start = Math.max(span.start, window.start);
    const end = Math.min(span.end, window.end);
    if (end <= start) continue;
    add(at, start, false);
    add(start, end, true);
    at = end;
  }
  add(at, window.end, false);
  return parts;
}
