/** docs/notes.md: its answers name statuses and tests that are there, and are the same in both languages. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { STATUSES } from '../../contract/statuses.ts';

const [english = '', chinese = ''] = readFileSync('docs/notes.md', 'utf8').split(/^# 笔记/m);
/** `| question | answer | statuses | [file](../file): `words` |` */
const ROW = /^\| (.+) \| (.+) \| (.+) \| \[(test\/[\w./-]+)\]\(\.\.\/\4\): `(.+)` \|$/;
const rowsOf = (part: string) =>
  part
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (question|问题) /.test(line))
    .map((line) => {
      const [, question = '', answer = '', statuses = '', file = '', words = ''] = ROW.exec(line) ?? [];
      return { line, question, answer, file, words, statuses: [...statuses.matchAll(/`(\w+)`/g)].map(([, status]) => status) };
    });
const [ours, theirs] = [rowsOf(english), rowsOf(chinese)];

test('every row can be read, and names a test by words that stand in its file', () => {
  assert.ok(ours.length >= 12);
  for (const { line, file, words } of [...ours, ...theirs]) {
    assert.ok(existsSync(file), line);
    const source = readFileSync(file, 'utf8');
    assert.ok(
      source.split('\n').some((one) => /^\s*(test|it)\(/.test(one) && one.includes(words)),
      `${file}: ${words}`,
    );
  }
});

test('every status that a row names is one', () => {
  const known: Set<string> = new Set(STATUSES.map(({ status }) => status));
  for (const { line, statuses } of [...ours, ...theirs]) for (const status of statuses) assert.ok(known.has(status ?? ''), line);
});

test('both languages have the same rows: statuses, tests, and names in the answers', () => {
  const names = (text: string) =>
    [...new Set([...text.matchAll(/`(\w+)`|\b([A-Z]{4,}(?:_[A-Z]+)*|\d+)\b/g)].map(([, a, b]) => a ?? b))].sort();
  const shown = (rows: typeof ours) =>
    rows.map(({ statuses, file, words, answer }) => ({ statuses, file, words, names: names(answer) }));
  assert.deepEqual(shown(theirs), shown(ours));
  assert.ok(theirs.every(({ question, answer }) => /\p{Script=Han}/u.test(question) && /\p{Script=Han}/u.test(answer)));
});
