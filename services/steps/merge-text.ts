/** One page read twice: by the file itself, whose characters are exact, and by recognition, which sees what pictures hold. */
import type { Word } from '../../contract/text.ts';
import type { PageRead } from '../../runtime/ports/providers.ts';
import { fold } from '../../text/fold.ts';
import { linesOf, lineText } from './lines.ts';

/** Below it, what is recognised beside a text is more often a pattern than a word. */
const MIN_CONFIDENCE = 0.65;

/** The own text first; of the recognised words those that stand elsewhere, line by line. Says nothing twice. */
export function mergeText(own: PageRead, recognised: PageRead): PageRead {
  if (recognised.words.length === 0) return withLines(own, recognised);
  const more = recognised.words.filter(
    (word) => word.confidence >= MIN_CONFIDENCE && !own.words.some((one) => covers(one, word)),
  );
  if (more.length === 0) return own;
  const text = [own.text, ...linesOf(more).map(lineText)].join('\n');
  const words = [...own.words, ...more];
  return { text, words, confidence: words.reduce((sum, { confidence }) => sum + confidence, 0) / words.length };
}

/** Without places, a line that the own text has already is the same line. */
function withLines(own: PageRead, { text, confidence }: PageRead): PageRead {
  const known = squeezed(own.text);
  const more = text.split('\n').filter((line) => line.trim() !== '' && !known.includes(squeezed(line)));
  return more.length === 0 ? own : { ...own, text: [own.text, ...more].join('\n'), confidence };
}
/** Recognition takes simplified characters for traditional ones, and the other way round. */
const squeezed = (text: string) => fold(text.normalize('NFKC')).text.replace(/\s+/g, '');

/** The middle of one lies in the box of the other: either may be the longer, as words are cut differently. */
function covers(own: Word, word: Word): boolean {
  return holds(own, word) || holds(word, own);
}
const holds = (box: Word, { x, y, w, h }: Word): boolean => {
  const [across, down] = [x + w / 2, y + h / 2];
  return across >= box.x && across <= box.x + box.w && down >= box.y && down <= box.y + box.h;
};
