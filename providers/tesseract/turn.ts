/**
 * Which way up a page is, when no EXIF says so. How its lines run tells a page that lies from one that does not, without reading; which
 * of two ways is up is told by reading one line both ways. Reading the page first and looking closer when it makes no sense would cost
 * upright pages nothing, and turned ones two to three times as much: see docs/decisions/0026.
 */
import { type Draft, enlarged, partOf, pngOf, turnedBy } from './draft.ts';
import type { Box } from './ink.ts';
import { areLying, areWriting, around, letterHeight, linesOf, tiltOf } from './letters.ts';

/** How sure the engine is of what it reads on a picture: 0–1. */
export type ConfidenceOf = (png: Uint8Array) => Promise<number>;

/** With fewer letters there is no telling. */
const LEAST_LETTERS = 10;
/** The right way up lines had 0.73 to 0.96, upside down 0.08 to 0.46. */
const SURE = 0.7;
/** Lines that are tried, since one may hold rare words: the longest first. */
const MOST_LINES = 2;
/** Letter heights of a line that are read: a few words. */
const LENGTH = 12;
/** Pixels: letters that the engine reads well. */
const READABLE = 24;

/** Upright, if there is a line that reads well one way; else as it was. */
export async function upright(draft: Draft, confidenceOf: ConfidenceOf): Promise<Draft> {
  if (draft.letters.length < LEAST_LETTERS || !areWriting(draft.letters)) return draft;
  const standing = areLying(draft.letters) ? await turnedBy(draft, 90) : draft;
  for (const line of linesOf(standing.letters).slice(0, MOST_LINES)) {
    const strip = await stripOf(standing, line);
    if ((await confidenceOf(await pngOf(strip))) >= SURE) return standing;
    if ((await confidenceOf(await pngOf(await turnedBy(strip, 180)))) >= SURE) return turnedBy(standing, 180);
  }
  return draft;
}

/** The beginning of a line, level and not too small. */
async function stripOf(page: Draft, line: readonly Box[]): Promise<Draft> {
  const height = letterHeight(page.letters);
  const end = around(line).left + LENGTH * height;
  const { left, top, right, bottom } = around(line.filter((letter) => letter.right <= end));
  const margin = height / 2;
  const strip = await partOf(page, { left: left - margin, top: top - margin, right: right + margin, bottom: bottom + margin });
  const large = height < READABLE ? await enlarged(strip, READABLE / height) : strip;
  const tilt = tiltOf(page.letters);
  return tilt === 0 ? large : turnedBy(large, -tilt);
}
