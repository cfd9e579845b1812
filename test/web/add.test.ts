/** Adding, in a browser: whatever happens to tab or line, each file comes in once, and becomes findable without a reload. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { until } from '../worlds/wait.ts';
import { drop, numbers, paste, picture, picturesIn } from './files.ts';
import { holds, type OpenedPage, type WebWorld, webWorld } from './web-world.ts';

let world: WebWorld;
/** A page that only asks the API. */
let asking: OpenedPage;
before(async () => {
  world = await webWorld({ empty: true });
  asking = await world.open();
});
after(() => world.stop());

const sheet = (page: Page) => page.locator('dialog.add');
const head = (page: Page) => page.locator('dialog.add .hd');
const ask = async <Answer>(address: string): Promise<Answer> =>
  (await (await asking.request.get(world.url + address)).json()) as Answer;
type Counts = { total: number; by_phase: Record<string, number> };
type Listed = { items: { filename: string; metadata: { title: string } }[] };
const total = (search = '') => ask<Counts>(`/v1/resources/counts${search}`);
const items = async () => (await ask<Listed>('/v1/resources?limit=200')).items;
const titled = async (name: string) => (await items()).find(({ metadata }) => metadata.title === name);

test('20 pictures come by drop, folder and paste, and become findable without a reload', async () => {
  const page = await world.open();
  const dropped = await picturesIn(world.folder, 'dropped', numbers(0, 6));
  const [inner = ''] = await picturesIn(world.folder, 'a-folder', numbers(10, 8));
  await drop(page, [...dropped, inner.replace(/\/[^/]+$/, '')]);
  await sheet(page).waitFor();
  await page.locator('dialog.add .field.tags input').fill('november');
  await page.keyboard.press('Enter');
  await picturesIn(world.folder, 'chosen', numbers(20, 4));
  await page.locator('dialog.add input[webkitdirectory]').setInputFiles(`${world.folder}/chosen`);
  await paste(page, await picture(30));
  await paste(page, await picture(31));
  await head(page).getByText('20 pictures added').waitFor({ timeout: 180_000 });
  await head(page).getByText('all findable already').waitFor({ timeout: 180_000 });
  const counts = await total();
  assert.deepEqual([counts.total, counts.by_phase.ready], [20, 20]);
  const tagged = await until(
    'all have the tag that was typed while they went in',
    async () => (await total('?tag=november')).total === 20,
  );
  assert.ok(tagged);
  assert.ok((await items()).some(({ filename }) => /^pasted-\d{4}-\d\d-\d\d-2\.png$/.test(filename)));
  assert.ok(await titled('dropped-3'), 'the title is the name of the file');
  await sheet(page).getByRole('button', { name: 'Done' }).click();
  assert.equal(await page.locator('.tray').count(), 0);
  await page.context().close();
});

test('what is there already is shown, what is no picture is refused with its cause, and neither is sent', async () => {
  const page = await world.open();
  const sent: string[] = [];
  page.on('request', (request) => request.method() === 'PUT' && sent.push(request.url()));
  const [known = ''] = await picturesIn(world.folder, 'again', [0]);
  await drop(page, [known, path.resolve('README.md')]);
  const row = sheet(page).locator('.file', { hasText: 'again-0' });
  await row.getByText('Already here since').waitFor();
  await sheet(page).locator('.file', { hasText: 'README' }).getByText('neither a picture nor a PDF').waitFor();
  await sheet(page).getByRole('button', { name: 'Leave out README.md' }).click();
  await row.getByRole('link', { name: 'Show it again-0.png' }).click();
  await page.waitForURL(/\/pictures\//);
  assert.deepEqual(sent, []);
  await page.context().close();
});

test('a tab is closed in the middle of an upload, and a new one ends it', async () => {
  const page = await world.open();
  let held = 0;
  await page.route('**/objects/**', () => {
    held += 1; // never answered
  });
  await drop(page, await picturesIn(world.folder, 'closed', numbers(40, 5)));
  await until('three are on their way', () => held === 3);
  const next = await page.context().newPage();
  await page.close();
  await next.goto(world.url);
  await next.locator('.tray').getByText('5 pictures added').waitFor({ timeout: 180_000 });
  assert.ok(await titled('closed-44'));
  assert.equal((await total()).total, 25);
  await next.context().close();
});

test('of two tabs one sends, and both show it; where that one is closed, the other goes on', async () => {
  const first = await world.open();
  const second = await first.context().newPage();
  await second.goto(world.url);
  const puts: string[] = [];
  for (const page of [first, second])
    page.on('request', (request) => request.method() === 'PUT' && puts.push(new URL(request.url()).pathname));
  let answered = 0;
  await first.route('**/objects/**', (route) => {
    answered += 1;
    return answered <= 2 ? route.continue() : undefined;
  });
  await drop(first, await picturesIn(world.folder, 'first', numbers(50, 2)));
  await head(first).getByText('2 in').waitFor({ timeout: 180_000 });
  await drop(second, await picturesIn(world.folder, 'second', numbers(60, 3)));
  await until('the first sends what the second was handed', () => puts.length >= 5, 30_000);
  assert.equal(new Set(puts).size, 5);
  await head(second).getByText('2 in').waitFor();
  await first.close();
  await head(second).getByText('5 pictures added').waitFor({ timeout: 180_000 });
  assert.equal((await total()).total, 30);
  await second.context().close();
});

test('the connection is lost and comes back: nothing has to be done', async () => {
  const page = await world.open();
  await page.keyboard.press('Escape'); // out of the search box
  await page.keyboard.press('a');
  await sheet(page).waitFor();
  await page.context().setOffline(true);
  await drop(page, await picturesIn(world.folder, 'lost', numbers(70, 2)));
  await sheet(page).getByText('Connection lost. Goes on by itself').first().waitFor({ timeout: 180_000 });
  await page.locator('dialog.add .field input').first().fill('Typed while away');
  await page.context().setOffline(false);
  await head(page).getByText('2 pictures added').waitFor({ timeout: 180_000 });
  assert.ok(await until('the details typed meanwhile are kept', () => titled('Typed while away')));
  await page.context().close();
});

test('the tray stays while pages change, and everything is done by keyboard alone', async () => {
  const page = await world.open();
  const chooser = page.waitForEvent('filechooser'); // the browser is told to leave it to us, long before it is opened
  let hold = true;
  await page.route('**/objects/**', async (route) => {
    await until('it is let go', () => !hold, 60_000);
    await route.continue();
  });
  const [file = ''] = await picturesIn(world.folder, 'keys', [80]);
  await page.keyboard.press('Escape'); // out of the search box
  await page.keyboard.press('a');
  await page.getByRole('button', { name: 'Choose files' }).waitFor();
  await holds(page, "document.activeElement?.textContent === 'Choose files'");
  await page.keyboard.press('Enter');
  await (await chooser).setFiles(file);
  await sheet(page).getByText('Adding 1 picture').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.tray').getByText('Adding 1').waitFor();
  await page.evaluate(`history.pushState(null, '', ${JSON.stringify(`${world.url}/?q=anchor`)})`);
  await page.locator('.tray').getByText('Adding 1').waitFor();
  hold = false;
  await page.locator('.tray').getByText('1 picture added').waitFor({ timeout: 180_000 });
  await page.context().close();
});

test('a viewer is offered nothing to add, and drops nothing', async () => {
  const page = await world.open({ role: 'viewer' });
  assert.equal(await page.getByRole('button', { name: /Add/ }).count(), 0);
  await page.keyboard.press('Escape'); // out of the search box
  await page.keyboard.press('a');
  await drop(page, await picturesIn(world.folder, 'viewer', [90]));
  assert.equal(await sheet(page).count(), 0);
  await page.context().close();
  assert.deepEqual(page.errors, []);
});
