/**
 * Numbers whose letters can only be digits, wherever in them they stand: of a mobile telephone (+86 1B6 5029 0051, 138 6692 423Z), and of an
 * amount beside its currency (¥98,29S.53, RMB S5924.19, 9B860.00元).
 */
import { amount, isCurrency, SIGN_BEFORE } from './amounts.ts';
import { isLike, type MendedPiece, mended } from './read-unit.ts';
import type { Unit } from './units.ts';

/** Of China, with its country or without. */
const MOBILE = /^(?:86)?1[3-9]\d{9}$/;
const MOBILE_CHARS = 13;
/** Letters of one: more are a word, or another number. */
const MOBILE_LETTERS = 2;
const PIECES = /^[- ]?$/;
const AMOUNT = /^(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d{1,2})?$/;
const WITHIN = /^[,.]?$/;
const MONEY = /^[元圆]$/;
const NAME_GAP = /^[ :.]{0,2}$/;
const LETTER = /[a-z]/g;

/** Null: no such number. */
export const mendedAt = (units: readonly Unit[], at: number): MendedPiece[] | null => mobileAt(units, at) ?? amountAt(units, at);

function mobileAt(units: readonly Unit[], from: number): MendedPiece[] | null {
  let text = '';
  for (let at = from; ; at += 1) {
    const unit = units[at];
    if (!unit || !isLike(unit) || (at > from && !PIECES.test(unit.gap))) return null;
    text += unit.text;
    if (text.length > MOBILE_CHARS) return null;
    if (units[at + 1]?.gap === '' && units[at + 1]?.kind !== 'han') continue;
    const letters = text.match(LETTER)?.length ?? 0;
    if (MOBILE.test(mended(text))) return letters === 0 || letters > MOBILE_LETTERS ? null : piecesOf(units, from, at);
  }
}

function piecesOf(units: readonly Unit[], from: number, to: number): MendedPiece[] {
  const pieces: MendedPiece[] = [];
  for (let at = from; at <= to; at += 1) {
    const unit = units[at];
    const last = pieces.at(-1);
    if (!unit) break;
    const has_letters = unit.kind === 'word' ? { mended: true } : {};
    if (last && unit.gap === '') {
      last.unit = { ...last.unit, text: last.unit.text + mended(unit.text), end: unit.end, ...has_letters };
      last.to = at;
    } else pieces.push({ unit: { ...unit, kind: 'number', text: mended(unit.text), ...has_letters }, from: at, to: at });
  }
  return pieces;
}

function amountAt(units: readonly Unit[], from: number): MendedPiece[] | null {
  const [before, first] = [units[from - 1], units[from]];
  if (!first || !isPart(first)) return null;
  const behind = SIGN_BEFORE.test(first.gap) || (before && isCurrency(before.text) && NAME_GAP.test(first.gap));
  if (!behind && before && before.kind !== 'han' && first.gap === '') return null;
  let text = first.text;
  let to = from;
  for (let next = units[to + 1]; next && isPart(next) && WITHIN.test(next.gap); next = units[to + 1]) {
    text += next.gap + next.text;
    to += 1;
  }
  const after = units[to + 1];
  if (!behind && !(after?.gap === '' && MONEY.test(after.text))) return null;
  const letters = text.match(LETTER)?.length ?? 0;
  const written = mended(text);
  if (letters === 0 || letters * 2 >= text.length || !AMOUNT.test(written)) return null;
  const end = units[to]?.end ?? first.end;
  return [{ unit: { ...first, kind: 'number', text: amount(written.replaceAll(',', '')), end, mended: true }, from, to }];
}
const isPart = (unit: Unit): boolean => unit.kind === 'number' || isLike(unit);
