/**
 * Every page in both languages and themes, wide and on a phone: no finding of axe-core, and nothing scrolls sideways. Four of the eight looks
 * have each pair of language, theme and width; `TUODI_WEB_LOOKS=all` takes all.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import { PAGE_CASES, showCase } from './pages.ts';
import { newPage, type OpenedPage, type WebWorld, webWorld } from './web-world.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const ALL = process.env.TUODI_WEB_LOOKS === 'all';
const Findings = z.array(z.object({ id: z.string(), impact: z.string().nullable(), nodes: z.array(z.string()) }));

/** The policy of the page lets no script in but its own: axe comes by the browser's own tools, outside of it. */
async function findings(page: OpenedPage): Promise<string[]> {
  await page.evaluate(AXE);
  const found = await page.evaluate(
    "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations.map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map(({ target, failureSummary }) => target.join(' ') + ': ' + failureSummary) })))",
  );
  return Findings.parse(found).map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes.slice(0, 3).join(' | ')}`);
}

describe('every page', () => {
  let world: WebWorld;
  before(async () => {
    world = await webWorld();
  });
  after(() => world.stop());

  for (const phone of [false, true])
    for (const language of ['en', 'zh'] as const)
      for (const theme of ['light', 'dark'] as const) {
        const unlike = Number(phone) + Number(language === 'zh') + Number(theme === 'dark');
        if (!ALL && unlike % 2 === 1) continue;
        test(`${phone ? 'phone' : 'wide'}, ${language}, ${theme}`, async () => {
          const page = await world.open({}, { phone, language, theme });
          const wrong: Record<string, string[]> = {};
          for (const one of PAGE_CASES) {
            await showCase(page, world, one);
            const found = await findings(page);
            if ((await page.evaluate('document.documentElement.scrollWidth > innerWidth')) === true)
              found.push('scrolls sideways');
            if (found.length > 0) wrong[one.name] = found;
          }
          assert.deepEqual(wrong, {});
          assert.deepEqual(page.errors, []);
          await page.context().close();
        });
      }

  test('the gate', async () => {
    for (const look of [{}, { phone: true, theme: 'dark', language: 'zh' }] as const) {
      const page = await newPage(world.browser, look);
      await page.goto(world.url);
      await page.locator('.gate').waitFor();
      assert.deepEqual(await findings(page), []);
      await page.context().close();
    }
  });
});
