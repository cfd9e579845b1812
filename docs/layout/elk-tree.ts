/** What elkjs is given: the tree of a drawing with sizes and options (https://eclipse.dev/elk/reference.html). */
import type { ElkExtendedEdge, ElkNode, LayoutOptions } from 'elkjs/lib/elk-api.js';
import { type Drawing, isHolder, type Line, type Part } from '../../visualizer/drawing.ts';
import type { View } from '../../visualizer/layout.ts';
import { cardSize, footHeight, labelLines, labelSize } from '../../visualizer/sizes.ts';

/** Each was tried on the resource machine: `considerModelOrder` makes elkjs 0.12.1 fail, another breaking of cycles makes it taller. */
const OPTIONS: LayoutOptions = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.layered.cycleBreaking.strategy': 'DEPTH_FIRST',
  'elk.layered.layering.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.nodePlacement.favorStraightEdges': 'true',
  'elk.layered.mergeEdges': 'false',
  'elk.layered.thoroughness': '60',
  'elk.layered.feedbackEdges': 'false',
  'elk.layered.highDegreeNodes.treatment': 'false',
  'elk.edgeLabels.inline': 'true',
  'elk.layered.compaction.postCompaction.strategy': 'EDGE_LENGTH',
  'elk.spacing.nodeNode': '30',
  'elk.spacing.edgeNode': '14',
  'elk.spacing.edgeEdge': '10',
  'elk.spacing.edgeLabel': '3',
  'elk.spacing.labelLabel': '6',
  'elk.layered.spacing.nodeNodeBetweenLayers': '22',
  'elk.layered.spacing.edgeNodeBetweenLayers': '12',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '9',
};

/** The way that a picture should go is kept short and straight. */
function weightOf({ causes }: Line): LayoutOptions {
  const is_good = causes.some(({ kind }) => kind === 'done' || kind === 'accepted' || kind === 'always');
  return {
    'elk.layered.priority.direction': is_good ? '20' : '1',
    'elk.layered.priority.straightness': is_good ? '20' : '1',
    'elk.layered.priority.shortness': is_good ? '8' : '1',
  };
}

export const isWithin = (id: string, region: string): boolean => id === region || id.startsWith(`${region}.`);

/** One tree a region: elkjs never sees two at once. A region that is one card needs no layout. */
export function elkTrees({ regions, lines }: Drawing, view: View): ElkNode[] {
  return regions.map((region) => {
    const tree = nodeOf(region, 0);
    if (!isHolder(region)) return tree;
    const edges = lines
      .filter(({ from, to }) => isWithin(from, region.id) && isWithin(to, region.id))
      .map((line, n) => edgeOf(line, `${region.id}#${n}`, view));
    return { ...tree, edges };
  });
}

function edgeOf(line: Line, id: string, view: View): ElkExtendedEdge {
  const size = view === 'full' ? labelSize(line.causes) : null;
  const text = labelLines(line.causes).length.toString();
  const labels = size ? [{ text, ...size }] : [];
  return { id, sources: [line.from], targets: [line.to], labels, layoutOptions: weightOf(line) };
}

function nodeOf(part: Part, depth: number): ElkNode {
  if (!isHolder(part)) return { id: part.id, ...cardSize(part) };
  const foot = footHeight(part.card) > 0 ? footHeight(part.card) - 4 : 0;
  const padding = depth === 0 ? '[top=44,left=22,bottom=20,right=22]' : `[top=${42 + foot},left=20,bottom=18,right=20]`;
  const children = part.inner.map((inner) => nodeOf(inner, depth + 1));
  return { id: part.id, layoutOptions: { ...OPTIONS, 'elk.padding': padding }, children, edges: [] };
}
