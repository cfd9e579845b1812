/**
 * Explores every mutant until its mistake is found: `node dist/test/model/mutants-run.js [part of a name] [k/n]`.
 * Exits 1 if one is missed.
 */
import { MUTANTS } from './mutants.ts';
import { explore } from './product.ts';
import { shareOf } from './share.ts';

const mutants = shareOf(MUTANTS);
let missed = 0;
console.log(`        ${'mutant'.padEnd(62)}   states  seconds  finding`);
for (const config of mutants) {
  const { found, states, seconds, limbo } = explore(config, true);
  const [finding] = found;
  if (!finding) missed++;
  const counts = `${String(states).padStart(8)} ${seconds.toFixed(1).padStart(8)}`;
  const what = finding ? `${limbo || ''} ${finding.what}`.trim() : '';
  console.log(`${finding ? 'caught ' : 'MISSED '} ${config.name.padEnd(62)} ${counts}  ${what.slice(0, 150)}`);
}
console.log(`\n${mutants.length - missed} of ${mutants.length} caught`);
process.exitCode = missed ? 1 : 0;
