/**
 * Chinese by its sound: fapiao and fā piào are 发票. Without tones, and a character by each of its usual readings (银行 is yin hang and yin
 * xing), since a search that finds nothing else has no use for being strict. Written together it may be cut in several ways: xian is 西安
 * and 先. The readings: text/pinyin-table.ts.
 */
import type { Phrase } from './phrases.ts';
import { SYLLABLES } from './pinyin-table.ts';

/** Letters of a word that is read, ways to cut it, and syllables together: more is no pinyin. */
const LETTERS = 40;
const WAYS = 12;
const SOUNDS = 12;
/** A syllable alone is read from three letters: fa, li or an would find a Han of nearly every title. */
const ALONE = 3;
/** Letters of the longest syllable. */
const SYLLABLE_LETTERS = 6;
/** ü after l and n, as passports and keyboards write it. */
const ALSO: Record<string, string> = { lue: 'lve', nue: 'nve', lyu: 'lv', nyu: 'nv', lyue: 'lve', nyue: 'nve' };

/** Syllables that stand at the beginning of a word, and would cut others in two: piao is not pi a o. */
const NOT_WITHIN = new Set(['a', 'o']);

type Table = { syllables: ReadonlySet<string>; readings: ReadonlyMap<string, readonly string[]> };
let table: Table | null = null;
/** Made when it is first asked for. */
function known(): Table {
  if (table) return table;
  const syllables = new Set<string>();
  const readings = new Map<string, string[]>();
  for (const [, sound = '', characters = ''] of SYLLABLES.matchAll(/([a-z]+)(\P{ASCII}+)/gu)) {
    syllables.add(sound);
    for (const one of characters) {
      const others = readings.get(one);
      if (others) others.push(sound);
      else readings.set(one, [sound]);
    }
  }
  table = { syllables, readings };
  return table;
}

/** How a folded character is usually read; none: it is no Han, or a rare one. */
export const readingsOf = (character: string): readonly string[] => known().readings.get(character) ?? [];

const soundToken = (sounds: readonly string[]): string => `.y${sounds.join('.')}`;

/** What a stored line of single characters is found by beside its words: each Han by its sounds, and each two that stand together. */
export function soundTokens(plain: string): string[] {
  const found = new Set<string>();
  let before: readonly string[] = [];
  for (const one of plain.split(' ')) {
    const sounds = readingsOf(one);
    for (const sound of sounds) {
      found.add(soundToken([sound]));
      for (const last of before) found.add(soundToken([last, sound]));
    }
    before = sounds;
  }
  return [...found];
}

/** What a run that is read so is found by: all of these. */
export const soundPhrases = (way: readonly string[]): Phrase[] => {
  const pairs = way.slice(1).map((sound, at) => soundToken([way[at] ?? '', sound]));
  return (pairs.length > 0 ? pairs : [soundToken(way)]).map((text) => ({ stream: 'grams', tokens: [text], prefix: false }));
};

/** The marks of the four tones; a breve is often written for a caron. */
const TONES = /[\u0300\u0301\u0304\u0306\u030C]/g;
const BETWEEN = /['’‘`´·\-‐‑–\s]+/;
/** After these ü is written u, and is no other sound: xü, qü. */
const AFTER_PALATALS = /(?<=[jqxy])v/g;
const ONLY_LETTERS = /^[a-z]+$/;

/** The ways to read words as syllables, each word cut for itself; none: they are no pinyin. */
export function waysToRead(words: readonly string[]): string[][] {
  const bare = words
    .join(' ')
    .normalize('NFKD')
    .replace(TONES, '')
    .normalize('NFC')
    .toLowerCase()
    .replaceAll('ü', 'v')
    .replace(AFTER_PALATALS, 'u');
  const pieces = bare.split(BETWEEN).filter((piece) => piece !== '');
  if (pieces.length === 0 || bare.length > LETTERS || !pieces.every((piece) => ONLY_LETTERS.test(piece))) return [];
  let ways: string[][] = [[]];
  for (const piece of pieces) {
    const cut = cutsOf(piece);
    ways = ways.flatMap((way) => cut.map((more) => [...way, ...more])).slice(0, WAYS);
  }
  return ways.filter((way) => way.length <= SOUNDS);
}
/** Whether a way to read is enough to look for. */
export const saysEnough = (way: readonly string[]): boolean => way.length > 1 || (way[0] ?? '').length >= ALONE;

function cutsOf(piece: string): string[][] {
  const { syllables } = known();
  /** By where they end: the ways to cut what stands before. */
  const until: string[][][] = [[[]]];
  for (let to = 1; to <= piece.length; to += 1) {
    const here: string[][] = [];
    for (let from = Math.max(0, to - SYLLABLE_LETTERS); from < to; from += 1) {
      const written = piece.slice(from, to);
      const sound = ALSO[written] ?? written;
      const begins = from === 0 || !NOT_WITHIN.has(sound);
      if (begins && syllables.has(sound)) here.push(...(until[from] ?? []).map((way) => [...way, sound]));
    }
    until.push(here.slice(0, WAYS));
  }
  return until[piece.length] ?? [];
}

/** The Han of a stored line of single characters that are read in one of these ways: the longest. */
export function hanRead(plain: string, ways: readonly (readonly string[])[]): string[] | null {
  const tokens = plain.trim().split(' ');
  let best: string[] | null = null;
  for (const way of ways) {
    if (best && best.length >= way.length) continue;
    for (let at = 0; at + way.length <= tokens.length; at += 1) {
      if (!way.every((sound, n) => readingsOf(tokens[at + n] ?? '').includes(sound))) continue;
      best = tokens.slice(at, at + way.length);
      break;
    }
  }
  return best;
}
