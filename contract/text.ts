/** The text read off a picture, page by page, with the place of each word. */
import { z } from 'zod';
import { boundedArray } from './bounded.ts';
import { rule } from './rules.ts';

/** x, y, w, h: fractions 0–1 of the upright page. confidence: 0–1. */
export const Word = z.strictObject({
  text: z.string(),
  confidence: z.number(),
  x: z.number(),
  y: z.number(),
  w: z.number(),
  h: z.number(),
});
export type Word = z.infer<typeof Word>;

/** Degrees, clockwise. */
export const TURNS = [0, 90, 180, 270] as const;
export const Turned = z.literal(TURNS);
export type Turned = z.infer<typeof Turned>;

/**
 * page: from 1. turned: how far the page was turned to be read, beyond what its file says; absent: not at all. width, height: pixels of
 * the page as turned; so are the places of its words. engine: whose text it has, with its version, and ` + text of the file` where that
 * has some of it; absent: nothing was read, or by a version before this field. second_engine: read the page as well, and was less sure.
 */
export const Page = z.strictObject({
  page: z.int().min(1),
  turned: Turned.optional(),
  width: z.int(),
  height: z.int(),
  text: z.string(),
  confidence: z.number(),
  words: z.array(Word),
  engine: z.string().optional(),
  second_engine: z.string().optional(),
});
export type Page = z.infer<typeof Page>;

/** A digit a page, in quarters of a turn, up to the last page that was turned; null: none was. */
export function turnsOf(pages: readonly Pick<Page, 'page' | 'turned'>[]): string | null {
  const quarters = new Map(pages.map(({ page, turned = 0 }) => [page, turned / QUARTER]));
  const last = Math.max(0, ...pages.filter(({ turned }) => turned).map(({ page }) => page));
  return last === 0 ? null : Array.from({ length: last }, (_, i) => quarters.get(i + 1) ?? 0).join('');
}
/** Pixels of a page. */
export type PageSize = readonly [width: number, height: number];
/** As a page of this size is shown when it is turned so. */
export const sizeTurned = ([width, height]: PageSize, turned: Turned): PageSize =>
  turned % 180 === 0 ? [width, height] : [height, width];
/** How far a page is turned, by what `turnsOf` returned. */
export const turnedOf = (turns: string | null, page: number): Turned => TURNS[Number(turns?.[page - 1] ?? 0)] ?? 0;
const QUARTER = 90;

/** A person's correction: `null` goes back to the machine's text. */
export const CorrectedPage = z.strictObject({
  page: z.int().min(1).max(10_000),
  text: z
    .string()
    .max(1_000_000)
    .refine((text) => text.isWellFormed() && !text.includes('\u0000'), rule('no NUL, no lone surrogates'))
    .nullable(),
});
export type CorrectedPage = z.infer<typeof CorrectedPage>;

/** Maximum pages corrected in one call; the limit of the body is usually reached sooner. */
const PAGES_A_CALL = 1_000;
/** Maximum characters of all corrected pages of a picture together: one row of a database with room to spare. */
export const CORRECTION_CHARS = 2_000_000;
/** Pages that are not named keep their earlier corrections. */
export const CorrectText = z
  .strictObject({ pages: boundedArray(CorrectedPage, { min: 1, max: PAGES_A_CALL }) })
  .meta({ id: 'CorrectText' });
export type CorrectText = z.infer<typeof CorrectText>;

const Source = z.enum(['machine', 'person']);
/** at: where the word stands in the text of its page, in UTF-16 units; null where it does not, as after a correction of it. */
const PlacedWord = Word.extend({ at: z.int().nullable() });
const MADE_BY = { engine: z.string().nullable(), second_engine: z.string().nullable() };
/** `source`: `person` if that of any page is. */
export const TextAnswer = z
  .object({
    revision: z.int(),
    source: Source,
    pages: z.array(Page.extend({ ...MADE_BY, turned: Turned, source: Source, words: z.array(PlacedWord) })),
  })
  .meta({ id: 'ResourceText' });
export type TextAnswer = z.infer<typeof TextAnswer>;
