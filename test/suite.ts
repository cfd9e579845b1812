/** `npm run suite -- faults`: a suite that takes minutes. All others run with `npm test`. */
import { runNamed, SUITES } from './scripts.ts';

await runNamed('npm run suite', SUITES, process.argv.slice(2));
