/** Sizes of the parts of a drawing, in pixels: the layout reserves what the renderer fills. */
import { type Card, type Cause, type Cell, causeText } from './drawing.ts';
import { monospaced, proportional } from './measure.ts';

export const FONT = { status: 13, cell_status: 12, name: 15, cell: 13.5, job: 13, label: 13, foot: 12.5 };
export const LINE_HEIGHT = 15;
export const CELL = { height: 24, gap: 18, top: 36, padding: 22 };
const CARD = { height: 38, with_cells: 70, foot: 24, least_width: 92 };
const MARK_WIDTH = 17;

export const cellWidth = ({ text, is_status }: Cell): number =>
  Math.round((is_status ? monospaced(text, FONT.cell_status) : proportional(text, FONT.cell)) + CELL.padding);
export const cellsWidth = (cells: readonly Cell[]): number =>
  cells.reduce((sum, cell) => sum + cellWidth(cell), 0) + Math.max(0, cells.length - 1) * CELL.gap;
const nameWidth = ({ name, is_status }: Card): number =>
  is_status ? monospaced(name, FONT.status) : proportional(name, FONT.name);

/** A foot line is broken where it would be much wider than its card. */
export const FOOT_WIDTH = 200;
export function footLines({ foot }: Card): string[] {
  const lines: string[] = [];
  for (const [n, cause] of foot.entries()) {
    const text = n < foot.length - 1 ? `${cause},` : cause;
    const last = lines.at(-1);
    if (last !== undefined && proportional(`${last} ${text}`, FONT.foot) < FOOT_WIDTH)
      lines[lines.length - 1] = `${last} ${text}`;
    else lines.push(text);
  }
  return lines;
}

export function cardSize(card: Card): { width: number; height: number } {
  const { cells, jobs, marks } = card;
  const job = jobs.length > 0 ? proportional(jobs.join(', '), FONT.job) + 14 : 0;
  const title = nameWidth(card) + job + marks.length * MARK_WIDTH;
  const lines = footLines(card);
  const foot = Math.max(0, ...lines.map((line) => proportional(line, FONT.foot))) + (lines.length > 0 ? 40 : 0);
  const width = Math.max(title + 30, cellsWidth(cells) + 24, foot, CARD.least_width);
  return { width: Math.round(width), height: heightOf(card) };
}
export const footHeight = (card: Card): number =>
  card.foot.length > 0 ? CARD.foot + (footLines(card).length - 1) * LINE_HEIGHT : 0;
const heightOf = (card: Card): number => (card.cells.length > 0 ? CARD.with_cells : CARD.height) + footHeight(card);

/** The lines of a label: a cause, then its guard below it where both in one line would be wide. */
const LABEL_WIDTH = 150;
export type LabelLine = { text: string; guard: string; kind: Cause['kind'] };
export const labelLines = (causes: readonly Cause[]): LabelLine[] =>
  causes.flatMap((cause): LabelLine[] => {
    const { text, guard, kind } = cause;
    if (!text && !guard) return [];
    if (!text || !guard || proportional(causeText(cause), FONT.label) <= LABEL_WIDTH) return [{ text, guard, kind }];
    return [
      { text, guard: '', kind },
      { text: '', guard, kind },
    ];
  });
export function labelSize(causes: readonly Cause[]): { width: number; height: number } | null {
  const lines = labelLines(causes);
  if (lines.length === 0) return null;
  const widest = Math.max(...lines.map(({ text, guard }) => proportional([text, guard].filter(Boolean).join(' '), FONT.label)));
  return { width: Math.round(widest + 8), height: lines.length * LINE_HEIGHT + 2 };
}
