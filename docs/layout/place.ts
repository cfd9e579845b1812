/** From what elkjs returns, region by region, to one layout: positions from the upper left of the drawing, small regions beside or below. */
import type { ElkExtendedEdge, ElkNode, ElkPoint } from 'elkjs/lib/elk-api.js';
import type { Box, Layout, Point } from '../../visualizer/layout.ts';

type Frame = { x: number; y: number };
type Placed = { boxes: Map<string, Box>; lines: Layout['lines'][number][] };

const GAP = 24;
/** Free room around a small region that is put into a corner of the large one. */
const AIR = 16;
const STEP = 8;

export function layoutOf([main, ...small]: readonly ElkNode[]): Layout {
  if (!main) throw new Error('a drawing has no region');
  const placed: Placed = { boxes: new Map(), lines: [] };
  place(main, { x: 0, y: 0 }, placed);
  const [width, height] = sizeOf(main);
  const row = small.reduce((sum, one) => sum + sizeOf(one)[0] + GAP, -GAP);
  const highest = Math.max(0, ...small.map((one) => sizeOf(one)[1]));
  const column = Math.max(0, ...small.map((one) => sizeOf(one)[0]));
  const stacked = small.reduce((sum, one) => sum + sizeOf(one)[1] + GAP, -GAP);
  const taken = [...placed.boxes].filter(([id]) => id !== main.id).map(([, box]) => box);
  const lines = placed.lines.flatMap(({ points, label }) => [...segmentsOf(points), ...(label ? [label] : [])]);
  const spot = small.length === 0 ? null : freeSpot([...taken, ...lines], [width, height], [row, highest]);
  const beside = spot ? null : small.length === 0 ? null : freeSpot([...taken, ...lines], [width, height], [column, stacked]);
  const at = { ...(spot ?? beside ?? { x: 22, y: height + 8 }) };
  for (const one of small) {
    const [own, tall] = sizeOf(one);
    place(beside ? { ...one, width: column } : one, at, placed);
    if (beside) at.y += tall + GAP;
    else at.x += own + GAP;
  }
  const is_stowed = spot !== null || beside !== null || small.length === 0;
  return {
    width: Math.ceil(Math.max(width, is_stowed ? 0 : row + 22)),
    height: Math.ceil(is_stowed ? height : height + GAP + highest),
    boxes: Object.fromEntries(placed.boxes),
    lines: placed.lines,
  };
}

const sizeOf = ({ width = 0, height = 0 }: ElkNode): [number, number] => [width, height];
const round = (value: number): number => Math.round(value * 10) / 10;

/** elkjs gives the points of an edge in the frame of its container, not of the root (https://github.com/kieler/elkjs/issues/275). */
function place(root: ElkNode, at: Frame, { boxes, lines }: Placed): void {
  const frames = new Map<string, Frame>();
  const visit = (node: ElkNode, x: number, y: number): void => {
    frames.set(node.id, { x, y });
    boxes.set(node.id, [round(x), round(y), round(node.width ?? 0), round(node.height ?? 0)]);
    for (const inner of node.children ?? []) visit(inner, x + (inner.x ?? 0), y + (inner.y ?? 0));
  };
  visit(root, at.x, at.y);
  for (const edge of edgesOf(root)) {
    const { x, y } = frames.get(containerOf(edge) ?? root.id) ?? at;
    const moved = (point: ElkPoint): Point => [round(point.x + x), round(point.y + y)];
    const label = edge.labels?.[0];
    const box: Box | null = label
      ? [round((label.x ?? 0) + x), round((label.y ?? 0) + y), label.width ?? 0, label.height ?? 0]
      : null;
    for (const { startPoint, bendPoints = [], endPoint } of edge.sections ?? [])
      lines.push({
        from: edge.sources[0] ?? '',
        to: edge.targets[0] ?? '',
        points: [startPoint, ...bendPoints, endPoint].map(moved),
        label: box,
      });
  }
}
const edgesOf = (node: ElkNode): ElkExtendedEdge[] => [...(node.edges ?? []), ...(node.children ?? []).flatMap(edgesOf)];
const containerOf = (edge: ElkExtendedEdge): string | undefined =>
  'container' in edge && typeof edge.container === 'string' ? edge.container : undefined;

const segmentsOf = (points: readonly Point[]): Box[] =>
  points.slice(1).map(([x, y], n): Box => {
    const [from_x, from_y] = points[n] ?? [x, y];
    return [Math.min(x, from_x), Math.min(y, from_y), Math.abs(x - from_x), Math.abs(y - from_y)];
  });

/** From the lower right: the first place where nothing lies. */
function freeSpot(taken: readonly Box[], [width, height]: [number, number], [wide, tall]: [number, number]): Frame | null {
  const isFree = (x: number, y: number): boolean =>
    taken.every(([bx, by, bw, bh]) => x + wide + AIR < bx || bx + bw + AIR < x || y + tall + AIR < by || by + bh + AIR < y);
  for (let y = height - tall - 18; y > 60; y -= STEP)
    for (let x = width - wide - 18; x > AIR; x -= STEP) if (isFree(x, y)) return { x, y };
  return null;
}
