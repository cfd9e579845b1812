/** PDF: pages that are drawn as large as recognition gains by, with the text that they have of their own. */
import { openIsolatedFormat } from './isolated-formats.ts';
import { type Open, type Size, scaleWithin } from './pages.ts';

/** A letter of 10 points is 28 pixels high then, as on a good scan. */
export const PDF_DPI = 200;
const POINTS_PER_INCH = 72;
/** Maximum length of a side, in pixels: what encoders of previews and recognition take. A strip of paper is drawn smaller. */
const MAX_SIDE = 16_000;

export const pdf: Open = (bytes, given) => {
  const { max_pixels, ocr_pixels } = given.limits;
  const sizeOf = (points: Size) => pixelsOf(points, Math.min(max_pixels, ocr_pixels));
  return openIsolatedFormat('pdf', bytes, given, { sizeOf, hasText: true });
};

/** At the resolution above, and coarser where that would be too many pixels. */
function pixelsOf({ width, height }: Size, max: number): Size {
  const scale = Math.min(PDF_DPI / POINTS_PER_INCH, MAX_SIDE / Math.max(width, height));
  const size = { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
  return scaleWithin(size, max);
}
