/** What the first page costs, and a shelf of 100,000 pictures. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { holds, type WebWorld, webWorld } from './web-world.ts';

const BUILT = fileURLToPath(new URL('../../web/', import.meta.url));
/** All that the first page loads, gzipped, without the pictures of people. */
const FIRST_PAGE_KB = 200;
const JUMP_MS = 100;
/** A machine that runs tests beside it is slower than a person's. */
const BUSY = 3;
const ELEMENTS = 1_200;
const PICTURES = 100_000;

describe('the first page', () => {
  let world: WebWorld;
  before(async () => {
    world = await webWorld();
  });
  after(() => world.stop());

  test(`loads at most ${FIRST_PAGE_KB} kB`, async () => {
    const page = await world.open();
    const files = new Set<string>();
    page.on('response', (response) => {
      const { pathname } = new URL(response.url());
      if (pathname.startsWith('/assets/') || pathname === '/') files.add(pathname === '/' ? 'index.html' : pathname.slice(1));
    });
    await page.reload();
    await page.locator('[data-id] img').first().waitFor();
    await holds(page, "document.fonts.status === 'loaded'");
    const sizes = [...files].map((file) => {
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
    const list = await page.evaluate("fetch('/v1/resources?limit=10').then((response) => response.json())");
    const { items } = list as { items: Record<string, unknown>[] };
    const one = (n: number) => ({
      ...items[n % items.length],
      resource_id: `01a21fb3-08f5-70f2-a4d7-${String(n).padStart(12, '0')}`,
      created_at: new Date(Date.UTC(2026, 10, 1) - n * 1_000_000).toISOString(),
    });
    await page.route(/\/v1\/resources\/counts/, (route) =>
      route.fulfill({
        json: { total: PICTURES, by_phase: { ready: PICTURES }, by_status: {}, by_remark: {}, by_month: [] },
      }),
    );
    await page.route(/\/v1\/resources\?/, (route) => {
      const at = Number(new URL(route.request().url()).searchParams.get('cursor') ?? 0);
      return route.fulfill({ json: { items: Array.from({ length: 60 }, (_, n) => one(at + n)), next_cursor: String(at + 60) } });
    });
    await page.route(/\/preview\?/, (route) => route.abort());
    await page.goto(`${world.url}/?sort=title`);
    await page.getByText('100,000 pictures').waitFor();
    const jump = `new Promise((resolve) => { const began = performance.now(); scrollTo(0, document.documentElement.scrollHeight * 0.7);
      const look = () => { const row = document.querySelector('[role=row]'); const box = row?.getBoundingClientRect();
        if (box && Math.abs(box.top) < 3000) resolve(performance.now() - began); else requestAnimationFrame(look); }; requestAnimationFrame(look); })`;
    const times: number[] = [];
    for (let n = 0; n < 5; n += 1) {
      times.push(Number(await page.evaluate(jump)));
      await page.evaluate('scrollTo(0, 0)');
    }
    const median = times.sort((a, b) => a - b)[2] ?? Number.NaN;
    assert.ok(median <= JUMP_MS * BUSY, `${times.map((ms) => ms.toFixed(0)).join(', ')} ms`);
    const elements = Number(await page.evaluate("document.querySelectorAll('*').length"));
    assert.ok(elements <= ELEMENTS, `${elements} elements`);
    assert.ok(Number(await page.evaluate('document.documentElement.scrollHeight')) > 5_000_000);
    await page.context().close();
  });
});
