/** A machine drawn: by the renderer of the documents, with what is lit, where one is, and how many are in each state. */
import { useEffect, useMemo, useRef } from 'react';
import type { Graph } from '../../../visualizer/graph.ts';
import { layoutsOf } from '../../../visualizer/known-layouts.ts';
import { svgOf } from '../../../visualizer/svg.ts';
import { STYLE } from '../../../visualizer/svg-style.ts';
import { num } from '../../words/format.ts';
import { machinesWords } from '../../words/machines.ts';
import { useWords } from '../../words/words.ts';

const sheet = new CSSStyleSheet();
sheet.replaceSync(STYLE);

/** lit: states, and lines as `from to`. here: active states. counts: by path. */
export type Shown = { lit: readonly string[]; here: readonly string[]; counts: Readonly<Record<string, number>> };

export function Drawing({ graph, shown }: { graph: Graph; shown: Shown }) {
  const words = useWords(machinesWords);
  const box = useRef<HTMLDivElement>(null);
  const label = words.drawing(graph.machine);
  useEffect(() => {
    if (!document.adoptedStyleSheets.includes(sheet)) document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  }, []);
  const drawn = useMemo(() => {
    const source = svgOf(graph, layoutsOf(graph).screen, { alone: false, with_labels: false, label });
    return document.importNode(new DOMParser().parseFromString(source, 'image/svg+xml').documentElement, true);
  }, [graph, label]);
  useEffect(() => {
    if (drawn.parentNode !== box.current) box.current?.replaceChildren(drawn);
    mark(box.current, shown);
  }, [drawn, shown]);
  return <div ref={box} />;
}

function mark(box: HTMLElement | null, { lit, here, counts }: Shown): void {
  if (!box) return;
  for (const part of box.querySelectorAll<SVGElement>('[data-state], [data-edge]')) {
    const { state, edge } = part.dataset;
    const is_card = part.classList.contains('card') || part.classList.contains('edge');
    part.classList.toggle('lit', is_card && lit.includes(state ?? edge ?? ''));
    part.classList.toggle('here', state !== undefined && here.some((one) => isShownAs(part, one, state)));
  }
  for (const old of box.querySelectorAll('.count')) old.remove();
  for (const [path, count] of Object.entries(counts)) addCount(box, path, count);
}
/** A cell stands for what is inside of it; a card with cells leaves that to them. */
const isShownAs = (part: SVGElement, active: string, state: string): boolean =>
  active === state || (part.classList.contains('cell') && active.startsWith(`${state}.`));

const HEIGHT = 19;
function addCount(box: HTMLElement, path: string, count: number): void {
  const parts = [...box.querySelectorAll<SVGGElement>('.cell, .card')];
  const part =
    parts.find(({ dataset }) => dataset.state === path) ?? parts.find((one) => path.startsWith(`${one.dataset.state}.`));
  const rect = part?.querySelector('rect');
  if (!part || !rect) return;
  const text = num(count);
  const width = text.length * 7.6 + 11;
  const x = rect.x.baseVal.value + rect.width.baseVal.value - width + 7;
  const y = rect.y.baseVal.value - HEIGHT / 2 - 2;
  const group = svgElement('g', { class: 'count' });
  group.append(svgElement('rect', { x, y, width, height: HEIGHT, rx: HEIGHT / 2 }));
  const label = svgElement('text', { x: x + width / 2, y: y + 13.8, 'text-anchor': 'middle' });
  label.textContent = text;
  group.append(label);
  part.append(group);
}
function svgElement(name: string, attributes: Record<string, string | number>): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}
