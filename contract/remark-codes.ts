/** The codes of remarks, with their meaning for a person: see remarks.ts. Without schemas, so that a browser loads none for them. */
import type { Text } from './statuses.ts';

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
  other_engine_read: {
    by_text: true,
    en: 'This page was ordered to be read by another engine, which could not; the text is of the one that could. Check it, or order `reprocess` from `ocr` again once that engine works.',
    zh: '此页指定的识别引擎未能识别，现有文字出自另一引擎。请核对；待该引擎可用后，可再次从 `ocr` 起重新处理（`reprocess`）。',
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
