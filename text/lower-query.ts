/**
 * What is looked for where nothing has exactly what was typed. alike: each thing typed, exactly or nearly; some: its parts, Han in pairs,
 * without words that say little. Null where quotes or a minus say that it is meant exactly so.
 */
import { stem } from './analyse.ts';
import { codeToken } from './codes.ts';
import { HAN_HOLES, piecesOf, soughtRun } from './han-runs.ts';
import { alikeTo } from './look-alikes.ts';
import { type Phrase, type QueryTerm, runOf, token } from './phrases.ts';
import type { ParsedQuery } from './query.ts';
import { elsewhere } from './regional-words.ts';
import type { Sought, Weighed } from './sought.ts';
import { isStopPair, isStopWord } from './stop-words.ts';
import { type Unit, units } from './units.ts';

/** What may stand for something nearly: a word of a text, a code as codes.ts writes it, a run of Han, two Han one of which looks like another. */
export type Nearly =
  | { is: 'word'; text: string }
  | { is: 'code'; codes: string[] }
  | { is: 'han'; run: string[] }
  | { is: 'pair'; forms: Phrase[] };
/** term: as typed. otherwise: written together or apart. near: all of these stand for it; none: it must be there exactly. */
export type AlikeTerm = { term: QueryTerm; otherwise: Phrase[]; near: Nearly[] };
/** otherwise: in two pieces. pair: two Han of a longer run, which may be parts of two words. word: as typed. */
export type Part = { term: QueryTerm; otherwise: Phrase[]; near: Nearly | null; pair: boolean; word: string };
/** alike: empty where nothing typed may be there nearly. some: empty where there is one part only. */
export type LowerQuery = { alike: AlikeTerm[]; some: Part[] };

/** Shorter words and codes are other words too often. */
const NEAR_CHARS = 4;
const CODE_CHARS = { min: 5, max: 32 };
/** Words that are looked for in two pieces, and in three. */
const PIECES = { two: 5, three: { min: 5, max: 8 } };
/** Words that are looked for inside longer ones. */
export const WITHIN_CHARS = 6;
/** Words and codes of a query that may be there nearly: for each, the words of a file are looked through. */
const NEAR_WORDS = 8;
/** Parts asked for: more is a pasted text. */
const PARTS = 32;
const LETTERS = /^\p{L}[\p{L}\p{M}]*$/u;

export function lowerQuery({ all, words, strict }: ParsedQuery): LowerQuery | null {
  if (strict || all.length === 0) return null;
  const read = words.map((word) => units(word));
  const near = all.map((term, at) => nearOf(term, read[at] ?? []));
  const affordable = firstOf(near);
  const alike = all.map((term, at) => ({ term, otherwise: otherwise(read, at), near: affordable[at] ?? [] }));
  const parts = all.flatMap((term, at) => partsOf(term, read[at] ?? [], { word: words[at] ?? '', near: near[at] ?? [] }));
  const telling = parts.filter((part) => !part.stop);
  const some = distinct(telling.length > 0 ? telling : parts).slice(0, PARTS);
  const may_be_near = alike.some((one) => one.near.length > 0 || one.otherwise.length > 0);
  const says_more = some.length > 1 || telling.length < parts.length || some.some((part) => part.near?.is === 'pair');
  return { alike: may_be_near ? alike : [], some: says_more ? some : [] };
}

/** What is beyond NEAR_WORDS must be there as it was typed, first of all what says little. */
function firstOf(near: readonly Nearly[][]): Nearly[][] {
  const saysLittle = (one: Nearly) => one.is === 'word' && isStopWord(one.text);
  const order = near.map((one, at) => ({ at, last: Number(one.every(saysLittle)) })).sort((a, b) => a.last - b.last);
  const kept = new Set<number>();
  let left = NEAR_WORDS;
  for (const { at } of order) {
    const looked = (near[at] ?? []).reduce((sum, one) => sum + lookedThrough(one), 0);
    if (looked > left) continue;
    left -= looked;
    kept.add(at);
  }
  return near.map((one, at) => (kept.has(at) ? one : []));
}
function lookedThrough(one: Nearly): number {
  if (one.is === 'word') return mayBeNear(one.text) ? 1 : 0;
  return one.is === 'code' ? one.codes.length : 0;
}

function nearOf({ any }: QueryTerm, pieces: Unit[]): Nearly[] {
  const codes = any.flatMap(({ tokens: [first = ''] }) => /^\.[cn](.+)$/.exec(first)?.[1] ?? []).filter(isCode);
  if (codes.length > 0) return [{ is: 'code', codes: [...new Set(codes.flatMap(withCountry))] }];
  if (any.some(({ tokens: [first = ''] }) => first.startsWith('.'))) return [];
  if (isRun(pieces)) return pieces.length >= HAN_HOLES.min ? [{ is: 'han', run: pieces.map(({ text }) => text) }] : [];
  if (!pieces.every(({ kind }) => kind === 'word')) return [];
  const near = pieces.map(({ text }): Nearly => ({ is: 'word', text }));
  return pieces.some(({ text }) => mayBeNear(text)) ? near : [];
}
const isRun = (pieces: Unit[]): boolean =>
  pieces.length > 1 && pieces.every(({ kind, joined }, i) => kind === 'han' && (joined || i === 0));
/** A text may have it with its country, and misread: +8613B2798627B. */
const withCountry = (code: string): string[] => (MOBILE.test(code) ? [code, `86${code}`] : [code]);
const MOBILE = /^1[3-9]\d{9}$/;
const isCode = (code: string): boolean => code.length >= CODE_CHARS.min && code.length <= CODE_CHARS.max;
const mayBeNear = (word: string): boolean => word.length >= NEAR_CHARS && LETTERS.test(word);

/** A word in pieces, as recognition parts one, and with its neighbours as one. */
function otherwise(read: Unit[][], at: number): Phrase[] {
  const one = wordOf(read[at]);
  if (one === null) return [];
  const [before, after] = [wordOf(read[at - 1]), wordOf(read[at + 1])];
  const joined = [...(before === null ? [] : [before + one]), ...(after === null ? [] : [one + after])];
  return [...joined.map((word) => [word]), ...cutsOf(one)].map((tokens) => ({ stream: 'plain', tokens, prefix: false }));
}
const wordOf = (pieces: Unit[] | undefined): string | null => {
  const [first] = pieces ?? [];
  return first && pieces?.length === 1 && first.kind === 'word' && LETTERS.test(first.text) ? first.text : null;
};
function cutsOf(word: string): string[][] {
  const found: string[][] = [];
  if (word.length < PIECES.two) return found;
  for (let at = 1; at < word.length; at += 1) {
    found.push([word.slice(0, at), word.slice(at)]);
    if (word.length > PIECES.three.max || word.length < PIECES.three.min) continue;
    for (let to = at + 1; to < word.length; to += 1) found.push([word.slice(0, at), word.slice(at, to), word.slice(to)]);
  }
  return found;
}

const inTwo = (word: string): Phrase[] =>
  LETTERS.test(word)
    ? cutsOf(word).flatMap((tokens): Phrase[] => (tokens.length === 2 ? [{ stream: 'plain', tokens, prefix: false }] : []))
    : [];

type Cut = Part & { stop: boolean };
function partsOf(term: QueryTerm, pieces: Unit[], { word, near }: { word: string; near: Nearly[] }): Cut[] {
  const only = near.length === 1 ? (near[0] ?? null) : null;
  const whole: Cut = { term, otherwise: [], near: only, pair: false, word, stop: false };
  if (isRun(pieces)) {
    if (pieces.length === 2) return [{ ...whole, near: pairNear(pieces), stop: isStopPair(word) }];
    return pieces.slice(1).map(({ text }, at) => {
      const pair = (pieces[at]?.text ?? '') + text;
      return {
        term: { any: [token(pair), ...elsewhere(pair).map(runOf)] },
        ...{ otherwise: [], near: null, pair: true, word: pair },
        stop: isStopPair(pair),
      };
    });
  }
  const [first] = pieces;
  if (pieces.length === 1 && first?.kind === 'word')
    return [{ ...whole, otherwise: inTwo(first.text), stop: isStopWord(first.text) }];
  if (pieces.length === 1 && first?.kind === 'han') return [{ ...whole, stop: true }];
  if (!pieces.every(({ kind }) => kind === 'word') || whole.near !== null) return [whole];
  return pieces.map(({ text }) => ({
    ...whole,
    term: { any: [token(stem(text))] },
    otherwise: inTwo(text),
    near: mayBeNear(text) ? { is: 'word', text } : null,
    word: text,
    stop: isStopWord(text),
  }));
}

function pairNear(pieces: Unit[]): Nearly | null {
  const [first = '', second = ''] = pieces.map(({ text }) => text);
  const forms = [...alikeTo(first)]
    .map((one) => token(one + second))
    .concat([...alikeTo(second)].map((one) => token(first + one)));
  return forms.length > 0 ? { is: 'pair', forms } : null;
}

function distinct(parts: Cut[]): Part[] {
  const known = new Map<string, Part>();
  for (const { stop: _, ...part } of parts) if (!known.has(part.word)) known.set(part.word, part);
  return [...known.values()];
}

/** Candidates that have each thing typed, exactly or nearly; first those that have more of a long run of Han. */
export function soughtAlike(alike: readonly AlikeTerm[]): Weighed[] {
  const sought = allOf(alike);
  const long = alike.flatMap(({ near }) => near).find((one) => one.is === 'han' && one.run.length > HAN_HOLES.max);
  const pieces = long?.is === 'han' ? piecesOf(long.run) : [];
  return [{ sought, weight: 1 }, ...pieces.map((piece) => ({ sought: { all: [sought, piece] }, weight: 1 }))];
}
const allOf = (alike: readonly AlikeTerm[]): Sought => ({
  all: alike.map(({ term, otherwise: others, near }) => ({
    any: [...[...term.any, ...others].map((phrase) => ({ phrase })), ...(near.length > 0 ? [{ all: near.map(soughtNear) }] : [])],
  })),
});

/** What has a part; `nearly`: or nearly has it. */
export function soughtPart({ term, near }: Part, nearly: boolean): Sought {
  if (near?.is === 'pair') return soughtTerm({ any: [...term.any, ...near.forms] });
  return nearly && near ? { any: [soughtTerm(term), soughtNear(near)] } : soughtTerm(term);
}

export const soughtTerm = ({ any }: QueryTerm): Sought => ({ any: any.map((phrase) => ({ phrase })) });

const likeCode = (code: string): Sought => ({ like: codeToken(code), stream: 'grams', within: false });
function soughtNear(one: Nearly): Sought {
  if (one.is === 'pair') return soughtTerm({ any: one.forms });
  if (one.is === 'han') return soughtRun(one.run);
  if (one.is === 'code') return { any: one.codes.map(likeCode) };
  if (!mayBeNear(one.text)) return { phrase: { stream: 'plain', tokens: [one.text], prefix: false } };
  const word: Sought = { like: one.text, stream: 'plain', within: one.text.length >= WITHIN_CHARS };
  return one.text.length < CODE_CHARS.min ? word : { any: [word, likeCode(one.text)] };
}
