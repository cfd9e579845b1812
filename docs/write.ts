/** Writes the documents that are made from the code: `npm run docs`, in the root of the repository. */
import { mkdir, writeFile } from 'node:fs/promises';
import { graphOf } from '../visualizer/graph.ts';
import { LAYOUTS } from '../visualizer/known-layouts.ts';
import { hashOf, type Layouts } from '../visualizer/layout.ts';
import { MACHINE_NAMES, MACHINES } from '../visualizer/machines.ts';
import { codesPage } from './codes-page.ts';
import { configurationPage } from './configuration-page.ts';
import { decisionsPage } from './decisions-page.ts';
import { inputHash, makeLayouts, moduleOf } from './layout/make.ts';
import { lifecyclePage } from './lifecycle-page.ts';
import { limitsPage } from './limits-page.ts';
import { DRAWINGS, machinesPage, svgFile } from './machines-page.ts';

const PAGES = {
  'docs/lifecycle.md': lifecyclePage,
  'docs/machines.md': machinesPage,
  'docs/codes.md': codesPage,
  'docs/limits.md': limitsPage,
  'docs/configuration.md': configurationPage,
  'docs/decisions/README.md': decisionsPage,
};
for (const [file, page] of Object.entries(PAGES)) {
  await writeFile(file, page());
  console.log(file);
}

/** A layout is made again only if what it was computed from has changed. */
const made = new Map<string, Layouts>();
for (const machine of MACHINE_NAMES) {
  const graph = graphOf(MACHINES[machine]);
  const known = LAYOUTS[machine];
  if (known?.graph === hashOf(graph) && known.input === inputHash(graph)) made.set(machine, known);
  else {
    const layouts = await makeLayouts(graph);
    made.set(machine, layouts);
    await writeFile(`visualizer/layouts/${machine}.ts`, moduleOf(layouts));
    console.log(`visualizer/layouts/${machine}.ts`);
  }
}
await mkdir('docs/machines', { recursive: true });
for (const { file, machine, view } of DRAWINGS) {
  await writeFile(file, svgFile(machine, view, made.get(machine)));
  console.log(file);
}
