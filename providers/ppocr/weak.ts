/** Where this engine is weak, by what it read: then tesseract reads the page as well, and the surer text is taken. */
import type { PageRead } from '../../runtime/ports/providers.ts';
import { simplified } from '../../text/fold.ts';

/**
 * Share of Han with another simplified form. Traditional pages had 13 to 50 %, although the dictionary lacks 72 % of those forms; none
 * of twelve simplified pages had any.
 */
const TRADITIONAL_SHARE = 0.05;
/** With fewer Han one chance form decides. */
const LEAST_TRADITIONAL = 2;
/** Mean confidence of tesseract on pages that it read right; vertical and calligraphic ones, which it did not, had 0.73 and 0.78. */
const SURE = 0.8;

export function isWeakOn({ text }: Pick<PageRead, 'text'>): boolean {
  const han = text.match(/\p{Script=Han}/gu) ?? [];
  const traditional = han.filter((character) => simplified(character) !== character).length;
  return traditional >= LEAST_TRADITIONAL && traditional > han.length * TRADITIONAL_SHARE;
}

/** Share of the other text's length below which tesseract has seen only a part of the page. */
const LEAST_LENGTH = 0.8;

/**
 * Share of neighbouring characters of tesseract's text that are neighbours in the other one, too. Lines that both read had 0.83; of columns
 * of vertical text, which tesseract reads across, 0.
 */
const LEAST_ORDER = 0.1;

/** Whether what tesseract read on such a page is taken. */
export function isSurer(tesseract: Pick<PageRead, 'text' | 'confidence'>, ppocr: Pick<PageRead, 'text'>): boolean {
  const [theirs, ours] = [charactersOf(tesseract), charactersOf(ppocr)];
  if (tesseract.confidence < SURE || theirs.length < LEAST_LENGTH * ours.length) return false;
  const [pairs, known] = [pairsOf(theirs), new Set(pairsOf(ours))];
  return pairs.length === 0 || pairs.filter((pair) => known.has(pair)).length >= LEAST_ORDER * pairs.length;
}
const charactersOf = ({ text }: Pick<PageRead, 'text'>): string[] => [...text.replace(/\s+/gu, '')].map(simplified);
const pairsOf = (characters: string[]): string[] => characters.slice(1).map((next, n) => `${characters[n]}${next}`);
