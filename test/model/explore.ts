/**
 * Runs the explorations and prints what they found: `node dist/test/model/explore.js [part of a name] [k/n]`.
 * k/n: every nth of them, for n processes. Exits 1 if any is unsound.
 */
import { ALLOWED_TRANSITIONS } from '../../machines/allowed-transitions.ts';
import { CONFIGS } from './configs.ts';
import { explore, type Report } from './product.ts';
import { shareOf } from './share.ts';

const moves = new Map<string, Set<string>>();
let unsound = 0;

console.log(`${'exploration'.padEnd(50)}   states    edges  inst  seconds  limbo  broken`);
for (const config of shareOf(CONFIGS)) {
  const report = explore(config);
  print(config.name, report);
  for (const [from, to] of report.moves) moves.set(from, new Set([...(moves.get(from) ?? []), ...to]));
  for (const { what, trace } of report.found) {
    unsound++;
    console.log(`    ${what}\n    ${trace}`);
  }
}

console.log('\nstatus moves seen');
for (const [status, legal] of Object.entries(ALLOWED_TRANSITIONS)) {
  const seen = [...(moves.get(status) ?? [])].sort();
  const unseen = legal.filter((to) => !seen.includes(to));
  console.log(`${status.padEnd(21)} ${seen.join(' ')}${unseen.length ? `   [legal, not seen: ${unseen.join(' ')}]` : ''}`);
}
const peak_mb = Math.round(process.resourceUsage().maxRSS / 1024);
console.log(`\n${unsound ? `${unsound} PROBLEMS` : 'sound'}; peak memory ${peak_mb} MB`);
process.exitCode = unsound ? 1 : 0;

function print(name: string, r: Report): void {
  const columns: [string | number, number][] = [
    [r.states, 8],
    [r.edges, 8],
    [r.instances, 5],
    [r.seconds.toFixed(1), 8],
    [r.limbo, 6],
    [r.broken, 7],
  ];
  console.log([name.padEnd(50), ...columns.map(([value, width]) => String(value).padStart(width))].join(' '));
}
