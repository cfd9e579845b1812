/**
 * PDF, inside its thread, by PDFium in WebAssembly. This build has no JavaScript of PDF, no network and no files: all that it knows is
 * the bytes given to it, its own 14 standard fonts, one of ours for Chinese, and the tables of East Asian encodings.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { init } from '@embedpdf/pdfium';
import type { Decoder, Pixels } from './isolated.ts';
import type { Size } from './pages.ts';
import { charsOf, type Pdfium } from './pdf-chars.ts';
import { provideFonts } from './pdf-fonts.ts';
import { type Note, notesOf } from './pdf-notes.ts';
import { isUnknown, ownTextOf, undrawnIn, withNotes } from './pdf-words.ts';
import { filledIn } from './pdf-xfa.ts';
import { RejectedFile } from './rejected-file.ts';

/** FPDF_GetLastError. */
const ERROR_PASSWORD = 4;
const ERROR_SECURITY = 5;
/** FPDFBitmap_BGRx and the flags of rendering: annotations drawn, red before blue. */
const FORMAT_BGRX = 3;
const FLAGS = 0x01 | 0x10;
const WHITE = 0xffffffff;
const FLATTEN_AS_SHOWN = 0;
const RGBA = 4;
/** FPDF_GetFormType: from here on a form is XFA. */
const LEAST_XFA = 2;
const DATE_BYTES = 256;
/** Four floats. */
const ROOM_BYTES = 16;

/** A page without a size is one of US letter, as PDFium has it; a size is at most 200 inches by the standard. */
const LETTER: Size = { width: 612, height: 792 };

export async function pdfDecoder(): Promise<Decoder> {
  const wasm = await readFile(createRequire(import.meta.url).resolve('@embedpdf/pdfium/pdfium.wasm'));
  // What Emscripten would take for its name is the path of the script, of which it reads ASCII alone.
  const pdfium = (await init({ wasmBinary: new Uint8Array(wasm).buffer, thisProgram: 'tuodi' })) as Pdfium;
  pdfium.PDFiumExt_Init();
  const fonts = provideFonts(pdfium);
  const { malloc, free } = pdfium.pdfium.wasmExports;
  const room = malloc(ROOM_BYTES);
  let file = { at: 0, length: 0 };
  let document = 0;
  let notes = notesOf(pdfium, document);
  /** By page, since they are part of it once it was loaded. */
  const written = new Map<number, Note[]>();

  const open = (by_name: boolean): void => {
    notes.close();
    if (document !== 0) pdfium.FPDF_CloseDocument(document);
    fonts.reset(by_name);
    written.clear();
    document = pdfium.FPDF_LoadMemDocument(file.at, file.length, '');
    if (document === 0) throw refusal(pdfium.FPDF_GetLastError());
    notes = notesOf(pdfium, document);
  };

  /** Form fields and notes are part of a page, as on paper. 0: it can't be loaded. */
  const load = (number: number): number => {
    const page = pdfium.FPDF_LoadPage(document, number - 1);
    if (page === 0 || pdfium.FPDFPage_GetAnnotCount(page) === 0) return page;
    keepBox(pdfium, page, room);
    if (!written.has(number)) written.set(number, notes.draw(page));
    pdfium.FPDFPage_Flatten(page, FLATTEN_AS_SHOWN);
    pdfium.FPDF_ClosePage(page);
    return pdfium.FPDF_LoadPage(document, number - 1);
  };

  /** Fonts that were guessed by their names are given up where the file does not say what their glyphs mean: PDFium keeps them with it. */
  const loadSurely = (number: number): number => {
    const page = load(number);
    if (page === 0 || !fonts.isGuess() || !isUnknown(charsOf(pdfium, page))) return page;
    pdfium.FPDF_ClosePage(page);
    open(false);
    return load(number);
  };

  /** `work` with a page that is closed after it. */
  const withPage = <Value>(number: number, work: (page: number) => Value): Value => {
    const page = loadSurely(number);
    if (page === 0) throw new RejectedFile('TRUNCATED_IMAGE', `page ${number} cannot be read`);
    try {
      return work(page);
    } finally {
      pdfium.FPDF_ClosePage(page);
    }
  };

  /** What was filled into a dynamic form; null: it is none. */
  const formOf = (): string | null =>
    pdfium.FPDF_GetFormType(document) < LEAST_XFA
      ? null
      : withPage(1, (page) => filledIn(pdfium, document, ownTextOf(charsOf(pdfium, page))?.read.text ?? ''));

  return {
    async open(bytes, max_pages) {
      file = { at: malloc(bytes.byteLength), length: bytes.byteLength }; // kept while the document is open
      pdfium.pdfium.HEAPU8.set(bytes, file.at);
      open(true);
      const count = pdfium.FPDF_GetPageCount(document);
      if (count > max_pages) return { count, sizes: [] };
      const size = malloc(8);
      const sizes = Array.from({ length: count }, (_, i) => sizeOf(pdfium, document, i, size));
      free(size);
      const remarks = formOf() === null ? [] : [{ code: 'dynamic_form' as const, detail: 'XFA' }];
      return { count, sizes, dates: createdIn(pdfium, document), remarks };
    },
    draw: async (number, size) =>
      withPage(number, (page) => {
        const filled = (written.get(number) ?? []).filter(({ on_page }) => on_page);
        const undrawn = fonts.areLacking() || filled.length > 0 ? undrawnIn(charsOf(pdfium, page), filled) : 0;
        const detail = `${undrawn} characters are not drawn`;
        return { ...drawn(pdfium, page, size), remarks: undrawn > 0 ? [{ code: 'drawn_without_fonts', detail }] : [] };
      }),
    read: (number) =>
      withPage(number, (page) => {
        const filled = number === 1 ? formOf() : null;
        const notes = (written.get(number) ?? []).map(({ text }) => text);
        return withNotes(ownTextOf(charsOf(pdfium, page)), filled ? [filled, ...notes] : notes);
      }),
  };
}

/** Flattening knows the boxes of the page itself alone, and takes US letter for one that is inherited: so the page gets its own. */
function keepBox(
  { FPDF_GetPageBoundingBox, FPDFPage_SetMediaBox, FPDFPage_SetCropBox, pdfium }: Pdfium,
  page: number,
  room: number,
): void {
  if (!FPDF_GetPageBoundingBox(page, room)) return;
  const [left = 0, top = 0, right = 0, bottom = 0] = new Float32Array(pdfium.HEAPU8.buffer, room, 4);
  FPDFPage_SetMediaBox(page, left, bottom, right, top);
  FPDFPage_SetCropBox(page, left, bottom, right, top);
}

function refusal(error: number): RejectedFile {
  if (error === ERROR_PASSWORD) return new RejectedFile('PASSWORD_PROTECTED', 'it opens with a password only');
  if (error === ERROR_SECURITY) return new RejectedFile('PASSWORD_PROTECTED', 'it is encrypted in a way that is not known');
  return new RejectedFile('TRUNCATED_IMAGE', 'it is no whole PDF');
}

/** `CreationDate` of the document, in UTF-16 as PDFium tells it. */
function createdIn({ FPDF_GetMetaText, pdfium }: Pdfium, document: number): string[] {
  const at = pdfium.wasmExports.malloc(DATE_BYTES);
  const length = FPDF_GetMetaText(document, 'CreationDate', at, DATE_BYTES);
  const written = length > DATE_BYTES ? '' : Buffer.from(pdfium.HEAPU8.subarray(at, at + length)).toString('utf16le');
  pdfium.wasmExports.free(at);
  const [date = ''] = written.split('\0', 1);
  return date === '' ? [] : [date];
}

/** Points, after the page's own turn. `at`: room for two floats. */
function sizeOf({ FPDF_GetPageSizeByIndexF, pdfium }: Pdfium, document: number, index: number, at: number): Size {
  if (!FPDF_GetPageSizeByIndexF(document, index, at)) return LETTER; // broken: to draw it fails
  const [width = 0, height = 0] = new Float32Array(pdfium.HEAPU8.buffer, at, 2);
  return width > 0 && height > 0 && Number.isFinite(width * height) ? { width, height } : LETTER;
}

/** On white paper. */
function drawn(pdfium: Pdfium, page: number, { width, height }: Size): Pixels {
  const bitmap = pdfium.FPDFBitmap_CreateEx(width, height, FORMAT_BGRX, 0, 0);
  if (bitmap === 0) throw new RejectedFile('DECODE_LIMIT', `there is no memory for ${width} × ${height} pixels`);
  pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, WHITE);
  pdfium.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, FLAGS);
  const from = pdfium.FPDFBitmap_GetBuffer(bitmap);
  const rgba = pdfium.pdfium.HEAPU8.slice(from, from + width * height * RGBA); // rows of 4 bytes a pixel have no padding
  pdfium.FPDFBitmap_Destroy(bitmap);
  for (let i = RGBA - 1; i < rgba.length; i += RGBA) rgba[i] = 255; // this format leaves it open
  return { width, height, rgba };
}
