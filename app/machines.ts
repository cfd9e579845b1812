/** The machines of this program as the API shows them, each drawn from its own definition. */
import type { Machine } from '../contract/machines.ts';
import { graphOf } from '../visualizer/graph.ts';
import { knownLayouts } from '../visualizer/known-layouts.ts';
import { hashOf, type Layout } from '../visualizer/layout.ts';
import { MACHINE_NAMES, MACHINES } from '../visualizer/machines.ts';

type DrawnMachine = Pick<Machine, 'name' | 'version' | 'hash' | 'graph' | 'layout'>;

let _drawn: readonly DrawnMachine[] | null = null;
/** They are drawn once, when they are first asked for: a start does not wait for it. */
export function drawnMachines(): readonly DrawnMachine[] {
  _drawn ??= draw();
  return _drawn;
}

const draw = (): DrawnMachine[] =>
  MACHINE_NAMES.map((name) => {
    const graph = graphOf(MACHINES[name]);
    const known = knownLayouts(graph); // a machine that was changed is served before it is drawn
    const layout = known && { screen: plain(known.screen), full: plain(known.full) };
    return { name, version: graph.version, hash: hashOf(graph), graph, layout };
  });

/** The same values, in arrays that may be changed: as the contract has them. */
const plain = ({ width, height, boxes, lines }: Layout): NonNullable<Machine['layout']>['screen'] => ({
  width,
  height,
  boxes: Object.fromEntries(Object.entries(boxes).map(([id, [x, y, w, h]]) => [id, [x, y, w, h]])),
  lines: lines.map(({ from, to, points, label }) => ({
    ...{ from, to, points: points.map(([x, y]): [number, number] => [x, y]) },
    label: label && [label[0], label[1], label[2], label[3]],
  })),
});
