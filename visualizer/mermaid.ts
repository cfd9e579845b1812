/**
 * Machines as Mermaid state diagrams (https://mermaid.js.org/syntax/stateDiagram.html). Ids are full paths joined by `__`, so that
 * none is a word that Mermaid reserves; labels are made of letters, digits and a few signs only, so that nothing needs escaping.
 * Mermaid draws no edge between the insides of two composite states: such an edge is drawn between the states that hold them.
 */
import { STATUSES } from '../contract/statuses.ts';
import { ALLOWED_TRANSITIONS } from '../machines/allowed-transitions.ts';
import type { Graph, GraphEdge, GraphNode } from './graph.ts';

export function mermaidOf(graph: Graph): string {
  const byId = new Map(graph.nodes.map((node) => [node.id, node]));
  const edges = drawnEdges(graph, byId);
  const inside = ({ id }: GraphNode): GraphNode[] => graph.nodes.filter(({ parent }) => parent === id);
  const draw = (node: GraphNode, indent: string): string[] => {
    const inner = inside(node);
    const declared = `${indent}state "${labelOf(node)}" as ${mermaidId(node.id)}`;
    if (inner.length === 0) return [declared];
    return [declared, `${indent}state ${mermaidId(node.id)} {`, ...body(node, `${indent}  `), `${indent}}`];
  };
  const body = (node: GraphNode, indent: string): string[] => {
    const inner = inside(node);
    if (node.kind === 'parallel')
      return inner.flatMap((region, n) => [...(n > 0 ? [`${indent}--`] : []), ...draw(region, indent)]);
    const first = node.initial ? [`${indent}[*] --> ${mermaidId(node.initial)}`] : [];
    const moves = edges
      .filter(({ within }) => within === node.id)
      .map(({ from, to, labels }) => `${indent}${mermaidId(from)} --> ${mermaidId(to)} : ${labels.join(', ')}`);
    return [...inner.flatMap((child) => draw(child, indent)), ...first, ...moves];
  };
  const root = graph.nodes.find(({ parent }) => parent === null);
  return ['stateDiagram-v2', ...(root ? (root.kind === 'parallel' ? draw(root, '  ') : body(root, '  ')) : []), ''].join('\n');
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

const mermaidId = (id: string): string => id.replace(/[^A-Za-z0-9]+/g, (sign) => (sign === '_' ? '_' : '__'));
const labelOf = ({ name, jobs }: GraphNode): string => plain(jobs.length > 0 ? `${name} (job ${jobs.join(', ')})` : name);
const plain = (text: string): string => text.replace(/[^\p{L}\p{N}_ ,()./-]/gu, ' ').trim();

type Drawn = { within: string; from: string; to: string; labels: string[] };

/** Edges that can be drawn, lifted to the two states that lie side by side, with all their causes in one label. */
function drawnEdges(graph: Graph, byId: Map<string, GraphNode>): Drawn[] {
  const drawn = new Map<string, Drawn>();
  for (const edge of graph.edges) {
    const sides = edge.to === null ? null : sideBySide(edge.from, edge.to, byId);
    if (!sides) continue; // stays where it is
    const key = `${sides.from} ${sides.to}`;
    const seen = drawn.get(key) ?? { ...sides, labels: [] };
    const inside = edge.to?.startsWith(`${edge.from}.`) ? ` (anywhere in ${edge.from.split('.').at(-1)})` : '';
    const label = plain(causeOf(edge) + inside);
    if (!seen.labels.includes(label)) seen.labels.push(label);
    drawn.set(key, seen);
  }
  return [...drawn.values()];
}

/**
 * The states that hold both ends, right below what they have in common. Where one end holds the other, its first state stands
 * for it: going back to a state is going to where it begins. null when that leads nowhere else.
 */
function sideBySide(from: string, to: string, byId: Map<string, GraphNode>): Omit<Drawn, 'labels'> | null {
  const [here, there] = [wayTo(from, byId), wayTo(to, byId)];
  const fork = here.findIndex((id, depth) => id !== there[depth]);
  const within = fork === -1 ? from : here[fork - 1];
  if (!within) return null;
  const depth = fork === -1 ? here.length : fork;
  const first = byId.get(within)?.initial;
  const [a, b] = [here[depth] ?? first, there[depth] ?? first];
  return a && b && a !== b ? { within, from: a, to: b } : null;
}
function wayTo(id: string, byId: Map<string, GraphNode>): string[] {
  const parent = byId.get(id)?.parent;
  return parent ? [...wayTo(parent, byId), id] : [id];
}

function causeOf({ kind, name, guard, otherwise }: GraphEdge): string {
  const words = {
    event: name,
    accepted: `${name} accepted`,
    released: `${name} released`,
    done: `${name} done`,
    failed: `${name} failed`,
    after: `after ${name}`,
    always: '',
  };
  const condition = guard ? `if ${guard}` : otherwise ? 'otherwise' : '';
  return `${words[kind]} ${condition}`.trim() || 'at once';
}
