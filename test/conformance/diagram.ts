/** What was covered of a machine, on its drawing: each line and state has the numbers of its transitions, and is marked by them. */
import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { drawingOf } from '../../visualizer/drawing.ts';
import { graphOf } from '../../visualizer/graph.ts';
import { layoutsOf } from '../../visualizer/known-layouts.ts';
import { svgOf } from '../../visualizer/svg.ts';
import { PALETTE, STYLE } from '../../visualizer/svg-style.ts';
import { transitionsOf } from '../model/paths.ts';

/** A line by both its ends, or a state: a transition that has no line is marked on the card that it leaves. */
type Part = { attribute: 'data-edge' | 'data-state'; id: string };
/** names: of all transitions of the machine; their numbers are those of the list, from 1. */
export type Diagram = { machine: string; names: string[]; svg: string };

/** covered: names of transitions. Classes of parts: `covered`, `partly` and `open`. `data-t`: numbers of their transitions. */
export function diagramOf(machine: AnyStateMachine, covered: ReadonlySet<string>): Diagram {
  const graph = graphOf(machine);
  const { lines, shown } = drawingOf(graph);
  const idOf = (node: AnyStateNode): string => shown([machine.id, ...node.path].join('.'));
  const parts = new Map<string, { part: Part; numbers: number[]; taken: number }>();
  const names: string[] = [];
  for (const [{ source, target }, name] of transitionsOf(machine.root)) {
    names.push(name);
    const [from, to] = [idOf(source), target?.[0] ? idOf(target[0]) : null];
    const is_line = lines.some((line) => line.from === from && line.to === to);
    const part: Part = is_line ? { attribute: 'data-edge', id: `${from} ${to}` } : { attribute: 'data-state', id: from };
    const known = parts.get(part.id) ?? { part, numbers: [], taken: 0 };
    known.numbers.push(names.length);
    if (covered.has(name)) known.taken += 1;
    parts.set(part.id, known);
  }
  let svg = svgOf(graph, layoutsOf(graph).screen, {
    ...{ alone: false, with_labels: false, label: `The machine ${machine.id}: what was covered`, id: machine.id },
  });
  for (const { part, numbers, taken } of parts.values()) {
    const mark = taken === numbers.length ? 'covered' : taken > 0 ? 'partly' : 'open';
    const at = `${part.attribute}="${part.id}"`;
    if (!svg.includes(at)) throw new Error(`the drawing of ${machine.id} has no part for ${at}`);
    svg = svg.replace(new RegExp(`class="([^"]*)" ${at}`), `class="$1 ${mark}" ${at} data-t="${numbers.join(' ')}"`);
  }
  return { machine: machine.id, names, svg };
}

export const DIAGRAM_STYLE = `${PALETTE}${STYLE}
.machine{width:100%;height:auto;max-height:82vh;background:var(--paper);border:1px solid var(--line);border-radius:.5rem}.machine [data-t]{cursor:pointer}
.machine .edge.covered,.machine .edge.partly{stroke:#18794e}.machine .edge.partly{stroke-dasharray:7 3}.machine .edge.open{stroke:#d1481f;stroke-width:2.6}.machine .card.open>rect,.machine .holder.open>rect{stroke:#d1481f;stroke-width:2.2;stroke-dasharray:5 3}
.machine .edge.lit{stroke:var(--accent);stroke-width:4}`;

/** Lights the transitions of a path that is opened; leads from a part of the drawing to its transitions in the table. */
export const DIAGRAM_SCRIPT = `const numbers=(one)=>(one.dataset.t??'').split(' ').filter(Boolean);
function light(machine,taken){for(const one of document.querySelectorAll('#drawing-'+machine+' [data-t]'))one.classList.toggle('lit',numbers(one).some((n)=>taken.includes(n)))}
function choose(machine,taken){light(machine,taken);for(const row of document.querySelectorAll('tr.transition'))row.classList.toggle('chosen',row.dataset.machine===machine&&taken.includes(row.dataset.n))}
addEventListener('toggle',({target})=>{if(target.classList.contains('path')&&target.open)light('resource',numbers(target))},true);
addEventListener('click',({target})=>{const part=target.closest('.machine [data-t]');const row=target.closest('tr.transition');
if(row&&!target.closest('a'))choose(row.dataset.machine,[row.dataset.n]);
if(part){const machine=part.closest('[data-machine]').dataset.machine;choose(machine,numbers(part));document.querySelector('tr.chosen')?.scrollIntoView({block:'center'})}});`;
