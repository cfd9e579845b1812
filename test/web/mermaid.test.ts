/** The diagrams of docs/lifecycle.md and docs/machines.md are rendered by Mermaid 10, 11 and the newest, as sites do that show Markdown. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Browser, chromium } from 'playwright-core';
import { graphOf } from '../../visualizer/graph.ts';
import { MACHINE_NAMES, MACHINES } from '../../visualizer/machines.ts';
import { mermaidOf, mermaidOfStatuses } from '../../visualizer/mermaid.ts';
import { chromiumFile } from './needs.ts';

const VERSIONS = { mermaid10: '10', mermaid11: '11', newest: 'latest' } as const;
const DIAGRAMS: [name: string, source: string][] = [
  ['statuses', mermaidOfStatuses()],
  ...MACHINE_NAMES.flatMap((name) =>
    mermaidOf(graphOf(MACHINES[name])).map(({ region, source }): [string, string] => [`${name}, ${region}`, source]),
  ),
];
/** Each state that a source names. */
const statesIn = (source: string): number =>
  new Set(source.match(/[A-Za-z]\w+(?= -->)|(?<=--> )[A-Za-z]\w+|(?<=" as )\w+/g) ?? []).size;
/** A page that is taller is not read. */
const MAX_HEIGHT = 4_000;

describe('Mermaid', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'tuodi-mermaid-'));
  let browser: Browser;
  let missing: string | null = null;
  before(async () => {
    const wanted = Object.entries(VERSIONS).map(([name, version]) => `${name}@npm:mermaid@${version}`);
    try {
      execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', folder, ...wanted], {
        stdio: 'pipe',
      });
    } catch (error) {
      missing = `MERMAID WAS NOT TRIED: npm's registry gives no ${wanted.join(', ')}: ${String(error).slice(0, 200)}`;
      console.error(missing);
    }
    const executablePath = chromiumFile();
    if (!executablePath) throw new Error('there is no browser: npm run test:web says what is missing');
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  });
  after(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const version of Object.keys(VERSIONS))
    test(`${version} renders every diagram, with all its states`, async (t) => {
      if (missing !== null) return t.skip(missing);
      const page = await browser.newPage();
      await page.addScriptTag({ path: path.join(folder, 'node_modules', version, 'dist/mermaid.min.js') });
      await page.evaluate('mermaid.initialize({ startOnLoad: false, suppressErrorRendering: true })');
      for (const [name, source] of DIAGRAMS) {
        const drawn = await page.evaluate(
          `mermaid.render('d', ${JSON.stringify(source)}).then(({ svg }) => { document.body.innerHTML = svg; const drawn = document.querySelector('svg'); return [drawn.querySelectorAll('g.node').length, drawn.getBoundingClientRect().height, svg.includes('Syntax error')] }, (error) => [0, 0, String(error)])`,
        );
        assert.ok(Array.isArray(drawn));
        const [states, height, error] = drawn;
        assert.equal(error, false, `${name}: ${error}`);
        assert.ok(states >= statesIn(source), `${name}: ${states} of ${statesIn(source)} states`);
        assert.ok(height > 0 && height < MAX_HEIGHT, `${name} is ${height} px tall`);
      }
      await page.close();
    });

  test('a source that is none is refused, so that the tests above can fail', async (t) => {
    if (missing !== null) return t.skip(missing);
    const page = await browser.newPage();
    await page.addScriptTag({ path: path.join(folder, 'node_modules/mermaid11/dist/mermaid.min.js') });
    const broken = 'stateDiagram-v2\n  state a {\n    b\n  }\n  state c {\n    d\n  a --> ';
    const drawn = await page.evaluate(`mermaid.render('d', ${JSON.stringify(broken)}).then(() => 'drawn', () => 'refused')`);
    assert.equal(drawn, 'refused');
    await page.close();
  });
});
