/** What is loaded before it is needed: a start, and the time of each test, is mostly that. By the static imports of the sources. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

/** Packages of the files that `entry` imports without `import()`, and of those that they import. */
function packagesOf(entry: string): Set<string> {
  const packages = new Set<string>();
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const [, clause = '', from = ''] of readFileSync(file, 'utf8').matchAll(/^import\s+([^;]*?)\s*from '([^']+)';$/gm)) {
      if (clause.startsWith('type ')) continue;
      if (from.startsWith('.')) visit(path.join(path.dirname(file), from));
      else if (!from.startsWith('node:')) packages.add(/^(@[^/]+\/)?[^/]+/.exec(from)?.[0] ?? from);
    }
  };
  visit(entry);
  return packages;
}
const found = (entry: string, names: RegExp) => [...packagesOf(entry)].filter((name) => names.test(name));

test('the embedded service loads no client of a server', () => {
  assert.ok(packagesOf('app/app.ts').has('koa'), 'the walk reaches what is loaded');
  assert.deepEqual(found('app/app.ts', /^(@aws-sdk|@elastic|bullmq|ioredis|mysql2|redis)/), []);
});

test('a command line loads neither stores nor decoders nor the HTTP server before it knows its command', () => {
  assert.ok(packagesOf('main.ts').has('commander'));
  assert.deepEqual(found('main.ts', /^(koa|knex|sharp|xstate|@photostructure|opencc-js|tesseract\.js|pino)/), []);
});
