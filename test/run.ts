/**
 * Runs the compiled tests: `node dist/test/run.js [folder…]`, all but the slow folders unless named. Node's own runner, a process a file.
 * A compiled test whose source has moved or is gone does not run.
 */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { preloadEverywhere } from './worlds/preload-everywhere.ts';

/** Run by name only, as `npm run suite -- faults`; those in servers/ need their servers, which that suite starts, and those in web/ a browser (`npm run test:web`). */
const SLOW = ['mutants', 'faults', 'servers/', 'poison', 'web/'];
const AT_ONCE = 2;

const here = path.dirname(fileURLToPath(import.meta.url));
const sources = path.resolve(here, '../../test');
const hasSource = (compiled: string): boolean => existsSync(path.join(sources, compiled.replace(/\.js$/, '.ts')));
const named = process.argv.slice(2);
const files = readdirSync(here, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.js') && hasSource(file))
  .filter((file) => (named.length > 0 ? named : [...SLOW]).some((folder) => file.startsWith(folder)) === named.length > 0)
  .sort()
  .map((file) => path.join(here, file));
if (files.length === 0) throw new Error(`no test in ${named.join(', ')}`);

preloadEverywhere();
const tests = run({ files, concurrency: AT_ONCE, timeout: 10 * 60_000 });
tests.on('test:fail', () => {
  process.exitCode = 1;
});
const report = tests.compose(new spec());
report.pipe(process.stdout, { end: false });
await finished(report);
