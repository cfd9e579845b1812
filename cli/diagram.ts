/** `tuodi diagram [machine] [--format mermaid|table]`: a machine drawn, or what its statuses mean. */
import { resourceMachine } from '../machines/resource.ts';
import { taskMachine } from '../machines/task.ts';
import { graphOf } from '../visualizer/graph.ts';
import { mermaidOf } from '../visualizer/mermaid.ts';
import { statusTable } from '../visualizer/table.ts';
import type { Run } from './command.ts';
import { UsageError } from './errors.ts';

const MACHINES = { resource: resourceMachine, task: taskMachine };
const isKnown = (name: string): name is keyof typeof MACHINES => Object.hasOwn(MACHINES, name);

export const diagram =
  (machine: string, format: string): Run =>
  async (_, out) => {
    if (!isKnown(machine)) throw new UsageError(`there is no machine ${machine}: ${Object.keys(MACHINES).join(' or ')}`);
    if (format === 'table' && machine !== 'resource') throw new UsageError('only the resource has a table of statuses');
    const drawn = format === 'table' ? statusTable('en') : mermaidOf(graphOf(MACHINES[machine]));
    out.result({ machine, format, diagram: drawn }, () => drawn);
    return 0;
  };
