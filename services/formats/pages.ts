/** What a file of any format is to the steps that look at it: pages, each with a size, a picture and perhaps a text of its own. */
import type { Sharp } from 'sharp';
import type { PageRemark, Remark } from '../../contract/remarks.ts';
import type { Clock } from '../../runtime/async/clock.ts';
import type { PageRead } from '../../runtime/ports/providers.ts';
import type { StepLimits } from '../../runtime/tasks/step-handler.ts';
import type { DecodeBudget } from './budget.ts';
import { RejectedFile } from './rejected-file.ts';

/** Pixels of the upright page. */
export type Size = { width: number; height: number };

/** What every format is opened with. `owner`: on whose behalf; where files wait for a decoder, owners take turns. Without it all are of one. */
export type OpenedWith = { limits: StepLimits; clock: Clock; signal: AbortSignal; budget: DecodeBudget; owner?: string };

/**
 * The text of a page that the file itself has. is_whole: the page shows no other, so that it need not be recognised. shows: what most of it
 * is on the page: drawn by its own glyphs, the same over (or below) pictures, or not at all, for searches alone. remarks: what a reader of
 * this text should know; see contract/remarks.ts.
 */
export type OwnText = {
  read: PageRead;
  is_whole: boolean;
  shows?: 'itself' | 'over_pictures' | 'nothing';
  remarks?: readonly PageRemark[];
};

/** An open file. Pages are numbered from 1. All that reads a page throws Illegal for what its decoder refuses. */
export interface Opened {
  /** The size of each page, from its header: nothing is decoded for it. */
  readonly sizes: readonly Size[];
  /** How much higher a dot is than wide on each upright page, as the file says; below 1: wider than high. */
  readonly stretches: readonly number[];
  /** When the picture was taken, as the file writes it, the best first. Nothing of it is checked. */
  readonly dates: readonly string[];
  /** Upright, and all of its pixels can be had: as large as `wanted` where the page is drawn, as large as it is elsewhere. */
  picture(page: number, wanted: Size): Promise<Sharp>;
  /** The text that the file itself has for the page; null where it has none that can be used. */
  ownText(page: number): Promise<OwnText | null>;
  /** What a person who looks at the previews should know, of pages and of the file; asked once every page was drawn. Absent: nothing. */
  remarks?(): Promise<readonly Remark[]>;
  /** Nothing is asked for a while: what others wait for is given back. */
  rest(): Promise<void>;
  close(): Promise<void>;
}

/** How one format is opened: throws Illegal before anything is decoded. */
export type Open = (bytes: Uint8Array, given: OpenedWith) => Promise<Opened>;

export function checkPageCount(count: number, { max_pages }: StepLimits): void {
  if (count < 1) throw new RejectedFile('NO_PAGES', 'the document has no pages');
  if (count > max_pages) throw new RejectedFile('TOO_MANY_PAGES', `it has ${count} pages; at most ${max_pages} are taken`);
}

/** Maximum length of a side, in pixels, as in a JPEG. What is longer is a line, and was made to harm: rows cost more than pixels. */
export const MAX_SIDE = 65_535;

/** Each page, and all together: many pages within the limit of one are a bomb as well. */
export function checkPixels(sizes: readonly Size[], { max_pixels, max_document_pixels }: StepLimits): void {
  let all = 0;
  for (const [i, { width, height }] of sizes.entries()) {
    const which = sizes.length === 1 ? '' : `page ${i + 1} is `;
    if (width * height > max_pixels)
      throw new RejectedFile('TOO_MANY_PIXELS', `${which}${width} × ${height}; at most ${max_pixels} pixels are taken`);
    if (Math.max(width, height) > MAX_SIDE)
      throw new RejectedFile('TOO_MANY_PIXELS', `${which}${width} × ${height}; a side has at most ${MAX_SIDE} pixels`);
    all += width * height;
  }
  if (all > max_document_pixels)
    throw new RejectedFile('TOO_MANY_PIXELS', `its pages have ${all} pixels together; at most ${max_document_pixels} are taken`);
}

/** The largest size of the same shape that has at most so many pixels; never larger than the page. */
export function scaleWithin({ width, height }: Size, pixels: number): Size {
  const scale = Math.min(1, Math.sqrt(pixels / (width * height)));
  return scaled({ width, height }, scale);
}
/** The largest size of the same shape whose longer side is at most `side`; never larger than the page. */
export const fitting = ({ width, height }: Size, side: number): Size =>
  scaled({ width, height }, Math.min(1, side / Math.max(width, height)));
const scaled = ({ width, height }: Size, scale: number): Size => ({
  width: Math.max(1, Math.floor(width * scale)),
  height: Math.max(1, Math.floor(height * scale)),
});
