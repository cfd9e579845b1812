/** Looking closely at one picture: words that are unsure, zoom, the pages of a document, and the tags that are known. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import { until } from '../worlds/wait.ts';
import { holds, type OpenedPage, type WebWorld, webWorld } from './web-world.ts';

const Word = z.object({ text: z.string(), confidence: z.number(), at: z.int().nullable() });
const Text = z.object({ pages: z.array(z.object({ text: z.string(), source: z.string(), words: z.array(Word) })) });
const Listed = z.object({
  items: z.array(z.object({ resource_id: z.string(), filename: z.string(), metadata: z.object({ tags: z.array(z.string()) }) })),
});
/** Below it a word is called unsure: see web/pages/picture/runs.ts. */
const UNSURE = 0.7;

describe('looking closely', () => {
  let world: WebWorld;
  let asking: OpenedPage;
  const ids = new Map<string, string>();
  const ask = async (path: string): Promise<unknown> => (await asking.request.get(world.url + path)).json();
  const listed = async () => Listed.parse(await ask('/v1/resources')).items;
  const textOf = async (id: string) => Text.parse(await ask(`/v1/resources/${id}/text`)).pages[0];
  const open = async (page: OpenedPage, name: string, search = '') => {
    await page.goto(`${world.url}/pictures/${ids.get(name)}${search}`);
    await page.locator('.read').waitFor();
  };
  before(async () => {
    world = await webWorld();
    asking = await world.open();
    for (const { filename, resource_id } of await listed()) ids.set(filename, resource_id);
  });
  after(() => world.stop());

  test('unsure words are visited one after the other: called right, or corrected where they stand', async (t) => {
    const texts = await Promise.all([...ids].map(async ([name, id]) => ({ name, id, text: await textOf(id) })));
    const counted = texts.map(({ name, id, text }) => ({
      ...{ name, id, before: text?.text ?? '' },
      unsure: (text?.words ?? []).filter(({ confidence, at }) => confidence < UNSURE && at !== null),
    }));
    const most = counted.sort((a, b) => b.unsure.length - a.unsure.length)[0];
    assert.ok(most && most.unsure.length >= 2, 'a sample has words that are hard to read');
    t.diagnostic(`${most.name}: ${most.unsure.length} unsure words`);
    const page = await world.open();
    await open(page, most.name);
    const label = page.getByRole('button', { name: /words? unsure/ });
    const left = async () => Number.parseInt(await label.innerText(), 10);
    await label.waitFor();
    const all = await left();
    await page.keyboard.press('u');
    const pop = page.locator('form.pop');
    await pop.getByText(/Read with \d+ % certainty as/).waitFor();
    await holds(page, "document.querySelector('.pop .crop img').naturalWidth > 0");
    const first = await pop.getByRole('textbox').inputValue();
    await page.keyboard.press('Enter');
    await until('one less is unsure', async () => (await left()) === all - 1);
    await page.reload();
    await label.waitFor();
    assert.equal(await left(), all - 1, 'that it is right is remembered');
    await page.keyboard.press('u');
    await pop.waitFor();
    const second = await pop.getByRole('textbox').inputValue();
    await pop.getByRole('textbox').fill('MENDED');
    await page.keyboard.press('Enter');
    await page.getByText('The text is corrected').waitFor();
    const saved = await textOf(most.id);
    assert.equal(saved?.source, 'person');
    assert.ok(saved?.text.includes('MENDED') && saved.text.includes(first), 'one word is another, the rest as it was');
    assert.equal(saved?.text.length, most.before.length + 'MENDED'.length - second.length);
    assert.deepEqual(page.errors, []);
    await page.context().close();
  });

  test('zoom: by keys, by the wheel to where the pointer is, dragged, and back; far in, the file itself is shown', async () => {
    const page = await world.open();
    await open(page, 'english-letter.png');
    const sheet = page.locator('.face .page');
    const tall = async () => (await sheet.boundingBox())?.height ?? 0;
    await holds(page, "document.querySelector('.face img').naturalWidth > 0");
    const fit = await tall();
    await page.keyboard.press('+');
    await until('it is closer', async () => (await tall()) > fit * 1.2);
    await page.keyboard.press('0');
    await until('the whole page', async () => Math.abs((await tall()) - fit) < 1);
    const frame = await page.locator('.face').boundingBox();
    const box = await sheet.boundingBox();
    assert.ok(frame && box);
    const point = { x: box.x + box.width * 0.25, y: box.y + box.height * 0.25 };
    const wheel = `document.querySelector('.face').dispatchEvent(new WheelEvent('wheel', { deltaY: -200, ctrlKey: true, bubbles: true, cancelable: true, clientX: ${point.x}, clientY: ${point.y} }))`;
    await page.evaluate(wheel);
    await until('it is closer still', async () => (await tall()) > fit * 2.5);
    const near = await sheet.boundingBox();
    assert.ok(near);
    const share = { x: (point.x - near.x) / near.width, y: (point.y - near.y) / near.height };
    assert.ok(Math.abs(share.x - 0.25) < 0.02 && Math.abs(share.y - 0.25) < 0.02, 'what the pointer is on stays under it');
    await until('the file itself is shown', async () => /\/content/.test((await sheet.locator('img').getAttribute('src')) ?? ''));
    await page.mouse.move(frame.x + frame.width / 2, frame.y + frame.height - 8);
    await page.mouse.down();
    await page.mouse.move(frame.x + frame.width / 2 + 60, frame.y + frame.height - 48);
    await page.mouse.up();
    await until('it is moved', async () => Math.abs(((await sheet.boundingBox())?.x ?? 0) - near.x - 60) < 2);
    await page.getByRole('button', { name: 'Fit' }).click();
    await until('the whole page again', async () => Math.abs((await tall()) - fit) < 1);
    assert.deepEqual(page.errors, []);
    await page.context().close();
  });

  test('a document has a strip of its pages: by press and by key, with matches as dots, and each with its own text', async () => {
    const page = await world.open();
    await open(page, 'three-page-handbook.pdf', '?q=lighthouse');
    const strip = page.getByRole('navigation', { name: 'Pages' });
    const pages = strip.getByRole('button');
    assert.equal(await pages.count(), 3);
    const current = () => strip.locator('[aria-current=page] .num').innerText();
    const read = () => page.locator('.read').innerText();
    await strip.locator('.dots').first().waitFor();
    await pages.nth(0).click();
    await until('the first page', async () => (await current()) === '1' && (await read()) !== '');
    const first = await read();
    await pages.nth(2).click();
    await until('the third page', async () => (await current()) === '3' && (await read()) !== first);
    await page.keyboard.press('PageUp');
    await until('the second page', async () => (await current()) === '2');
    const on = await page.locator('.face img').getAttribute('src');
    assert.match(on ?? '', /page=2/);
    await page.keyboard.press('n');
    await page.locator('.face .hit.now').waitFor();
    assert.deepEqual(page.errors, []);
    await page.context().close();
  });

  test('tags that are known are offered as one types, and taken by key or by press', async () => {
    const page = await world.open();
    await open(page, 'screenshot.png');
    await page.getByRole('button', { name: 'Change: Tags' }).click();
    const field = page.getByRole('combobox', { name: 'Tags' });
    const offered = page.getByRole('listbox', { name: 'Used before' }).getByRole('option');
    await offered.filter({ hasText: 'handbook' }).waitFor();
    await field.pressSequentially('No');
    await until(
      'those that begin so',
      async () => (await offered.allInnerTexts()).join().startsWith('notice') && (await offered.count()) === 1,
    );
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Take off notice' }).waitFor();
    await field.pressSequentially('hand');
    await offered.filter({ hasText: 'handbook' }).click();
    await page.getByRole('button', { name: 'Take off handbook' }).waitFor();
    await page.keyboard.press('Tab');
    const tags = async () => (await listed()).find(({ filename }) => filename === 'screenshot.png')?.metadata.tags;
    await until('both are kept', async () => (await tags())?.join() === 'notice,handbook');
    assert.deepEqual(page.errors, []);
    await page.context().close();
  });
});
