/** `npm run bench [-- name]`: the figures of this machine, or the bench so named. */
import { BENCHES, runNamed } from '../test/scripts.ts';

const [name = 'service', ...args] = process.argv.slice(2);
await runNamed('npm run bench', BENCHES, [name, ...args]);
