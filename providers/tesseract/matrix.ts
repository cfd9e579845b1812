/** Where a point comes to lie when a picture is turned, scaled or moved; and back. */
import type { Box } from './ink.ts';

/** x′ = a·x + c·y + e, y′ = b·x + d·y + f: the order of SVG's matrix(). */
export type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

export const SAME: Matrix = [1, 0, 0, 1, 0, 0];
export const moved = (x: number, y: number): Matrix => [1, 0, 0, 1, x, y];
export const scaled = (x: number, y: number): Matrix => [x, 0, 0, y, 0, 0];

/** Clockwise about the middle of a picture `from`, onto the middle of a picture `to`. */
export function turned(degrees: number, from: Size, to: Size): Matrix {
  const radians = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(radians), Math.sin(radians)];
  const about: Matrix = [cos, sin, -sin, cos, 0, 0];
  return both(both(moved(-from.width / 2, -from.height / 2), about), moved(to.width / 2, to.height / 2));
}
export type Size = { width: number; height: number };

/** One, and then the other. */
export function both([a, b, c, d, e, f]: Matrix, [A, B, C, D, E, F]: Matrix): Matrix {
  return [A * a + C * b, B * a + D * b, A * c + C * d, B * c + D * d, A * e + C * f + E, B * e + D * f + F];
}

/** None of ours flattens a picture, so there always is one. */
export function inverse([a, b, c, d, e, f]: Matrix): Matrix {
  const area = a * d - b * c;
  return [d / area, -b / area, -c / area, a / area, (c * f - d * e) / area, (b * e - a * f) / area];
}

/** The upright box around where the corners of a box come to lie. */
export function boxAt([a, b, c, d, e, f]: Matrix, { left, top, right, bottom }: Box): Box {
  const xs = [left, right].flatMap((x) => [a * x + c * top + e, a * x + c * bottom + e]);
  const ys = [left, right].flatMap((x) => [b * x + d * top + f, b * x + d * bottom + f]);
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}
