/** What people have added to a page of a PDF: values of form fields, free text and notes. What they would see of it becomes part of the page. */
import type { Pdfium } from './pdf-chars.ts';
import { textFrom } from './pdf-strings.ts';

/** Annotations of a page that are looked at, and characters that are kept of them all. */
const MAX_ANNOTATIONS = 2_000;
const MAX_CHARS = 50_000;
/** FPDF_ANNOTATION_SUBTYPE. */
const [NOTE, FREE_TEXT, WIDGET] = [1, 3, 20];
/** Line, square, circle, polygon, polyline, highlight, underline, squiggly, strike-out, stamp, caret and ink: a person may comment each. */
const COMMENTED = new Set([NOTE, FREE_TEXT, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
const ON_PAGE = new Set([FREE_TEXT, WIDGET]);
/** Hidden, and not to be viewed. */
const UNSEEN = 0x02 | 0x20;
const NORMAL = 0;
/** FPDF_FORMFIELD_*: combo box, list box, text. */
const WITH_TEXT = new Set([4, 5, 6]);
const PASSWORD = 1 << 13;
/** What shows text, or another object that may. */
const SHOWS = /\b(T[jJ]|Do)\b/;

/** on_page: it should be seen on the page itself, not only when it is opened. */
export type Note = { text: string; on_page: boolean };
export type Notes = {
  /** Draws what has no appearance of its own, before the page is flattened, and returns what was written there, in the order of the file. */
  draw(page: number): Note[];
  close(): void;
};

/** The notes of one document. Fields may have their values elsewhere in the file; no script of it is run. */
export function notesOf(pdfium: Pdfium, document: number): Notes {
  let form: { info: number; handle: number } | null = null;
  const formOf = () => {
    if (form) return form.handle;
    const info = pdfium.PDFiumExt_OpenFormFillInfo();
    form = { info, handle: pdfium.PDFiumExt_InitFormFillEnvironment(document, info) };
    return form.handle;
  };
  const looksEmpty = (annotation: number) =>
    !pdfium.EPDFAnnot_HasAppearanceStream(annotation, NORMAL) ||
    !SHOWS.test(textFrom(pdfium, (at, size) => pdfium.FPDFAnnot_GetAP(annotation, NORMAL, at, size)));
  const fieldText = (annotation: number): string => {
    const handle = formOf();
    if (handle === 0 || !WITH_TEXT.has(pdfium.FPDFAnnot_GetFormFieldType(handle, annotation))) return '';
    if (pdfium.FPDFAnnot_GetFormFieldFlags(handle, annotation) & PASSWORD) return '';
    const value = textFrom(pdfium, (at, size) => pdfium.FPDFAnnot_GetFormFieldValue(handle, annotation, at, size));
    if (value !== '' && looksEmpty(annotation)) pdfium.EPDFAnnot_GenerateFormFieldAP(annotation);
    return value;
  };
  const written = (annotation: number): string => {
    const kind = pdfium.FPDFAnnot_GetSubtype(annotation);
    if (pdfium.FPDFAnnot_GetFlags(annotation) & UNSEEN) return '';
    if (kind === WIDGET) return fieldText(annotation);
    if (!COMMENTED.has(kind)) return '';
    if (kind === FREE_TEXT && looksEmpty(annotation)) pdfium.EPDFAnnot_GenerateAppearance(annotation);
    return textFrom(pdfium, (at, size) => pdfium.FPDFAnnot_GetStringValue(annotation, 'Contents', at, size));
  };
  return {
    draw(page) {
      const count = Math.min(pdfium.FPDFPage_GetAnnotCount(page), MAX_ANNOTATIONS);
      const notes: Note[] = [];
      let left = MAX_CHARS;
      for (let i = 0; i < count && left > 0; i++) {
        const annotation = pdfium.FPDFPage_GetAnnot(page, i);
        if (annotation === 0) continue;
        const text = written(annotation).trim().slice(0, left);
        const on_page = ON_PAGE.has(pdfium.FPDFAnnot_GetSubtype(annotation));
        pdfium.FPDFPage_CloseAnnot(annotation);
        left -= text.length;
        if (text !== '') notes.push({ text, on_page });
      }
      return notes;
    },
    close() {
      if (!form) return;
      if (form.handle !== 0) pdfium.PDFiumExt_ExitFormFillEnvironment(form.handle);
      pdfium.PDFiumExt_CloseFormFillInfo(form.info);
      form = null;
    },
  };
}
