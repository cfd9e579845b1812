/** Text lines cut out of the full-size picture as upright strips, as the recogniser takes them. */
import type { Grey } from '../tesseract/ink.ts';
import type { Frame } from './rectangles.ts';

/** Rows of pixels of a strip: what the recogniser was trained on. */
export const STRIP_ROWS = 48;
/** Columns of one strip; a longer line is narrowed. */
const MAX_COLUMNS = 4_096;
const LEAST_COLUMNS = 8;
/** Samples a pixel in each direction, where the picture is finer than the strip. */
const MAX_SAMPLES = 8;

/** Columns of the strip of a frame, by its shape. */
export function columnsOf({ ax, ay, dx, dy }: Frame): number {
  const columns = Math.round((STRIP_ROWS * Math.hypot(ax, ay)) / Math.max(1, Math.hypot(dx, dy)));
  return Math.max(LEAST_COLUMNS, Math.min(MAX_COLUMNS, columns));
}

/** One byte a pixel, STRIP_ROWS rows of `columns`: bilinear, the mean of several samples where the picture is finer. */
export function stripOf({ pixels, width, height }: Grey, frame: Frame, columns: number): Uint8Array {
  const { ox, oy, ax, ay, dx, dy } = frame;
  const samples = (length: number, of: number) => Math.min(MAX_SAMPLES, Math.max(1, Math.round(length / of)));
  const [across, down] = [samples(Math.hypot(ax, ay), columns), samples(Math.hypot(dx, dy), STRIP_ROWS)];
  const strip = new Uint8Array(columns * STRIP_ROWS);
  const [last_x, last_y] = [width - 1, height - 1];
  for (let row = 0; row < STRIP_ROWS; row++)
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let q = 0; q < down; q++)
        for (let p = 0; p < across; p++) {
          const a = (column + (p + 0.5) / across) / columns;
          const d = (row + (q + 0.5) / down) / STRIP_ROWS;
          const x = Math.min(last_x, Math.max(0, ox + ax * a + dx * d - 0.5));
          const y = Math.min(last_y, Math.max(0, oy + ay * a + dy * d - 0.5));
          const [left, top] = [Math.floor(x), Math.floor(y)];
          const [fx, fy] = [x - left, y - top];
          const at = top * width + left;
          const [right, below] = [left < last_x ? 1 : 0, top < last_y ? width : 0];
          const upper = (pixels[at] ?? 0) * (1 - fx) + (pixels[at + right] ?? 0) * fx;
          const lower = (pixels[at + below] ?? 0) * (1 - fx) + (pixels[at + below + right] ?? 0) * fx;
          sum += upper * (1 - fy) + lower * fy;
        }
      strip[row * columns + column] = Math.round(sum / (across * down));
    }
  return strip;
}
