/** The text of docs/machines.md, and the drawings beside it: made from the machines. */
import { graphOf } from '../visualizer/graph.ts';
import { layoutsOf } from '../visualizer/known-layouts.ts';
import { hashOf, type Layouts, type View } from '../visualizer/layout.ts';
import { MACHINE_NAMES, MACHINES, type MachineName } from '../visualizer/machines.ts';
import { matrixTable } from '../visualizer/matrix.ts';
import { mermaidBlocks } from '../visualizer/mermaid.ts';
import { svgOf } from '../visualizer/svg.ts';
import { statesList } from '../visualizer/text.ts';

const SUBJECTS: Record<MachineName, string> = {
  resource: 'one a picture, durable',
  task: 'one run of one step, transient',
  upload: 'one file that a browser adds, kept in that browser',
  run: 'one long work of operators',
};
/** Drawings by their file. */
export const DRAWINGS: { file: string; machine: MachineName; view: View }[] = MACHINE_NAMES.flatMap((machine) => [
  { file: `docs/machines/${machine}.svg`, machine, view: 'screen' },
  { file: `docs/machines/${machine}-full.svg`, machine, view: 'full' },
]);

export function svgFile(machine: MachineName, view: View, layouts?: Layouts): string {
  const graph = graphOf(MACHINES[machine]);
  const layout = (layouts ?? layoutsOf(graph))[view];
  const label = `The machine ${machine}, version ${graph.version}: its states in words are in docs/machines.md`;
  return svgOf(graph, layout, { alone: true, with_labels: view === 'full', label });
}

export const LEGEND =
  'T, D: TRASH, DELETE are taken here. ↺: leads back to the fork (black). Bold: the way of a healthy picture. Dashed: a failure or a time-out.';

/** As it is shown at the width of a page; it leads to the drawing with all causes and guards. */
export const shownAs = (machine: MachineName, folder: string): string =>
  `[![The states of the machine ${machine}; in words: machines.md](${folder}${machine}.svg)](${folder}${machine}-full.svg)\n`;

const sectionOf = (machine: MachineName): string => {
  const graph = graphOf(MACHINES[machine]);
  return `## ${machine} (${SUBJECTS[machine]})

Version ${graph.version}, graph ${hashOf(graph)}. [With every cause and guard](machines/${machine}-full.svg).

${shownAs(machine, 'machines/')}
### Which state takes which event

The guards in the order in which they are tried: the first that holds decides, and where none does, the event is refused. \`·\`: not taken.

${matrixTable(graph)}
### States and transitions

${statesList(graph)}
### For Mermaid

<details><summary>Source</summary>

${mermaidBlocks(graph)}
</details>
`;
};

export const machinesPage = (): string => `# The machines

<!-- Made by \`npm run docs\` from machines/: change those, not this. -->

${LEGEND} L: LEAVE_OUT is. \`tuodi diagram --format svg\` draws the same.

${MACHINE_NAMES.map(sectionOf).join('\n')}`;
