/** The one renderer of machines: a drawing and its layout as SVG, the same in the browser, at the terminal and in the documents. */
import { type Card, type Cause, type Cell, type Drawing, drawingOf, isHolder, type Line, type Part } from './drawing.ts';
import type { Graph } from './graph.ts';
import type { Box, Layout, Point } from './layout.ts';
import { CELL, cellsWidth, cellWidth, footHeight, footLines, LINE_HEIGHT, labelLines, labelSize } from './sizes.ts';
import { PALETTE, STYLE } from './svg-style.ts';

/**
 * alone: with its own style, colours and ground, for a file; else the page has STYLE. with_labels: of the lines. label: its accessible
 * name. id: unique in the page.
 */
export type SvgOptions = { alone: boolean; with_labels: boolean; label: string; id?: string };

/** Attributes by which a page finds parts: `data-state` has the id of a state, `data-edge` those of both ends. */
export function svgOf(graph: Graph, layout: Layout, { alone, with_labels, label, id = 'machine' }: SvgOptions): string {
  const drawing = drawingOf(graph);
  const given = { layout, with_labels, tip: `${id}-tip` };
  const [width, height] = [layout.width + 2 * MARGIN, layout.height + 2 * MARGIN];
  const view = `-${MARGIN} -${MARGIN} ${width} ${height}`;
  const style = alone ? `<style>${PALETTE}${STYLE}</style>` : '';
  const ground = alone ? `<rect x="-${MARGIN}" y="-${MARGIN}" width="${width}" height="${height}" fill="var(--paper)"/>` : '';
  return [
    `<svg class="machine" xmlns="http://www.w3.org/2000/svg" viewBox="${view}" width="${width}" height="${height}" role="img" aria-label="${escaped(label)}">${style}`,
    `<defs><marker id="${given.tip}" viewBox="0 0 8 8" refX="6.6" refY="4" markerWidth="7.5" markerHeight="7.5" markerUnits="userSpaceOnUse" orient="auto"><path class="tip" d="M0 .6 7.4 4 0 7.4z"/></marker></defs>${ground}`,
    ...drawing.regions.flatMap((region) => grounds(region, given, 0)),
    ...layout.lines.map((laid) => lineOf(laid, drawing, given)),
    ...drawing.regions.flatMap((region) => names(region, given, 0)),
    ...layout.lines.map((laid) => labelOf(laid, drawing, given)),
    ...drawing.regions.flatMap((region) => cards(region, given)),
    '</svg>',
    '',
  ]
    .filter((part, n, all) => part !== '' || n === all.length - 1)
    .join('\n');
}

type Given = { layout: Layout; with_labels: boolean; tip: string };
type Laid = Layout['lines'][number];

const MARGIN = 4;
const RADIUS = { holder: 10, card: 8, cell: 12, bend: 8, label: 3 };

export const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign] ?? sign);
const round = (value: number): number => Math.round(value * 10) / 10;
const rect = ([x, y, width, height]: Box, radius: number): string =>
  `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="${radius}"/>`;
/** A layout is made from the same drawing: every part has its box. */
function boxOf({ boxes }: Layout, id: string): Box {
  const box = boxes[id];
  if (!box) throw new Error(`the layout has no box for ${id}: run npm run docs`);
  return box;
}

function grounds(part: Part, given: Given, depth: number): string[] {
  if (!isHolder(part)) return [];
  const own = depth === 0 ? '' : rect(boxOf(given.layout, part.id), RADIUS.holder);
  const group = `<g class="${depth === 0 ? 'region' : 'holder'}" data-state="${part.id}">${own}</g>`;
  return [group, ...part.inner.flatMap((inner) => grounds(inner, given, depth + 1))];
}

function names(part: Part, given: Given, depth: number): string[] {
  if (!isHolder(part)) return [];
  const [x, y] = boxOf(given.layout, part.id);
  const text = `<text x="${round(x + 20)}" y="${round(y + 27)}">${titleOf(part.card)}</text>`;
  const foot = footOf(part.card, x + 20, y + 46, 'start');
  const group = `<g class="${depth === 0 ? 'region-name' : 'holder-name'}">${text}${foot}</g>`;
  return [group, ...part.inner.flatMap((inner) => names(inner, given, depth + 1))];
}

function titleOf({ name, is_status, jobs, marks }: Card): string {
  const job = jobs.length > 0 ? `<tspan class="job" dx="7">${escaped(jobs.join(', '))}</tspan>` : '';
  const taken = marks.map((mark) => `<tspan class="mark" dx="6">${mark}</tspan>`).join('');
  return `<tspan class="${is_status ? 'status' : 'name'}">${escaped(name)}</tspan>${job}${taken}`;
}
function footOf(card: Card, x: number, y: number, anchor: 'start' | 'middle'): string {
  const lines = footLines(card);
  return lines
    .map((line, n) => {
      const back = n === lines.length - 1 ? '<tspan class="back" dx="5">↺</tspan>' : '';
      return `<text class="foot-line" x="${round(x)}" y="${round(y + n * LINE_HEIGHT)}" text-anchor="${anchor}">${escaped(line)}${back}</text>`;
    })
    .join('');
}

function cards(part: Part, given: Given): string[] {
  if (isHolder(part)) return part.inner.flatMap((inner) => cards(inner, given));
  const box = boxOf(given.layout, part.id);
  const [x, y, width, height] = box;
  const middle = x + width / 2;
  const title = `<text x="${round(middle)}" y="${round(y + 24)}" text-anchor="middle">${titleOf(part)}</text>`;
  const foot = footHeight(part);
  const rule = foot > 0 ? `<path class="rule" d="M${round(x + 10)} ${round(y + height - foot)}h${round(width - 20)}"/>` : '';
  const under = footOf(part, middle, y + height - foot + 16, 'middle');
  const kinds = ['card', part.phase ?? 'none', ...(part.rests ? ['rests'] : []), ...(part.fork ? ['fork'] : [])];
  return [
    `<g class="${kinds.join(' ')}" data-state="${part.id}">${rect(box, RADIUS.card)}${title}${cellsOf(part.cells, box)}${rule}${under}</g>`,
  ];
}

function cellsOf(cells: readonly Cell[], [left, top, width]: Box): string {
  let x = left + width / 2 - cellsWidth(cells) / 2;
  const y = top + CELL.top;
  return cells
    .map((cell, n) => {
      const wide = cellWidth(cell);
      const back = cell.returns ? 'm-5.5-7-3.5 3.5 3.5 3.5' : '';
      const hop = n > 0 ? `<path class="hop" d="M${round(x - 14)} ${round(y + 12)}h9m-3.5-3.5 3.5 3.5-3.5 3.5${back}"/>` : '';
      const kind = cell.is_status ? 'status small' : 'cell-name';
      const text = `<text x="${round(x + wide / 2)}" y="${round(y + 16.5)}" text-anchor="middle" class="${kind}">${escaped(cell.text)}</text>`;
      const group = `${hop}<g class="cell" data-state="${cell.id}">${rect([x, y, wide, CELL.height], RADIUS.cell)}${text}</g>`;
      x += wide + CELL.gap;
      return group;
    })
    .join('');
}

const drawnLine = ({ lines }: Drawing, { from, to }: Laid): Line | undefined =>
  lines.find((line) => line.from === from && line.to === to);

function lineOf(laid: Laid, drawing: Drawing, { tip }: Given): string {
  const way = drawnLine(drawing, laid)?.way ?? 'said';
  return `<path class="edge ${way}" data-edge="${laid.from} ${laid.to}" d="${rounded(laid.points)}" marker-end="url(#${tip})"/>`;
}

/** A label of its own, around a point of its line. */
export function labelAt(causes: readonly Cause[], { x, y }: { x: number; y: number }): string {
  const size = labelSize(causes);
  if (!size) return '';
  const box: Box = [x - size.width / 2, y - size.height / 2, size.width, size.height];
  return `<g class="label">${rect(box, RADIUS.label)}${labelText(causes, box).join('')}</g>`;
}
const labelText = (causes: readonly Cause[], [x, y, width]: Box): string[] =>
  labelLines(causes).map(({ text, guard, kind }, n) => {
    const said = text ? `<tspan class="${kind}">${escaped(text)}</tspan>` : '';
    const asked = guard ? `<tspan class="guard"${text ? ' dx="4"' : ''}>${escaped(guard)}</tspan>` : '';
    return `<text x="${round(x + width / 2)}" y="${round(y + 12.5 + n * LINE_HEIGHT)}" text-anchor="middle">${said}${asked}</text>`;
  });

function labelOf(laid: Laid, drawing: Drawing, { with_labels }: Given): string {
  const causes = drawnLine(drawing, laid)?.causes;
  if (!with_labels || !laid.label || !causes) return '';
  const lines = labelText(causes, laid.label);
  const is_inner = laid.from.split('.').length > 3 && laid.to.split('.').length > 3;
  return `<g class="label${is_inner ? ' inner' : ''}" data-edge="${laid.from} ${laid.to}">${rect(laid.label, RADIUS.label)}${lines.join('')}</g>`;
}

/** A line with its bends rounded. */
function rounded(points: readonly Point[]): string {
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last) return '';
  let path = `M${first[0]} ${first[1]}`;
  for (let n = 1; n < points.length - 1; n++) {
    const [before, at, after] = [points[n - 1], points[n], points[n + 1]];
    if (!before || !at || !after) continue;
    const [start, end] = [toward(at, before), toward(at, after)];
    path += `L${start}Q${round(at[0])} ${round(at[1])} ${end}`;
  }
  return `${path}L${last[0]} ${last[1]}`;
}
function toward([x, y]: Point, [to_x, to_y]: Point): string {
  const length = Math.hypot(to_x - x, to_y - y) || 1;
  const by = Math.min(RADIUS.bend, length / 2) / length;
  return `${round(x + (to_x - x) * by)} ${round(y + (to_y - y) * by)}`;
}
