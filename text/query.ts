/**
 * What a person typed, understood: the same for every index.
 *
 *   发票 2024        both, anywhere                     "annual report"   exactly so, one after the other
 *   -draft           not this                           tag:receipt, tag:"two words"   has exactly this tag
 *   -tag:receipt     has not this tag                   1,280.00, 2024-03-05           so, or written another way (see numbers.ts)
 *
 * Text without spaces is taken apart where Han meets other writing: iPhone手机 is iPhone and 手机, in any order. A single character
 * says too little alone and stays with its neighbours: 共3张 is one phrase.
 */

import { type Stream, stem, streams } from './analyse.ts';
import { foldTag } from './document.ts';
import { joinedWords } from './joined-words.ts';
import { queryNumbers, writings } from './numbers.ts';
import { type Phrase, type QueryTerm, runOf, token } from './phrases.ts';
import { elsewhere } from './regional-words.ts';
import { spacedRuns } from './spaced-runs.ts';
import { CONTINENTAL, type Unit, units } from './units.ts';

export type { Phrase, QueryTerm };
/**
 * `all`: each must be found; `none`: none may be; `tags`: each must be there (from `tag:`), as `foldTag` says; `no_tags`: none may be.
 * Empty `all` and `tags`: lists by newest. `text`: what was said without the operators, for a vector. `words`: each of `all` as it was
 * typed. `strict`: quotes or a minus say that it is meant exactly so.
 */
export type ParsedQuery = {
  all: QueryTerm[];
  none: QueryTerm[];
  tags: string[];
  no_tags: string[];
  text: string;
  words: string[];
  strict: boolean;
};

/** Longer than any question; HTTP refuses more. */
export const QUERY_CHARS = 500;
/** Terms understood; the rest of a pasted text would exclude everything. */
export const QUERY_TERMS = 32;
/** Fewer characters begin too many words. */
const PREFIX_CHARS = 2;

const QUOTES = '"“”„「」『』«»';
const PIECE = new RegExp(
  `(?<minus>[-－−])?(?<tag>(?:tag|标签|標籤)[:：])?(?:[${QUOTES}](?<quoted>[^${QUOTES}]*)[${QUOTES}]?|(?<bare>${CONTINENTAL}(?=\\s|$)|[^\\s${QUOTES}]+)|(?<=[:：]))`,
  'giu',
);

/** The parts of what was typed, as they were typed: each word, quoted passage or tag, with its minus. At most QUERY_TERMS. */
export const queryParts = (typed: string): string[] =>
  [...typed.slice(0, QUERY_CHARS).matchAll(PIECE)]
    .map(([part]) => part)
    .filter((part) => part !== '')
    .slice(0, QUERY_TERMS);

/** Never throws: what can't be understood is taken as words, and what has no words is left out. */
export function parseQuery(typed: string): ParsedQuery {
  const query: ParsedQuery = { all: [], none: [], tags: [], no_tags: [], text: '', words: [], strict: false };
  const given = typed.slice(0, QUERY_CHARS);
  const words_left: string[] = [];
  const runs = spacedRuns();
  for (const match of given.matchAll(PIECE)) {
    const { minus, tag, quoted, bare } = match.groups ?? {};
    const words = quoted ?? bare ?? '';
    if (tag) {
      const folded = foldTag(words);
      if (folded !== '') (minus ? query.no_tags : query.tags).push(folded);
      continue;
    }
    const typing = !minus && quoted === undefined && match.index + match[0].length === given.length;
    const read = quoted === undefined ? bareTerms(words, typing) : quotedTerms(words).map((term) => ({ term, word: words }));
    const terms = read.map(({ term }) => term);
    query.strict ||= minus !== undefined || quoted !== undefined;
    if (minus) query.none.push(...(terms.length > 1 ? quotedTerms(words) : terms));
    else {
      query.all.push(...terms);
      query.words.push(...read.map(({ word }) => word));
      words_left.push(words);
    }
    runs.next(minus || quoted !== undefined ? '' : words, terms);
  }
  runs.next('', []);
  return bounded({ ...query, text: words_left.join(' ') });
}

function bounded({ all, none, tags, no_tags, words, ...rest }: ParsedQuery): ParsedQuery {
  let room = QUERY_TERMS;
  const first = <One>(list: One[]): One[] => {
    const taken = list.slice(0, room);
    room -= taken.length;
    return taken;
  };
  const kept = { tags: first(tags), no_tags: first(no_tags), all: first(all), none: first(none) };
  return { ...rest, ...kept, words: words.slice(0, kept.all.length) };
}

/** As written, with no stems and nothing between. Pairs are used where they say the same and are quicker. */
function quotedTerms(text: string): QueryTerm[] {
  const pieces = units(text);
  const phrase = phraseOf(pieces, isRun(pieces) ? 'grams' : 'plain');
  return phrase ? [{ any: [phrase] }] : [];
}

/** typing: the last word may not be finished, and what begins with it is found too. */
function bareTerms(text: string, typing: boolean): { term: QueryTerm; word: string }[] {
  const parts = partsOf(units(text));
  return parts.flatMap(({ pieces, tokens, digits, beginning }, i) => {
    const ends = typing && i === parts.length - 1;
    const any = [...written(pieces, ends), ...tokens.map((one) => token(one))];
    if (digits !== null && pieces.length > 1) any.push(token(digits));
    if (beginning !== null && ends) any.push(token(beginning, true));
    const word = text.slice(pieces[0]?.start, pieces.at(-1)?.end);
    return any.length > 0 ? [{ term: { any }, word }] : [];
  });
}

/** As it was written; Han beside other writing stands as single characters, an amount of money there in each way it may be written. */
function written(pieces: Unit[], ends: boolean): Phrase[] {
  const mixed = pieces.some(({ kind }) => kind === 'han') && !isRun(pieces);
  const others = mixed ? [] : otherwise(pieces, ends);
  const exact = phraseOf(pieces, mixed ? 'plain' : 'grams');
  if (!exact) return [];
  const last = pieces.at(-1);
  const begun = ends && last && last.kind !== 'han' && last.text.length >= PREFIX_CHARS;
  const open = begun ? phraseOf(pieces, 'plain') : null;
  if (open) return [...(mixed ? [] : [exact]), { ...open, prefix: true }, ...others];
  return mixed ? amountsIn(pieces, exact) : [exact, ...others];
}

/** Words as they may be written otherwise: together, apart, in Taiwan and on the mainland, and サーバー without its last mark. */
function otherwise(pieces: Unit[], ends: boolean): Phrase[] {
  if (isRun(pieces) && pieces.every(({ text }) => text.length === 1)) {
    const ways = elsewhere(pieces.map(({ text }) => text).join(''));
    if (ways.length > 0) return ways.map(runOf);
  }
  const last = pieces.length - 1;
  const whole = joinedWords(pieces).filter(({ from, to }) => from === 0 && to === last);
  const found = whole.flatMap(({ words }): Phrase[] => [
    { stream: 'grams', tokens: words.map(stem), prefix: false },
    ...(ends ? [{ stream: 'plain' as const, tokens: words, prefix: true }] : []),
  ]);
  const long = pieces[last]?.text === 'ー' && pieces.length > LONG_MARK_AFTER && pieces.every(({ text }) => KATAKANA.test(text));
  const short = long ? phraseOf(pieces.slice(0, -1), 'grams') : null;
  return short ? [...found, short] : found;
}
const KATAKANA = /^[\p{Script=Katakana}ー]$/u;
/** Characters before a mark of length that many leave out. */
const LONG_MARK_AFTER = 3;

function amountsIn(pieces: Unit[], exact: Phrase): Phrase[] {
  const numbers = pieces.filter(({ kind }) => kind === 'number');
  const [number] = numbers;
  if (!number || numbers.length > 1 || !pieces.some(({ text }) => MONEY.test(text))) return [exact];
  const ways = writings(number.text).map((text) => pieces.map((piece) => (piece === number ? { ...piece, text } : piece)));
  return ways.flatMap((way) => phraseOf(way, 'plain') ?? []);
}

const MONEY = /^[元圆块]$/;

/** tokens, digits, beginning: what a part that is a date, an amount, a code or a long number is found by beside its writing. */
type Part = { pieces: Unit[]; tokens: string[]; digits: string | null; beginning: string | null };
function partsOf(pieces: Unit[]): Part[] {
  const words = (from: number, to: number): Part[] =>
    apart(pieces.slice(from, to)).map((part) => ({ pieces: part, tokens: [], digits: null, beginning: null }));
  const parts: Part[] = [];
  let at = 0;
  for (const { from, to, texts, ...number } of queryNumbers(pieces)) {
    parts.push(...words(at, from), { ...number, pieces: pieces.slice(from, to + 1), tokens: texts });
    at = to + 1;
  }
  return [...parts, ...words(at, pieces.length)];
}

function phraseOf(pieces: Unit[], stream: Stream): Phrase | null {
  const tokens = streams(pieces)[stream].map(({ text }) => text);
  return tokens.length === 0 ? null : { stream, tokens, prefix: false };
}

/** Two or more Han characters with nothing but spaces between. */
const isRun = (pieces: Unit[]): boolean =>
  pieces.length > 1 && pieces.every(({ joined }, i) => joined || i === 0) && pieces[0]?.kind === 'han';

/** Text without spaces in parts that are looked for each alone: runs of Han, and what stands between them. */
function apart(pieces: Unit[]): Unit[][] {
  const parts: Unit[][] = [];
  for (const piece of pieces) {
    const part = parts.at(-1);
    const before = part?.at(-1);
    const same = before && (piece.kind === 'han' ? piece.joined : before.kind !== 'han');
    if (part && same) part.push(piece);
    else parts.push([piece]);
  }
  return clung(parts);
}

/** A part of one character stays with the part before it, or with the one after if it is the first. */
function clung(parts: Unit[][]): Unit[][] {
  const whole: Unit[][] = [];
  let open = false;
  for (const part of parts) {
    const last = whole.at(-1);
    const small = isSmall(part);
    if (last && (small || open)) last.push(...part);
    else whole.push([...part]);
    open = small && (!last || open);
  }
  return whole;
}
const isSmall = (part: Unit[]): boolean => part.reduce((n, { text }) => n + [...text].length, 0) === 1;
