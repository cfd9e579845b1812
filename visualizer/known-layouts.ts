/** The layouts by the name of their machine. */

import type { Graph } from './graph.ts';
import { hashOf, type Layouts } from './layout.ts';
import { resource } from './layouts/resource.ts';
import { run } from './layouts/run.ts';
import { task } from './layouts/task.ts';
import { upload } from './layouts/upload.ts';

export const LAYOUTS: Readonly<Record<string, Layouts>> = { resource, task, upload, run };

/** The layouts of that very graph; null if it has changed since: a machine with other states is not drawn by them. */
export function knownLayouts(graph: Graph): Layouts | null {
  const layouts = LAYOUTS[graph.machine];
  return layouts?.graph === hashOf(graph) ? layouts : null;
}

/** The same. Throws where there are none. */
export function layoutsOf(graph: Graph): Layouts {
  const layouts = knownLayouts(graph);
  if (!layouts) throw new Error(`the layout of ${graph.machine} is of another version: run npm run docs`);
  return layouts;
}
