/**
 * Numbers found however they are written: 13800138000 and 138-0013-8000, 20240305 and 2024年3月5日, 1,280.00 and 1280.
 *
 * What a number is meant as is a token of its own, beside those of its parts: `.n` and its digits, `.d` and a date. A token of a word
 * never begins with a point. What can mean two things is left as it is written: 03/05/2024, 12,34, and 2 500 in a table.
 */
import type { Unit } from './units.ts';

/** from, to: the first and last of the units that it is made of. */
export type Meant = { from: number; to: number; text: string };

/** Fewer digits in pieces are two numbers more often than one; more are a table. */
const JOINED_DIGITS = { least: 7, max: 20 };
/** Pieces of one number: a card has five. */
const JOINED_UNITS = 5;
/** With a space between, shorter pieces are numbers of their own. */
const SPACED_DIGITS = 3;
const DIGITS = /^\d+$/;
/** One sign, or a hyphen or bracket with a space beside it: (010) 6255 - 1234. Two spaces part columns. */
const JOINS = /^(?:[-‐–—./_· ]|[-‐–—()] | ?[-‐–—()])$/;

/** 1280.50 and 1280.5 are one amount, and 1280.00 is 1280. */
export const amount = (number: string): string => (number.includes('.') ? number.replace(/\.?0+$/, '') : number);

/** How an amount may be written: as it is, at its shortest, and with two decimals. */
export function writings(number: string): string[] {
  const short = amount(number);
  const [whole = '', decimals = ''] = short.split('.');
  return [...new Set([number, short, `${whole}.${decimals.padEnd(2, '0')}`])];
}

const isDigits = (unit: Unit | undefined): unit is Unit => unit !== undefined && unit.kind === 'number' && DIGITS.test(unit.text);

/** True when `next` goes on with the number that `unit` is a piece of. */
function joins(unit: Unit, next: Unit | undefined): next is Unit {
  if (!isDigits(unit) || !isDigits(next) || !JOINS.test(next.gap)) return false;
  const country = unit.gap.endsWith('+'); // +86 138 0013 8000
  return next.gap.trim() !== '' || ((country || unit.text.length >= SPACED_DIGITS) && next.text.length >= SPACED_DIGITS);
}

const isNumber = (digits: string): boolean => digits.length >= JOINED_DIGITS.least && digits.length <= JOINED_DIGITS.max;
export const joinedToken = (digits: string): string => `.n${digits}`;
/** The token of pieces typed with spaces between; null if they are no one number. */
export function joinedOf(pieces: readonly string[]): string | null {
  const digits = pieces.join('');
  const right = pieces.length <= JOINED_UNITS && pieces.every((one) => one.length >= SPACED_DIGITS && DIGITS.test(one));
  return right && isNumber(digits) ? digits : null;
}

/** Every number that pieces side by side may be: nobody knows where it begins in +86 138-0013-8000. */
function joinedNumbers(units: readonly Unit[]): Meant[] {
  const found: Meant[] = [];
  for (const [from, first] of units.entries()) {
    let digits = first.text;
    let last = first;
    for (let to = from + 1; to < from + JOINED_UNITS; to += 1) {
      const next = units[to];
      if (!joins(last, next)) break;
      digits += next.text;
      last = next;
      if (isNumber(digits)) found.push({ from, to, text: joinedToken(digits) });
    }
  }
  return found;
}

const YEAR = /^(?:19|20)\d\d$/;
const MONTH = /^(?:0?[1-9]|1[0-2])$/;
const DAY = /^(?:0?[1-9]|[12]\d|3[01])$/;
const COMPACT = /^((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$/;
const PARTS_DATE = /^[-/.]$/;
const dateToken = (year: string, month: string, day = ''): string =>
  `.d${year}${month.padStart(2, '0')}${day === '' ? '' : day.padStart(2, '0')}`;

/** The date that begins with a unit, as long as it goes: of a day, or of a month. */
function dateAt(units: readonly Unit[], from: number): Meant | null {
  const [year, a, b, c, d, e] = units.slice(from, from + 6);
  if (!isDigits(year)) return null;
  const compact = COMPACT.exec(year.text);
  if (compact) return { from, to: from, text: dateToken(compact[1] ?? '', compact[2] ?? '', compact[3]) };
  if (!YEAR.test(year.text)) return null;
  if (a?.text === '年' && isDigits(b) && MONTH.test(b.text) && c?.text === '月') {
    const day = isDigits(d) && DAY.test(d.text) && (e?.text === '日' || e?.text === '号') ? d.text : null;
    return { from, to: from + (day === null ? 3 : 5), text: dateToken(year.text, b.text, day ?? '') };
  }
  if (!isDigits(a) || !MONTH.test(a.text) || !PARTS_DATE.test(a.gap)) return null;
  const goes_on = isDigits(b) && b.gap === a.gap;
  if (goes_on) return DAY.test(b.text) ? { from, to: from + 2, text: dateToken(year.text, a.text, b.text) } : null;
  return { from, to: from + 1, text: dateToken(year.text, a.text) };
}

/** What a text is found by beside its own words. A day is of its month too. */
export function meanings(units: readonly Unit[]): Meant[] {
  if (!units.some(({ kind }) => kind === 'number')) return [];
  const dates = units.flatMap((_, from) => dateAt(units, from) ?? []);
  const months = dates
    .filter(({ text }) => text.length > MONTH_TOKEN)
    .map((date) => ({ ...date, text: date.text.slice(0, MONTH_TOKEN) }));
  return [...dates, ...months, ...joinedNumbers(units)];
}
const MONTH_TOKEN = '.d202403'.length;

/** One thing that a number in a question means. `texts`: any of these tokens; `digits`: all its digits, if it is no date of Chinese writing. */
export type QueryNumber = { from: number; to: number; texts: string[]; digits: string | null };

/** The dates and the long numbers of what was typed, in order; none is in two. */
export function queryNumbers(units: readonly Unit[]): QueryNumber[] {
  const found: QueryNumber[] = [];
  for (let from = 0; from < units.length; ) {
    const one = queryNumberAt(units, from);
    if (one) found.push(one);
    from = one ? one.to + 1 : from + 1;
  }
  return found;
}

function queryNumberAt(units: readonly Unit[], from: number): QueryNumber | null {
  const first = units[from];
  if (!isDigits(first)) return null;
  let to = from;
  for (let last = first, next = units[to + 1]; joins(last, next); next = units[to + 1]) {
    last = next;
    to += 1;
  }
  const digits = units
    .slice(from, to + 1)
    .map(({ text }) => text)
    .join('');
  const date = dateAt(units, from);
  const long = isNumber(digits);
  if (date && date.to >= to) {
    const number = date.to === to && long;
    return { from, to: date.to, texts: number ? [date.text, joinedToken(digits)] : [date.text], digits: number ? digits : null };
  }
  return long ? { from, to, texts: [joinedToken(digits)], digits } : null;
}
