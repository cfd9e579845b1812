import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { FAILURE_CODES } from '../../contract/failures.ts';
import { PROBLEMS } from '../../contract/problems.ts';
import { codesPage } from '../../docs/codes-page.ts';

test('docs/codes.md is what the contract says (else: npm run docs)', async () => {
  assert.equal(await readFile('docs/codes.md', 'utf8'), codesPage());
});

test('each code is in both languages, a problem with its status', () => {
  const page = codesPage();
  const rows = (code: string, more: string) => page.split('\n').filter((line) => line.startsWith(`| \`${code}\` | ${more}`));
  for (const [code, { status }] of Object.entries(PROBLEMS)) assert.equal(rows(code, `${status} |`).length >= 2, true, code);
  for (const code of Object.keys(FAILURE_CODES)) assert.equal(rows(code, '').length >= 2, true, code);
});
