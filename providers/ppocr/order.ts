/** The order in which lines are read: rows from the top, a row from the left; columns of vertical text from the right. */
import type { Rectangle } from './rectangles.ts';

/** in_column: its glyphs stand one below the other, or it lies on its side. */
type Line = { rectangle: Rectangle; in_column: boolean };

/** Overlap of two pieces of one row, as a share of the lower one. */
const BESIDE = 0.5;

/** Pieces that stand side by side are one row: the name and the price of a receipt, the cells of a table. */
export function rowsOf<One extends Line>(lines: readonly One[]): One[][] {
  const rows: One[][] = [];
  for (const line of [...lines].sort((a, b) => a.rectangle.cy - b.rectangle.cy)) {
    const row = rows.findLast((row) => row.some((other) => areBeside(other, line)));
    if (row) row.push(line);
    else rows.push([line]);
  }
  for (const row of rows) row.sort((a, b) => a.rectangle.cx - b.rectangle.cx);
  return rows;
}

function areBeside({ rectangle: a, ...one }: Line, { rectangle: b, ...other }: Line): boolean {
  if (one.in_column || other.in_column) return false;
  // Where the one would be at the middle of the other: rows of a tilted page fall or rise.
  const slope = a.w > b.w ? a.uy / a.ux : b.uy / b.ux;
  const [ay, by] = [a.cy + slope * (b.cx - a.cx), b.cy];
  const overlap = Math.min(ay + a.h / 2, by + b.h / 2) - Math.max(ay - a.h / 2, by - b.h / 2);
  return overlap > BESIDE * Math.min(a.h, b.h);
}

/** Columns of vertical text, a column a row. */
export const columnsOf = <One extends Line>(lines: readonly One[]): One[][] =>
  [...lines].sort((a, b) => b.rectangle.cx - a.rectangle.cx || a.rectangle.cy - b.rectangle.cy).map((line) => [line]);
