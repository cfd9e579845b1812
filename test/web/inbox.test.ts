/** The inbox: what waits for a person is answered there, by the keyboard alone where a person likes. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { until } from '../worlds/wait.ts';
import { type Embedder, embedder } from './embedder.ts';
import { picture, wordOn } from './files.ts';
import { readFrom, sendFrom } from './sent.ts';
import { holds, type WebWorld, webWorld } from './web-world.ts';

let [world, embedding]: [WebWorld, Embedder] = [] as never;
before(async () => {
  embedding = await embedder();
  world = await webWorld({ empty: true, env: embedding.env });
});
after(async () => {
  await world.stop();
  await embedding.stop();
});

const BROKEN = Buffer.from('no picture at all');
const focused = "document.activeElement?.getAttribute('aria-label')";

test('it is emptied by the keyboard alone: a name from the file, one that is typed, and the trash', async () => {
  const page = await world.open();
  const named = await sendFrom(page, 'harbour-notice.png', await picture(1));
  await until('it waits before the next one does, and stands above it', async () => {
    return (await readFrom(page, named)).phase === 'needs_person';
  });
  const plain = await sendFrom(page, 'IMG_20261104.png', await picture(2));
  const broken = await sendFrom(page, 'letter.png', BROKEN);
  await until('all wait', async () => {
    const all = await Promise.all([named, plain, broken].map((id) => readFrom(page, id)));
    return all.map(({ phase }) => phase).join() === 'needs_person,needs_person,failed';
  });
  await page.locator('nav .badge', { hasText: '3 waiting for a person' }).first().waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('g');
  await page.keyboard.press('i');
  await page.getByRole('heading', { name: '3 pictures wait for you' }).waitFor();
  await page.getByRole('heading', { name: 'The file is not a picture or a PDF, whatever its name says' }).waitFor();
  await page.keyboard.press('j');
  await holds(page, `${focused} === 'Title of harbour-notice.png'`);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await holds(page, `${focused} === 'Title of IMG_20261104.png'`);
  await page.keyboard.press('Tab'); // the name of the file says nothing, so that there is nothing to take
  await page.keyboard.press('Shift+Tab');
  await holds(page, `${focused} === 'Title of IMG_20261104.png'`);
  await page.keyboard.type('Bicycles');
  await page.keyboard.press('Enter');
  await holds(page, `${focused} === 'Add again… letter.png'`);
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Nothing waits for you' }).waitFor();
  assert.equal((await readFrom(page, named)).metadata.title, 'Harbour notice');
  assert.equal((await readFrom(page, plain)).metadata.title, 'Bicycles');
  assert.equal((await readFrom(page, broken)).status, 'TRASHED');
  assert.equal(await page.locator('.item .left[role=status]').count(), 2, 'the answers stay in their place');
  await page.locator('.again').getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('heading', { name: '1 picture waits for you' }).waitFor();
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test('a better file is added in the place of one that was not taken, which goes once the new one is in', async () => {
  const page = await world.open();
  const broken = await sendFrom(page, 'menu.png', BROKEN, { title: 'Menu of the week' });
  const better = path.join(world.folder, 'menu-2.png');
  await writeFile(better, await picture(3));
  await page.goto(`${world.url}/inbox`);
  const row = page.locator('.again', { hasText: 'menu.png' });
  await row.waitFor();
  await row.locator('input[type=file]').setInputFiles(better);
  await row.getByText('the old one is in the trash').waitFor();
  assert.equal((await readFrom(page, broken)).status, 'TRASHED');
  await page.getByRole('link', { name: 'Library' }).first().click();
  await page.getByRole('gridcell', { name: 'Menu of the week' }).waitFor();
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test('indexing fails: the reason is read in plain words; what was wrong is mended; a retry, and it is found by its vector too', async () => {
  const page = await world.open();
  embedding.mood = 'refusing';
  const ids: string[] = [];
  for (const number of [4, 5])
    ids.push(await sendFrom(page, `${number}.png`, await picture(number), { title: `Number ${number}` }));
  await page.goto(`${world.url}/inbox`);
  const cause = page.locator('.cause', { hasText: 'The provider refused this work' });
  await cause.getByRole('button', { name: 'Retry all 2' }).waitFor();
  assert.match(await cause.innerText(), /Stopped at its vector\. .*check its configuration/);
  assert.equal(await cause.locator('.fan a').count(), 2);
  embedding.mood = 'well';
  await cause.getByRole('button', { name: 'Retry all 2' }).click();
  await cause.getByText('2 go on').waitFor();
  await until('they are ready', async () => {
    const all = await Promise.all(ids.map((id) => readFrom(page, id)));
    return all.every(({ phase, has_vector }) => phase === 'ready' && has_vector);
  });
  await page
    .getByRole('heading', { name: /waits? for you/ })
    .filter({ hasNotText: /^2/ })
    .or(page.getByText('Nothing waits'))
    .first()
    .waitFor();
  await page.goto(`${world.url}/?q=${wordOn(5)}`);
  await page.getByRole('gridcell', { name: 'Number 5' }).waitFor();
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test('pictures are read again by the engine that read them, in another way, and seen to come back', async () => {
  const page = await world.open();
  const id = await sendFrom(page, 'kettle.png', await picture(6), { title: 'Kettle' });
  await until('it is ready', async () => (await readFrom(page, id)).phase === 'ready');
  const { engine } = (await readFrom(page, id)).reading;
  await page.goto(`${world.url}/read-again`);
  await page.getByText('Choose a remark or an engine.').waitFor();
  await page.getByRole('combobox', { name: 'Read by' }).selectOption(engine);
  await page.getByRole('combobox', { name: 'Text that a file carries itself' }).selectOption('ignore');
  const order = page.getByRole('button', { name: /^Read [1-9]\d* pictures? again$/ });
  await order.click();
  await page.getByRole('heading', { name: /^(\d+) pictures? ordered: \1 read again$/ }).waitFor({ timeout: 60_000 });
  assert.equal((await readFrom(page, id)).reading.own_text, 'ignore');
  assert.equal((await page.locator('.moving .one[data-phase=ready]').count()) > 0, true);
  assert.deepEqual(page.errors, []);
  await page.context().close();
});
