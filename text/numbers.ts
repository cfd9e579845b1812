/**
 * Numbers found however they are written: 13800138000 and +86 138-0013-8000, 20240305 and March 5, 2024, 1,280.00 and 壹仟贰佰捌拾元.
 *
 * What a number is meant as is a token of its own, beside those of its parts: `.n` and its digits, and those of dates.ts, amounts.ts and
 * codes.ts. A token of a word never begins with a point. What can mean two things is left as it is written: 03/05/2024, 12,34, and 2 500
 * in a table.
 */
import { amount, amountAt, amountsIn, amountTokens, moneyToken } from './amounts.ts';
import { codeAt, codesIn } from './codes.ts';
import { dateAt, datesIn } from './dates.ts';
import { isDigits, type Meant, type ReadUnit } from './read-unit.ts';
import { readUnits } from './read-units.ts';
import type { Unit } from './units.ts';

/** Fewer digits in pieces are two numbers more often than one; more are a table. */
const JOINED_DIGITS = { least: 7, max: 20 };
/** Pieces of one number: a card has five. */
const JOINED_UNITS = 5;
/** With a space between, shorter pieces are numbers of their own. */
const SPACED_DIGITS = 3;
/** Digits of an area code that stands behind that of a country: +86 21 6255 1234. */
const AREA_DIGITS = 2;
const DIGITS = /^\d+$/;
/** One sign, or a hyphen or bracket with a space beside it: (010) 6255 - 1234. Two spaces part columns. */
const JOINS = /^(?:[-‐–—./_· ]|[-‐–—()] | ?[-‐–—()])$/;
/** A line may end within a number that is in pieces already: 6222 5104 3801⏎6947 796. */
const LINE_END = /^[-‐]? ?\n ?$/;

/** How an amount may be written: as it is, at its shortest, and with two decimals. */
export function writings(number: string): string[] {
  const short = amount(number);
  const [whole = '', decimals = ''] = short.split('.');
  return [...new Set([number, short, `${whole}.${decimals.padEnd(2, '0')}`])];
}

/** True when `next` goes on with the number that `unit` is a piece of. */
function joins(unit: Unit, next: Unit | undefined): next is Unit {
  if (!isDigits(unit) || !isDigits(next) || !JOINS.test(next.gap)) return false;
  const country = unit.gap.endsWith('+'); // +86 138 0013 8000
  return next.gap.trim() !== '' || ((country || unit.text.length >= SPACED_DIGITS) && next.text.length >= SPACED_DIGITS);
}

/** The same over one line end: `pieces` is how many the number has so far. */
const joinsOver = (unit: ReadUnit, next: Unit | undefined, pieces: number): next is Unit =>
  pieces > 1 && isDigits(next) && LINE_END.test(next.gap) && [unit, next].every(({ text }) => text.length >= SPACED_DIGITS);

const isNumber = (digits: string): boolean => digits.length >= JOINED_DIGITS.least && digits.length <= JOINED_DIGITS.max;
export const joinedToken = (digits: string): string => `.n${digits}`;
/** The digits of pieces typed with spaces between; null if they are no one number. The first may have the sign of a country. */
export function joinedOf(pieces: readonly string[]): string | null {
  const [first = '', ...others] = pieces;
  const country = first.startsWith('+');
  const least = (at: number) => (country && at === 0 ? AREA_DIGITS : SPACED_DIGITS);
  const right = pieces.length <= JOINED_UNITS && others.every((one, at) => one.length >= least(at) && DIGITS.test(one));
  const digits = [first.replace('+', ''), ...others].join('');
  return right && (country || first.length >= SPACED_DIGITS) && isNumber(digits) ? digits : null;
}

/** Area codes of China: 010 and 02x have three digits, all others four. A mobile number begins with 1 and has eleven digits. */
const WITH_COUNTRY = /^(?:00)?86(1[3-9]\d{9}|[1-9]\d{8,10})$/;
const WITH_AREA = /^(?:0(?:10|2\d)(?=\d{8}$)|0[3-9]\d\d(?=\d{7,8}$))(\d+)$/;
/** The same telephone number without its country, and within its area; null where it has none. */
function shorterNumbers(digits: string): { domestic: string | null; local: string | null } {
  const national = WITH_COUNTRY.exec(digits)?.[1] ?? null;
  const domestic = national === null || MOBILE.test(national) ? national : `0${national}`;
  return { domestic, local: WITH_AREA.exec(domestic ?? digits)?.[1] ?? null };
}
const MOBILE = /^1[3-9]\d{9}$/;

/** What a text with a number is found by: `.l` of it within its area, which one who types another area does not ask for. */
function tokensOfText(digits: string): string[] {
  const { domestic, local } = shorterNumbers(digits);
  return [...(domestic === null ? [] : [joinedToken(domestic)]), ...(local === null ? [] : [`.l${local}`])];
}
/** A telephone number within its area. */
const LOCAL = /^[1-9]\d{6,7}$/;
/** What a number that was typed is found by: as one, in pieces, without its country, and where the area is not written. */
export function tokensOfQuery(digits: string): string[] {
  const { domestic, local } = shorterNumbers(digits);
  const shorter = [domestic, local].filter((one) => one !== null);
  return [
    joinedToken(digits),
    ...(shorter.length === 0 ? (LOCAL.test(digits) ? [`.l${digits}`] : []) : shorter.flatMap((one) => [joinedToken(one), one])),
  ];
}

/** Every number that pieces side by side may be: nobody knows where it begins in +86 138-0013-8000. */
function joinedNumbers(units: readonly ReadUnit[]): Meant[] {
  const found: Meant[] = [];
  for (const [from, first] of units.entries()) {
    if (!isDigits(first)) continue;
    let digits = first.text;
    let last: ReadUnit = first;
    let lines = 0;
    const add = (to: number) => {
      if (to > from && isNumber(digits)) found.push({ from, to, text: joinedToken(digits) });
      for (const text of tokensOfText(digits)) found.push({ from, to, text });
    };
    add(from);
    for (let to = from + 1; to < from + JOINED_UNITS; to += 1) {
      const next = units[to];
      if (!joins(last, next)) {
        if (lines > 0 || !joinsOver(last, next, to - from)) break;
        lines += 1;
      }
      if (!next || !isDigits(next)) break;
      digits += next.text;
      last = next;
      add(to);
    }
  }
  return found;
}

/**
 * What a text is found by beside its own words. meant: tokens that begin with a point; unwritten: numbers that the text does not have as
 * such, of 8.3万, 陆仟玖佰贰拾贰元 and 31O526.
 */
export function meanings(units: readonly Unit[]): { meant: Meant[]; unwritten: Meant[] } {
  if (!units.some(({ kind, text }) => kind === 'number' || MAY_COUNT.has(text))) return { meant: [], unwritten: [] };
  const { read, from, to } = readUnits(units);
  const placed = (one: Meant): Meant => ({ from: from(one.from), to: to(one.to), text: one.text });
  const amounts = amountsIn(read);
  const meant = [...datesIn(read), ...joinedNumbers(read), ...amountTokens(amounts), ...codesIn(read)].map(placed);
  const unwritten = amounts.flatMap((one) => (one.unwritten ? [placed({ ...one, text: one.value })] : []));
  for (const [place, { mended, text }] of read.entries()) if (mended) unwritten.push(placed({ from: place, to: place, text }));
  return { meant, unwritten };
}
/** After a numeral of Chinese: of a date or of an amount. */
const MAY_COUNT = new Set(['月', '目', '元', '圆']);

/**
 * One thing that a number in a query means. `texts`: any of these tokens; `digits`: all its digits, if it is no date of Chinese writing;
 * `beginning`: the token that goes on while it is typed.
 */
export type QueryNumber = { from: number; to: number; texts: string[]; digits: string | null; beginning: string | null };

/** The dates, amounts, codes and long numbers of what was typed, in order; none is in two. */
export function queryNumbers(units: readonly Unit[]): QueryNumber[] {
  const { read, ...place } = readUnits(units);
  const found: QueryNumber[] = [];
  for (let from = 0; from < read.length; ) {
    const one = queryNumberAt(read, from) ?? queryCodeAt(read, from);
    if (one) found.push({ ...one, from: place.from(one.from), to: place.to(one.to) });
    from = one ? one.to + 1 : from + 1;
  }
  return found;
}

function queryNumberAt(units: readonly ReadUnit[], from: number): QueryNumber | null {
  const date = dateAt(units, from);
  const first = units[from];
  const money = amountAt(units, from);
  if (!isDigits(first)) return date ? ofTokens(date.from, date.to, [date.text]) : money && moneyOf(money);
  let to = from;
  for (let last: ReadUnit = first, next = units[to + 1]; joins(last, next); next = units[to + 1]) {
    last = next;
    to += 1;
  }
  const digits = units
    .slice(from, to + 1)
    .map(({ text }) => text)
    .join('');
  const long = isNumber(digits);
  if (date && date.to >= to) {
    const number = date.to === to && long;
    const one = ofTokens(from, date.to, number ? [date.text, joinedToken(digits)] : [date.text]);
    return number ? { ...one, digits, beginning: joinedToken(digits) } : one;
  }
  if (money && money.to >= to) return moneyOf(money);
  if (!long) return first.mended ? ofTokens(from, from, [first.text]) : null;
  return { from, to, texts: tokensOfQuery(digits), digits, beginning: joinedToken(digits) };
}

const ofTokens = (from: number, to: number, texts: string[]): QueryNumber => ({ from, to, texts, digits: null, beginning: null });

/** An amount of three digits or more says enough as a number alone; 3 of 3元 does not. */
const SAYS_ENOUGH = /^\d{3}/;
const moneyOf = ({ from, to, value, has_currency }: { from: number; to: number; value: string; has_currency: boolean }) =>
  ofTokens(from, to, [...(has_currency ? [moneyToken(value)] : []), ...(SAYS_ENOUGH.test(value) ? [value] : [])]);

/** A code without a date or a long number in it: each of these is looked for alone. */
function queryCodeAt(units: readonly ReadUnit[], from: number): QueryNumber | null {
  const code = codeAt(units, from);
  if (!code) return null;
  for (let at = from + 1; at <= code.to; at += 1) if (queryNumberAt(units, at)) return null;
  return { ...ofTokens(from, code.to, [code.text]), beginning: code.text };
}

/** The one date or amount that words typed with spaces between are, March 5, 2024 or RMB 1280: what it is found by. */
export function spacedMeaning(units: readonly Unit[]): string[] | null {
  const { read } = readUnits(units);
  const last = read.length - 1;
  const date = dateAt(read, 0);
  if (date?.to === last) return [date.text];
  const money = amountAt(read, 0);
  return money?.to === last ? moneyOf(money).texts : null;
}
