/** Numbers in Chinese characters: 二〇一八, 十二, 陆仟玖佰贰拾贰. Traditional ones are folded before (貳 is 贰). */

const VALUES: Record<string, number> = {};
for (const [value, digits] of ['零〇', '一壹', '二贰两', '三叁', '四肆', '五伍', '六陆', '七柒', '八捌', '九玖'].entries())
  for (const digit of digits) VALUES[digit] = value;
const TENS: Record<string, number> = { 十: 10, 拾: 10, 百: 100, 佰: 100, 千: 1_000, 仟: 1_000 };
export const MYRIADS: Record<string, number> = { 万: 4, 亿: 8 };
const NUMERALS = new Set('零〇一二三四五六七八九十百千万亿两壹贰叁肆伍陆柒捌玖拾佰仟');
/** The largest that is read is below 10^16: exact in a double. */
const MAX_NUMERALS = 31;

export const isNumeral = (character: string): boolean => NUMERALS.has(character);

/** Digits one by one, as years are written; null if one is none. */
export function digitsOfHan(text: string): string | null {
  const digits = Array.from(text, (one) => VALUES[one]);
  return digits.length > 0 && digits.every((one) => one !== undefined) ? digits.join('') : null;
}

/** The value of 三百二十 or 一万二千; null if the characters are no number. */
export function valueOfHan(text: string): number | null {
  const characters = Array.from(text);
  if (characters.length === 0 || characters.length > MAX_NUMERALS) return null;
  let [total, section, digit] = [0, 0, -1];
  for (const character of characters) {
    const value = VALUES[character];
    const ten = TENS[character];
    const myriad = MYRIADS[character];
    if (value !== undefined) {
      if (digit > 0) return null; // 一二 is written digit by digit
      digit = value;
    } else if (ten !== undefined) {
      section += (digit < 0 ? 1 : digit) * ten;
      digit = -1;
    } else if (myriad !== undefined) {
      total = (total + section + Math.max(digit, 0)) * 10 ** myriad;
      [section, digit] = [0, -1];
    } else return null;
  }
  const whole = total + section + Math.max(digit, 0);
  return Number.isSafeInteger(whole) ? whole : null;
}
