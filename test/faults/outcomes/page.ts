/** The table of every status with every fault, as docs/faults.md shows it. */
import { FAULTS } from './faults.ts';
import type { Cell } from './run.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
function soon({ ends, soon_ms, has_moved }: Cell): string {
  if (!has_moved) return 'no effect';
  if (ends === 'AWAITING_UPLOAD') return 'no effect: the store is looked at as ever';
  if (soon_ms === null) return 'while it lasts';
  if (soon_ms === 0) return 'at once';
  return soon_ms < MINUTE ? `within ${soon_ms / SECOND} s` : `within ${Math.ceil(soon_ms / MINUTE)} min`;
}
const short = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
function seen({ seen: view }: Cell): string {
  if (!view) return 'the API answers 503 `UNAVAILABLE`';
  return `\`${view.status}\`, waits for ${view.waits_for.en}. ${short(view.next)}`;
}
/** What does not vary from run to run: the test compares it. */
export const resultOf = ({ status, ends, code, helps: help }: Cell): string => {
  const helps = ends === status && ends.endsWith('FAILED') ? 'as before' : help;
  return `| ${status} | ${ends}${code && ends.endsWith('FAILED') ? ` (${code})` : ''} | ${helps} |`;
};
const rowOf = (cell: Cell): string => `${resultOf(cell)} ${soon(cell)} | ${seen(cell)} |`;

export function faultsPage(cells: Cell[]): string {
  const parts = FAULTS.map(({ name, means }) => {
    const rows = cells.filter(({ fault }) => fault === name).map(rowOf);
    const head = '| in this status | it ends | what helps | how soon | what is seen while it lasts |\n|---|---|---|---|---|';
    return `## ${name[0]?.toUpperCase()}${name.slice(1)}\n\n${means}\n\n${head}\n${rows.join('\n')}\n`;
  });
  return `# What becomes of a picture when something fails

<!-- Made by \`npm run suite -- fault-table\` from test/faults/outcomes/: change those, not this. -->

A picture in each status, and each fault: the embedded service is led there and the fault is made, on a clock that the test moves. A fault
that lasts does so for eleven minutes; *how soon* is simulated time from its end, or from the fault where that is a moment; what the service looks for at
intervals (all jobs each minute, the index each half) is looked for at once here. *No effect*: nothing was
written for the picture. *What helps*: \`nothing\` means that nobody has to do anything, \`as before\` that the picture had failed before. What is seen is the status, what it waits for, and what
\`explain\` says comes next. \`npm run suite -- faults\` fails where a picture ends otherwise, or moves no more and owes nothing.

${parts.join('\n')}`;
}
