/** `npm run test:web [part of a name…]`: the web app in a browser, before the real service with the samples in it. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { preloadEverywhere } from '../worlds/preload-everywhere.ts';
import { ensureNeeds } from './needs.ts';
import { makeSeed } from './seed.ts';

const TIME_LIMIT_MS = 15 * 60_000;
const AT_ONCE = 2;

ensureNeeds();
preloadEverywhere();
const here = path.dirname(fileURLToPath(import.meta.url));
const named = process.argv.slice(2);
const files = readdirSync(here)
  .filter((file) => file.endsWith('.test.js') && (named.length === 0 || named.some((part) => file.includes(part))))
  .sort()
  .map((file) => path.join(here, file));
if (files.length === 0) throw new Error(`no browser test in ${named.join(', ')}`);

/** Who runs one file again and again may keep a folder with the samples read: `TUODI_WEB_SEED=<folder>`. */
const kept = process.env.TUODI_WEB_SEED;
const seed = kept ?? mkdtempSync(path.join(tmpdir(), 'tuodi-web-seed-'));
try {
  if (!existsSync(path.join(seed, 'facts.sqlite'))) await makeSeed(seed);
  process.env.TUODI_WEB_SEED = seed;
  const tests = run({ files, concurrency: AT_ONCE, timeout: TIME_LIMIT_MS });
  tests.on('test:fail', () => {
    process.exitCode = 1;
  });
  const report = tests.compose(new spec());
  report.pipe(process.stdout, { end: false });
  await finished(report);
} finally {
  if (!kept) rmSync(seed, { recursive: true, force: true });
}
