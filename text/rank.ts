/**
 * The order of what a search finds, by the saved text alone and so the same for every index: the tier, then how much and how exactly, as
 * typed, how near to one another, in which field, and the newest last of all that decides.
 */
import { adjacent } from './adjacent.ts';
import type { Stream } from './analyse.ts';
import { codeToken } from './codes.ts';
import { type Document, FIELDS, type Field, storedFields } from './document.ts';
import { type AlikeTerm, type Nearly, type Part, WITHIN_CHARS } from './lower-query.ts';
import { measureOf } from './measure.ts';
import { nearestRun, roomOfHan, roomOfWord } from './nearly.ts';
import type { Phrase, QueryTerm } from './phrases.ts';
import type { ParsedQuery } from './query.ts';

/** The tokens of a picture's fields, those that say most first, each with a space before and after it. */
export type Readable = { field: Field; grams: string; plain: string }[];
/** The parts of a hit's place that the text decides; smaller is better. */
export type Place = { amount: number; apart: number; field: number };
/** marks: what is to be shown of it, as it stands there. */
export type Ranked = Place & { marks: QueryTerm[] };

/** Written together or apart. */
const OTHERWISE = 0.2;
/** Within a longer word. */
const WITHIN = 0.5;
/** What stands nearly counts for so much of its weight, less by what its edits cost. */
const NEARLY = { share: 0.95, less: 0.2 };
/** The least share of what the query says that is worth to be shown. */
const LEAST_SHARE = 0.34;
/** Steps of shares that are told apart. */
const SHARES = 20;
/** Places of one word that are compared with those of others. */
const PLACES = 16;
/** Characters of tokens within which words stand together. */
const TOGETHER = 8;
const NOT_TOGETHER = 99;
/** Characters of a picture's pages that decide its place. */
const MAX_CHARS = 20_000;

export const readable = (document: Document): Readable => {
  let room = MAX_CHARS;
  const pages = document.pages.flatMap(({ page, text }) => {
    const read = text.slice(0, Math.max(room, 0));
    room -= text.length;
    return read === '' ? [] : [{ page, text: read }];
  });
  const stored = storedFields({ ...document, pages });
  return FIELDS.flatMap((field) => {
    const { grams, plain } = stored[field];
    return plain === '' ? [] : [{ field, grams: ` ${grams} `, plain: ` ${plain} ` }];
  });
};

/** Orders hits of one tier: the best first, of equal ones the newest. */
export const byPlace = <One extends Place & { created_at: number; resource_id: string }>(a: One, b: One): number =>
  a.amount - b.amount ||
  a.apart - b.apart ||
  a.field - b.field ||
  b.created_at - a.created_at ||
  (b.resource_id > a.resource_id ? 1 : b.resource_id < a.resource_id ? -1 : 0);

/** A hit that has all that was typed. A Han typed alone is a name rather than a part of a word: 程 of 程平 comes before that of 工程. */
export function rankExact(query: Pick<ParsedQuery, 'all'>, text: Readable): Place {
  const phrase = adjacent(query);
  if (phrase && fieldOf(phrase, text) !== null) return { amount: 0, apart: 0, field: fieldOf(phrase, text) ?? 0 };
  const amount = query.all.filter((term) => isWithin(term, text)).length;
  const fields = query.all.map(({ any }) => Math.min(...any.map((one) => fieldOf(one, text) ?? FIELDS.length)));
  return { amount, apart: apartIn(query.all, text), field: Math.min(...fields) };
}

const HAN = /^\p{Script=Han}$/u;
/** One Han that begins no run of them. */
function isWithin({ any: [first, ...others] }: QueryTerm, text: Readable): boolean {
  const [one = '', ...more] = first?.tokens ?? [];
  if (others.length > 0 || more.length > 0 || !HAN.test(one)) return false;
  return !text.some(({ plain }) => beginsRun(plain, ` ${one} `));
}
function beginsRun(plain: string, sought: string): boolean {
  for (let at = plain.indexOf(sought); at >= 0; at = plain.indexOf(sought, at + 1))
    if (at === 0 || !HAN.test(plain.slice(plain.lastIndexOf(' ', at - 1) + 1, at))) return true;
  return false;
}

/** A hit that has all that was typed, some of it nearly. Null: it has not. */
export function rankAlike(terms: readonly AlikeTerm[], text: Readable): Ranked | null {
  const words = wordsIn(text);
  const marks: QueryTerm[] = [];
  let cost = 0;
  let field: number = FIELDS.length;
  for (const one of terms) {
    const found = termIn(one, text, words);
    if (!found) return null;
    cost += found.cost;
    field = Math.min(field, ...found.phrases.map((phrase) => fieldOf(phrase, text) ?? FIELDS.length));
    marks.push({ any: found.phrases });
  }
  return { amount: Math.round(cost * 10), apart: apartIn(marks, text), field, marks };
}

/** A hit that has part of what was typed; weights: what each part says. Null: it has too little. */
export function rankSome(parts: readonly Part[], weights: readonly number[], text: Readable): Ranked | null {
  const all = weights.reduce((sum, one) => sum + one, 0);
  const marks: QueryTerm[] = [];
  let words: string[] | null = null;
  let share = 0;
  let field: number = FIELDS.length;
  for (const [at, { term, otherwise, near }] of parts.entries()) {
    let phrases = term.any.filter((phrase) => fieldOf(phrase, text) !== null);
    let part = 1;
    if (phrases.length === 0) {
      phrases = otherwise.filter((phrase) => fieldOf(phrase, text) !== null);
      part = NEARLY.share - NEARLY.less * OTHERWISE;
    }
    if (phrases.length === 0 && near) {
      words ??= wordsIn(text);
      const found = nearIn(near, text, words);
      phrases = found?.phrases ?? [];
      part = NEARLY.share - NEARLY.less * (found?.cost ?? 0);
    }
    if (phrases.length === 0) continue;
    share += (weights[at] ?? 0) * part;
    field = Math.min(field, ...phrases.map((phrase) => fieldOf(phrase, text) ?? FIELDS.length));
    marks.push({ any: phrases });
  }
  if (marks.length === 0 || share < all * LEAST_SHARE) return null;
  return { amount: -Math.round((share / all) * SHARES), apart: apartIn(marks, text), field, marks };
}

const needle = ({ tokens, prefix }: Phrase): string => ` ${tokens.join(' ')}${prefix ? '' : ' '}`;
/** The best field that has it, by its place in FIELDS. */
export function fieldOf(phrase: Phrase, text: Readable): number | null {
  const sought = needle(phrase);
  const found = text.find((one) => one[phrase.stream].includes(sought));
  return found ? FIELDS.indexOf(found.field) : null;
}

type Found = { cost: number; phrases: Phrase[] };
function termIn({ term, otherwise, near }: AlikeTerm, text: Readable, words: string[]): Found | null {
  const exact = term.any.filter((phrase) => fieldOf(phrase, text) !== null);
  if (exact.length > 0) return { cost: 0, phrases: exact };
  const other = otherwise.filter((phrase) => fieldOf(phrase, text) !== null);
  if (other.length > 0) return { cost: OTHERWISE, phrases: other };
  const found = near.map((one) => nearIn(one, text, words));
  if (found.length === 0 || found.some((one) => one === null)) return null;
  return {
    cost: found.reduce((sum, one) => sum + (one?.cost ?? 0), 0),
    phrases: found.flatMap((one) => one?.phrases ?? []),
  };
}

function nearIn(near: Nearly, text: Readable, words: string[]): Found | null {
  if (near.is === 'han') return runIn(near.run, text);
  if (near.is === 'pair') return formIn(near.forms, text);
  if (near.is === 'code') return codeIn(near.codes, text);
  return wordIn(near.text, words) ?? codeIn([near.text], text); // a digit in a word makes a code of it: Barth0lomew
}

function formIn(forms: readonly Phrase[], text: Readable): Found | null {
  const phrases = forms.filter((phrase) => fieldOf(phrase, text) !== null);
  return phrases.length > 0 ? { cost: OTHERWISE, phrases } : null;
}

const plain = (...tokens: string[]): Phrase => ({ stream: 'plain', tokens, prefix: false });

function wordIn(word: string, words: readonly string[]): Found | null {
  const measure = measureOf(word, roomOfWord(word.length));
  let best: { cost: number; word: string } | null = null;
  for (const other of words) {
    const within = word.length >= WITHIN_CHARS && other.length > word.length && other.includes(word);
    const cost = within ? WITHIN : measure.of(other);
    if (cost < (best?.cost ?? Number.POSITIVE_INFINITY)) best = { cost, word: other };
  }
  return best && { cost: best.cost, phrases: [plain(best.word)] };
}

const CODES = / (\.c\S+)/g;
function codeIn(codes: readonly string[], text: Readable): Found | null {
  const measures = codes.map((code) => measureOf(codeToken(code), roomOfWord(code.length)));
  let best: Found | null = null;
  for (const { grams } of text)
    for (const [, found = ''] of grams.matchAll(CODES)) {
      const cost = Math.min(...measures.map((one) => one.of(found)));
      if (cost < (best?.cost ?? Number.POSITIVE_INFINITY))
        best = { cost, phrases: [{ stream: 'grams', tokens: [found], prefix: false }] };
    }
  return best;
}

function runIn(run: readonly string[], text: Readable): Found | null {
  const room = roomOfHan(run.length);
  let best: Found | null = null;
  for (const one of text) {
    if (run.filter((char) => one.plain.includes(` ${char} `)).length * 2 < run.length) continue;
    const tokens = one.plain.slice(1, -1).split(' ');
    const found = nearestRun(run, tokens, room);
    if (found && found.cost < (best?.cost ?? Number.POSITIVE_INFINITY))
      best = { cost: found.cost, phrases: [plain(...tokens.slice(found.from, found.to))] };
  }
  return best;
}

/** Each word of a text once. */
function wordsIn(text: Readable): string[] {
  const words = new Set<string>();
  for (const one of text) for (const word of one.plain.split(' ')) if (isLettered(word)) words.add(word);
  return [...words];
}
/** Three letters or more, and no number. */
function isLettered(word: string): boolean {
  const first = word.charCodeAt(0);
  return word.length > 2 && first !== POINT && (first < ZERO || first > NINE);
}
const [POINT, ZERO, NINE] = [46, 48, 57];

/** How far apart the first phrases stand that a field has all of, in steps that double; 0: all but together. */
export function apartIn(terms: readonly QueryTerm[], text: Readable): number {
  if (terms.length < 2) return 0;
  let best = NOT_TOGETHER;
  for (const one of text) {
    const places = terms.map(({ any }) => any.flatMap((phrase) => placesIn(one[phrase.stream], phrase, one)));
    if (places.every((some) => some.length > 0))
      best = Math.min(best, Math.round(Math.log2(Math.max(1, reach(places) / TOGETHER))));
  }
  return best;
}

/** In characters of `plain`, whose tokens are as many as those of `grams` or more: close enough to compare. */
function placesIn(tokens: string, phrase: Phrase, { grams, plain: all }: Record<Stream, string>): number[] {
  const places: number[] = [];
  const scale = phrase.stream === 'grams' ? all.length / Math.max(grams.length, 1) : 1;
  const sought = needle(phrase);
  for (let at = tokens.indexOf(sought); at >= 0 && places.length < PLACES; at = tokens.indexOf(sought, at + 1))
    places.push(at * scale);
  return places;
}

/** The least stretch that has a place of each. */
function reach(places: readonly number[][]): number {
  const all = places.flatMap((some, of) => some.map((at) => ({ at, of }))).sort((a, b) => a.at - b.at);
  const last = new Map<number, number>();
  let least = Number.POSITIVE_INFINITY;
  for (const { at, of } of all) {
    last.set(of, at);
    if (last.size === places.length) least = Math.min(least, at - Math.min(...last.values()));
  }
  return least;
}
