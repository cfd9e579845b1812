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
 * A new kind is a line in `REMARK_CODES`, and the place that gives it. It needs no migration.
 */
import { z } from 'zod';
import type { Text } from './statuses.ts';
import type { StepKind } from './step-kinds.ts';

/** by_text: it is about the text of its page, and no longer holds once a person has corrected that. */
type RemarkEntry = { by_text: boolean } & Text;

export const REMARK_CODES = {
  no_text_found: {
    by_text: true,
    en: 'No text was found, though something here looks like writing. Correct the text by hand, or upload a clearer picture.',
    zh: '似有文字，但未能识别出任何内容。可手工填写文字，或上传更清晰的图片。',
  },
  low_confidence: {
    by_text: true,
    en: 'The writing was hard to read, and the text may be wrong. Compare it with the picture, and correct it where needed.',
    zh: '字迹较难辨认，识别出的文字可能有误。请对照图片核对，必要时更正。',
  },
  page_unread: {
    by_text: true,
    en: 'This page could not be read; the others can be found. Order `reprocess` from `ocr`, or enter its text by hand.',
    zh: '此页未能识别，其他页可以搜到。可从 `ocr` 起重新处理（`reprocess`），或手工填写此页文字。',
  },
  picture_not_read: {
    by_text: true,
    en: 'The text of the file itself was used; what stands in a picture on this page was not read. Order `reprocess` from `ocr`, or add the missing words by hand.',
    zh: '采用了文件自带的文字；此页图片中的文字未能识别。可从 `ocr` 起重新处理（`reprocess`），或手工补充。',
  },
  text_layer_doubtful: {
    by_text: true,
    en: 'The text that the file carries does not match what the page shows. Compare the two; `reprocess` from `ocr` with `own_text` decides whether the text of the file is used.',
    zh: '文件自带的文字与页面显示的内容不符。请核对；从 `ocr` 起重新处理（`reprocess`）时，可用 `own_text` 指定是否采用自带文字。',
  },
  drawn_without_fonts: {
    by_text: false,
    en: 'Fonts that this page needs are not in the file, so words may be missing from what is shown and read. Save the document with its fonts embedded, and upload that.',
    zh: '此页所需字体未嵌入文件，显示和识别的内容可能缺字。请嵌入字体另存后重新上传。',
  },
  dynamic_form: {
    by_text: false,
    en: 'This is a dynamic form (XFA), whose contents only some programs can show. Open it in one of them, print it as a PDF, and upload that.',
    zh: '这是动态表单（XFA），其内容仅部分软件可以显示。请用这类软件打开，打印为 PDF 后上传。',
  },
  dates_guessed: {
    by_text: false,
    en: 'A date can be read in more than one way, and one was assumed. Check it, and enter the right date where needed.',
    zh: '日期有多种读法，现采用其中一种推定结果。请核对，必要时填写正确日期。',
  },
} as const satisfies Record<string, RemarkEntry>;

export type RemarkCode = keyof typeof REMARK_CODES;
export const isRemarkCode = (code: string): code is RemarkCode => Object.hasOwn(REMARK_CODES, code);
export const REMARKS = Object.keys(REMARK_CODES).filter(isRemarkCode);

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
