/** The lines of text on a picture, found by the detector and read by the recogniser. */
import sharp from 'sharp';
import type { Grey } from '../tesseract/ink.ts';
import { type Char, decode, meanOf } from './ctc.ts';
import type { Models } from './models.ts';
import type { Frame, Rectangle } from './rectangles.ts';
import { regionsOf } from './regions.ts';
import { columnsOf, STRIP_ROWS, stripOf } from './strips.ts';

/** Pixels that the detector is shown: more found no more lines, and took more memory. */
const DETECTED_PIXELS = 1_000_000;
/** Smaller pictures are enlarged to so many pixels, at most twice. */
const ENLARGED_PIXELS = 800_000;
const MAX_ENLARGED = 2;
/** Pixels around the picture, since lines at its edge are found worse. */
const MARGIN = 24;
const MARGIN_SHARE = 0.25;
const LEAST_MARGIN = 4;
/** Sides of what the detector is shown are multiples of it. */
const DETECTOR_STEP = 32;
/** The detector was trained on colours, less these means and divided by these deviations (ImageNet's), in the order blue, green, red. */
const MEAN = [0.406, 0.456, 0.485];
const DEVIATION = [0.225, 0.224, 0.229];
/** Columns of a strip, and a multiple of it: each new width costs the runtime a new plan. */
const LEAST_STRIP = 320;
const STRIP_STEP = 16;

/** Text lines, as rectangles in pixels of the picture. */
export async function detectLines(picture: Grey, models: Models): Promise<Rectangle[]> {
  const { width, height, pixels } = picture;
  const area = width * height;
  const by =
    area < ENLARGED_PIXELS
      ? Math.min(MAX_ENLARGED, Math.sqrt(ENLARGED_PIXELS / area))
      : Math.min(1, Math.sqrt(DETECTED_PIXELS / area));
  const margin = Math.min(MARGIN, Math.max(LEAST_MARGIN, Math.round(Math.min(width, height) * MARGIN_SHARE)));
  const [w, h] = [Math.max(1, Math.round(width * by)), Math.max(1, Math.round(height * by))];
  const whole = (length: number) => Math.ceil((length + 2 * margin) / DETECTOR_STEP) * DETECTOR_STEP;
  const [wide, high] = [whole(w), whole(h)];
  const shown = await sharp(pixels, { raw: { width, height, channels: 1 } })
    .resize(w, h, { fit: 'fill', kernel: 'cubic' })
    .extend({ top: margin, left: margin, bottom: high - h - margin, right: wide - w - margin, extendWith: 'copy' })
    .toColourspace('b-w')
    .raw()
    .toBuffer();
  const plane = wide * high;
  const planes = new Float32Array(plane * 3);
  for (const [n, deviation] of DEVIATION.entries()) {
    const [factor, less] = [1 / (255 * deviation), (MEAN[n] ?? 0) / deviation];
    for (let i = 0; i < plane; i++) planes[n * plane + i] = (shown[i] ?? 0) * factor - less;
  }
  const [back_x, back_y] = [width / w, height / h];
  return regionsOf(await models.detect(planes, wide, high)).map((found) => ({
    ...found,
    cx: (found.cx - margin) * back_x,
    cy: (found.cy - margin) * back_y,
    w: found.w * back_x,
    h: found.h * back_y,
  }));
}

/**
 * What stands in frames that are laid side by side: one of a line, or the cells of a column. strip: the pixels that were read, `columns`
 * wide. ends: the column at which each frame ends. columns_a_step: what a step of the recogniser spans.
 */
export type StripRead = { chars: Char[]; confidence: number; strip: Grey; ends: number[]; columns_a_step: number };

export async function readStrip(picture: Grey, frames: readonly Frame[], models: Models): Promise<StripRead> {
  const widths = frames.map(columnsOf);
  const used = widths.reduce((sum, width) => sum + width, 0);
  const columns = Math.max(LEAST_STRIP, Math.ceil(used / STRIP_STEP) * STRIP_STEP);
  const strip: Grey = { pixels: new Uint8Array(used * STRIP_ROWS), width: used, height: STRIP_ROWS };
  const plane = STRIP_ROWS * columns;
  const planes = new Float32Array(3 * plane);
  const ends: number[] = [];
  let at = 0;
  for (const [n, frame] of frames.entries()) {
    const width = widths[n] ?? 0;
    const part = stripOf(picture, frame, width);
    for (let row = 0; row < STRIP_ROWS; row++) {
      const line = part.subarray(row * width, (row + 1) * width);
      strip.pixels.set(line, row * used + at);
      for (const [i, value] of line.entries()) planes[row * columns + at + i] = value / 127.5 - 1;
    }
    at += width;
    ends.push(at);
  }
  planes.copyWithin(plane, 0, plane);
  planes.copyWithin(2 * plane, 0, plane);
  const probabilities = await models.recognise(planes, columns);
  const chars = decode(probabilities, models.letters);
  return { chars, confidence: meanOf(chars), strip, ends, columns_a_step: columns / Math.max(1, probabilities.steps) };
}
