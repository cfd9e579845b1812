/** Where phrases are found on a picture, beside where they were drawn: the boxes of a hit and the known places of the words. */
import { z } from 'zod';
import type { Box } from '../../contract/search.ts';
import type { Page } from '../../contract/text.ts';
import { turnedBox } from '../../services/steps/turn-page.ts';
import { matchBoxes } from '../../text/highlight.ts';
import { matches } from '../../text/matches.ts';
import { parseQuery } from '../../text/query.ts';

/** Tolerance as a share of the page: what the eye does not see. */
export const NEAR = 0.01;

type Edges = { left: number; top: number; right: number; bottom: number };
const DrawnWord = z.object({ text: z.string(), x: z.number(), y: z.number(), w: z.number(), h: z.number() });
export const DrawnLine = z.object({ text: z.string(), words: z.array(DrawnWord).default([]) });
export type DrawnLine = z.infer<typeof DrawnLine>;

/** found: phrases that have boxes. near: of these, whose boxes together are where the phrase was drawn. far: how far the others are. */
export type Boxed = { phrases: number; found: number; near: number; far: string[] };

/** Phrases that stand once on the picture, so that it is known which place is meant. A picture that was turned has one page. */
export function boxed(pages: Page[], drawn: DrawnLine[], phrases: string[]): Boxed {
  const turned = pages[0]?.turned ?? 0;
  const lines = drawn.map((line) => ({ ...line, words: line.words.map((word) => turnedBox(word, turned)) }));
  const result: Boxed = { phrases: 0, found: 0, near: 0, far: [] };
  for (const phrase of phrases) {
    const query = parseQuery(`"${phrase}"`);
    const places = lines.flatMap((line) => drawnAt(line, phrase));
    const [place] = places;
    if (!place || places.length > 1) continue;
    result.phrases += 1;
    const boxes = pages.flatMap(({ page, words }) => matchBoxes(page, words, query));
    if (boxes.length === 0) continue; // misread
    result.found += 1;
    const off = furthest(edgesOf(boxes), place);
    if (off <= NEAR) result.near += 1;
    else result.far.push(`${phrase} ${(off * 100).toFixed(1)} %`);
  }
  return result;
}

/** Words of a line as they are drawn, Han one by one; a phrase is some of them, from the first to the last. */
function drawnAt({ words }: DrawnLine, phrase: string): Edges[] {
  let text = '';
  const spans = words.map((word) => {
    const start = text.length;
    text += `${word.text} `;
    return { word, start, end: start + word.text.length };
  });
  return matches(text, parseQuery(`"${phrase}"`).all, words.length).map(({ start, end }) =>
    edgesOf(spans.filter((one) => one.start < end && one.end > start).map(({ word }) => word)),
  );
}

const edgesOf = (boxes: Pick<Box, 'x' | 'y' | 'w' | 'h'>[]): Edges => ({
  left: Math.min(...boxes.map(({ x }) => x)),
  top: Math.min(...boxes.map(({ y }) => y)),
  right: Math.max(...boxes.map(({ x, w }) => x + w)),
  bottom: Math.max(...boxes.map(({ y, h }) => y + h)),
});
const furthest = (one: Edges, other: Edges): number =>
  Math.max(
    Math.abs(one.left - other.left),
    Math.abs(one.right - other.right),
    Math.abs(one.top - other.top),
    Math.abs(one.bottom - other.bottom),
  );
