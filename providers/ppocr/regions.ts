/** From the detector's map of probabilities to the lines of text on it. */
import { grown, type Point, type Rectangle, rectangleAround } from './rectangles.ts';

/** One probability a pixel, row by row. */
export type ProbabilityMap = { values: Float32Array; width: number; height: number };

/** A pixel above this is text. */
const INK = 0.3;
/** Mean probability of a region that is kept. Photos without text had none above it. */
const LEAST_SCORE = 0.5;
/** Growth of a region; 1.9 read the same. */
const UNCLIP = 1.6;
/** Pixels of the map: smaller ones are specks. */
const LEAST_SIDE = 3;
const LEAST_PIXELS = 10;
/** Far above any page that is read; the strongest need not be sought, since a photo of leaves has no more. */
const MAX_REGIONS = 5_000;

/** Text lines in pixels of the map, grown to the ink. */
export function regionsOf(map: ProbabilityMap): Rectangle[] {
  const found: Rectangle[] = [];
  for (const outline of outlinesOf(map)) {
    const rectangle = rectangleAround(outline);
    if (rectangle === null || Math.min(rectangle.w, rectangle.h) < LEAST_SIDE) continue;
    if (scoreOf(map, rectangle) < LEAST_SCORE) continue;
    found.push(grown(rectangle, UNCLIP));
    if (found.length === MAX_REGIONS) break;
  }
  return found;
}

/** The corners of the leftmost and rightmost pixel of each row of a blob (8-connected): enough for its hull. */
function* outlinesOf({ values, width, height }: ProbabilityMap): Generator<Point[]> {
  const seen = new Uint8Array(values.length);
  const stack = new Int32Array(values.length);
  const isText = (at: number) => seen[at] === 0 && (values[at] ?? 0) > INK;
  for (let start = 0; start < values.length; start++) {
    if (!isText(start)) continue;
    const rows = new Map<number, [left: number, right: number]>();
    let [top, pixels] = [1, 0];
    stack[0] = start;
    seen[start] = 1;
    while (top > 0) {
      const at = stack[--top] ?? 0;
      const x = at % width;
      const y = (at - x) / width;
      pixels += 1;
      const row = rows.get(y);
      if (row === undefined) rows.set(y, [x, x]);
      else if (x < row[0]) row[0] = x;
      else if (x > row[1]) row[1] = x;
      for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++)
        for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
          const next = ny * width + nx;
          if (!isText(next)) continue;
          seen[next] = 1;
          stack[top++] = next;
        }
    }
    if (pixels >= LEAST_PIXELS) yield cornersOf(rows);
  }
}

const cornersOf = (rows: Map<number, [number, number]>): Point[] =>
  [...rows].flatMap(([y, [left, right]]): Point[] => [
    [left, y],
    [right + 1, y],
    [left, y + 1],
    [right + 1, y + 1],
  ]);

/** Mean of the map inside a rectangle. */
function scoreOf({ values, width, height }: ProbabilityMap, { cx, cy, ux, uy, w, h }: Rectangle): number {
  const reach_x = (Math.abs(ux) * w + Math.abs(uy) * h) / 2;
  const reach_y = (Math.abs(uy) * w + Math.abs(ux) * h) / 2;
  let [sum, count] = [0, 0];
  for (let y = Math.max(0, Math.floor(cy - reach_y)); y < Math.min(height, cy + reach_y); y++)
    for (let x = Math.max(0, Math.floor(cx - reach_x)); x < Math.min(width, cx + reach_x); x++) {
      const [dx, dy] = [x + 0.5 - cx, y + 0.5 - cy];
      if (Math.abs(dx * ux + dy * uy) > w / 2 || Math.abs(dy * ux - dx * uy) > h / 2) continue;
      sum += values[y * width + x] ?? 0;
      count += 1;
    }
  return count === 0 ? 0 : sum / count;
}
