/** docs/zh: each page says what its English one says, as far as a program sees: headings, commands, statuses, names, tables, links. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';

const BLOCK = /^ *```.*\n[\s\S]*?\n *```$/gm;
const prose = (page: string) => page.replace(BLOCK, '');
const all = (page: string, pattern: RegExp) => [...page.matchAll(pattern)].map(([whole, part]) => part ?? whole);
/** Names in backticks that are not words of a language: routes, statuses, codes, settings, fields, commands. */
const names = (page: string) => [...new Set(all(prose(page), /`([^`\n]+)`/g))].sort();

for (const file of readdirSync('docs/zh')) {
  const [english, chinese] = [`docs/${file}`, `docs/zh/${file}`].map((name) => readFileSync(name, 'utf8'));
  assert.ok(english !== undefined && chinese !== undefined);

  describe(`docs/zh/${file} says what docs/${file} says`, () => {
    test('under the same headings, of which routes are the same', () => {
      const headings = (page: string) =>
        all(prose(page), /^#+ .*$/gm).map((one) => (one.includes('`') ? one : one.replace(/[^#]/g, '')));
      assert.deepEqual(headings(chinese), headings(english));
    });
    test('with the same commands and examples', () => {
      assert.deepEqual(all(chinese, BLOCK), all(english, BLOCK));
    });
    test('with the same statuses of answers, in the same order', () => {
      assert.deepEqual(all(chinese, /\*\*(\d{3})\*\*/g), all(english, /\*\*(\d{3})\*\*/g));
    });
    test('with the same names', () => {
      assert.deepEqual(names(chinese), names(english));
    });
    test('with tables of as many rows, and links to the same places', () => {
      const rows = (page: string) => all(prose(page), /^\|.*\|$/gm).map((row) => row.replace(/`[^`]*`/g, '').split('|').length);
      assert.deepEqual(rows(chinese), rows(english));
      const links = (page: string) =>
        all(prose(page), /\]\((?!#)([^)]+)\)/g)
          .map((to) => to.replace(/^(\.\.\/)+/, ''))
          .filter((to) => to !== file)
          .sort();
      assert.deepEqual(links(chinese), links(english));
    });
    test('in Chinese', () => {
      const paragraphs = prose(chinese)
        .split('\n')
        .filter((line) => /\p{L}{4}/u.test(line.replace(/`[^`]*`|\*\*\d+\*\*|\]\([^)]*\)/g, '')) && !/^\[English\]/.test(line));
      const foreign = paragraphs.filter((line) => !/\p{Script=Han}/u.test(line) && !/^(#|→)/.test(line));
      assert.deepEqual(foreign, []);
    });
  });
}
