/** The library as people live with it: by keyboard alone, alive, choosing, undoing, a service that goes away. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { until } from '../worlds/wait.ts';
import { SAMPLE_NAMES } from './seed.ts';
import { holds, type OpenedPage, type WebWorld, webWorld } from './web-world.ts';

const prints = (page: OpenedPage) => page.locator('[data-id]');
const shows = (page: OpenedPage, count: number) => page.getByText(`${count} pictures`, { exact: true }).waitFor();
/** A picture that is in no sample: the last byte is of no meaning to a decoder. */
const sendOne = (page: OpenedPage, name: string, extra: string) =>
  page.evaluate(
    `(async () => { const bytes = Uint8Array.from(atob('${readFileSync('samples/english-letter.png').toString('base64')}'), (c) => c.charCodeAt(0));
      const form = new FormData(); form.set('metadata', JSON.stringify({ title: '${name}' })); form.set('file', new Blob([bytes, '${extra}']), '${name}.png');
      const response = await fetch('/v1/resources', { method: 'POST', body: form }); if (!response.ok) throw new Error(await response.text()); })()`,
  );

describe('the library', () => {
  let world: WebWorld;
  before(async () => {
    world = await webWorld();
  });
  after(() => world.stop());

  test('by keyboard alone: search, walk, choose, tag, undo, open, come back', async () => {
    const page = await world.open();
    const press = async (...keys: string[]) => {
      for (const key of keys) await page.keyboard.press(key);
    };
    const focused = () =>
      page.evaluate("document.activeElement?.closest('[data-id]')?.querySelector('.title')?.textContent ?? ''");
    await shows(page, SAMPLE_NAMES.length);
    assert.equal(await page.evaluate('document.activeElement.type'), 'search', 'the field has the focus');
    await page.keyboard.type('win');
    await page.getByText('5 pictures,').waitFor();
    await press('ArrowDown');
    const first = await focused();
    assert.notEqual(first, '');
    await press('ArrowRight');
    await until('the next has the focus', async () => (await focused()) !== first);
    await press('k');
    await until('the one before', async () => (await focused()) === first);
    await press('x', 'j', 'j', 'Shift+x');
    await page.getByText('3 chosen').waitFor();
    await press('t');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.type('by-keyboard');
    await press('Enter');
    await page.getByText('3 pictures tagged').waitFor();
    await press('z');
    await until('the tags are taken off', async () => {
      const counts = await page.evaluate("fetch('/v1/resources/counts?tag=by-keyboard').then((r) => r.json())");
      return (counts as { total: number }).total === 0;
    });
    await press('Escape');
    await page.getByRole('toolbar').waitFor({ state: 'detached' });
    await press('k', 'Enter');
    await page.waitForURL(/\/pictures\/[0-9a-f-]+\?q=win$/);
    await press('g', 'l');
    await page.waitForURL(/\/$/);
    await press('Escape', 'Escape', '?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    assert.deepEqual(page.errors, []);
    await page.context().close();
  });

  test('what is put into the trash is gone at once, and back by undo; the trash is a filter', async () => {
    const page = await world.open();
    await shows(page, SAMPLE_NAMES.length);
    const choose = () => page.getByRole('button', { name: 'Choose Kite Festival on Pebble Beach' });
    await choose().click({ force: true });
    await page.getByRole('button', { name: 'To the trash' }).click();
    await shows(page, SAMPLE_NAMES.length - 1);
    await page.getByRole('button', { name: /^Undo/ }).click();
    await shows(page, SAMPLE_NAMES.length);
    await choose().click({ force: true });
    await page.keyboard.press('#');
    await shows(page, SAMPLE_NAMES.length - 1);
    await page.goto(`${world.url}/?trash`);
    await page.getByText('Kite Festival on Pebble Beach').waitFor();
    assert.equal(await prints(page).count(), 1);
    await choose().click({ force: true });
    await page.getByRole('button', { name: 'Delete for good' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Put back' }).click();
    await page.getByText('The trash is empty').waitFor();
    await page.getByRole('button', { name: 'Trash: take this filter off' }).click();
    await shows(page, SAMPLE_NAMES.length);
    await page.context().close();
  });

  test('a new picture comes by itself, with strokes until it can be found; farther down it waits to be shown', async () => {
    const [reader, writer] = [await world.open(), await world.open({}, { phone: true })];
    await shows(reader, SAMPLE_NAMES.length);
    await sendOne(writer, 'arrives', 'a');
    const cell = reader.getByRole('gridcell', { name: 'arrives' });
    await cell.locator('.way').waitFor();
    await cell.locator('.way').waitFor({ state: 'detached', timeout: 180_000 });
    await reader.mouse.wheel(0, 900);
    await holds(reader, 'scrollY > 200');
    await sendOne(writer, 'waits', 'b');
    const fresh = reader.getByRole('button', { name: '1 new, show' });
    await fresh.waitFor();
    await fresh.click();
    await reader.getByRole('gridcell', { name: 'waits' }).waitFor();
    assert.deepEqual(reader.errors, []);
    await Promise.all([reader, writer].map((page) => page.context().close()));
  });

  test('when the service is away it is said, what was seen stays, and everything goes on by itself', async () => {
    const page = await world.open();
    await prints(page).first().waitFor();
    const before = await prints(page).count();
    const back = await world.away();
    await page.getByText(/^No connection since/).waitFor({ timeout: 180_000 });
    assert.equal(await prints(page).count(), before);
    await back();
    await page.getByText(/^No connection since/).waitFor({ state: 'detached', timeout: 180_000 });
    await page.getByRole('searchbox').fill('Winifred');
    await page.getByText(/^\d pictures?, /).waitFor();
    await page.context().close();
  });

  test('a hidden page closes its stream, and goes on after the last event when it is seen', async () => {
    const page = await world.open();
    await prints(page).first().waitFor();
    const streams: (string | null)[] = [];
    page.on('request', (request) => {
      if (new URL(request.url()).pathname === '/v1/events') streams.push(request.headers()['last-event-id'] ?? null);
    });
    const ended = page.waitForEvent('requestfailed', (request) => new URL(request.url()).pathname === '/v1/events');
    const show = (state: string) =>
      page.evaluate(
        `Object.defineProperty(document, 'visibilityState', { value: '${state}', configurable: true }); document.dispatchEvent(new Event('visibilitychange'))`,
      );
    await sendOne(page, 'seen', 'c');
    await page.getByRole('gridcell', { name: 'seen' }).waitFor();
    await show('hidden');
    await ended;
    await show('visible');
    await until('another stream', () => streams.length > 0);
    assert.match(streams[0] ?? '', /^\d+$/);
    await page.context().close();
  });

  test('a phone has everything: places at the foot, choosing by a long press, no sideways scroll', async () => {
    const page = await world.open({}, { phone: true });
    await prints(page).first().waitFor();
    assert.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true);
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('link', { name: 'Trash' }).click();
    await page.waitForURL('**/?trash');
    await page.goto(`${world.url}/`);
    const box = await prints(page).nth(1).boundingBox();
    assert.ok(box);
    const touch = await page.context().newCDPSession(page);
    const point = { x: box.x + 40, y: box.y + 120 };
    await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [point] });
    await page.getByText('1 chosen').waitFor();
    await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    assert.equal(new URL(page.url()).pathname, '/', 'the end of a long press opens nothing');
    await page.context().close();
  });
});
