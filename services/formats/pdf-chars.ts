/** The characters of a PDF's page with their places, as PDFium tells them. */
import type { WrappedPdfiumModule } from '@embedpdf/pdfium';

/** PDFium with its memory, a new view of it each time that it has grown; a type that the package leaves to Emscripten's. */
export type Pdfium = WrappedPdfiumModule & { pdfium: { readonly HEAPU8: Uint8Array<ArrayBuffer> } };

/**
 * One code point. x0, y0 (top left), x1, y1: fractions of the upright page, null for a space or line end that PDFium made up.
 * is_known: the file says which character its glyph is. is_drawn: false where it is text for searches alone, as recognition programs put it.
 * is_lacking: it is to be seen, and the font, which is not in the file, has no glyph for it.
 */
export type PdfChar = {
  text: string;
  box: { x0: number; y0: number; x1: number; y1: number } | null;
  is_known: boolean;
  is_drawn: boolean;
  is_lacking?: boolean;
};
export type Box = NonNullable<PdfChar['box']>;
/**
 * pictures: where pictures are drawn, fractions of the upright page, those inside of forms too. outlined: lines and curves around what is
 * filled, as of letters that were made shapes. null chars: more than a page can have.
 */
export type PdfChars = { chars: PdfChar[] | null; pictures: Box[]; outlined: number };

/** The densest page of a newspaper has some 30,000; what has more is made to keep readers busy. */
const MAX_CHARS = 50_000;
/** A share of the longer side: the hairline of a dash is higher, and what a font without its glyphs draws is not. */
const LEAST_INK = 0.002;
/** Objects of a page that are looked at for pictures, and how deep forms may stand in forms. */
const MAX_OBJECTS = 10_000;
const MAX_DEPTH = 40;
/** FPDF_TEXTRENDERMODE: neither filled nor stroked. */
const UNDRAWN = new Set([3, 7]);
const OBJECT_PATH = 2;
const OBJECT_IMAGE = 3;
const OBJECT_FORM = 5;
/** Whole numbers come back from PDFium: so fine a grid is laid on the page. */
const GRID = 1_000_000;

export function charsOf(pdfium: Pdfium, page: number): PdfChars {
  const { malloc, free } = pdfium.pdfium.wasmExports;
  const room = malloc(ROOM_BYTES);
  const text = pdfium.FPDFText_LoadPage(page);
  try {
    const count = text === 0 ? 0 : pdfium.FPDFText_CountChars(text);
    const place = placing(pdfium, page, room);
    const chars = count > MAX_CHARS ? null : Array.from({ length: count }, (_, i) => charAt(pdfium, text, i, place));
    return { chars, ...picturesOf(pdfium, page, room, place) };
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
    boxOf({ left, top, right, bottom }: Corners): Box {
      const [[ax, ay], [bx, by]] = [point(left, top), point(right, bottom)];
      return { x0: Math.min(ax, bx), y0: Math.min(ay, by), x1: Math.max(ax, bx), y1: Math.max(ay, by) };
    },
  };
}

/** The ink of the character; the room that its font gives it, where a font is not in the file. */
function charAt(pdfium: Pdfium, text: number, i: number, { room, doubles, floats, boxOf }: Place): PdfChar {
  const code = pdfium.FPDFText_GetUnicode(text, i);
  const is_known = pdfium.FPDFText_HasUnicodeMapError(text, i) !== 1;
  const object = pdfium.FPDFText_GetTextObject(text, i);
  const is_drawn = !UNDRAWN.has(pdfium.FPDFTextObj_GetTextRenderMode(object));
  const shown = code > 0x10ffff ? '\ufffd' : String.fromCodePoint(code);
  const char: PdfChar = { text: shown, is_known, is_drawn, box: null };
  if (pdfium.FPDFText_IsGenerated(text, i) === 1) return char;
  if (pdfium.FPDFText_GetCharBox(text, i, room, room + 8, room + 16, room + 24)) {
    const [left = 0, right = 0, bottom = 0, top = 0] = doubles();
    const [shorter = 0, longer = 0] = [right - left, top - bottom].sort((a, b) => a - b);
    if (shorter > LEAST_INK * longer) return { ...char, box: boxOf({ left, top, right, bottom }) };
  }
  if (object !== 0 && is_drawn && pdfium.FPDFFont_GetIsEmbedded(pdfium.FPDFTextObj_GetFont(object)) === 0) char.is_lacking = true;
  if (!pdfium.FPDFText_GetLooseCharBox(text, i, room)) return char;
  const [left = 0, top = 0, right = 0, bottom = 0] = floats();
  return { ...char, box: boxOf({ left, top, right, bottom }) };
}

/** From the space of an object to that of the page: x' = a·x + c·y + e, y' = b·x + d·y + f. */
type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];
const IDENTITY: Matrix = [1, 0, 0, 1, 0, 0];
/** `inner` first. */
const combined = ([a, b, c, d, e, f]: Matrix, [A, B, C, D, E, F]: Matrix): Matrix => [
  ...([a * A + b * C, a * B + b * D, c * A + d * C, c * B + d * D] as const),
  ...([e * A + f * C + E, e * B + f * D + F] as const),
];

/** A scan may be cut into strips, and stamping programs put it into a form. */
function picturesOf(
  pdfium: Pdfium,
  page: number,
  room: number,
  { floats, boxOf }: Place,
): Pick<PdfChars, 'pictures' | 'outlined'> {
  const pictures: Box[] = [];
  let outlined = 0;
  let left = MAX_OBJECTS;
  const matrixOf = (object: number): Matrix => {
    if (!pdfium.FPDFPageObj_GetMatrix(object, room)) return IDENTITY;
    const [a = 1, b = 0, c = 0, d = 1, e = 0, f = 0] = new Float32Array(pdfium.pdfium.HEAPU8.buffer, room, 6);
    return [a, b, c, d, e, f];
  };
  const look = (object: number, matrix: Matrix, depth: number): void => {
    left -= 1;
    const type = pdfium.FPDFPageObj_GetType(object);
    if (type === OBJECT_FORM && depth < MAX_DEPTH) {
      const inner = combined(matrixOf(object), matrix);
      const count = Math.min(pdfium.FPDFFormObj_CountObjects(object), left);
      for (let i = 0; i < count && left > 0; i++) look(pdfium.FPDFFormObj_GetObject(object, i), inner, depth + 1);
    }
    if (type === OBJECT_PATH && isFilled(pdfium, object, room)) outlined += Math.max(0, pdfium.FPDFPath_CountSegments(object));
    if (type !== OBJECT_IMAGE || !pdfium.FPDFPageObj_GetBounds(object, room, room + 4, room + 8, room + 12)) return;
    const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = floats();
    const box = boxOf(boundsOf(matrix, [x0, y0, x1, y1]));
    const seen = { x0: Math.max(0, box.x0), y0: Math.max(0, box.y0), x1: Math.min(1, box.x1), y1: Math.min(1, box.y1) };
    if (seen.x1 > seen.x0 && seen.y1 > seen.y0) pictures.push(seen);
  };
  const count = Math.min(pdfium.FPDFPage_CountObjects(page), MAX_OBJECTS);
  for (let i = 0; i < count && left > 0; i++) look(pdfium.FPDFPage_GetObject(page, i), IDENTITY, 0);
  return { pictures, outlined };
}
function isFilled(pdfium: Pdfium, path: number, room: number): boolean {
  if (!pdfium.FPDFPath_GetDrawMode(path, room, room + 4)) return false;
  return new Int32Array(pdfium.pdfium.HEAPU8.buffer, room, 1)[0] !== 0;
}

function boundsOf([a, b, c, d, e, f]: Matrix, [x0, y0, x1, y1]: readonly [number, number, number, number]): Corners {
  const corners = [x0, x1].flatMap((x) => [y0, y1].map((y) => [a * x + c * y + e, b * x + d * y + f] as const));
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
  return { left: Math.min(...xs), right: Math.max(...xs), bottom: Math.min(...ys), top: Math.max(...ys) };
}
