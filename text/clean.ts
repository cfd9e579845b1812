/** What is saved of recognised text: as a person would have typed it. Cleaning it again changes nothing. */
import { withoutRadicals } from './radicals.ts';

const WIDE_PUNCTUATION = '\\uFF01-\\uFF0F\\uFF1A-\\uFF20\\uFF3B-\\uFF40\\uFF5B-\\uFF65';
/** Full-width punctuation stays, since Chinese is written with it; all other forms become the usual ones. */
const TO_NORMALISE = new RegExp(`[^${WIDE_PUNCTUATION}]+`, 'gu');
/** Characters that are written without spaces between, and the punctuation that brings its own space. */
const NO_SPACE = `\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\u30FC\\u3001-\\u3003\\u3008-\\u3011\\u3014-\\u301F${WIDE_PUNCTUATION}`;
/** Recognition puts a space after each character. One side may be punctuation, or both. */
const SPACE_BETWEEN = new RegExp(`(?<=[${NO_SPACE}]) +(?=[${NO_SPACE}])`, 'gu');
/** Tab and line feed apart. Zero-width characters too: no one sees them, and they part words. */
const CONTROL = /[^\P{Cc}\t\n]|[\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u2064\uFEFF]|\p{Cs}/gu;

/** Nothing of these is changed, and most words hold nothing else: ASCII that is seen, Han, and punctuation of Chinese. */
const CLEAN = new RegExp(`^[!-~\\u4E00-\\u9FFF\\u3001\\u3002${WIDE_PUNCTUATION}]*$`);

export function cleanText(recognised: string): string {
  if (CLEAN.test(recognised)) return recognised;
  return recognised
    .replace(/\r\n?|[\u2028\u2029\u0085]/g, '\n')
    .replace(CONTROL, '')
    .replace(TO_NORMALISE, withoutRadicals)
    .replace(/[^\S\n]/gu, ' ')
    .replace(SPACE_BETWEEN, '')
    .replace(/ +$/gm, '')
    .replace(/^\n+|\n+$/g, '');
}
