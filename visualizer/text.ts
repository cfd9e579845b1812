/** A machine in words: each state with its transitions. The alternative for who can't see the drawing, and what is left out of it. */
import { causeOf, causeText } from './drawing.ts';
import type { Graph, GraphEdge, GraphNode } from './graph.ts';
import { shortName } from './matrix.ts';

/** `depth`: how many states are around it. */
export type StateText = {
  id: string;
  name: string;
  depth: number;
  jobs: string[];
  rests: boolean;
  initial: string | null;
  ways: string[];
};

export function statesInWords(graph: Graph): StateText[] {
  const name = (id: string | null): string | null => (id === null ? null : shortName(id, graph));
  const depthOf = ({ parent }: GraphNode): number => {
    const around = graph.nodes.find(({ id }) => id === parent);
    return around ? depthOf(around) + 1 : 0;
  };
  const way = (edge: GraphEdge): string => {
    const cause = causeText(causeOf(edge)) || 'at once';
    return edge.to === null ? `${cause}: stays` : `${cause} → ${name(edge.to)}`;
  };
  return graph.nodes.map((node) => ({
    id: node.id,
    name: node.parent === null ? node.name : shortName(node.id, graph),
    depth: depthOf(node),
    jobs: node.jobs,
    rests: node.tags.includes('rest') || node.kind === 'final',
    initial: name(node.initial),
    ways: graph.edges.filter(({ from }) => from === node.id).map(way),
  }));
}

/** As a Markdown list. */
export const statesList = (graph: Graph): string =>
  statesInWords(graph)
    .flatMap(({ name, depth, jobs, rests, initial, ways }) => {
      const said = [
        ...(initial ? [`begins in ${initial}`] : []),
        ...(jobs.length > 0 ? [`job ${jobs.join(', ')}`] : []),
        ...(rests ? ['may rest'] : []),
      ];
      const indent = '  '.repeat(depth);
      return [
        `${indent}- **${name}**${said.length > 0 ? ` (${said.join('; ')})` : ''}`,
        ...ways.map((way) => `${indent}  - ${way}`),
      ];
    })
    .join('\n')
    .concat('\n');
