/**
 * Dates in whose digits are letters that can only be digits: 2017-01-Z3, Z0170512, August 8, Z021 and l2 Dec 2020. What stands in the place of a year,
 * a month or a day, beside the others, is one.
 */
import { monthOf } from './months.ts';
import { isLike, type MendedPiece, mended } from './read-unit.ts';
import type { Unit } from './units.ts';

const YEAR = /^(?:19|20)\d\d$/;
const MONTH = /^(?:0?[1-9]|1[0-2])$/;
const DAY = /^(?:0?[1-9]|[12]\d|3[01])$/;
const SEPARATOR = /^[-/.]$/;
const BETWEEN = /^[,. ]{1,2}$/;
/** Letters of a date: more are a code. */
const LETTERS = 2;
const LETTER = /[a-z]/g;

type Piece = { text: string; gap: string; from: number; to: number; name: boolean };

/** The three pieces of a date that begins at a place, with digits for letters. Null: no such date, or none with letters in it. */
export function mendedDateAt(units: readonly Unit[], from: number): MendedPiece[] | null {
  if (units[from]?.gap === '' && (units[from - 1]?.kind ?? 'han') !== 'han') return null;
  return inPieces(units, from) ?? inOne(units, from);
}

/** As one text: 20170512, and 2018.O2.20, in which 2.20 is a number of its own. */
function inOne(units: readonly Unit[], from: number): MendedPiece[] | null {
  const first = units[from];
  if (!first || !(isLike(first) || first.kind === 'number')) return null;
  let [text, to] = [first.text, from];
  for (let next = units[to + 1]; next && INSIDE.test(next.gap) && next.kind !== 'han'; next = units[to + 1]) {
    if (!(isLike(next) || next.kind === 'number') || text.length > DATE_CHARS) return null;
    text += next.gap + next.text;
    to += 1;
  }
  const letters = text.match(LETTER)?.length ?? 0;
  const [, year = '', sign = '', month = '', day = ''] = ONE.exec(mended(text)) ?? [];
  if (year === '' || letters === 0 || letters > LETTERS || (sign === '' && text.length < COMPACT_CHARS)) return null;
  if (mayEndBefore(month, text.slice(-day.length))) return null;
  const whole = { ...first, kind: 'number' as const, end: units[to]?.end ?? first.end, mended: true };
  const pieces = sign === '' ? [year + month + day] : [year, month, day];
  return pieces.map((piece, n) => ({ unit: { ...whole, text: piece, gap: n === 0 ? first.gap : sign }, from, to }));
}
/** 2015-8-2S may be the second and a letter: who writes a month with one digit writes a day so. */
const mayEndBefore = (month: string, day: string): boolean => month.length === 1 && /^\d[a-z]+$/.test(day);
const INSIDE = /^[-/.]?$/;
const DATE_CHARS = 10;
const COMPACT_CHARS = 8;
const ONE = /^((?:19|20)\d\d)([-/.]?)(0?[1-9]|1[0-2])\2(0?[1-9]|[12]\d|3[01])$/;

function inPieces(units: readonly Unit[], from: number): MendedPiece[] | null {
  const pieces: Piece[] = [];
  for (let at = from; pieces.length < 3; ) {
    const piece = pieceAt(units, at);
    if (!piece) return null;
    pieces.push(piece);
    at = piece.to + 1;
  }
  const next = units[(pieces.at(-1)?.to ?? from) + 1];
  if (next?.gap === '' && next.kind !== 'han') return null;
  const letters = pieces.reduce((sum, { name, text }) => sum + (name ? 0 : (text.match(LETTER)?.length ?? 0)), 0);
  if (letters === 0 || letters > LETTERS || !isDate(pieces)) return null;
  return pieces.map((piece) => readAs(units, piece));
}

function pieceAt(units: readonly Unit[], from: number): Piece | null {
  const first = units[from];
  if (!first) return null;
  if (first.kind === 'word' && monthOf(first.text) !== null)
    return { text: first.text, gap: first.gap, from, to: from, name: true };
  if (!isLike(first)) return null;
  let [text, to] = [first.text, from];
  for (let next = units[to + 1]; next && next.gap === '' && isLike(next); next = units[to + 1]) {
    text += next.text;
    to += 1;
  }
  return { text, gap: first.gap, from, to, name: false };
}

function isDate([a, b, c]: readonly Piece[]): boolean {
  if (!a || !b || !c || c.name) return false;
  const [first, second, third] = [a, b, c].map(({ text }) => mended(text));
  const has = (pattern: RegExp, text = '') => pattern.test(text);
  if ((a.name || b.name) && ![a, b, c].every(({ name, text }) => name || /\d/.test(text))) return false; // is may 2020
  if (mayEndBefore(b.text, c.text)) return false;
  if (a.name) return !b.name && has(DAY, second) && has(YEAR, third) && [b, c].every(({ gap }) => BETWEEN.test(gap));
  if (b.name) return has(DAY, first) && has(YEAR, third) && [b, c].every(({ gap }) => BETWEEN.test(gap));
  return has(YEAR, first) && has(MONTH, second) && has(DAY, third) && SEPARATOR.test(b.gap) && b.gap === c.gap;
}

function readAs(units: readonly Unit[], { text, from, to, name }: Piece): MendedPiece {
  const [first, last] = [units[from], units[to]];
  if (!first || !last) throw new RangeError(`no unit at ${from}`);
  if (name) return { unit: first, from, to };
  const has_letters = /[a-z]/.test(text) ? { mended: true } : {};
  return { unit: { ...first, kind: 'number', text: mended(text), end: last.end, ...has_letters }, from, to };
}
