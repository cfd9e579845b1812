/** SECURITY.md: each attack of its table is tried by a test that is there. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const page = readFileSync('SECURITY.md', 'utf8');
/** `| attack | answer | [file](file): `what is in it` |` */
const ROW = /^\| (.+?) \| (.+?) \| \[(test\/[\w./-]+)\]\(\3\): `(.+)` \|$/;
const [model = '', attacks = ''] = page.split(/^(?=## Keys, )/m);
const lines = attacks.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| attack |'));
const rows = lines.map((line) => {
  const [, attack = '', answer = '', file = '', name = ''] = ROW.exec(line) ?? [];
  return { line, attack, answer, file, name: name.replaceAll('\\|', '|') };
});
/** A test file itself, and the files of ours that it imports. */
function madeOf(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file) || !existsSync(file)) return found;
  found.add(file);
  for (const [, to = ''] of readFileSync(file, 'utf8').matchAll(/from '(\.[^']+)'/g))
    madeOf(path.join(path.dirname(file), to), found);
  return found;
}

test('has a hundred attacks or more, each once, with an answer and a test', () => {
  assert.ok(rows.length >= 100, `${rows.length} rows`);
  assert.deepEqual(
    rows.filter(({ file }) => file === '').map(({ line }) => line),
    [],
    'a row that can’t be read',
  );
  assert.equal(new Set(rows.map(({ attack }) => attack)).size, rows.length);
});

test('names tests that are there, by words that stand in them', () => {
  const wrong = rows.filter(({ file, name }) => !existsSync(file) || !readFileSync(file, 'utf8').includes(name));
  assert.deepEqual(
    wrong.map(({ file, name }) => `${file}: ${name}`),
    [],
  );
});

test('names nothing that no test runs', () => {
  const suites = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', 'test'], { encoding: 'utf8' })
    .split('\n')
    .filter((file) => file.endsWith('.test.ts') && !file.startsWith('test/servers/'));
  const run = new Set(suites.flatMap((file) => [...madeOf(file)]));
  assert.deepEqual(
    rows.map(({ file }) => file).filter((file) => !run.has(file)),
    [],
  );
});

test('names every list of bad requests, and every test of what is hostile', () => {
  const listed = new Set(rows.map(({ file }) => file));
  const hostile = execFileSync('git', ['ls-files', 'test'], { encoding: 'utf8' })
    .split('\n')
    .filter((file) =>
      /\/(hostile\/(?!hostile|requests)[\w-]+\.ts|foreign[\w-]*\.test\.ts|refused[\w-]*\.test\.ts|hostile-[\w-]*\.test\.ts)$/.test(
        file,
      ),
    );
  assert.ok(hostile.length >= 8);
  assert.deepEqual(
    hostile.filter((file) => !listed.has(file)),
    [],
  );
});

test('has a threat model: who, what stops them, and what does not', () => {
  const table = model.split('\n').filter((line) => line.startsWith('| ') && !/^\| (who \| could|---) /.test(line));
  assert.ok(table.length >= 8);
  for (const line of table)
    assert.ok(line.split(' | ').length === 4 && line.split(' | ').every((cell) => cell.trim().length > 3), line);
  assert.match(model, /Report a weakness privately/);
});
