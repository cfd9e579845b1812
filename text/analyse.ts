/**
 * Text → tokens: one function for what is stored and what is asked, in every index.
 *
 * Two streams, each stored in a field of its own as tokens with one space between:
 * - `grams`: Han in overlapping pairs (a run of one character: itself), words as their stems, amounts at their shortest, what
 *   numbers are meant as (see numbers.ts). A Han query of two or more
 *   characters is a phrase of pairs. Pairs are rare, which makes them quick: over 100,000 texts, phrases of 2 to 6 characters took
 *   0.4 ms as pairs and 2.8 ms as single characters (medians).
 * - `plain`: single Han characters, words and numbers as written. It finds one character, the beginning of a word (a stem is not one:
 *   univers is what university is stored as), and mixed phrases such as 共3张, whose single characters no pair holds.
 * Between Han and Han that is not written together, BREAK stands in both: else 中国人 (pairs 中国, 国人) would be found in 中国，国人.
 * One stream with both would put a pair's characters between it and the next word, and phrases would need gaps.
 *
 * A token holds letters, digits, marks and the point of a decimal, nothing else. SQLite's `ascii` tokenizer (with `tokenchars '.'`) and
 * Elasticsearch's `whitespace` leave each as it is; `unicode61` changes or splits on 2,951 characters that we keep, 329 of them Han.
 */
import { stemmer } from 'stemmer';
import { amount } from './amounts.ts';
import { flat } from './flat.ts';
import { joinedWords } from './joined-words.ts';
import { meanings } from './numbers.ts';
import { type Unit, units } from './units.ts';
import { baseForm } from './word-forms.ts';

/** Raised with every change of what is answered here: an index made with another one has to be made again. */
export const ANALYSER_VERSION = 6;
/** Characters of a token; what is longer is noise, and is cut alike in texts and queries. */
export const TOKEN_CHARS = 64;
/** Stands where punctuation or an empty line parts Han from Han, in texts and in queries. */
export const BREAK = '.';
/** Stands between pages and between tags, so that no phrase reaches across: no query has it. */
export const APART = '..';

export type Stream = 'grams' | 'plain';
export const STREAMS: readonly Stream[] = ['grams', 'plain'];
/** start, end: where it is in the text as given, in UTF-16 units. */
export type Token = { text: string; start: number; end: number };
export type Analysed = Record<Stream, Token[]>;

/**
 * What numbers are meant as stands after all else in `grams`: it is asked for alone, never as part of a phrase. Before it, in both, stands
 * what words are when written otherwise (joined-words.ts), each behind APART, so that no phrase reaches into it.
 */
export function analyse(text: string): Analysed {
  const pieces = units(text);
  const { grams, plain } = streams(pieces);
  const add = (stream: Token[], { from, to }: Place, tokens: string[]) => {
    const place = { start: pieces[from]?.start ?? 0, end: pieces[to]?.end ?? 0 };
    stream.push({ text: APART, start: place.start, end: place.start }, ...tokens.map((one) => ({ text: short(one), ...place })));
  };
  for (const one of joinedWords(pieces)) {
    add(plain, one, one.words);
    add(grams, one, one.words.map(stem));
  }
  const { meant, unwritten } = meanings(pieces);
  for (const one of unwritten) add(grams, one, [one.text]);
  for (const { from, to, text: token } of meant) {
    grams.push({ text: token, start: pieces[from]?.start ?? 0, end: pieces[to]?.end ?? 0 });
  }
  return { grams, plain };
}
type Place = { from: number; to: number };

/** As written, without what its numbers are meant as. */
export function streams(pieces: Unit[], stemOf = stem): Analysed {
  const grams: Token[] = [];
  const plain: Token[] = [];
  for (const [i, unit] of pieces.entries()) {
    const { kind, text, start, end, joined } = unit;
    const next = pieces[i + 1];
    if (kind === 'han' && !joined && pieces[i - 1]?.kind === 'han') {
      for (const stream of [grams, plain]) stream.push({ text: BREAK, start, end: start });
    }
    plain.push({ text: short(text), start, end });
    if (kind === 'word') grams.push({ text: short(stemOf(text)), start, end });
    else if (kind === 'number') grams.push({ text: short(amount(text)), start, end });
    else if (next?.joined) grams.push({ text: text + next.text, start, end: next.end });
    else if (!joined) grams.push({ text, start, end });
  }
  return { grams, plain };
}

/** What an index stores of texts that no phrase reaches across. */
export function stored(texts: readonly string[]): Record<Stream, string> {
  const lines: Record<Stream, string[]> = { grams: [], plain: [] };
  for (const [i, text] of texts.entries()) {
    const analysed = analyse(text);
    for (const stream of STREAMS) {
      const line = lines[stream];
      if (i > 0) line.push(APART);
      for (const token of analysed[stream]) line.push(token.text);
    }
  }
  return { grams: lines.grams.join(' '), plain: lines.plain.join(' ') };
}

/** Stems that were asked for: emptied when full, since what is rare may be anything. */
const stems = new Map<string, string>();
const MAX_STEMS = 20_000;
const HAS_STEM = /^[a-z]{2,}$/;
/** The same for all forms of a word. */
export function stem(word: string): string {
  if (!HAS_STEM.test(word)) return word;
  const found = stems.get(word);
  if (found !== undefined) return found;
  const made = porterStem(baseForm(word));
  if (stems.size >= MAX_STEMS) stems.clear();
  stems.set(flat(word), flat(made));
  return made;
}
/** By its ending alone. */
export const porterStem = (word: string): string => (/^[a-z]{3,}$/.test(word) ? stemmer(word) : word);
const short = (token: string): string => (token.length <= TOKEN_CHARS ? token : [...token].slice(0, TOKEN_CHARS).join(''));
