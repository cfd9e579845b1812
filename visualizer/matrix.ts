/** Which state takes which event, with the guards in the order in which they are tried: what a state does not take itself, those around it may. */
import type { Graph, GraphEdge, GraphNode } from './graph.ts';

/** to: null stays where it is. */
export type Taken = { guard: string | null; otherwise: boolean; to: string | null };
export type MatrixRow = { state: string; taken: Readonly<Record<string, readonly Taken[]>> };
export type Matrix = { events: string[]; rows: MatrixRow[] };

/** Rows: states without others inside, where one takes an event. Columns: events that are sent to the machine from outside. */
export function matrixOf(graph: Graph): Matrix {
  const sent = graph.edges.filter(({ kind }) => kind === 'event');
  const events = [...new Set(sent.map(({ name }) => name))];
  const rows = leavesOf(graph).map((leaf): MatrixRow => {
    const around = [...ancestorsOf(graph, leaf)];
    const taken = events.map((event) => [event, reachable(around.flatMap(({ id }) => takenBy(sent, id, event)))] as const);
    return { state: leaf.id, taken: Object.fromEntries(taken.filter(([, all]) => all.length > 0)) };
  });
  return { events, rows: rows.filter(({ taken }) => Object.keys(taken).length > 0) };
}

const takenBy = (sent: GraphEdge[], id: string, event: string): Taken[] =>
  sent.filter(({ from, name }) => from === id && name === event).map(({ guard, otherwise, to }) => ({ guard, otherwise, to }));
/** What comes after one without a guard is never tried. */
function reachable(all: Taken[]): Taken[] {
  const last = all.findIndex(({ guard }) => guard === null);
  return last === -1 ? all : all.slice(0, last + 1);
}
const leavesOf = ({ nodes }: Graph): GraphNode[] => nodes.filter(({ id }) => !nodes.some(({ parent }) => parent === id));
function* ancestorsOf({ nodes }: Graph, leaf: GraphNode): Generator<GraphNode> {
  for (let at: GraphNode | undefined = leaf; at; at = nodes.find(({ id }) => id === at?.parent)) yield at;
}

/** `resource.pipeline.indexing.INDEXED` without the machine and its region, where others are named beside it. */
export function shortName(id: string, graph: Graph): string {
  const root = graph.nodes.find(({ parent }) => parent === null);
  const [, region, ...rest] = id.split('.');
  return root?.kind === 'parallel' && rest.length > 0 ? rest.join('.') : [region, ...rest].filter(Boolean).join('.') || id;
}

export function matrixTable(graph: Graph): string {
  const { events, rows } = matrixOf(graph);
  const cell = (all: readonly Taken[] | undefined): string =>
    (all ?? [])
      .map(({ guard, to }) => `${guard ? `[${guard}] ` : ''}${to ? `→ ${to.split('.').at(-1)}` : 'stays'}`)
      .join('<br>') || '·';
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(['state', ...events]),
    line(['---', ...events.map(() => '---')]),
    ...rows.map(({ state, taken }) => line([shortName(state, graph), ...events.map((event) => cell(taken[event]))])),
    '',
  ].join('\n');
}
