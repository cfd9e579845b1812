/** PDF: pages that are drawn as large as recognition gains by, with the text that they have of their own. */
import { openIsolatedFormat } from './isolated-formats.ts';
import { type Open, type Size, scaleWithin } from './pages.ts';
import { xmpDates } from './xmp.ts';

/** A letter of 10 points is 28 pixels high then, as on a good scan. */
export const PDF_DPI = 200;
const POINTS_PER_INCH = 72;
/** Maximum length of a side, in pixels: what encoders of previews and recognition take. A strip of paper is drawn smaller. */
const MAX_SIDE = 16_000;

export const pdf: Open = async (bytes, given) => {
  const { max_pixels, ocr_pixels } = given.limits;
  const sizeOf = (points: Size) => pixelsOf(points, Math.min(max_pixels, ocr_pixels));
  const opened = await openIsolatedFormat('pdf', bytes, given, { sizeOf, hasText: true });
  return { ...opened, dates: [...opened.dates, ...xmpOf(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))] };
};

/** The metadata of the document, where they are readable as they stand; those of a picture inside it have another dictionary. */
const METADATA = /\/Type\s*\/Metadata\b/;
const DICTIONARY_WITHIN = 300;
const MAX_PACKETS = 100;
const XMP_BEGINS = '<x:xmpmeta';
function xmpOf(bytes: Buffer): string[] {
  let at = bytes.indexOf(XMP_BEGINS, 0, 'latin1');
  for (let packet = 0; at >= 0 && packet < MAX_PACKETS; packet++) {
    if (METADATA.test(bytes.toString('latin1', Math.max(0, at - DICTIONARY_WITHIN), at))) return xmpDates(bytes.subarray(at));
    at = bytes.indexOf(XMP_BEGINS, at + 1, 'latin1');
  }
  return [];
}

/** At the resolution above, and coarser where that would be too many pixels. */
function pixelsOf({ width, height }: Size, max: number): Size {
  const scale = Math.min(PDF_DPI / POINTS_PER_INCH, MAX_SIDE / Math.max(width, height));
  const size = { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
  return scaleWithin(size, max);
}
