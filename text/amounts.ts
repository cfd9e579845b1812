/**
 * Amounts of money however they are written: ¥83,172.00, 83172元, RMB 83172, 8.3万元, 陆仟玖佰贰拾贰元整.
 *
 * Tokens: `.m` and the amount at its shortest; the amount alone, as numbers are stored, where no number is written.
 */
import { isNumeral, MYRIADS, valueOfHan } from './han-numerals.ts';
import type { Meant, ReadUnit } from './read-unit.ts';

/** 1280.50 and 1280.5 are one amount, and 1280.00 is 1280. */
export const amount = (number: string): string => (number.includes('.') ? number.replace(/\.?0+$/, '') : number);

/** value: the amount at its shortest. unwritten: no number of the text is it. has_currency: it is said to be money. */
export type Amount = { from: number; to: number; value: string; unwritten: boolean; has_currency: boolean };
export const moneyToken = (value: string): string => `.m${value}`;

const NUMBER = /^\d+(?:\.\d+)?$/;
export const SIGN_BEFORE = /[¥$€£₩](?: )?$/;
const NAME_BEFORE = /^(?:rmb|cny|usd|eur|gbp|hkd|jpy|twd)$/;
export const isCurrency = (word: string): boolean => NAME_BEFORE.test(word);
const NAME_GAP = /^[ :.]{0,2}$/;
const SPACE = /^ ?$/;
const UNIT_OF_MONEY = /^[元圆块]$/;
const CAPITAL = /^[壹贰叁肆伍陆柒捌玖拾佰仟]$/;
/** Decimals of what is written after the unit: 角 and 分. */
const FRACTIONS: Record<string, number> = { 角: 10, 毛: 10, 分: 1 };

/** The amounts of a text, in order. */
export function amountsIn(units: readonly ReadUnit[]): Amount[] {
  const found: Amount[] = [];
  for (let at = 0; at < units.length; ) {
    const one = amountAt(units, at);
    if (one) found.push(one);
    at = one ? one.to + 1 : at + 1;
  }
  return found;
}

/** What a text is found by: each amount that is money. */
export const amountTokens = (amounts: readonly Amount[]): Meant[] =>
  amounts.flatMap(({ from, to, value, has_currency }) => (has_currency ? [{ from, to, text: moneyToken(value) }] : []));

export function amountAt(units: readonly ReadUnit[], at: number): Amount | null {
  const unit = units[at];
  if (!unit) return null;
  if (unit.kind === 'number')
    return NUMBER.test(unit.text) ? inDigits(units, { from: at, at }, SIGN_BEFORE.test(unit.gap)) : null;
  if (unit.kind === 'han') return isNumeral(unit.text) ? inHan(units, at) : renminbi(units, at);
  if (!NAME_BEFORE.test(unit.text)) return null;
  const next = units[at + 1];
  const is_named = next?.kind === 'number' && NUMBER.test(next.text);
  return is_named && NAME_GAP.test(next.gap.replace(/[¥$€£₩]/, '')) ? inDigits(units, { from: at, at: at + 1 }, true) : null;
}

/** 人民币 before an amount, in digits or in characters. */
function renminbi(units: readonly ReadUnit[], from: number): Amount | null {
  if (units[from]?.text !== '人') return null;
  const name = units.slice(from, from + 3).map(({ text }) => text);
  const next = units[from + 3];
  if (name.join('') !== '人民币' || !next || !NAME_GAP.test(next.gap.replace(/[¥]/, ''))) return null;
  if (next.kind === 'number' && NUMBER.test(next.text)) return inDigits(units, { from, at: from + 3 }, true);
  const amount_after = isNumeral(next.text) ? inHan(units, from + 3) : null;
  return amount_after && { ...amount_after, from };
}

/** A number with what follows it: 8.3 万 元. Null if it is just a number. */
function inDigits(units: readonly ReadUnit[], { from, at }: { from: number; at: number }, has_sign: boolean): Amount | null {
  const number = units[at]?.text ?? '';
  const next = units[at + 1];
  const powers = next && SPACE.test(next.gap) ? MYRIADS[next.text] : undefined;
  const last = powers === undefined ? at : at + 1;
  const after = units[last + 1];
  const is_unit =
    after !== undefined && SPACE.test(after.gap) && (UNIT_OF_MONEY.test(after.text) || NAME_BEFORE.test(after.text));
  if (!is_unit && !has_sign && powers === undefined) return null;
  const value = amount(powers === undefined ? number : shifted(number, powers)).replace(/^0+(?=\d)/, '');
  return { from, to: is_unit ? last + 1 : last, value, unwritten: powers !== undefined, has_currency: is_unit || has_sign };
}

/** A decimal times ten to a power, exactly. */
function shifted(number: string, power: number): string {
  const [whole = '', decimals = ''] = number.split('.');
  const moved = `${whole}${decimals.slice(0, power).padEnd(power, '0')}`;
  const rest = decimals.slice(power);
  return rest === '' ? moved : `${moved}.${rest}`;
}

/** 陆仟玖佰贰拾贰元伍角整, 三百元. */
function inHan(units: readonly ReadUnit[], from: number): Amount | null {
  let text = '';
  let at = from;
  for (let unit = units[at]; unit && isNumeral(unit.text) && (at === from || unit.joined); unit = units[at]) {
    text += unit.text;
    at += 1;
  }
  const whole = valueOfHan(text);
  if (whole === null || !UNIT_OF_MONEY.test(units[at]?.text ?? '') || !units[at]?.joined) return null;
  if ([...text].length < 2 && !CAPITAL.test(text)) return null; // 一元 of 一元论 is rarely money
  let cents = 0;
  let to = at;
  for (let next = to + 1; next < at + 6; next += 2) {
    if (units[next]?.text === '零') next += 1;
    const digit = valueOfHan(units[next]?.text ?? '');
    const fraction = FRACTIONS[units[next + 1]?.text ?? ''];
    if (digit === null || fraction === undefined) break;
    cents += digit * fraction;
    to = next + 1;
  }
  if (units[to + 1]?.text === '整' || units[to + 1]?.text === '正') to += 1;
  const value = cents === 0 ? `${whole}` : amount(`${whole}.${`${cents}`.padStart(2, '0')}`);
  return { from, to, value, unwritten: true, has_currency: true };
}
