/** Words typed one after the other, as the one phrase that they would be: what has them so comes first. */
import type { ParsedQuery, Phrase } from './query.ts';

/** Null where there is one word only, or some that stand in another stream, so that nothing can be beside them. */
export function adjacent({ all }: Pick<ParsedQuery, 'all'>): Phrase | null {
  const phrases = all.flatMap(({ any }) => any.slice(0, 1)).filter(({ stream, prefix }) => stream === 'grams' && !prefix);
  if (phrases.length < 2 || phrases.length < all.length) return null;
  return { stream: 'grams', tokens: phrases.flatMap(({ tokens }) => tokens), prefix: false };
}
