/** The layouts by the name of their machine. */

import type { Graph } from './graph.ts';
import { hashOf, type Layouts } from './layout.ts';
import { resource } from './layouts/resource.ts';
import { run } from './layouts/run.ts';
import { task } from './layouts/task.ts';

export const LAYOUTS: Readonly<Record<string, Layouts>> = { resource, task, run };

/** The layouts of that very graph. Throws if it has changed since: a machine with other states is not drawn by them. */
export function layoutsOf(graph: Graph): Layouts {
  const layouts = LAYOUTS[graph.machine];
  if (layouts?.graph !== hashOf(graph)) throw new Error(`the layout of ${graph.machine} is of another version: run npm run docs`);
  return layouts;
}
