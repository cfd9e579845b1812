/** What the first page costs, and a shelf of 100,000 pictures. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { until } from '../worlds/wait.ts';
import { serveLargeLibrary, timeOfJump } from './large-library.ts';
import { holds, type WebWorld, webWorld } from './web-world.ts';

const BUILT = fileURLToPath(new URL('../../web/', import.meta.url));
/** All that the first page loads, gzipped, without the pictures of people. */
const FIRST_PAGE_KB = 200;
const JUMP_MS = 100;
/** A machine that runs tests beside it is slower than a person's. */
const BUSY = 3;
const ELEMENTS = 700;
const DAY_MS = 86_400_000;

describe('the first page', () => {
  let world: WebWorld;
  before(async () => {
    world = await webWorld();
  });
  after(() => world.stop());

  test(`loads at most ${FIRST_PAGE_KB} kB`, async () => {
    const page = await world.open();
    await page.reload();
    await page.locator('[data-id] img').first().waitFor();
    await holds(page, "document.fonts.status === 'loaded'");
    // What is loaded later, such as the room of adding, is no part of it.
    const names = (await page.evaluate(`(() => {
      const all = performance.getEntriesByType('resource');
      const print = Math.min(...all.filter(({ name }) => name.includes('/preview')).map(({ responseEnd }) => responseEnd));
      return all.filter(({ startTime }) => startTime <= print).map(({ name }) => new URL(name).pathname);
    })()`)) as string[];
    const files = ['index.html', ...names.filter((name) => name.startsWith('/assets/')).map((name) => name.slice(1))];
    const sizes = files.map((file) => {
      const whole = path.join(BUILT, file);
      return { file, bytes: readFileSync(existsSync(`${whole}.gz`) ? `${whole}.gz` : whole).byteLength };
    });
    const kB = sizes.reduce((sum, { bytes }) => sum + bytes, 0) / 1_000;
    assert.ok(sizes.length >= 3, 'document, script, style');
    assert.ok(kB <= FIRST_PAGE_KB, `${kB.toFixed(0)} kB: ${sizes.map(({ file, bytes }) => `${file} ${bytes}`).join(', ')}`);
    await page.context().close();
  });

  test('a shelf of 100,000 pictures has few elements, and a jump into it is drawn at once', async () => {
    const page = await world.open();
    await serveLargeLibrary(page, world.url);
    await page.goto(world.url);
    await page.getByText('100,000 pictures').waitFor();
    await page.locator('[data-id] img').first().waitFor();
    const times: number[] = [];
    for (const share of [0.7, 0.2, 0.9, 0.4, 0.6])
      times.push(await timeOfJump(page, `scrollTo(0, document.documentElement.scrollHeight * ${share})`));
    const median = times.sort((a, b) => a - b)[2] ?? Number.NaN;
    assert.ok(median <= JUMP_MS * BUSY, `${times.map((ms) => ms.toFixed(0)).join(', ')} ms`);
    const elements = Number(await page.evaluate("document.querySelectorAll('*').length"));
    assert.ok(elements <= ELEMENTS, `${elements} elements`);
    assert.ok(Number(await page.evaluate('document.documentElement.scrollHeight')) > 5_000_000);
    await page.context().close();
  });

  test('a month is jumped to by its name: what stands there came in then', async () => {
    const page = await world.open();
    await serveLargeLibrary(page, world.url);
    const asked: URLSearchParams[] = [];
    page.on('request', (request) => {
      const { pathname, searchParams } = new URL(request.url());
      if (pathname === '/v1/resources' && searchParams.has('created_to')) asked.push(searchParams);
    });
    await page.goto(world.url);
    await page.locator('[data-id] img').first().waitFor();
    const slider = page.getByRole('slider', { name: 'Jump to a month' });
    const shown = () => slider.getAttribute('aria-valuetext');
    await slider.focus();
    await page.keyboard.press('End');
    await until('the oldest month is shown', async () => /^\w+ \d{4}$/.test((await shown()) ?? ''));
    const oldest = await shown();
    await page.locator('.row.day h2', { hasText: oldest ?? '' }).waitFor();
    await until('and was asked for', () => asked.length > 0);
    await page.keyboard.press('PageUp');
    await until('a year later', async () => (await shown()) !== oldest);
    const month = (await shown()) ?? '';
    await page.locator('.row.day h2', { hasText: month }).waitFor();
    await holds(page, "[...document.querySelectorAll('[role=gridcell].pic')].every((cell) => cell.dataset.id !== undefined)");
    assert.ok(
      asked.every(
        (search) => Date.parse(search.get('created_to') ?? '') - Date.parse(search.get('created_from') ?? '') <= 31 * DAY_MS,
      ),
      'each question is of one month',
    );
    const box = await slider.boundingBox();
    assert.ok(box);
    await page.mouse.click(box.x + box.width / 2, box.y + 2);
    await until('back at the top', async () => (await page.evaluate('scrollY')) === 0);
    assert.deepEqual(page.errors, []);
    await page.context().close();
  });
});
