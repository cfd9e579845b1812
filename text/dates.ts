/**
 * Dates however they are written: 2024-03-05, 20240305, 2024年3月5日, 二〇二四年三月五日, March 5, 2024, 5 Mar 2024, 25.12.2024. What can
 * mean two days, 03/05/2024, is left as it is written.
 *
 * Tokens: `.d20240305` a day, `.d202403` a month, `.e0305` a day of any year.
 */
import { digitsOfHan, isNumeral, valueOfHan } from './han-numerals.ts';
import { monthLike, monthOf } from './months.ts';
import { isDigits, type Meant, type ReadUnit } from './read-unit.ts';

type Found = { last: number; year: string; month: string; day: string };
type Part = { text: string; last: number };

const YEAR = /^(?:19|20)\d\d$/;
const MONTH = /^(?:0?[1-9]|1[0-2])$/;
const DAY = /^(?:0?[1-9]|[12]\d|3[01])$/;
const COMPACT = /^((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$/;
const SEPARATOR = /^[-/.]$/;
const SPACED_SEPARATOR = /^ ?[-/.] ?$/;
/** Between the parts of a date in words: a comma, a point, spaces, one line end. */
const BETWEEN = /^[,. \-/'’]{0,3}\n?[ ]?$/;
const ORDINAL = /^(?:st|nd|rd|th)$/;

const token = ({ year, month, day }: Found): string =>
  year === '' ? `.e${two(month)}${two(day)}` : `.d${year}${two(month)}${day === '' ? '' : two(day)}`;
const two = (number: string): string => number.padStart(2, '0');

/** The date that begins with a unit, as long as it goes; from, to: places among `units`. */
export function dateAt(units: readonly ReadUnit[], from: number): Meant | null {
  const first = units[from];
  const found = first && (first.kind === 'word' ? named(units, from) : (numeric(units, from) ?? named(units, from)));
  return found ? { from, to: found.last, text: token(found) } : null;
}

/** A day is of its month too, and of every year. */
export function datesIn(units: readonly ReadUnit[]): Meant[] {
  const found: Meant[] = [];
  for (const [from, unit] of units.entries()) {
    if (!mayBegin(unit, units[from + 1])) continue;
    const date = dateAt(units, from);
    if (!date) continue;
    const { text } = date;
    found.push(date);
    if (text.length <= '.d202403'.length) continue;
    found.push({ ...date, text: text.slice(0, '.d202403'.length) }, { ...date, text: `.e${text.slice('.d2024'.length)}` });
  }
  return found;
}
const mayBegin = ({ kind, text }: ReadUnit, next: ReadUnit | undefined): boolean => {
  if (kind === 'number') return text.length <= COMPACT_CHARS;
  return kind === 'word' ? isDigits(next) && monthLike(text) !== null : isNumeral(text);
};
const COMPACT_CHARS = 8;

function numeric(units: readonly ReadUnit[], from: number): Found | null {
  const first = units[from];
  const compact = isDigits(first) ? COMPACT.exec(first.text) : null;
  if (compact) return { last: from, year: compact[1] ?? '', month: compact[2] ?? '', day: compact[3] ?? '' };
  return inChinese(units, from) ?? (isDigits(first) ? (yearFirst(units, from) ?? dayFirst(units, from)) : null);
}

/** 2024年3月5日, 二〇二四年三月, 3月5日 */
function inChinese(units: readonly ReadUnit[], from: number): Found | null {
  const year = chineseNumber(units, from, YEAR, digitsOfHan);
  const dated = year !== null && units[year.last + 1]?.text === '年' ? year : null;
  const month = chineseNumber(units, dated ? dated.last + 2 : from, MONTH);
  if (!month || !(dated ? MONTH_SIGN : /^月$/).test(units[month.last + 1]?.text ?? '')) return null;
  const day = chineseNumber(units, month.last + 2, DAY);
  if (day && DAY_SIGN.test(units[day.last + 1]?.text ?? ''))
    return { last: day.last + 1, year: dated?.text ?? '', month: month.text, day: day.text };
  return dated && { last: month.last + 1, year: dated.text, month: month.text, day: '' };
}

/** 目 is what recognition makes of 月: behind a year it can only be that. */
const MONTH_SIGN = /^[月目]$/;
/** 曰 is what recognition makes of 日. */
const DAY_SIGN = /^[日曰号]$/;
const inNumerals = (text: string): string | null => valueOfHan(text)?.toString() ?? null;
/** Numerals of the longest part of a date: 二十一. */
const MAX_NUMERALS = 4;
function chineseNumber(units: readonly ReadUnit[], from: number, right: RegExp, read = inNumerals): Part | null {
  const first = units[from];
  if (isDigits(first)) return right.test(first.text) ? { text: first.text, last: from } : null;
  let text = '';
  let last = from - 1;
  for (
    let unit = first;
    unit && unit.kind === 'han' && isNumeral(unit.text) && last - from < MAX_NUMERALS;
    unit = units[last + 1]
  ) {
    if (text !== '' && !unit.joined) break;
    text += unit.text;
    last += 1;
  }
  const value = text === '' ? null : read(text);
  return value !== null && right.test(value) ? { text: value, last } : null;
}

/** 2024-03-05, 2024/3, 2024. 3. 5 */
function yearFirst(units: readonly ReadUnit[], from: number): Found | null {
  const [year, month, day] = units.slice(from, from + 3);
  if (!year || !YEAR.test(year.text) || !isDigits(month) || !MONTH.test(month.text)) return null;
  const spaced = !SEPARATOR.test(month.gap);
  if (spaced && !SPACED_SEPARATOR.test(month.gap)) return null;
  const found = { last: from + 1, year: year.text, month: month.text, day: '' };
  if (isDigits(day) && day.gap === month.gap) return DAY.test(day.text) ? { ...found, last: from + 2, day: day.text } : null;
  return spaced ? null : found;
}

/** 25.12.2024 and 12/25/2024: one of both can be no month. */
function dayFirst(units: readonly ReadUnit[], from: number): Found | null {
  const [a, b, year] = units.slice(from, from + 3);
  if (!isDigits(a) || !isDigits(b) || !isDigits(year) || !YEAR.test(year.text)) return null;
  if (!SEPARATOR.test(b.gap) || b.gap !== year.gap || !DAY.test(a.text) || !DAY.test(b.text)) return null;
  const [one, other] = [MONTH.test(a.text), MONTH.test(b.text)];
  if (one === other && Number(a.text) !== Number(b.text)) return null;
  return { last: from + 2, year: year.text, month: one ? a.text : b.text, day: one ? b.text : a.text };
}

/** March 5, 2024; 5th of March 2024; 2024-Mar-05; March 2024; March 5 */
function named(units: readonly ReadUnit[], from: number): Found | null {
  const first = units[from];
  if (!first) return null;
  const month = monthLike(first.text);
  if (month !== null) {
    const day = dayAt(units, from + 1);
    const year = yearAt(units, (day?.last ?? from) + 1);
    if (monthOf(first.text) === null && !(day && year)) return null;
    if (day) return { last: year?.last ?? day.last, year: year?.text ?? '', month, day: day.text };
    return year && { last: year.last, year: year.text, month, day: '' };
  }
  if (!isDigits(first)) return null;
  const leading = YEAR.test(first.text) ? first.text : null;
  const day = leading === null ? dayAt(units, from, true) : null;
  if (leading === null && !day) return null;
  const of = units[(day?.last ?? from) + 1]?.text === 'of' ? 1 : 0;
  const place = (day?.last ?? from) + 1 + of;
  const name = units[place];
  const month_after = name && BETWEEN.test(name.gap) ? monthLike(name.text) : null;
  if (month_after === null) return null;
  if (leading === null) {
    const year = yearAt(units, place + 1);
    if (monthOf(name?.text ?? '') === null && !year) return null;
    return { last: year?.last ?? place, year: year?.text ?? '', month: month_after, day: day?.text ?? '' };
  }
  const day_after = dayAt(units, place + 1);
  if (monthOf(name?.text ?? '') === null && !day_after) return null;
  return { last: day_after?.last ?? place, year: leading, month: month_after, day: day_after?.text ?? '' };
}

/** 5, 5th. begins: the date begins with it, so that anything may stand before. */
function dayAt(units: readonly ReadUnit[], at: number, begins = false): Part | null {
  const [day, ordinal] = units.slice(at, at + 2);
  if (!isDigits(day) || !DAY.test(day.text) || !(begins || BETWEEN.test(day.gap))) return null;
  return { text: day.text, last: ordinal?.gap === '' && ORDINAL.test(ordinal.text) ? at + 1 : at };
}
function yearAt(units: readonly ReadUnit[], at: number): Part | null {
  const year = units[at];
  return isDigits(year) && YEAR.test(year.text) && BETWEEN.test(year.gap) ? { text: year.text, last: at } : null;
}
