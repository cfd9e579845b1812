/** Units as what they are meant as: digits that recognition took for letters, 2O21 and 31O526, are digits again; their places stay. */
import { mendedDateAt } from './mended-dates.ts';
import { mendedAt } from './mended-numbers.ts';
import { isDigits, isLike, mended, ONLY_ALIKE, type ReadUnit } from './read-unit.ts';
import type { Unit } from './units.ts';

/** from, to: the places of the first and the last unit that a read unit, by its place, is made of. */
export type ReadUnits = { read: ReadUnit[]; from(place: number): number; to(place: number): number };

/** Digits that a run must have, and more of them than letters, to be a number with slips. */
const LEAST_DIGITS = 3;
/** Units of a run: more are a code, and each would be looked at from each. */
const MAX_UNITS = 24;

export function readUnits(units: readonly Unit[]): ReadUnits {
  if (!units.some((_, at) => mayBeDigit(units, at))) return { read: [...units], from: (place) => place, to: (place) => place };
  const read: ReadUnit[] = [];
  const places: { from: number; to: number }[] = [];
  for (let from = 0; from < units.length; ) {
    const certain = mendedDateAt(units, from) ?? mendedAt(units, from);
    if (certain) {
      read.push(...certain.map(({ unit }) => unit));
      places.push(...certain.map((one) => ({ from: one.from, to: one.to })));
      from = (certain.at(-1)?.to ?? from) + 1;
      continue;
    }
    const end = endOfRun(units, from);
    const whole = end > from ? mendedRun(units, from, end) : mendedDay(units, from);
    const to = whole ? end : from;
    const unit = whole ?? units[from];
    if (unit) read.push(unit);
    places.push({ from, to });
    from = to + 1;
  }
  return { read, from: (place) => places[place]?.from ?? 0, to: (place) => places[place]?.to ?? 0 };
}

/** A letter beside a digit, or where a number of a date must be: nearly no text has any. */
const mayBeDigit = (units: readonly Unit[], at: number): boolean => {
  const unit = units[at];
  if (unit?.kind !== 'word' || !ONLY_ALIKE.test(unit.text)) return false;
  const next = units[at + 1];
  return unit.gap === '' || (next !== undefined && next.gap === '' && next.kind === 'number');
};

/**
 * The last of digits, and of letters like them, that are written together. A letter before or after all digits stays, B8001 and 100l, but
 * before the sign of a date: Z017年, 1Z月, l4日.
 */
function endOfRun(units: readonly Unit[], from: number): number {
  const first = units[from];
  if (!first || !isLike(first)) return from;
  let [end, last] = [from, from];
  for (let next = units[last + 1]; next && next.gap === '' && isLike(next); next = units[last + 1]) {
    last += 1;
    if (last - from >= MAX_UNITS) return from;
    if (isDigits(next)) end = last;
  }
  if (isDated(units[last + 1])) return last;
  return isDigits(first) ? end : from;
}
const isDated = (unit: Unit | undefined): boolean => unit?.gap === '' && SIGN_OF_DATE.test(unit.text);
const SIGN_OF_DATE = /^[年月日曰号]$/;

function mendedRun(units: readonly Unit[], from: number, to: number): ReadUnit | null {
  const pieces = units.slice(from, to + 1);
  const [first, last] = [pieces[0], pieces.at(-1)];
  if (!first || !last) return null;
  const text = pieces.map((one) => one.text).join('');
  const digits = text.replace(/\D/g, '').length;
  const right = isDated(units[to + 1]) ? digits > 0 : digits >= LEAST_DIGITS && digits * 2 > text.length;
  return right ? { ...first, kind: 'number', text: mended(text), end: last.end, mended: true } : null;
}

/** S月 and l日 of a date: one letter where a month or a day must be. */
function mendedDay(units: readonly Unit[], at: number): ReadUnit | null {
  const [before, unit, after] = [units[at - 1], units[at], units[at + 1]];
  if (!unit || !before || unit.kind !== 'word' || unit.text.length > 2 || unit.gap !== '' || after?.gap !== '') return null;
  const stands = (before.text === '年' && after.text === '月') || (before.text === '月' && after.text === '日');
  return stands && ONLY_ALIKE.test(unit.text) ? { ...unit, kind: 'number', text: mended(unit.text), mended: true } : null;
}
