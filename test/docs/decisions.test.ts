import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { decisions, decisionsPage } from '../../docs/decisions-page.ts';

test('docs/decisions/README.md lists every decision with its date and status (else: npm run docs)', () => {
  assert.equal(readFileSync('docs/decisions/README.md', 'utf8'), decisionsPage());
});

// A gap is a decision that another branch has: two branches that both took the next number would clash.
test('no two decisions have one number, and a replaced one names a page that is there', () => {
  const all = decisions();
  assert.equal(new Set(all.map(({ number }) => number)).size, all.length);
  for (const { status, file } of all) {
    const [, to] = /\((.+)\)/.exec(status) ?? [];
    if (to) assert.ok(existsSync(path.join('docs/decisions', to)), file);
  }
});
