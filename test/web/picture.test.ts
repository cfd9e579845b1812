/** One picture, in a browser: what was read beside it, correcting against a second editor, and what each may do. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { until } from '../worlds/wait.ts';
import { picture, wordOn } from './files.ts';
import { type OpenedPage, type WebWorld, webWorld } from './web-world.ts';

let world: WebWorld;
let asking: OpenedPage;
const ids: string[] = [];
type Text = { pages: { text: string; source: string }[] };
const textOf = async (id: string): Promise<Text> =>
  (await (await asking.request.get(`${world.url}/v1/resources/${id}/text`)).json()) as Text;
const of = async (id: string): Promise<{ phase: string; metadata: { title: string; tags: string[] } }> =>
  (await (await asking.request.get(`${world.url}/v1/resources/${id}`)).json()) as {
    phase: string;
    metadata: { title: string; tags: string[] };
  };

before(async () => {
  world = await webWorld({ empty: true });
  asking = await world.open();
  for (const number of [1, 2, 3]) {
    const answer = await asking.request.post(`${world.url}/v1/resources`, {
      headers: { origin: world.url },
      multipart: {
        metadata: JSON.stringify({ title: `Picture ${number}` }),
        file: { name: `p${number}.png`, mimeType: 'image/png', buffer: await picture(number) },
      },
    });
    ids.push(((await answer.json()) as { resource: { resource_id: string } }).resource.resource_id);
  }
  for (const id of ids) await until('it is findable', async () => (await of(id)).phase === 'ready', 120_000);
});
after(() => world.stop());
const open = async (page: OpenedPage, id: string | undefined, search = '') => {
  await page.goto(`${world.url}/pictures/${id}${search}`);
  await page.locator('.read').waitFor();
};

test('what was read stands beside the picture; a word that is pointed at is lit on both sides', async () => {
  const page = await world.open();
  await open(page, ids[0], `?q=${wordOn(1)}`);
  const word = page.locator('.read [data-k]', { hasText: wordOn(1) });
  await word.hover();
  assert.equal(await page.locator('.lit').count(), 2);
  await page.locator('.page .hit').waitFor();
  assert.deepEqual(await page.locator('.line li.done').count(), 5);
  await page.locator('.checks li').first().waitFor();
  assert.equal(await page.locator('.checks .no').count(), 0);
  await page.getByText('It has every word that was looked for').waitFor();
  await open(page, ids[0], `?q=${wordOn(1)}+zebra`);
  await page.getByText('It lacks “zebra”').waitFor();
  await page.getByText('Findable').first().waitFor();
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test('two people correct the same page: the slower one sees both versions, and nothing is lost', async () => {
  const [id = ''] = ids;
  const page = await world.open();
  await open(page, id);
  await page.keyboard.press('e');
  const area = page.getByRole('textbox', { name: 'Its text' });
  await area.fill('mine');
  const patched = await asking.request.patch(`${world.url}/v1/resources/${id}/text`, {
    headers: { origin: world.url },
    data: { pages: [{ page: 1, text: 'theirs' }] },
  });
  assert.equal(patched.status(), 200);
  await page.keyboard.press('Control+Enter');
  await page.getByText('Somebody else has corrected this page meanwhile').waitFor();
  await page.locator('.versions').getByText('theirs', { exact: true }).waitFor();
  assert.equal((await textOf(id)).pages[0]?.text, 'theirs');
  await page.getByRole('button', { name: 'Save mine' }).click();
  await page.getByText('The text is corrected').waitFor();
  assert.equal((await textOf(id)).pages[0]?.text, 'mine');
  await page.locator('.read').getByText('mine').waitFor();
  await page.keyboard.press('e');
  await page.getByRole('button', { name: 'Back to what was read' }).click();
  await page.getByText('again as it was read').waitFor();
  assert.equal((await textOf(id)).pages[0]?.source, 'machine');
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test('by keyboard alone: neighbours, details, trash and undo, back', async () => {
  const page = await world.open();
  await open(page, ids[1]);
  await page.getByText('2 of 3').waitFor();
  await page.keyboard.press('ArrowRight');
  await page.waitForURL(`**/pictures/${ids[0]}`);
  await page.keyboard.press('ArrowLeft');
  await page.waitForURL(`**/pictures/${ids[1]}`);
  await page.getByText('2 of 3').waitFor();
  await page.keyboard.press('i');
  await page.getByRole('textbox', { name: 'Title' }).fill('Renamed');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Renamed' }).waitFor();
  await page.getByRole('button', { name: 'Change: Tags' }).focus();
  await page.keyboard.press('Enter');
  await page.keyboard.type('harbour');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await until('the tag is kept', async () => (await of(ids[1] ?? '')).metadata.tags.includes('harbour'));
  await page.keyboard.press('#');
  await page.locator('.toast', { hasText: 'Moved to the trash' }).waitFor();
  await page.keyboard.press('z');
  await until('it is back', async () => (await of(ids[1] ?? '')).phase !== 'gone');
  await page.keyboard.press('Escape');
  await page.waitForURL(`${world.url}/`);
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test('a viewer is offered nothing that he may not do, and a phone has one page at a time', async () => {
  const page = await world.open({ role: 'viewer' }, { phone: true });
  await page.goto(`${world.url}/pictures/${ids[2]}`); // what was read is behind the picture
  await page.locator('.facts').waitFor();
  await page.getByRole('button', { name: 'Text', exact: true }).click();
  await page.locator('.read').getByText(wordOn(3)).waitFor();
  assert.equal(await page.locator('.face').isVisible(), false);
  await page.getByRole('button', { name: 'More' }).first().click();
  assert.deepEqual(await page.locator('.sub .menu-list :is(a, button)').allInnerTexts(), [
    'Download',
    'Its path through the machine',
  ]);
  assert.equal(await page.locator('.facts button.value').count(), 0);
  assert.equal(await page.evaluate('document.documentElement.scrollWidth > innerWidth'), false);
  await page.keyboard.press('Escape');
  for (const key of ['e', '#', 'i']) await page.keyboard.press(key);
  assert.equal(await page.locator('.correcting').count(), 0);
  assert.equal((await of(ids[2] ?? '')).phase, 'ready');
  await page.context().close();
});
