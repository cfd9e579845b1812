/**
 * Machines as Mermaid state diagrams (https://mermaid.js.org/syntax/stateDiagram.html): one a region, and flat, since Mermaid draws no
 * edge between the insides of two composite states, and fails or misleads where one is asked for. Its states are the cards of our own
 * drawing, so that each edge leads where the machine does. What any state within a composite takes begins at a state of its own.
 * Ids are full paths joined by `__`, so that none is a word that Mermaid reserves; labels are made of letters, digits and a few signs
 * only, so that nothing needs escaping.
 */
import { STATUSES } from '../contract/statuses.ts';
import { ALLOWED_TRANSITIONS } from '../machines/allowed-transitions.ts';
import { type Card, causeOf, drawingOf, isHolder, MARKS, type Part } from './drawing.ts';
import type { Graph, GraphEdge, GraphNode } from './graph.ts';

export type RegionDiagram = { region: string; source: string };

export function mermaidOf(graph: Graph): RegionDiagram[] {
  const { regions, shown } = drawingOf(graph);
  return regions.map((region) => {
    const source = isHolder(region) ? diagramOf(graph, region.id, cardsIn(region), shown) : insideOf(graph, region);
    return { region: region.id.split('.').at(-1) ?? region.id, source };
  });
}

/** As Markdown that renders: a block a region, with its name where there are several. */
export function mermaidBlocks(graph: Graph): string {
  const diagrams = mermaidOf(graph);
  const heading = (region: string): string => (diagrams.length > 1 ? `${region}:\n\n` : '');
  return diagrams.map(({ region, source }) => `${heading(region)}\`\`\`mermaid\n${source}\`\`\`\n`).join('\n');
}

/** The statuses alone, as one may follow another. All that people see may go to TRASHED and to DELETING besides. */
export function mermaidOfStatuses(): string {
  const moves = STATUSES.flatMap(({ status }) => {
    const next = ALLOWED_TRANSITIONS[status].filter(
      (to) => to !== 'TRASHED' && (to !== 'DELETING' || !ALLOWED_TRANSITIONS[status].includes('TRASHED')),
    );
    return next.map((to) => `  ${status} --> ${to}`);
  });
  return ['stateDiagram-v2', '  [*] --> AWAITING_UPLOAD', ...moves, '  DELETED --> [*]', ''].join('\n');
}

type State = { id: string; label: string };

const cardsIn = (part: Part): State[] => (isHolder(part) ? part.inner.flatMap(cardsIn) : [{ id: part.id, label: labelOf(part) }]);

/** A region that is one card: its own states, each with what is inside. */
function insideOf(graph: Graph, region: Card): string {
  const inner = graph.nodes.filter(({ parent }) => parent === region.id);
  const states = inner.map(({ id, name, jobs }) => ({ id, label: jobs.length > 0 ? `${name} (job ${jobs.join(', ')})` : name }));
  const shown = (id: string): string => inner.find((one) => isWithin(id, one.id))?.id ?? id;
  return diagramOf(graph, region.id, states, shown);
}

function diagramOf(graph: Graph, region: string, states: State[], shown: (id: string) => string): string {
  const known = new Set(states.map(({ id }) => id));
  const anywhere = new Map<string, string>();
  const labels = new Map<string, string[]>();
  for (const edge of graph.edges) {
    if (!isWithin(edge.from, region) || edge.to === null || (edge.kind === 'event' && edge.name in MARKS)) continue;
    const from = shown(edge.from);
    const to = beginningOf(shown(edge.to), graph, known, shown);
    if (from === to || to === null) continue;
    if (!known.has(from)) anywhere.set(from, from.split('.').at(-1) ?? from);
    const key = `${mermaidId(from)} --> ${mermaidId(to)}`;
    const said = labels.get(key) ?? [];
    const label = causeInWords(edge);
    if (!said.includes(label)) labels.set(key, [...said, label]);
  }
  const first = beginningOf(region, graph, known, shown);
  return [
    'stateDiagram-v2',
    ...states.map(({ id, label }) => `  state "${plain(label)}" as ${mermaidId(id)}`),
    ...[...anywhere].map(([id, name]) => `  state "anywhere in ${plain(name)}" as ${mermaidId(id)}`),
    ...(first ? [`  [*] --> ${mermaidId(first)}`] : []),
    ...[...labels].map(([edge, said]) => `  ${edge} : ${said.join(', ')}`),
    '',
  ].join('\n');
}

/** The state that is entered where one that holds others is: its first, and so on. */
function beginningOf(id: string, graph: Graph, known: Set<string>, shown: (id: string) => string): string | null {
  if (known.has(id)) return id;
  const node: GraphNode | undefined = graph.nodes.find((one) => one.id === id);
  return node?.initial ? beginningOf(shown(node.initial), graph, known, shown) : null;
}

const isWithin = (id: string, holder: string): boolean => id === holder || id.startsWith(`${holder}.`);
const mermaidId = (id: string): string => id.replace(/[^A-Za-z0-9]+/g, (sign) => (sign === '_' ? '_' : '__'));
const plain = (text: string): string => text.replace(/[^\p{L}\p{N}_ ,()./-]/gu, ' ').trim();

function labelOf({ name, jobs, cells, marks }: Card): string {
  const inner = cells.length > 0 ? ` (${cells.map(({ text }) => text).join(', ')})` : '';
  const job = jobs.length > 0 ? ` - job ${jobs.join(', ')}` : '';
  return `${name}${inner}${job}${marks.length > 0 ? ` - ${marks.join(', ')}` : ''}`;
}
function causeInWords(edge: GraphEdge): string {
  const { text, guard } = causeOf(edge);
  const condition = guard === '[else]' ? 'otherwise' : guard && `if ${guard.slice(1, -1)}`;
  return plain([text, condition].filter(Boolean).join(' ')) || 'at once';
}
