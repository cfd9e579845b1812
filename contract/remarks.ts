/**
 * Remarks: what a picture lacks though no step of it has failed. A closed list of codes, each with its meaning for a person.
 *
 * A step gives remarks as a plain list on what it returns; they are written in the commit that accepts its result, in place of those that
 * the same step has given before:
 *
 * - A decoder: `Opened.remarks(page)` of services/formats/pages.ts, asked by `inspect` once the page was drawn, and `OwnText.remarks`, which
 *   `ocr` gets with a page's own text. Neither names the page.
 * - A step: `remarks` in the output of `inspect`, `ocr` or `save`, with the page where one is meant, null where it is the whole file.
 *
 * A new kind is a line in `REMARK_CODES` of remark-codes.ts, and the place that gives it. It needs no migration.
 */
import { z } from 'zod';
import { REMARK_CODES, type RemarkCode } from './remark-codes.ts';
import type { Text } from './statuses.ts';
import type { StepKind } from './step-kinds.ts';

/** page: from 1; null: the whole file. detail: what was found, in English, for who looks into it; may be empty. */
export type Remark = { code: RemarkCode; page: number | null; detail: string };
/** As whoever looks at one page gives it. */
export type PageRemark = Omit<Remark, 'page'>;
export type RemarkingStep = Extract<StepKind, 'inspect' | 'ocr' | 'save'>;
/** of: the step that gave it. corrected: a person has corrected the text that it is about, so that it is not shown; it is again if that is taken back. */
export type KeptRemark = Remark & { of: RemarkingStep; corrected: boolean };

/** Maximum remarks that a step gives of one picture; a document with more says so often enough. */
const MAX_REMARKS = 200;
const MAX_DETAIL_CHARS = 300;

/** Those of the other steps stay. `corrected`: the pages of which a person has corrected the text. */
export function withRemarks(
  kept: readonly KeptRemark[],
  of: RemarkingStep,
  given: readonly Remark[],
  corrected: readonly number[],
): KeptRemark[] {
  const others = kept.filter((one) => one.of !== of);
  const own = given.slice(0, MAX_REMARKS).map(({ code, page, detail }) => {
    const text = detail.slice(0, MAX_DETAIL_CHARS).toWellFormed();
    return { code, page, detail: text, of, corrected: false };
  });
  return withCorrections([...others, ...own], corrected);
}

/** The same, once a person has corrected the text of these pages, and of no others. */
export const withCorrections = (kept: readonly KeptRemark[], corrected: readonly number[]): KeptRemark[] =>
  kept.map((one) => ({
    ...one,
    corrected: REMARK_CODES[one.code].by_text && one.page !== null && corrected.includes(one.page),
  }));

/** Those that hold. */
export const remarksOf = (kept: readonly KeptRemark[]): Remark[] =>
  kept.filter(({ corrected }) => !corrected).map(({ code, page, detail }) => ({ code, page, detail }));

/** As it is answered. meaning: in the reader's language. There may be new codes within v1. */
export const RemarkAnswer = z
  .object({ code: z.string(), page: z.int().nullable(), meaning: z.string(), detail: z.string() })
  .meta({ id: 'Remark' });
export type RemarkAnswer = z.infer<typeof RemarkAnswer>;

export const remarkAnswer = ({ code, page, detail }: Remark, language: keyof Text): RemarkAnswer => ({
  ...{ code, page, detail },
  meaning: REMARK_CODES[code][language],
});
