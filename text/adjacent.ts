/** What was typed as one phrase: what has it so comes first. */
import { streams } from './analyse.ts';
import type { ParsedQuery, Phrase, QueryTerm } from './query.ts';
import { units } from './units.ts';

/** Words typed one after the other, in any of their forms. Null where there is one word only, or some that stand in another stream, so that nothing can be beside them. */
export function adjacent({ all }: Pick<ParsedQuery, 'all'>): Phrase | null {
  const phrases = all.flatMap(({ any }) => any.slice(0, 1)).filter(({ stream, prefix }) => stream === 'grams' && !prefix);
  if (phrases.length < 2 || phrases.length < all.length) return null;
  return { stream: 'grams', tokens: phrases.flatMap(({ tokens }) => tokens), prefix: false };
}

/** The same to the letter, of one word too: `goods` and not `good`, the word itself and not what it begins. Null where all that is found has it so. */
export function toTheLetter({ all, words }: Pick<ParsedQuery, 'all' | 'words'>): Phrase | null {
  if (all.length === 0 || words.length < all.length || all.every(isExact)) return null;
  const [first] = all[0]?.any ?? [];
  if (all.length === 1 && first && isHan(first)) return first; // found by other writings too, and quicker in pairs
  if (all.length > 1 && (!adjacent({ all }) || all.every(({ any: [one] }) => one && isHan(one)))) return null;
  const pieces = words.map((word) => units(word));
  const tokens = pieces.flatMap((of) => streams(of).plain.map(({ text }) => text));
  return tokens.length === 0 ? null : { stream: 'plain', tokens, prefix: false };
}

/** Found by its own writing alone: Han, and what stands in quotes. */
const isExact = ({ any: [first, ...others] }: QueryTerm): boolean =>
  others.length === 0 && first !== undefined && !first.prefix && (first.stream === 'plain' || isHan(first));
const HAN = /^\p{Script=Han}+$/u;
const isHan = ({ stream, tokens }: Phrase): boolean => stream === 'grams' && tokens.every((one) => HAN.test(one));
