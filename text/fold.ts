/** Characters that mean the same made the same: width, case, traditional and simplified; with the way back to the text as given. */
import { Converter } from 'opencc-js/t2cn';

/** start, end: of the piece of the given text that the UTF-16 unit at `at` of the folded text came from. */
export type Folded = { text: string; start(at: number): number; end(at: number): number };

/** A character with the marks that NFKC may join to it: normalising each apart is then the same as normalising the whole. */
const CLUSTER = /.[\p{M}\u1160-\u11FF\uFF9E\uFF9F]*/gsu;
const ASCII_ONLY = /^\p{ASCII}*$/u;
/** Zero width: soft hyphens, joiners, directions, variation selectors. */
const UNSEEN = /[\p{Cf}\p{Variation_Selector}]/gu;

export function fold(given: string): Folded {
  if (ASCII_ONLY.test(given)) return { text: given.toLowerCase(), start: (at) => at, end: (at) => at + 1 };
  let text = '';
  const starts: number[] = [];
  const ends: number[] = [];
  for (const { 0: cluster, index } of given.matchAll(CLUSTER)) {
    const one = foldCluster(cluster);
    for (let i = 0; i < one.length; i += 1) {
      starts.push(index);
      ends.push(index + cluster.length);
    }
    text += one;
  }
  return { text, start: (at) => starts[at] ?? given.length, end: (at) => ends[at] ?? given.length };
}

/** Folded clusters: texts are made of few thousand different ones. Emptied when full, since what is rare may be anything. */
const known = new Map<string, string>();
const KNOWN_MOST = 50_000;

function foldCluster(cluster: string): string {
  const found = known.get(cluster);
  if (found !== undefined) return found;
  const plain = cluster.normalize('NFKC').toLowerCase().replaceAll('ς', 'σ').replace(UNSEEN, '');
  const folded = Array.from(plain, simplified).join('');
  if (known.size >= KNOWN_MOST) known.clear();
  known.set(cluster, folded);
  return folded;
}

/**
 * Traditional → simplified by the single character, never by the phrase: what a character becomes must not hang on its neighbours, or a
 * part of a text would not be found in it (乾 of 乾隆 and of 乾燥). Characters that this makes one are told apart by nobody's search.
 */
const converters = [Converter({ from: 't', to: 'cn' }), Converter({ from: 'hk', to: 'cn' })];
/** Left alone by OpenCC, because it depends on the word: 著名, but 穿着. */
const ALSO: Record<string, string> = { 著: '着' };
/** 薴 → 苧 → 苎 is the longest chain there is. */
const CHAIN_MOST = 3;

export function simplified(character: string): string {
  let now = character;
  for (let i = 0; i < CHAIN_MOST; i += 1) {
    const next = converters.reduce((said, convert) => convert(said), ALSO[now] ?? now);
    if (next === now) break;
    now = next;
  }
  return now;
}
