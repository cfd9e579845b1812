/** Turned rectangles: the smallest one around the points of a text line, its growth, and the frame that its glyphs stand in. */

export type Point = readonly [x: number, y: number];
/** Pixels. u: unit vector along the rectangle, the one nearest to "right"; w: its length along u, h: across. */
export type Rectangle = { cx: number; cy: number; ux: number; uy: number; w: number; h: number };
/**
 * Where a strip of text lies on a picture, in pixels: its origin, the vector of its whole width (along the text) and of its height (down
 * the glyphs).
 */
export type Frame = { ox: number; oy: number; ax: number; ay: number; dx: number; dy: number };

/** Convex hull, by Andrew's monotone chain (1979). */
function hullOf(points: readonly Point[]): Point[] {
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const cross = (o: Point, a: Point, b: Point) => (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0]);
  const half = (list: readonly Point[]): Point[] => {
    const hull: Point[] = [];
    for (const point of list) {
      for (let [o, a] = hull.slice(-2); o && a && cross(o, a, point) <= 0; [o, a] = hull.slice(-2)) hull.pop();
      hull.push(point);
    }
    return hull.slice(0, -1);
  };
  return [...half(sorted), ...half(sorted.reverse())];
}

/** The smallest rectangle around all points: one of its sides lies on a side of the hull (Freeman and Shapira, 1975). null: no area. */
export function rectangleAround(points: readonly Point[]): Rectangle | null {
  const hull = hullOf(points);
  let [best, least]: [Rectangle | null, number] = [null, Infinity];
  for (const [i, [ax, ay]] of hull.entries()) {
    const [bx, by] = hull[(i + 1) % hull.length] ?? [ax, ay];
    const length = Math.hypot(bx - ax, by - ay);
    if (length === 0) continue;
    const [ux, uy] = [(bx - ax) / length, (by - ay) / length];
    const along = hull.map(([x, y]) => x * ux + y * uy);
    const across = hull.map(([x, y]) => y * ux - x * uy);
    const [left, right] = [Math.min(...along), Math.max(...along)];
    const [top, bottom] = [Math.min(...across), Math.max(...across)];
    const area = (right - left) * (bottom - top);
    if (area >= least || area === 0) continue;
    const [p, q] = [(left + right) / 2, (top + bottom) / 2];
    [best, least] = [uprighted({ cx: p * ux - q * uy, cy: p * uy + q * ux, ux, uy, w: right - left, h: bottom - top }), area];
  }
  return best;
}

/** The same rectangle, with u the axis nearest to "right". */
function uprighted({ cx, cy, ux, uy, w, h }: Rectangle): Rectangle {
  if (Math.abs(ux) >= Math.abs(uy)) return ux >= 0 ? { cx, cy, ux, uy, w, h } : { cx, cy, ux: -ux, uy: -uy, w, h };
  return uy >= 0 ? { cx, cy, ux: uy, uy: -ux, w: h, h: w } : { cx, cy, ux: -uy, uy: ux, w: h, h: w };
}

/** The detector learnt shrunken text (DB: Liao and others, 2020); `ratio` × area ÷ perimeter on each side gives the margin back. */
export function grown(rectangle: Rectangle, ratio: number): Rectangle {
  const { w, h } = rectangle;
  const margin = (w * h * ratio) / (2 * (w + h));
  return { ...rectangle, w: w + 2 * margin, h: h + 2 * margin };
}

/** Higher than long: a column of glyphs, or a line on its side. */
export const isTall = ({ w, h }: Rectangle): boolean => h > TALL * w;
const TALL = 1.5;

/** `quarters`: turns clockwise that the glyphs have on the picture. */
export function frameOf({ cx, cy, ux, uy, w, h }: Rectangle, quarters: 0 | 1 | 2 | 3 = 0): Frame {
  const along: Point = [ux * w, uy * w];
  const down: Point = [-uy * h, ux * h];
  const opposite = ([x, y]: Point): Point => [-x, -y];
  const [[ax, ay], [dx, dy]] = (
    [
      [along, down],
      [down, opposite(along)],
      [opposite(along), opposite(down)],
      [opposite(down), along],
    ] as const
  )[quarters];
  return { ox: cx - (ax + dx) / 2, oy: cy - (ay + dy) / 2, ax, ay, dx, dy };
}

/** A column of upright glyphs cut into squares, from the top: as many as fit. */
export function cellsOf(rectangle: Rectangle): Rectangle[] {
  const { cx, cy, ux, uy, w, h } = rectangle;
  const count = Math.max(1, Math.round(h / w));
  return Array.from({ length: count }, (_, i) => {
    const off = ((i + 0.5) / count - 0.5) * h;
    return { ...rectangle, cx: cx - uy * off, cy: cy + ux * off, h: h / count };
  });
}
