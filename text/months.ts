/** Months by their English names, whole and shortened, also where recognition took a letter for another: Jonuary, Dcc. */
import { areAlike } from './look-alikes.ts';

const NAMES = 'january february march april may june july august september october november december'.split(' ');
const MONTHS = new Map(
  NAMES.flatMap((name, i) => [name, name.slice(0, 3), ...(name === 'september' ? ['sept'] : [])].map((one) => [one, `${i + 1}`])),
);

export const monthOf = (word: string): string | null => MONTHS.get(word) ?? null;

/** The same of a name with one letter that looks like another, two in long ones: only where a day and a year stand beside it. */
export function monthLike(word: string): string | null {
  const known = monthOf(word);
  if (known !== null) return known;
  for (const [name, month] of MONTHS) if (name.length === word.length && isLikeName(word, name)) return month;
  return null;
}

/** Letters of a name that may have two others. */
const LONG = 6;
function isLikeName(word: string, name: string): boolean {
  let others = 0;
  for (let at = 0; at < name.length; at += 1) {
    const [one = '', other = ''] = [word.charAt(at), name.charAt(at)];
    if (one === other) continue;
    others += 1;
    if (others > (name.length >= LONG ? 2 : 1) || !areAlike(one, other)) return false;
  }
  return true;
}
