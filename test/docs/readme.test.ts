/** What the documents tell people to type and to open is there, in both languages. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { BENCHES, SUITES } from '../scripts.ts';

const DOCUMENTS = ['README.md', 'CONTRIBUTING.md', 'README.zh-CN.md', 'CHANGELOG.md', 'HACKING.md', ...pagesIn('docs')];
const { scripts }: { scripts: Record<string, string> } = JSON.parse(readFileSync('package.json', 'utf8'));
/** npm's own. */
const BUILT_IN = new Set(['ci', 'i', 'install', 'pack', 'test', 'start', 'run']);

function pagesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => path.join(folder, file));
}
const read = (file: string) => readFileSync(file, 'utf8');
/** The lines of the indented blocks, without their comments. */
const commands = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('    '))
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== '');
/** Addresses of the headings of a page, as GitHub makes them. */
const anchorsOf = (text: string): string[] =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );

describe('the documents', () => {
  it('say the same commands in English and in Chinese', () => {
    assert.deepEqual(commands(read('README.zh-CN.md')), commands(read('README.md')));
  });
  it('has the same headings, tables and links in English and in Chinese, in the same order', () => {
    const shape = (text: string) => ({
      headings: [...text.matchAll(/^(#+) /gm)].map(([, depth]) => depth),
      rows: [...text.matchAll(/^\|.*\|$/gm)].length,
      items: [...text.matchAll(/^- /gm)].length,
      links: [...text.matchAll(/\]\(([^)]+)\)/g)]
        .map(([, to = '']) => to.replace('docs/zh/', 'docs/').replace('README.zh-CN.md', 'README.md'))
        .sort(),
    });
    assert.deepEqual(shape(read('README.zh-CN.md')), shape(read('README.md')));
  });
  it('has no address that curl would send as it stands and a server refuse: other than ASCII is encoded', () => {
    for (const file of DOCUMENTS)
      for (const [address] of read(file).matchAll(/https?:\/\/127\.[^\s'"`]*/g)) assert.match(address, /^[\x21-\x7e…]+$/, file);
  });
  it('is short in README.md: the lists are in docs/', () => {
    assert.ok(read('README.md').split('\n').length <= 130);
  });
  it('npm run shows about 16 scripts', () => {
    assert.ok(Object.keys(scripts).length <= 16, Object.keys(scripts).join(' '));
  });
  it('name npm scripts that there are', () => {
    for (const file of DOCUMENTS)
      for (const [, command = '', script = ''] of read(file).matchAll(/(?:`|^ {4}|&& )npm (\w+)(?: ([\w:-]+))?/gm)) {
        if (command === 'run') assert.ok(scripts[script], `${file}: npm run ${script}`);
        else assert.ok(BUILT_IN.has(command), `${file}: npm ${command}`);
      }
  });
  it('name suites and benches that there are', () => {
    const known: Record<string, object> = { suite: SUITES, bench: BENCHES };
    for (const file of [...DOCUMENTS, 'SECURITY.md', '.ci/run'])
      for (const [command, runner = '', name = ''] of read(file).matchAll(/npm run (?:--silent )?(suite|bench) -- ([\w-]+)/g))
        assert.ok(Object.hasOwn(known[runner] ?? {}, name), `${file}: ${command}`);
  });
  it('link to files that are there', () => {
    for (const file of DOCUMENTS)
      for (const [, target = ''] of read(file).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g))
        assert.ok(existsSync(path.join(path.dirname(file), target)), `${file} links to ${target}`);
  });
  it('link to headings that are there', () => {
    for (const file of DOCUMENTS)
      for (const [, target = '', anchor = ''] of read(file).matchAll(/\]\((?!https?:)([^)#\s]*)#([^)\s]+)\)/g)) {
        const page = target === '' ? file : path.join(path.dirname(file), target);
        assert.ok(anchorsOf(read(page)).includes(anchor), `${file} links to ${page}#${anchor}`);
      }
  });
});
