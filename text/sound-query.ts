/**
 * What is looked for last of all: words that stand nowhere, read as pinyin, in titles, tags and file names. A word that any text has is never
 * read so: whoever types women means women where there are any, and 我们 only where there are none.
 */
import { soughtTerm } from './lower-query.ts';
import { type Phrase, type QueryTerm, runOf } from './phrases.ts';
import { hanRead, saysEnough, soundPhrases, waysToRead } from './pinyin.ts';
import type { ParsedQuery } from './query.ts';
import { apartIn, fieldOf, type Ranked, type Readable } from './rank.ts';
import type { Sought, Weighed } from './sought.ts';
import { isStopWord } from './stop-words.ts';

/** A part of a run that stands together: the ways to read it, or, of a word that some text has, what was typed. */
type Part = { ways: string[][] } | { term: QueryTerm };
/** read: of each run of words what it may be, each time all of its parts; whole before cut. written: what must be there as it was typed. */
export type SoundQuery = { read: Part[][][]; written: QueryTerm[] };

/** nowhere: of each word, whether no text has it. Null: there is nothing to read, or what was typed is meant exactly so. */
export function soundQuery({ all, words, strict }: ParsedQuery, nowhere: readonly boolean[]): SoundQuery | null {
  if (strict) return null;
  const read: Part[][][] = [];
  const written: QueryTerm[] = [];
  for (const { from, to } of runsOf(words)) {
    const run = nowhere.slice(from, to).includes(true) ? readingsOfRun({ all, words, nowhere }, from, to) : [];
    if (run.length > 0) read.push(run);
    else written.push(...all.slice(from, to).filter((_, at) => !isStopWord(words[from + at] ?? '')));
  }
  return read.length === 0 ? null : { read, written };
}

/** Words of a run that is cut between any two of them: of a longer one, between all or none. */
const CUT_WORDS = 5;
type Words = { all: readonly QueryTerm[]; words: readonly string[]; nowhere: readonly boolean[] };

/** As a whole, since fa piao is one word; and in parts, since zhang wei fa piao is a name and a thing that stand apart. Empty: it is no pinyin. */
function readingsOfRun(given: Words, from: number, to: number): Part[][] {
  const cuts = to - from - 1;
  const every = 2 ** cuts;
  const masks = to - from <= CUT_WORDS ? Array.from({ length: every }, (_, mask) => mask) : [0, every - 1];
  const fewestFirst = masks.sort((a, b) => onesIn(a) - onesIn(b) || a - b);
  return fewestFirst.flatMap((mask) => {
    const ends = Array.from({ length: cuts }, (_, at) => from + at + 1).filter((_, at) => mask & (1 << at));
    const parts = [...ends, to].map((end, at) => partOf(given, ends[at - 1] ?? from, end));
    const whole = parts.flatMap((part) => part ?? []);
    return whole.length === parts.length && whole.some((part) => 'ways' in part) ? [whole] : [];
  });
}
const onesIn = (mask: number): number => mask.toString(2).replaceAll('0', '').length;

function partOf({ all, words, nowhere }: Words, from: number, to: number): Part | null {
  const [term] = all.slice(from, to);
  if (to - from === 1 && term && !nowhere[from]) return { term };
  const ways = waysToRead(words.slice(from, to)).filter(saysEnough);
  return ways.length > 0 ? { ways } : null;
}

/** Words, of which those of one syllable are read together with what stands beside them: fa piao, zhang weihua. */
function runsOf(words: readonly string[]): { from: number; to: number }[] {
  const ways = words.map((word) => waysToRead([word]));
  const is_short = ways.map((some) => some.every((way) => way.length === 1));
  const runs: { from: number; to: number }[] = [];
  for (const [at, some] of ways.entries()) {
    const last = runs.at(-1);
    const together = some.length > 0 && (ways[at - 1]?.length ?? 0) > 0 && (is_short[at] || is_short[at - 1]);
    if (last && together) last.to = at + 1;
    else runs.push({ from: at, to: at + 1 });
  }
  return runs;
}

/** Candidates: pairs of sounds, whose order the text of each decides. */
export const soughtSound = ({ read, written }: SoundQuery): Weighed[] => [
  {
    sought: {
      all: [...read.map((run) => ({ any: run.map((parts) => ({ all: parts.map(soughtOf) })) })), ...written.map(soughtTerm)],
    },
    weight: 1,
  },
];
const soughtOf = (part: Part): Sought =>
  'term' in part
    ? soughtTerm(part.term)
    : { any: part.ways.map((way) => ({ all: soundPhrases(way).map((phrase) => ({ phrase })) })) };

const NAMED: ReadonlySet<string> = new Set(['title', 'tags', 'filename']);
/** A hit whose title, tags or file name have what is read, and that has the rest as it was typed. More Han come first. Null: it has not. */
export function rankSound({ read, written }: SoundQuery, text: Readable): Ranked | null {
  const named = text.filter(({ field }) => NAMED.has(field));
  const all = [...written.map((term): Part[][] => [[{ term }]]), ...read];
  const parts: Found[] = [];
  for (const run of all) {
    const found = foundRun(run, { text, named });
    if (!found) return null;
    parts.push(...found);
  }
  const marks = parts.map(({ mark }) => mark);
  const fields = parts.flatMap(({ mark, characters }) =>
    characters === 0 ? [] : mark.any.map((phrase) => fieldOf(phrase, named) ?? 0),
  );
  const characters = parts.reduce((sum, part) => sum + part.characters, 0);
  return { amount: -characters, apart: apartIn(marks, text), field: Math.min(...fields), marks };
}

/** characters: Han that are read; 0: it stands as it was typed. */
type Found = { mark: QueryTerm; characters: number };
type In = { text: Readable; named: Readable };

/** The first that has all of its parts. */
function foundRun(run: readonly Part[][], where: In): Found[] | null {
  for (const parts of run) {
    const found = parts.flatMap((part) => foundPart(part, where) ?? []);
    if (found.length === parts.length) return found;
  }
  return null;
}

function foundPart(part: Part, { text, named }: In): Found | null {
  if ('term' in part) {
    const any = part.term.any.filter((phrase) => fieldOf(phrase, text) !== null);
    return any.length === 0 ? null : { mark: { any }, characters: 0 };
  }
  const runs = named.flatMap(({ plain }) => {
    const run = hanRead(plain, part.ways);
    return run ? [run] : [];
  });
  if (runs.length === 0) return null;
  return { mark: { any: runs.map(phraseOf) }, characters: Math.max(...runs.map((run) => run.length)) };
}
const phraseOf = (run: readonly string[]): Phrase =>
  run.length > 1 ? runOf(run.join('')) : { stream: 'plain', tokens: [...run], prefix: false };
