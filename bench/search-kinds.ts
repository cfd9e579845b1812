/** What people type, by kind, made of the generated texts; and how long a search for each kind takes, as a table. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import type { SearchMode } from '../contract/search.ts';
import { savedText, seeded } from '../test/worlds/texts.ts';
import { units } from '../text/units.ts';
import { at, rounded, SEED } from './search-texts.ts';

/** Texts that words are taken from, and counted in: the first of those in the index. */
const SAMPLE = 2_000;
const QUERIES = 40;
/** In one text of four: a word that tells nothing. In two of the sample: about a hundred of 100,000. */
const FREQUENT = 0.25;
const RARE = 2;

export type Kind = { kind: string; typed: string[] };

/** The same for each run. A space at the end says that the last word is done. */
export function kindsOfQuestion(): Kind[] {
  const random = seeded(SEED);
  const texts = Array.from({ length: SAMPLE }, () => savedText(random).pages[0]?.text ?? '');
  const counts = { word: new Map<string, number>(), han: new Map<string, number>(), pair: new Map<string, number>() };
  const runs: string[][] = [];
  for (const text of texts) {
    const pieces = units(text);
    const seen = { word: new Set<string>(), han: new Set<string>(), pair: new Set<string>() };
    for (const [i, piece] of pieces.entries()) {
      if (piece.kind === 'word') seen.word.add(piece.text);
      if (piece.kind === 'han') seen.han.add(piece.text);
      if (pieces[i + 1]?.joined) seen.pair.add(piece.text + pieces[i + 1]?.text);
    }
    for (const of of ['word', 'han', 'pair'] as const)
      for (const one of seen[of]) counts[of].set(one, (counts[of].get(one) ?? 0) + 1);
    runs.push(text.match(/[a-z]+(?: [a-z]+){3,}|\p{Script=Han}{4,}/gu) ?? []);
  }
  const some = <One>(list: One[]): One[] => Array.from({ length: QUERIES }, () => pick(list, random));
  const by = (of: keyof typeof counts, right: (count: number) => boolean) =>
    [...counts[of]].filter(([, count]) => right(count)).map(([one]) => one);
  const frequent = (count: number) => count >= SAMPLE * FREQUENT;
  const between = (count: number) => count > SAMPLE / 100 && count < SAMPLE / 20;
  const rare = (count: number) => count === RARE;
  const pieces = (right: RegExp, between_: string, length: () => number) =>
    some(runs.flat().filter((run) => right.test(run))).map((run) =>
      pieceOf(between_ === '' ? [...run] : run.split(' '), between_, length(), random),
    );
  const words = (n: number) => pieces(/^[a-z]/, ' ', () => n).map((one) => `${one} `);
  return [
    { kind: '1 word, frequent', typed: some(by('word', frequent)).map((one) => `${one} `) },
    { kind: '1 word', typed: some(by('word', between)).map((one) => `${one} `) },
    { kind: '1 word, rare', typed: some(by('word', rare)).map((one) => `${one} `) },
    { kind: '1 word, being typed', typed: some(by('word', between)).map((one) => one.slice(0, 4)) },
    { kind: '2 words', typed: words(2) },
    { kind: '3 words', typed: words(3) },
    { kind: '4 words', typed: words(4) },
    { kind: '3 words, quoted', typed: pieces(/^[a-z]/, ' ', () => 3).map((one) => `"${one}"`) },
    { kind: '1 Han, frequent', typed: some(by('han', frequent)) },
    { kind: '1 Han', typed: some(by('han', between)) },
    { kind: '2 Han, frequent', typed: some(by('pair', (count) => count > SAMPLE / 20)) },
    { kind: '2 Han', typed: some(by('pair', between)) },
    { kind: '2 Han, rare', typed: some(by('pair', rare)) },
    { kind: '4 to 6 Han', typed: pieces(/^\p{Script=Han}/u, '', () => 4 + Math.floor(random() * 3)) },
    { kind: '2 Han and 1 word', typed: some(by('pair', between)).map((one) => `${one} ${pick(by('word', between), random)} `) },
    { kind: 'a word with a slip', typed: some(by('word', between).filter(isLong)).map((one) => `${slipped(one)} `) },
    { kind: '5 Han, one of them another', typed: pieces(/^\p{Script=Han}/u, '', () => 5).map(otherHan) },
    { kind: '10 Han, two of them others', typed: pieces(/^\p{Script=Han}/u, '', () => 10).map((one) => otherHan(otherHan(one))) },
    { kind: '2 words, and one too many', typed: words(2).map((one) => `${one}xylophone `) },
    {
      kind: '3 times 2 Han together',
      typed: some(texts).map(() => [0, 1, 2].map(() => pick(by('pair', between), random)).join('')),
    },
    { kind: 'a question', typed: words(2).map((one) => `how much did they pay for ${one}then?`) },
    { kind: 'nothing there', typed: some(texts).map((_, n) => `qwxzv${'abcdefghij'.charAt(n % 10)}kjq `) },
    { kind: 'a number', typed: some(texts.flatMap((text) => text.match(/\d+\.\d+/g) ?? [])) },
  ];
}

const isLong = (word: string): boolean => word.length > 6;
const slipped = (word: string): string => word.slice(0, 3) + word.slice(4);
/** The third is one that hardly any text has there. */
const otherHan = (run: string): string =>
  `${run.slice(0, run.indexOf('龘') < 0 ? 2 : 6)}龘${run.slice(run.indexOf('龘') < 0 ? 3 : 7)}`;

const pick = <One>(list: One[], random: () => number): One => {
  const one = list[Math.floor(random() * list.length)];
  if (one === undefined) throw new Error('nothing to choose from');
  return one;
};

function pieceOf(pieces: string[], between: string, length: number, random: () => number): string {
  const first = Math.floor(random() * Math.max(pieces.length - length + 1, 1));
  return pieces.slice(first, first + length).join(between);
}

/** Returns how many were found. */
export type Ask = (typed: string, mode: SearchMode, facets: boolean) => Promise<number>;
export const SEARCH_HEAD =
  '| typed | found | text p50 | p99 | with facets p50 | p99 | hybrid p50 | p99 | loop p99 |\n|---|---|---|---|---|---|---|---|---|';

/** A row a kind; times in ms. loop: how late the event loop of this process is. */
export async function searchTable(ask: Ask, kinds: Kind[]): Promise<void> {
  console.log(SEARCH_HEAD);
  const all: number[][] = [[], [], []];
  const loops: number[] = [];
  for (const { kind, typed } of kinds) {
    const found: number[] = [];
    const took: number[][] = [[], [], []];
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    for (const one of typed) {
      for (const [way, [mode, facets]] of WAYS.entries()) {
        const began = performance.now();
        const total = await ask(one, mode, facets);
        took[way]?.push(performance.now() - began);
        if (way === 0) found.push(total);
        await turnOfTheLoop();
      }
    }
    delay.disable();
    loops.push(delay.percentile(99) / 1e6);
    for (const [way, times] of took.entries()) all[way]?.push(...times);
    console.log(line(kind, at(sorted(found), 0.5), took, delay.percentile(99) / 1e6));
  }
  console.log(line('**all of them**', '', all, Math.max(...loops)));
}
const WAYS = [
  ['text', false],
  ['text', true],
  ['hybrid', false],
] as const;

const sorted = (list: number[]): number[] => list.toSorted((a, b) => a - b);
const line = (kind: string, found: number | string, took: number[][], loop: number): string =>
  `| ${[kind, found, ...took.flatMap((times) => [at(sorted(times), 0.5), at(sorted(times), 0.99)]), rounded(loop)].join(' | ')} |`;
