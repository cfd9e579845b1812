/**
 * Which way up a page is, when no EXIF says so. How its lines run tells a page that lies from one that does not, without reading; which
 * of two ways is up is decided by reading one line both ways. Reading the page first and looking closer when it makes no sense would cost
 * upright pages nothing, and turned ones two to three times as much: see docs/decisions/0026.
 */
import { type Draft, enlarged, partOf, pngOf, turnedBy } from './draft.ts';
import type { Box } from './ink.ts';
import { areLying, areWriting, around, letterHeight, linesOf, tiltOf } from './letters.ts';

/** How sure the engine is of what it reads on a picture: 0–1. */
export type ConfidenceOf = (png: Uint8Array) => Promise<number>;

/** With fewer letters there is no telling. */
const LEAST_LETTERS = 10;
/** Most lines had 0.68 to 0.96 the right way up, and 0 to 0.59 upside down: one that has this is believed alone. */
const SURE = 0.7;
/** If none is sure: on average so much, and so much more than the other way. */
const LIKELY = 0.55;
const CLEARLY = 0.25;
/** Lines that are tried, since one may hold rare words: the longest first. */
const MAX_LINES = 2;
/** Letter heights of a line that are read: a few words, cut at the widest space between the two. */
const SHORT = 8;
const LONG = 13;
/** Pixels: letters that the engine reads well. */
const READABLE = 24;

/** Upright, if there is a line that reads well one way; else as it was. */
export async function upright(draft: Draft, confidenceOf: ConfidenceOf): Promise<Draft> {
  if (draft.letters.length < LEAST_LETTERS || !areWriting(draft.letters)) return draft;
  const standing = areLying(draft.letters) ? await turnedBy(draft, 90) : draft;
  const lines = linesOf(standing.letters).slice(0, MAX_LINES);
  let [up, down] = [0, 0];
  for (const line of lines) {
    const strip = await stripOf(standing, line);
    const as_it_is = await confidenceOf(await pngOf(strip));
    if (as_it_is >= SURE) return standing;
    const turned = await confidenceOf(await pngOf(await turnedBy(strip, 180)));
    if (turned >= SURE) return turnedBy(standing, 180);
    up += as_it_is / lines.length;
    down += turned / lines.length;
  }
  if (Math.max(up, down) < LIKELY || Math.abs(up - down) < CLEARLY) return draft;
  return up > down ? standing : turnedBy(standing, 180);
}

/** The beginning of a line, level and not too small. */
async function stripOf(page: Draft, line: readonly Box[]): Promise<Draft> {
  const height = letterHeight(page.letters);
  const { left, top, right, bottom } = around(beginningOf(line, height));
  const margin = height / 2;
  const strip = await partOf(page, { left: left - margin, top: top - margin, right: right + margin, bottom: bottom + margin });
  const large = height < READABLE ? await enlarged(strip, READABLE / height) : strip;
  const tilt = tiltOf(page.letters);
  return tilt === 0 ? large : turnedBy(large, -tilt);
}

/** Not in the middle of a word, nor of a Chinese character, whose parts are pieces of their own. */
function beginningOf(line: readonly Box[], height: number): readonly Box[] {
  const first = around(line).left;
  let [end, widest] = [line.length, -Infinity];
  let reach = first;
  for (const [n, letter] of line.entries()) {
    const length = (reach - first) / height;
    if (n > 0 && length >= SHORT && length <= LONG && letter.left - reach > widest) [end, widest] = [n, letter.left - reach];
    reach = Math.max(reach, letter.right);
  }
  return line.slice(0, end);
}
