/** A machine drawn: by the renderer of the documents, with what is lit, where one is, and how many are in each state. */
import { useEffect, useMemo, useRef } from 'react';
import { drawingOf, type Line } from '../../../visualizer/drawing.ts';
import type { Graph } from '../../../visualizer/graph.ts';
import { layoutsOf } from '../../../visualizer/known-layouts.ts';
import { labelAt, svgOf } from '../../../visualizer/svg.ts';
import { STYLE } from '../../../visualizer/svg-style.ts';
import { num } from '../../words/format.ts';
import { machinesWords } from '../../words/machines.ts';
import { useWords } from '../../words/words.ts';
import type { Shown } from './shown.ts';

const sheet = new CSSStyleSheet();
sheet.replaceSync(STYLE);

export function Drawing({ graph, shown }: { graph: Graph; shown: Shown }) {
  const words = useWords(machinesWords);
  const box = useRef<HTMLDivElement>(null);
  const label = words.drawing(graph.machine);
  useEffect(() => {
    if (!document.adoptedStyleSheets.includes(sheet)) document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  }, []);
  const drawn = useMemo(() => {
    const source = svgOf(graph, layoutsOf(graph).screen, { alone: false, with_labels: false, label });
    const svg = document.importNode(new DOMParser().parseFromString(source, 'image/svg+xml').documentElement, true);
    return withLabels(svg, drawingOf(graph).lines);
  }, [graph, label]);
  useEffect(() => {
    if (drawn.parentNode !== box.current) box.current?.replaceChildren(drawn);
    mark(box.current, shown);
  }, [drawn, shown]);
  return <div ref={box} />;
}

function mark(box: HTMLElement | null, { lit, next, here, counts, late }: Shown): void {
  if (!box) return;
  for (const part of box.querySelectorAll<SVGElement>('[data-state], .edge')) {
    const { state, edge } = part.dataset;
    const is_card = part.classList.contains('card') || part.classList.contains('edge');
    part.classList.toggle('lit', is_card && lit.includes(state ?? edge ?? ''));
    part.classList.toggle('next', is_card && next.includes(state ?? edge ?? ''));
    part.classList.toggle('here', state !== undefined && here.some((one) => isShownAs(part, one, state)));
  }
  for (const old of box.querySelectorAll('.count')) old.remove();
  for (const [path, count] of Object.entries(counts)) addCount(box, path, { count, late: late[path] ?? 0 });
}
/** A cell stands for what is inside of it; a card with cells leaves that to them. */
const isShownAs = (part: SVGElement, active: string, state: string): boolean =>
  active === state || (part.classList.contains('cell') && active.startsWith(`${state}.`));

const HEIGHT = 19;
/** On a corner of the card: of the first cell on the left, of the last one on the right. */
function addCount(box: HTMLElement, path: string, { count, late }: { count: number; late: number }): void {
  const parts = [...box.querySelectorAll<SVGGElement>('.cell, .card')];
  const part =
    parts.find(({ dataset }) => dataset.state === path) ?? parts.find((one) => path.startsWith(`${one.dataset.state}.`));
  const card = part?.closest<SVGGElement>('.card');
  if (!part || !card) return;
  const cells = [...card.querySelectorAll('.cell')];
  const at = cells.indexOf(part);
  const rect = (at > 0 && at < cells.length - 1 ? part : card).querySelector('rect');
  if (!rect) return;
  const text = num(count);
  const width = text.length * 7.6 + 11;
  const { x: left, width: wide, y: top } = rect;
  const x = at === 0 && cells.length > 1 ? left.baseVal.value - 7 : left.baseVal.value + wide.baseVal.value - width + 7;
  const y = top.baseVal.value - HEIGHT / 2;
  const group = svgElement('g', { class: late > 0 ? 'count is-late' : 'count' });
  group.append(svgElement('rect', { x, y, width, height: HEIGHT, rx: HEIGHT / 2 }));
  const label = svgElement('text', { x: x + width / 2, y: y + 13.8, 'text-anchor': 'middle' });
  label.textContent = text;
  group.append(label);
  card.append(group);
}

/** Each line can be pointed at in a broad stripe around it; it, and the lines that leave a card that is pointed at, then say their causes. */
function withLabels(svg: HTMLElement, lines: readonly Line[]): HTMLElement {
  for (const edge of svg.querySelectorAll<SVGPathElement>('path.edge')) {
    const hit = svgElement('path', { class: 'hit', d: edge.getAttribute('d') ?? '' });
    hit.dataset.edge = edge.dataset.edge ?? '';
    edge.after(hit);
  }
  svg.addEventListener('pointerover', ({ target }) => {
    const part = target instanceof Element ? target.closest<SVGElement>('.hit, .card, .holder') : null;
    for (const old of svg.querySelectorAll('.label')) old.remove();
    if (!part) return;
    const { edge, state } = part.dataset;
    for (const line of lines.filter(({ from, to }) => `${from} ${to}` === edge || from === state)) addLabel(svg, line);
  });
  svg.addEventListener('pointerleave', () => {
    for (const old of svg.querySelectorAll('.label')) old.remove();
  });
  return svg;
}
function addLabel(svg: HTMLElement, { from, to, causes }: Line): void {
  const path = [...svg.querySelectorAll<SVGPathElement>('path.edge')].find(({ dataset }) => dataset.edge === `${from} ${to}`);
  if (!path) return;
  const { x, y } = path.getPointAtLength(path.getTotalLength() / 2);
  const source = `<svg xmlns="http://www.w3.org/2000/svg">${labelAt(causes, { x, y })}</svg>`;
  const [label] = new DOMParser().parseFromString(source, 'image/svg+xml').documentElement.children;
  if (label) svg.append(document.importNode(label, true));
}
function svgElement(name: string, attributes: Record<string, string | number>): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}
