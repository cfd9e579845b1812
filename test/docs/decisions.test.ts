import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { decisions, decisionsPage } from '../../docs/decisions-page.ts';

test('docs/decisions/README.md lists every decision with its date and status (else: npm run docs)', () => {
  assert.equal(readFileSync('docs/decisions/README.md', 'utf8'), decisionsPage());
});

test('decisions are numbered from 1 without a gap, and a replaced one names a page that is there', () => {
  const all = decisions();
  assert.deepEqual(
    all.map(({ number }) => number),
    all.map((_, n) => n + 1),
  );
  for (const { status, file } of all) {
    const [, to] = /\((.+)\)/.exec(status) ?? [];
    if (to) assert.ok(existsSync(path.join('docs/decisions', to)), file);
  }
});
