/** `npm run suite -- screenshots [part of a name…]`: the pages as people see them, into docs/screenshots/. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { ensureNeeds } from './needs.ts';
import { PAGE_CASES, showCase } from './pages.ts';
import { type Look, newPage, webWorld } from './web-world.ts';

const FOLDER = 'docs/screenshots';
/** English by day and Chinese by night: each language, theme and width stands in two of four. */
const LOOKS: readonly (Look & { name: string })[] = [
  { name: 'wide-en-light', language: 'en', theme: 'light' },
  { name: 'wide-zh-dark', language: 'zh', theme: 'dark' },
  { name: 'phone-en-light', language: 'en', theme: 'light', phone: true },
  { name: 'phone-zh-dark', language: 'zh', theme: 'dark', phone: true },
];

const named = process.argv.slice(2);
const wanted = (name: string) => named.length === 0 || named.some((part) => name.includes(part));

ensureNeeds();
mkdirSync(FOLDER, { recursive: true });
const [world, empty] = [await webWorld(), await webWorld({ empty: true })];
try {
  for (const { name, ...look } of LOOKS) {
    const shoot = (page: { screenshot(options: { path: string }): Promise<unknown> }, what: string) =>
      page.screenshot({ path: path.join(FOLDER, `${what}-${name}.png`) });
    const page = await world.open({}, look);
    for (const one of PAGE_CASES.filter((each) => each.shot && wanted(each.name))) {
      await showCase(page, world, one);
      await shoot(page, one.name);
    }
    if (wanted('first-minute')) {
      const first = await empty.open({}, look);
      await first.locator('.state').waitFor();
      await shoot(first, 'first-minute');
    }
    if (wanted('gate')) {
      const gate = await newPage(world.browser, look);
      await gate.goto(world.url);
      await gate.locator('.gate').waitFor();
      await shoot(gate, 'gate');
    }
    await page.context().close();
    console.log(name);
  }
} finally {
  await world.stop();
  await empty.stop();
}
