/**
 * What a person typed, understood: the same for every index.
 *
 *   发票 2024        both, anywhere                     "annual report"   exactly so, one after the other
 *   -draft           not this                           tag:receipt, tag:"two words"   has exactly this tag
 *
 * Text without spaces is taken apart where Han meets other writing: iPhone手机 is iPhone and 手机, in any order. A single character
 * says too little alone and stays with its neighbours: 共3张 is one phrase.
 */

import { type Stream, streams, type Unit, units } from './analyse.ts';
import { foldTag } from './document.ts';

/** Tokens that stand one after the other in one passage of one field of `stream`; with `prefix` the last one may go on. */
export type Phrase = { stream: Stream; tokens: string[]; prefix: boolean };
/** One thing to be found: any of its phrases. */
export type QueryTerm = { any: Phrase[] };
/**
 * `all`: each must be found; `none`: none may be; `tags`: each must be there (from `tag:`), as `foldTag` says. Empty `all` and `tags`:
 * lists by newest. `text`: what was said without the operators, for a vector.
 */
export type ParsedQuery = { all: QueryTerm[]; none: QueryTerm[]; tags: string[]; text: string };

/** Longer than any question; HTTP refuses more. */
export const QUERY_CHARS = 500;
/** Terms understood; the rest of a pasted text would exclude everything. */
export const QUERY_TERMS = 32;
/** Fewer characters begin too many words. */
const PREFIX_CHARS = 2;

const QUOTES = '"“”„「」『』«»';
const PIECE = new RegExp(
  `(?<minus>[-－−])?(?<tag>(?:tag|标签|標籤)[:：])?(?:[${QUOTES}](?<quoted>[^${QUOTES}]*)[${QUOTES}]?|(?<bare>[^\\s${QUOTES}]+)|(?<=[:：]))`,
  'giu',
);

/** Never throws: what can't be understood is taken as words, and what has no words is left out. */
export function parseQuery(typed: string): ParsedQuery {
  const query: ParsedQuery = { all: [], none: [], tags: [], text: '' };
  const given = typed.slice(0, QUERY_CHARS);
  const said: string[] = [];
  for (const match of given.matchAll(PIECE)) {
    const { minus, tag, quoted, bare } = match.groups ?? {};
    const words = quoted ?? bare ?? '';
    if (tag && !minus) {
      const folded = foldTag(words);
      if (folded !== '') query.tags.push(folded);
      continue;
    }
    const typing = !minus && quoted === undefined && match.index + match[0].length === given.length;
    const terms = quoted === undefined ? bareTerms(words, typing) : quotedTerms(words);
    if (minus) query.none.push(...(terms.length > 1 ? quotedTerms(words) : terms));
    else {
      query.all.push(...terms);
      said.push(words);
    }
  }
  return bounded({ ...query, text: said.join(' ') });
}

function bounded({ all, none, tags, text }: ParsedQuery): ParsedQuery {
  const room = QUERY_TERMS - Math.min(tags.length, QUERY_TERMS);
  const first = all.slice(0, room);
  return { all: first, none: none.slice(0, room - first.length), tags: tags.slice(0, QUERY_TERMS), text };
}

/** As written, with no stems and nothing between. Pairs are used where they say the same and are quicker. */
function quotedTerms(text: string): QueryTerm[] {
  const pieces = units(text);
  const phrase = phraseOf(pieces, isRun(pieces) ? 'grams' : 'plain');
  return phrase ? [{ any: [phrase] }] : [];
}

/** typing: the last word may not be finished, and what begins with it is found too. */
function bareTerms(text: string, typing: boolean): QueryTerm[] {
  const parts = apart(units(text));
  return parts.flatMap((pieces, i) => {
    const mixed = pieces.some(({ kind }) => kind === 'han') && !isRun(pieces);
    const exact = phraseOf(pieces, mixed ? 'plain' : 'grams');
    if (!exact) return [];
    const last = pieces.at(-1);
    const begun = typing && i === parts.length - 1 && last && last.kind !== 'han' && last.text.length >= PREFIX_CHARS;
    const open = begun ? phraseOf(pieces, 'plain') : null;
    return [{ any: open ? [...(mixed ? [] : [exact]), { ...open, prefix: true }] : [exact] }];
  });
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
