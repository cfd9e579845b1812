/** The characters of a PDF's page with their places, as PDFium tells them. */
import type { WrappedPdfiumModule } from '@embedpdf/pdfium';

/** PDFium with its memory, a new view of it each time that it has grown; a type that the package leaves to Emscripten's. */
export type Pdfium = WrappedPdfiumModule & { pdfium: { readonly HEAPU8: Uint8Array<ArrayBuffer> } };

/**
 * One code point. x0, y0 (top left), x1, y1: fractions of the upright page, null for a space or line end that PDFium made up.
 * is_known: the file says which character its glyph is.
 */
export type PdfChar = { text: string; box: { x0: number; y0: number; x1: number; y1: number } | null; is_known: boolean };
/** pictures: share of the page that its largest picture covers. null chars: more than a page can have. */
export type PdfChars = { chars: PdfChar[] | null; pictures: number };

/** The densest page of a newspaper has some 30,000; what has more is made to keep readers busy. */
const MOST_CHARS = 50_000;
/** In points: the hairline of a dash is wider, and what a font without its glyphs draws is not. */
const LEAST_INK = 0.05;
/** Of a page; looked at for the size of its pictures. */
const MOST_OBJECTS = 10_000;
const OBJECT_IMAGE = 3;
/** Whole numbers come back from PDFium: so fine a grid is laid on the page. */
const GRID = 1_000_000;

export function charsOf(pdfium: Pdfium, page: number): PdfChars {
  const { malloc, free } = pdfium.pdfium.wasmExports;
  const room = malloc(ROOM_BYTES);
  const text = pdfium.FPDFText_LoadPage(page);
  try {
    const count = text === 0 ? 0 : pdfium.FPDFText_CountChars(text);
    const place = placing(pdfium, page, room);
    const chars = count > MOST_CHARS ? null : Array.from({ length: count }, (_, i) => charAt(pdfium, text, i, place));
    return { chars, pictures: picturesOf(pdfium, page, room, place) };
  } finally {
    if (text !== 0) pdfium.FPDFText_ClosePage(text);
    free(room);
  }
}

/** Four doubles or floats, then two whole numbers. */
const ROOM_BYTES = 48;
type Corners = { left: number; top: number; right: number; bottom: number };
type Place = ReturnType<typeof placing>;

/** Reads what PDFium left in the room, and puts it on the upright page. */
function placing({ pdfium, FPDF_PageToDevice }: Pdfium, page: number, room: number) {
  const out = room + 32;
  const point = (x: number, y: number): [number, number] => {
    FPDF_PageToDevice(page, 0, 0, GRID, GRID, 0, x, y, out, out + 4);
    const [right = 0, down = 0] = new Int32Array(pdfium.HEAPU8.buffer, out, 2);
    return [right / GRID, down / GRID];
  };
  return {
    room,
    doubles: () => new Float64Array(pdfium.HEAPU8.buffer, room, 4),
    floats: () => new Float32Array(pdfium.HEAPU8.buffer, room, 4),
    boxOf({ left, top, right, bottom }: Corners): NonNullable<PdfChar['box']> {
      const [[ax, ay], [bx, by]] = [point(left, top), point(right, bottom)];
      return { x0: Math.min(ax, bx), y0: Math.min(ay, by), x1: Math.max(ax, bx), y1: Math.max(ay, by) };
    },
  };
}

/** The ink of the character; the room that its font gives it, where a font is not in the file. */
function charAt(pdfium: Pdfium, text: number, i: number, { room, doubles, floats, boxOf }: Place): PdfChar {
  const code = pdfium.FPDFText_GetUnicode(text, i);
  const is_known = pdfium.FPDFText_HasUnicodeMapError(text, i) !== 1;
  const char = { text: code > 0x10ffff ? '\ufffd' : String.fromCodePoint(code), is_known };
  if (pdfium.FPDFText_IsGenerated(text, i) === 1) return { ...char, box: null };
  if (pdfium.FPDFText_GetCharBox(text, i, room, room + 8, room + 16, room + 24)) {
    const [left = 0, right = 0, bottom = 0, top = 0] = doubles();
    if (right - left > LEAST_INK && top - bottom > LEAST_INK) return { ...char, box: boxOf({ left, top, right, bottom }) };
  }
  if (!pdfium.FPDFText_GetLooseCharBox(text, i, room)) return { ...char, box: null };
  const [left = 0, top = 0, right = 0, bottom = 0] = floats();
  return { ...char, box: boxOf({ left, top, right, bottom }) };
}

function picturesOf(pdfium: Pdfium, page: number, room: number, { floats, boxOf }: Place): number {
  const count = Math.min(pdfium.FPDFPage_CountObjects(page), MOST_OBJECTS);
  let largest = 0;
  for (let i = 0; i < count; i++) {
    const object = pdfium.FPDFPage_GetObject(page, i);
    if (pdfium.FPDFPageObj_GetType(object) !== OBJECT_IMAGE) continue;
    if (!pdfium.FPDFPageObj_GetBounds(object, room, room + 4, room + 8, room + 12)) continue;
    const [left = 0, bottom = 0, right = 0, top = 0] = floats();
    const { x0, y0, x1, y1 } = boxOf({ left, top, right, bottom });
    const [width, height] = [Math.min(1, x1) - Math.max(0, x0), Math.min(1, y1) - Math.max(0, y0)];
    if (width > 0 && height > 0) largest = Math.max(largest, width * height);
  }
  return largest;
}
