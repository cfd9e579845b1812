/** Writes docs/faults.md: `npm run suite -- fault-table`, in the root of the repository. */
import { writeFile } from 'node:fs/promises';
import { FAULTS } from './faults.ts';
import { faultsPage } from './page.ts';
import { type Cell, runFault } from './run.ts';

const cells: Cell[] = [];
for (const fault of FAULTS) {
  process.stderr.write(`${fault.name}\n`);
  cells.push(...(await runFault(fault)));
}
await writeFile('docs/faults.md', faultsPage(cells));
console.log('docs/faults.md');
