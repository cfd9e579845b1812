/** Every page and state that is looked at by axe and on screenshots: a room adds its own here. */
import { holds, type OpenedPage, type WebWorld } from './web-world.ts';

/** path: where it is. until: what shows that it is there. act: what is done before it is looked at. */
export type PageCase = {
  name: string;
  path: (world: WebWorld) => string | Promise<string>;
  ready: string;
  /** It is one of docs/screenshots/. */
  shot?: true;
  act?: (page: OpenedPage) => Promise<void>;
};

export const PAGE_CASES: readonly PageCase[] = [
  { name: 'library', path: () => '/', ready: '[data-id] .print img', shot: true },
  { name: 'search', path: () => '/?q=win', ready: '.hit', shot: true },
  { name: 'search-chinese', path: () => `/?q=${encodeURIComponent('箱')}`, ready: '.hit', shot: true },
  {
    name: 'choosing',
    path: () => '/',
    ready: '[data-id] .print img',
    shot: true,
    act: async (page) => {
      const ticks = page.locator('.tick');
      for (const n of [0, 2, 3]) await ticks.nth(n).click({ force: true });
    },
  },
  { name: 'nothing-found', path: () => `/?q=${encodeURIComponent('云雀 dinner')}`, ready: '.state', shot: true },
  { name: 'machines-live', path: () => '/machines', ready: '.canvas .card' },
  {
    name: 'machines-simulate',
    path: () => '/machines',
    ready: '.canvas .card',
    act: async (page) => {
      await page.locator('.lab-top .end .seg button').nth(2).click();
      await page.locator('.can button').first().click();
    },
  },
  { name: 'trash', path: () => '/?trash', ready: '.state' },
  {
    name: 'keys',
    path: () => '/',
    ready: '[data-id]',
    act: async (page) => {
      await page.keyboard.press('Escape');
      await page.keyboard.press('?');
      await page.locator('dialog').waitFor();
    },
  },
  {
    name: 'person',
    path: () => '/',
    ready: '[data-id]',
    act: async (page) => {
      await page.locator('button.me').click();
      await page.locator('.menu-list').waitFor();
    },
  },
  { name: 'picture', path: () => '/?q=Skylark', ready: '.hit', act: (page) => openPicture(page, 'Skylark') },
  {
    name: 'picture-correcting',
    path: () => '/?q=Winifred',
    ready: '.hit',
    act: async (page) => {
      await openPicture(page, 'Letter from');
      await page.keyboard.press('e');
      await page.locator('.correcting').waitFor();
    },
  },
  { name: 'picture-pages', path: () => '/?q=win', ready: '.hit', act: (page) => openPicture(page, 'Lighthouse') },
  {
    name: 'add',
    path: () => '/',
    ready: '[data-id]',
    act: async (page) => {
      await page.keyboard.press('Escape');
      await page.keyboard.press('a');
      await page.locator('dialog.add').waitFor();
    },
  },
  {
    name: 'adding',
    path: () => '/',
    ready: '[data-id]',
    act: async (page) => {
      await page.keyboard.press('Escape');
      await page.keyboard.press('a');
      await page.locator('dialog.add input[multiple]').setInputFiles(['samples/receipt.jpg', 'package.json']);
      await page.locator('.file', { hasText: 'receipt' }).locator('a').waitFor();
      await page.locator('.file small.fail').waitFor();
    },
  },
];

async function openPicture(page: OpenedPage, title: string): Promise<void> {
  await page.getByRole('gridcell', { name: title }).getByRole('link').first().click();
  await page.locator('.read').waitFor({ state: 'attached' });
  await page.locator('.checks li').first().waitFor();
  await holds(page, '[...document.images].every((image) => image.complete)');
}

/** Shows a case in a browser that has signed in, once its pictures are there. */
export async function showCase(page: OpenedPage, world: WebWorld, { path, ready, act }: PageCase): Promise<void> {
  await page.goto(world.url + (await path(world)));
  await page.locator(ready).first().waitFor();
  await holds(page, "[...document.images].every((image) => image.complete) && document.fonts.status === 'loaded'");
  await act?.(page);
}
