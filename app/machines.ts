/** The machines of this program as the API shows them, each drawn from its own definition. */
import type { Machine } from '../contract/machines.ts';
import { graphOf } from '../visualizer/graph.ts';
import { layoutsOf } from '../visualizer/known-layouts.ts';
import { hashOf, type Layout } from '../visualizer/layout.ts';
import { MACHINE_NAMES, MACHINES } from '../visualizer/machines.ts';

export type DrawnMachine = Pick<Machine, 'name' | 'version' | 'hash' | 'graph' | 'layout'>;

export const drawnMachines = (): DrawnMachine[] =>
  MACHINE_NAMES.map((name) => {
    const graph = graphOf(MACHINES[name]);
    const { screen, full } = layoutsOf(graph);
    return { name, version: graph.version, hash: hashOf(graph), graph, layout: { screen: plain(screen), full: plain(full) } };
  });

/** The same values, in arrays that may be changed: as the contract has them. */
const plain = ({ width, height, boxes, lines }: Layout): Machine['layout']['screen'] => ({
  width,
  height,
  boxes: Object.fromEntries(Object.entries(boxes).map(([id, [x, y, w, h]]) => [id, [x, y, w, h]])),
  lines: lines.map(({ from, to, points, label }) => ({
    ...{ from, to, points: points.map(([x, y]): [number, number] => [x, y]) },
    label: label && [label[0], label[1], label[2], label[3]],
  })),
});
