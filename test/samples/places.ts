/** Whether the words that were read are where they were drawn. */
import { z } from 'zod';
import type { Page } from '../../contract/text.ts';

const Box = { x: z.number(), y: z.number(), w: z.number(), h: z.number() };
const KnownWord = z.object({ text: z.string(), ...Box });
type KnownWord = z.infer<typeof KnownWord>;
/** What truth.json says of a line besides its text. page: from 1, in files of several. */
export const KnownPlaces = { page: z.int().default(1), words: z.array(KnownWord) };

/** Of the page, for each edge of a box. */
const NEAR = 0.01;
/** Whole words that the engine may join to none of their neighbours. */
const WORD = /^[A-Za-z]{5,}$/;

/** placed: words that stand once on their page, in truth and as read. astray: those whose boxes differ. */
export function comparePlaces(
  lines: { page: number; words: KnownWord[] }[],
  pages: readonly Page[],
): { placed: number; astray: string[] } {
  let placed = 0;
  const astray: string[] = [];
  for (const page of pages) {
    const known = lines.filter((line) => line.page === page.page).flatMap(({ words }) => words);
    for (const word of known) {
      const [one, ...others] = page.words.filter(({ text }) => text === word.text);
      const isAlone = known.filter(({ text }) => text === word.text).length === 1;
      if (!WORD.test(word.text) || one === undefined || others.length > 0 || !isAlone) continue;
      placed += 1;
      if (!areNear(one, word)) astray.push(word.text);
    }
  }
  return { placed, astray };
}

type Place = { x: number; y: number; w: number; h: number };
const areNear = (a: Place, b: Place): boolean =>
  [a.x - b.x, a.y - b.y, a.x + a.w - b.x - b.w, a.y + a.h - b.y - b.h].every((off) => Math.abs(off) <= NEAR);
