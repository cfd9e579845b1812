/** `tuodi diagram [machine] [--format …]`: a machine drawn, in words, or for other tools. */
import { codeOf, jsonOf } from '../visualizer/config.ts';
import { graphOf } from '../visualizer/graph.ts';
import { layoutsOf } from '../visualizer/known-layouts.ts';
import { isMachineName, MACHINE_NAMES, MACHINES, type MachineName } from '../visualizer/machines.ts';
import { matrixTable } from '../visualizer/matrix.ts';
import { mermaidBlocks } from '../visualizer/mermaid.ts';
import { svgOf } from '../visualizer/svg.ts';
import { statusTable } from '../visualizer/table.ts';
import { statesList } from '../visualizer/text.ts';
import type { Run } from './command.ts';
import { UsageError } from './errors.ts';

/** table: what the statuses mean. stately: code for Stately Studio and XState; xstate: its JSON. json: the graph that all drawings are made from. */
const FORMATS = {
  mermaid: (name: MachineName) => mermaidBlocks(graphOf(MACHINES[name])),
  svg: (name: MachineName) => {
    const graph = graphOf(MACHINES[name]);
    const label = `The machine ${name}, version ${graph.version}`;
    return svgOf(graph, layoutsOf(graph).full, { alone: true, with_labels: true, label });
  },
  text: (name: MachineName) => statesList(graphOf(MACHINES[name])),
  matrix: (name: MachineName) => matrixTable(graphOf(MACHINES[name])),
  table: () => statusTable('en'),
  stately: (name: MachineName) => codeOf(MACHINES[name]),
  xstate: (name: MachineName) => jsonOf(MACHINES[name]),
  json: (name: MachineName) => `${JSON.stringify(graphOf(MACHINES[name]), null, 2)}\n`,
} as const;
const isFormat = (name: string): name is keyof typeof FORMATS => Object.hasOwn(FORMATS, name);

export const diagram =
  (machine: string, format: string): Run =>
  async (_, out) => {
    if (!isMachineName(machine)) throw new UsageError(`there is no machine ${machine}: ${MACHINE_NAMES.join(' or ')}`);
    if (!isFormat(format)) throw new UsageError(`there is no format ${format}: ${Object.keys(FORMATS).join(' or ')}`);
    if (format === 'table' && machine !== 'resource') throw new UsageError('only the resource has a table of statuses');
    const drawn = FORMATS[format](machine);
    out.result({ machine, format, diagram: drawn }, () => drawn);
    return 0;
  };
