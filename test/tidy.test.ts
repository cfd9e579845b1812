/** The house rules that Biome can't check; see HACKING.md. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';

const MAX_LINES = 300;
/**
 * What each folder may import of ours, itself aside. Everything else is refused. A folder that is not named here is part of the
 * program's frame, like app/ and cli/, and may import any other.
 */
const PURE = ['contract', 'machines', 'text'];
const MAY_IMPORT: Record<string, string[]> = {
  contract: [],
  machines: ['contract'],
  text: ['contract'],
  visualizer: ['contract', 'machines'],
  runtime: PURE,
  services: [...PURE, 'runtime'],
  providers: [...PURE, 'runtime'],
  persistence: [...PURE, 'runtime'],
  http: [...PURE, 'runtime'],
  web: [...PURE, 'visualizer'],
};
/** What a browser may run: nothing of these imports a module of Node. */
const WITHOUT_NODE = ['contract', 'machines', 'text', 'visualizer', 'web'];
/** Time, chance and the environment come in through these. */
const MAY_LEAK = new Set(['runtime/async/clock.ts', 'app/config.ts', 'main.ts', 'web/world.ts']);
const LEAKS =
  /\bDate\.now\(|\bnew Date\(\)|\bsetTimeout\(|\bsetInterval\(|\bMath\.random\(|\bprocess\.env\b|\bAbortSignal\.timeout\(/;
const OURS = /\.(ts|tsx)$/;

const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' });
const filesLike = (names: RegExp) =>
  tracked
    .split('\n')
    .filter((file) => names.test(file))
    .map((file) => ({ file, source: readFileSync(file, 'utf8') }));
const files = filesLike(OURS);
const shipped = files.filter(({ file }) => !/^(test|bench|docs|samples)\//.test(file));
const folderOf = (file: string) => file.split('/')[0] ?? file;

/** The files of ours that a file imports, statically or not. */
function importsOf({ file, source }: { file: string; source: string }): string[] {
  const named = [...source.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'(\.[^']*)'/g)].map(([, specifier = '']) => specifier);
  return named.map((specifier) => path.join(path.dirname(file), specifier));
}

describe('the house rules', () => {
  test('a file has at most 300 lines', () => {
    const long = [...files, ...filesLike(/\.css$/)].filter(({ source }) => source.split('\n').length - 1 > MAX_LINES);
    assert.deepEqual(
      long.map(({ file }) => file),
      [],
    );
  });

  test('imports go one way', () => {
    const wrong = shipped.flatMap((one) => {
      const own = folderOf(one.file);
      const allowed = MAY_IMPORT[own];
      if (!allowed) return [];
      return importsOf(one)
        .map(folderOf)
        .filter((to) => to !== own && !allowed.includes(to))
        .map((to) => `${one.file} → ${to}`);
    });
    assert.deepEqual(wrong, []);
  });

  test('no folder is imported by what it imports', () => {
    for (const [folder, allowed] of Object.entries(MAY_IMPORT))
      for (const to of allowed) assert.ok(!MAY_IMPORT[to]?.includes(folder), `${folder} and ${to}`);
    const frame = shipped.filter(({ file }) => file.includes('/') && !MAY_IMPORT[folderOf(file)]);
    const used = shipped.filter(({ file }) => MAY_IMPORT[folderOf(file)]).flatMap(importsOf);
    const up = used.filter((to) => frame.some(({ file }) => file === to));
    assert.deepEqual(up, []);
  });

  test('contract, machines, text, visualizer and web import nothing of Node', () => {
    const wrong = shipped.filter(
      ({ file, source }) =>
        WITHOUT_NODE.includes(folderOf(file)) &&
        !file.startsWith('web/build/') &&
        /\bfrom 'node:|\bimport\('node:|\bBuffer\.|\bprocess\./.test(source),
    );
    assert.deepEqual(
      wrong.map(({ file }) => file),
      [],
    );
  });

  test('the map in HACKING.md has every folder, with what it really imports', () => {
    const [, map = ''] = /## The map\n([\s\S]*?)\n## /.exec(readFileSync('HACKING.md', 'utf8')) ?? [];
    const rows = [...map.matchAll(/^\| `(\w+)\/` \|.*\| ([^|]*) \|$/gm)].map(([, folder = '', imports = '']) => ({
      folder,
      imports,
    }));
    const folders = new Set(shipped.filter(({ file }) => file.includes('/')).map(({ file }) => folderOf(file)));
    assert.deepEqual(new Set(rows.map(({ folder }) => folder)), folders);
    for (const { folder, imports } of rows) {
      if (imports === 'all') continue;
      const real = shipped.filter(({ file }) => folderOf(file) === folder).flatMap(importsOf);
      const used = new Set(real.map(folderOf).filter((to) => to !== folder));
      if (imports === 'all but `cli/`') assert.ok(!used.has('cli'), folder);
      else assert.deepEqual(new Set([...imports.matchAll(/`(\w+)\/`/g)].map(([, to]) => to)), used, folder);
    }
  });

  test('time, chance and the environment come in from outside', () => {
    const leaky = shipped.filter(({ file, source }) => !MAY_LEAK.has(file) && !file.startsWith('cli/') && LEAKS.test(source));
    assert.deepEqual(
      leaky.map(({ file }) => file),
      [],
    );
  });

  test('a test never sleeps: it waits for a condition with a limit', () => {
    // Worlds, child processes and what drives real servers have a pace of their own; a test says by `letPass` what it needs time for.
    const tests = files.filter(({ file }) => /^test\/(ports\/|.*\.test\.ts$)/.test(file) && file !== 'test/tidy.test.ts');
    const wrong = tests.filter(
      ({ source }) =>
        /(?<!\.)\bsetTimeout\(|setTimeout( as \w+)? } from 'node:timers/.test(source) ||
        (/\bclock\.sleep\(/.test(source) && !source.includes('held-clock.ts')),
    );
    assert.deepEqual(
      wrong.map(({ file }) => file),
      [],
    );
  });

  test('work is raced against time and signals in one place, which leaves nothing behind', () => {
    const races = /\bAbortSignal\.any\(|\bPromise\.race\(|\bTimeoutStrategy\b/;
    const uncommented = ({ source }: { source: string }) => source.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
    const racing = shipped.filter((one) => one.file !== 'runtime/async/timeout.ts' && races.test(uncommented(one)));
    assert.deepEqual(
      racing.map(({ file }) => file),
      [],
    );
  });

  test('relative imports end in .ts', () => {
    const wrong = files.flatMap((one) =>
      importsOf(one)
        .filter((to) => !OURS.test(to) && !(one.file.startsWith('web/') && to.endsWith('.css')))
        .map((to) => `${one.file} → ${to}`),
    );
    assert.deepEqual(wrong, []);
  });

  test('no query of a repository goes around its transaction', () => {
    const sql = files.filter(({ file }) => file.startsWith('persistence/sql/'));
    const wrong = sql.filter(({ source }) =>
      /transaction\(async \((\w+)\)[\s\S]*?\b(?:write|writer)\b\s*[.(](?!transaction)/.test(
        source.replace(/\/\*[\s\S]*?\*\//g, ''),
      ),
    );
    assert.deepEqual(
      wrong.map(({ file }) => file),
      [],
    );
  });

  test('the words that went do not come back: CONTRIBUTING.md has those that stay', () => {
    const words = [
      ...['MOST_\\w+', 'most_\\w+', 'isAway\\w*', 'onAway', 'ProviderAway', 'believed?', 'aliveTwin', 'elderTwin', 'twinOf'],
      ...['mint', 'nonce', 'standStill', 'saidBy', 'saidOf', 'readSaid', 'tellOnce', 'toldOnce', 'whoseOf', 'Whose', 'rung'],
      ...['givenBy', 'SoAlready', 'createGive', 'Chores?', 'ring_again_ms'],
    ];
    const went = new RegExp(`(?<![\\w'.\`-])(${words.join('|')})(?![\\w'\`-])`);
    const ofNothing = /(\/\*\*|^ +\*|\/\/) Of [a-z`]/m;
    // Folders whose names are still being changed; each is taken out of this list by that change.
    const unfinished = /^(http|contract|machines|test\/(http|model|machines|runtime\/tasks|runtime\/resources))\//;
    const wrong = files.filter(({ file }) => !unfinished.test(file) && file !== 'test/tidy.test.ts');
    const bare = (source: string) => source.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'/g, '');
    const found = wrong.flatMap(({ file, source }) => {
      const word = went.exec(bare(source))?.[1] ?? ofNothing.exec(source)?.[0];
      return word === undefined ? [] : [`${file}: ${word}`];
    });
    assert.deepEqual(found, []);
  });

  test('nothing is left for later, and no rule is switched off without a reason', () => {
    const marks = new RegExp(
      ['TO' + 'DO', 'FIX' + 'ME', '@ts-' + 'ignore', '@ts-' + 'expect-error', '\\.on' + 'ly\\('].join('|'),
    );
    const left = files.filter(({ source }) => marks.test(source));
    assert.deepEqual(
      left.map(({ file }) => file),
      [],
    );
    const no_reason = new RegExp('biome-' + 'ignore [\\w/]+:\\s*$', 'm');
    const silent = files.filter(({ source }) => no_reason.test(source));
    assert.deepEqual(
      silent.map(({ file }) => file),
      [],
    );
  });
});
