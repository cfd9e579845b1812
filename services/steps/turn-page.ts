/** A page that was turned to be read, in the frame of the page as it is shown then. */
import type { Turned, Word } from '../../contract/text.ts';
import type { PageRead } from '../../runtime/ports/providers.ts';
import type { Size } from '../formats/pages.ts';
import { mergeText } from './merge-text.ts';

export const NOTHING: PageRead = { text: '', confidence: 0, words: [] };

/** Both in the frame of the page as it is shown: turned as far as what was recognised, unless the file's own text says more. */
export function shownRead(own: PageRead | null, recognised: PageRead | null): PageRead {
  if (!own || !recognised) return recognised ? turnedRead(recognised) : (own ?? NOTHING);
  const turned = lengthOf(recognised) > lengthOf(own) ? recognised.turned : 0;
  return { ...mergeText(turnedRead(own, turned), turnedRead(recognised, turned)), turned };
}
const lengthOf = ({ words }: PageRead) => words.reduce((sum, { text }) => sum + text.length, 0);

/** `turned`: by what was recognised unless given. Clockwise. */
function turnedRead(read: PageRead, turned: Turned | undefined = read.turned): PageRead {
  return { ...read, turned, words: turned ? read.words.map((word) => turnedBox(word, turned)) : read.words };
}

export const turnedSize = ({ width, height }: Size, turned: Turned = 0): Size =>
  turned === 90 || turned === 270 ? { width: height, height: width } : { width, height };

/** A box of the page as it was given, on the page turned clockwise. */
export function turnedBox<Boxed extends Pick<Word, 'x' | 'y' | 'w' | 'h'>>(word: Boxed, turned: Turned): Boxed {
  if (turned === 0) return word;
  const { x, y, w, h } = word;
  const [right, below] = [rest(x + w), rest(y + h)];
  if (turned === 90) return { ...word, x: below, y: x, w: h, h: w };
  if (turned === 180) return { ...word, x: right, y: below };
  return { ...word, x: y, y: right, w: h, h: w };
}
/** Four decimals, as all places. */
const rest = (fraction: number) => Math.max(0, Math.round((1 - fraction) * 10_000) / 10_000);
