/**
 * Words that are others in Taiwan and on the mainland: 軟體 and 软件, 滑鼠 and 鼠标. Whoever types one finds the other too, behind what has
 * it as typed. The table is that of OpenCC (TWPhrases, Apache-2.0), of which opencc-js ships a copy.
 */
import TAIWAN from 'opencc-js/dict/TWPhrases';
import { simplified } from './fold.ts';

/** Characters of a word here: shorter ones are parts of too many others, longer ones are names. */
const WORD_CHARS = { min: 2, max: 6 };
/** Ways to write one run otherwise. */
const MAX_WAYS = 6;
const HAN = /^\p{Script=Han}+$/u;

let table: ReadonlyMap<string, readonly string[]> | null = null;

/** Both ways, as a search has characters. Made when it is first asked for. */
function words(): ReadonlyMap<string, readonly string[]> {
  if (table) return table;
  const others = new Map<string, Set<string>>();
  const add = (one: string, other: string) => {
    if (one !== other && isWord(one) && isWord(other)) others.set(one, (others.get(one) ?? new Set<string>()).add(other));
  };
  for (const line of TAIWAN.split('|')) {
    const [one = '', ...same] = line.split(' ').map((word) => Array.from(word, simplified).join(''));
    for (const other of same) {
      add(one, other);
      add(other, one);
    }
  }
  table = new Map([...others].map(([word, same]) => [word, [...same]]));
  return table;
}
const isWord = (word: string): boolean => HAN.test(word) && word.length >= WORD_CHARS.min && word.length <= WORD_CHARS.max;

/** A run of folded Han as it is written elsewhere: each of its words alone, then all of them. None where it has no such word. */
export function elsewhere(run: string): string[] {
  const found: { at: number; word: string; others: readonly string[] }[] = [];
  for (let at = 0; at < run.length; ) {
    const word = longestAt(run, at);
    if (word) found.push({ at, word, others: words().get(word) ?? [] });
    at += word?.length ?? 1;
  }
  const put = (into: string, { at, word }: { at: number; word: string }, other: string) =>
    into.slice(0, at) + other + into.slice(at + word.length);
  const single = found.flatMap((one) => one.others.map((other) => put(run, one, other)));
  const all = found.toReversed().reduce((now, one) => put(now, one, one.others[0] ?? one.word), run);
  return [...new Set([...(found.length > 1 ? [all] : []), ...single])].slice(0, MAX_WAYS);
}

function longestAt(run: string, at: number): string | null {
  for (let length = Math.min(WORD_CHARS.max, run.length - at); length >= WORD_CHARS.min; length -= 1) {
    const word = run.slice(at, at + length);
    if (words().has(word)) return word;
  }
  return null;
}
