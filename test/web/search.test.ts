/** Looking for words: what is found is outlined where it stands, and typing never gets in its own way. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import { until } from '../worlds/wait.ts';
import { holds, type OpenedPage, type WebWorld, webWorld } from './web-world.ts';

const Line = z.object({ text: z.string(), x: z.number(), y: z.number(), w: z.number(), h: z.number() });
const Truth = z.record(z.string(), z.object({ lines: z.array(Line.extend({ words: z.array(Line) })) }));
const truth = Truth.parse(JSON.parse(readFileSync('samples/truth.json', 'utf8')));
/** How far an outline may be from where the sample has the word. */
const NEAR_PX = 10;

describe('searching', () => {
  let world: WebWorld;
  before(async () => {
    world = await webWorld();
  });
  after(() => world.stop());
  const ask = (page: OpenedPage, text: string) => page.getByRole('searchbox').fill(text);
  const title = (page: OpenedPage, text: string) => page.getByRole('gridcell', { name: text });

  test('a Chinese phrase is found, and outlined within 10 px of where the sample has it', async () => {
    const page = await world.open({}, { language: 'zh' });
    await ask(page, '停水');
    const print = title(page, '停水通知').locator('.print');
    await print.locator('.hit').first().waitFor();
    // A box a character where the engine took each for a word: the first two are those of the heading.
    const [sheet, left, right] = [
      await print.boundingBox(),
      await print.locator('.hit').nth(0).boundingBox(),
      await print.locator('.hit').nth(1).boundingBox(),
    ];
    assert.ok(sheet && left && right);
    const words = truth['chinese-notice.jpg']?.lines[0]?.words.slice(0, 2) ?? [];
    assert.deepEqual(
      words.map(({ text }) => text),
      ['停', '水'],
    );
    const [first, last] = [words[0], words[1]];
    assert.ok(first && last);
    const at = (fraction: number, side: 'x' | 'y') => sheet[side] + fraction * (side === 'x' ? sheet.width : sheet.height);
    const far = [
      left.x - at(first.x, 'x'),
      right.x + right.width - at(last.x + last.w, 'x'),
      ...[left, right].flatMap(({ y, height }) => [y - at(first.y, 'y'), y + height - at(first.y + first.h, 'y')]),
    ];
    assert.ok(
      far.every((px) => Math.abs(px) <= NEAR_PX),
      far.map((px) => px.toFixed(1)).join(' '),
    );
    assert.equal(await print.locator('xpath=../..').locator('mark').first().textContent(), '停水');
    assert.deepEqual(page.errors, []);
    await page.context().close();
  });

  test('what has only a part of what was typed stands under a heading that says so, in both languages', async () => {
    for (const [language, typed, heading, found] of [
      ['en', 'kite festival elephant', 'No picture has all of these words; these have some.', 'Kite Festival'],
      ['zh', '停水通知 大象', '没有图片包含全部词语；以下包含其中一部分。', '停水通知'],
      ['en', 'kite festivla', 'No picture has exactly these words; these have nearly the same.', 'Kite Festival'],
    ] as const) {
      const page = await world.open({}, { language });
      await ask(page, typed);
      await page.getByRole('heading', { name: heading }).waitFor();
      await title(page, found).waitFor();
      const [above, below] = [
        await page.getByRole('heading', { name: heading }).boundingBox(),
        await title(page, found).first().boundingBox(),
      ];
      assert.ok(above && below && above.y + above.height <= below.y, 'the heading stands above what it is of');
      await ask(page, `"${typed}"`);
      await page.getByRole('heading', { name: heading }).waitFor({ state: 'detached' });
      assert.equal(await title(page, found).count(), 0);
      assert.deepEqual(page.errors, []);
      await page.context().close();
    }
  });

  test('while a word is composed nothing is asked; when it is there, at once', async () => {
    const page = await world.open();
    const asked: string[] = [];
    page.on('request', (request) => {
      const url = new URL(request.url());
      const q = url.searchParams.get('q');
      if (url.pathname === '/v1/search' && q) asked.push(q);
    });
    await page.getByRole('searchbox').focus();
    const keyboard = await page.context().newCDPSession(page);
    for (const text of ['t', 'ti', 'ting', 'tingshui'])
      await keyboard.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length });
    await holds(page, "document.querySelector('input[type=search]').value === 'tingshui'");
    await keyboard.send('Input.insertText', { text: '停水' });
    await title(page, '停水通知').waitFor();
    assert.deepEqual(asked, ['停水']);
    await page.context().close();
  });

  test('an answer that comes late is not shown over a later one, and the shelf is never empty between', async () => {
    const page = await world.open();
    await title(page, 'Kite Festival').waitFor();
    let held = 0;
    await page.route(/\/v1\/search\?q=wi&/, () => {
      held += 1; // never answered: the page must let go of it
    });
    const gone: string[] = [];
    page.on('requestfailed', (request) => gone.push(new URL(request.url()).searchParams.get('q') ?? ''));
    await page.evaluate(
      "window.least = 99; new MutationObserver(() => { window.least = Math.min(window.least, document.querySelectorAll('[data-id]').length) }).observe(document.querySelector('main'), { childList: true, subtree: true })",
    );
    await page.getByRole('searchbox').pressSequentially('wi');
    await until('the first question is under way', () => held > 0);
    await page.getByRole('searchbox').pressSequentially('nifred');
    await page.getByText('1 picture,').waitFor();
    await until('the first question is let go', () => gone.includes('wi'));
    assert.equal(await page.locator('[data-id]').count(), 1);
    assert.ok(Number(await page.evaluate('window.least')) >= 1);
    await page.context().close();
  });

  test('the question is the address: it can be sent to somebody, and going back goes back', async () => {
    const page = await world.open();
    await page.getByRole('button', { name: /^notice/ }).click();
    await page.waitForURL('**/?tag=notice');
    await holds(page, "document.querySelectorAll('[data-id]').length === 3");
    await ask(page, 'kite');
    await page.waitForURL('**/?q=kite&tag=notice');
    await title(page, 'Kite Festival').waitFor();
    await page.goBack();
    await page.waitForURL(/\/$/);
    await holds(page, "document.querySelectorAll('[data-id]').length >= 10");
    assert.equal(await page.getByRole('searchbox').inputValue(), '');
    const other = await world.open();
    await other.goto(`${world.url}/?q=${encodeURIComponent('箱')}&sort=newest`);
    await other.locator('mark', { hasText: '箱' }).first().waitFor();
    assert.equal(await other.locator('[data-id]').count(), 4);
    await Promise.all([page, other].map((one) => one.context().close()));
  });

  test('with Alt a filter leaves out what it names, in the library and in a search', async () => {
    const page = await world.open();
    const chip = page.getByRole('button', { name: /^notice/ });
    await chip.click({ modifiers: ['Alt'] });
    await page.waitForURL('**/?not_tag=notice');
    await page.getByText('11 pictures', { exact: true }).waitFor();
    assert.equal(await title(page, 'Kite Festival').count(), 0);
    await ask(page, '水');
    await page.waitForURL(/not_tag=notice/);
    await page.getByText(/^\d+ pictures?, /).waitFor();
    assert.equal(await title(page, '停水通知').count(), 0, 'it has the word, and the tag');
    await page.getByRole('button', { name: 'not notice: take this filter off' }).click();
    await title(page, '停水通知').waitFor();
    assert.deepEqual(page.errors, []);
    await page.context().close();
  });

  test('the first match is enlarged when a print is looked at for a moment', async () => {
    const page = await world.open();
    await ask(page, 'Winifred');
    await page.locator('.hit').first().waitFor();
    await page.locator('[data-id]').first().hover();
    const lens = page.locator('.lens .hit');
    await lens.waitFor();
    const [small, large] = [await page.locator('.print > .hit').first().boundingBox(), await lens.boundingBox()];
    assert.ok(small && large && large.height > small.height * 1.5);
    await page.context().close();
  });

  test('nothing found says so, offers each word alone, and tells why a picture is not among it', async () => {
    const page = await world.open();
    await ask(page, '"云雀" "zeppelin"');
    await page.getByRole('heading', { name: 'No picture has both words' }).waitFor();
    await page.getByRole('button', { name: 'Why isn’t my picture here?' }).click();
    const why = page.getByRole('dialog');
    await why.locator('input[type=file]').setInputFiles('samples/english-letter.png');
    await why.getByText('It is here: Letter from the bicycle workshop').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Search "云雀" alone' }).click();
    await title(page, 'Skylark Bakery').waitFor();
    assert.equal(new URL(page.url()).searchParams.get('q'), '"云雀"');
    await page.context().close();
  });
});
