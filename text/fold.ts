/** Characters that mean the same made the same: width, case, traditional and simplified; with the way back to the text as given. */
import { Converter } from 'opencc-js/t2cn';
import { withoutRadicals } from './radicals.ts';

/** start, end: of the piece of the given text that the UTF-16 unit at `at` of the folded text came from. */
export type Folded = { text: string; start(at: number): number; end(at: number): number };

/** A character with the marks that NFKC may join to it: normalising each apart is then the same as normalising the whole. */
const CLUSTER = /.[\p{M}\u1160-\u11FF\uFF9E\uFF9F]*/suy;
const ASCII_ONLY = /^\p{ASCII}*$/u;
/** Zero width: soft hyphens, joiners, directions, variation selectors. */
const UNSEEN = /[\p{Cf}\p{Variation_Selector}]/gu;

export function fold(given: string): Folded {
  if (ASCII_ONLY.test(given)) return { text: given.toLowerCase(), start: (at) => at, end: (at) => at + 1 };
  let text = '';
  /** Where the pieces that change their length begin: in the folded text, and in the given one. Few texts have any. */
  const folded: number[] = [];
  const origins: number[] = [];
  for (let at = 0; at < given.length; ) {
    const length = isAlone(given.charCodeAt(at), given.charCodeAt(at + 1)) ? 1 : clusterAt(given, at);
    const one = foldCluster(given.slice(at, at + length));
    if (length !== 1 || one.length !== 1) {
      folded.push(text.length, text.length + one.length);
      origins.push(at, at + length);
    }
    text += one;
    at += length;
  }
  if (folded.length === 0) return { text, start: (at) => at, end: (at) => at + 1 };
  const place = (at: number): Place => placeOf(at, folded, origins);
  return { text, start: (at) => place(at).start, end: (at) => place(at).end };
}

/** Most of what is written: ASCII and Han, with nothing after it that could be a mark. */
const isAlone = (code: number, next: number): boolean => isPlain(code) && (Number.isNaN(next) || isPlain(next));
const isPlain = (code: number): boolean =>
  code < 0x80 || (code >= 0x4e00 && code <= 0x9fff) || (code >= 0x3001 && code <= 0x3029) || (code >= 0xff01 && code <= 0xff5e);

function clusterAt(given: string, at: number): number {
  CLUSTER.lastIndex = at;
  return CLUSTER.exec(given)?.[0].length ?? 1;
}

type Place = { start: number; end: number };
/** Pieces stand in pairs of (begin, end); between them each unit is one of the given text. */
function placeOf(at: number, folded: number[], origins: number[]): Place {
  let low = 0;
  let high = folded.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((folded[middle] ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  const before = low - 1; // the last edge at or before
  if (before >= 0 && before % 2 === 0) return { start: origins[before] ?? 0, end: origins[before + 1] ?? 0 };
  const start = at + (before < 0 ? 0 : (origins[before] ?? 0) - (folded[before] ?? 0));
  return { start, end: start + 1 };
}

/** Folded clusters: texts are made of few thousand different ones. Emptied when full, since what is rare may be anything. */
const known = new Map<string, string>();
const MAX_KNOWN = 50_000;

function foldCluster(cluster: string): string {
  const found = known.get(cluster);
  if (found !== undefined) return found;
  const plain = withoutRadicals(cluster).toLowerCase().replaceAll('ς', 'σ').replace(UNSEEN, '');
  const folded = Array.from(plain, simplified).join('');
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(cluster, folded);
  return folded;
}

/**
 * Traditional → simplified by the single character, never by the phrase: what a character becomes must not hang on its neighbours, or a
 * part of a text would not be found in it (乾 of 乾隆 and of 乾燥). No search distinguishes characters that this makes one.
 */
const converters = [Converter({ from: 't', to: 'cn' }), Converter({ from: 'hk', to: 'cn' })];
/** Left alone by OpenCC, because it depends on the word: 著名, but 穿着. */
const ALSO: Record<string, string> = { 著: '着' };
/** 薴 → 苧 → 苎 is the longest chain there is. */
const MAX_CHAIN = 3;

export function simplified(character: string): string {
  let now = character;
  for (let i = 0; i < MAX_CHAIN; i += 1) {
    const next = converters.reduce((folded, convert) => convert(folded), ALSO[now] ?? now);
    if (next === now) break;
    now = next;
  }
  return now;
}
