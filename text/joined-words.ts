/**
 * Words written together and apart: recog-⏎nition, e-mail, U.S.A., O'Brien, ConradMoreau. Each is stored as it stands and joined, and the
 * last one apart too, in both streams, behind all else.
 */
import type { Unit } from './units.ts';

/** words: one after the other. from, to: the first and the last of the units that they are made of. */
export type Joined = { from: number; to: number; words: string[] };

/** Units of one word that signs part. */
const MAX_PARTS = 5;
const LETTERS = /^\p{L}[\p{L}\p{M}]*$/u;
/** A hyphen, an apostrophe, or a dot in the middle. */
const WITHIN = /^[-‐‑'’‘`´·•]$/;
const LINE_END = /^[-‐]\s?\n\s?$/;
const INITIALS = /^\.$/;

export function joinedWords(units: readonly Unit[]): Joined[] {
  const found: Joined[] = [];
  for (let from = 0; from < units.length; ) {
    const to = endOf(units, from);
    const first = units[from];
    if (to > from) {
      found.push(joined(units, from, to));
      if (to > from + 1)
        for (let at = from; at < to; at += 1) if (LINE_END.test(units[at + 1]?.gap ?? '')) found.push(joined(units, at, at + 1));
    } else if (first?.apart) found.push({ from, to, words: first.apart });
    from = to + 1;
  }
  return found;
}

function joined(units: readonly Unit[], from: number, to: number): Joined {
  const word = units
    .slice(from, to + 1)
    .map(({ text }) => text)
    .join('');
  return { from, to, words: [word] };
}

function endOf(units: readonly Unit[], from: number): number {
  let to = from;
  for (
    let [unit, next] = [units[to], units[to + 1]];
    to - from + 1 < MAX_PARTS && unit && next;
    [unit, next] = [next, units[to + 1]]
  ) {
    if (!isWord(unit) || !isWord(next)) break;
    const initials = INITIALS.test(next.gap) && unit.text.length === 1 && next.text.length === 1;
    if (!initials && !WITHIN.test(next.gap) && !LINE_END.test(next.gap)) break;
    to += 1;
  }
  return to;
}
const isWord = (unit: Unit): boolean => unit.kind === 'word' && LETTERS.test(unit.text);
