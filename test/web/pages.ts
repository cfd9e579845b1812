/** Every page and state that is looked at by axe and on screenshots: a room adds its own here. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ADVICE } from '../../contract/dead-letters.ts';
import { FAILURE_CODES } from '../../contract/failures.ts';
import { sendFrom } from './sent.ts';
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
  { name: 'some-of-it-found', path: () => `/?q=${encodeURIComponent('云雀 dinner')}`, ready: '.hit' },
  { name: 'nothing-found', path: () => `/?q=${encodeURIComponent('钢琴 xylophone')}`, ready: '.state', shot: true },
  { name: 'operations', path: () => '/operations', ready: '.work .steps', shot: true },
  { name: 'read-again', path: () => '/read-again?remark=low_confidence', ready: '.work .order', shot: true },
  { name: 'people', path: () => '/people', ready: '.work [data-user]', shot: true },
  { name: 'machines-live', path: () => '/machines', ready: '.canvas .card' },
  { name: 'machines-ocr-runs', path: () => '/machines', ready: '.canvas .card', shot: true, act: (page) => simulate(page) },
  {
    name: 'machines-edited',
    path: () => '/machines',
    ready: '.canvas .card',
    shot: true,
    act: async (page) => {
      await simulate(page, 'METADATA_SUBMITTED {"complete":true}');
      await page.locator('.ctx .is-changed').first().scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'machines-upload',
    path: () => '/machines',
    ready: '.canvas .card',
    act: (page) => page.locator('.lab-top .seg').first().locator('button').nth(2).click(),
  },
  {
    name: 'machines-picture',
    path: () => '/machines',
    ready: '.canvas .card',
    act: async (page) => {
      const id = await page.evaluate(
        "fetch('/v1/resources?limit=1').then((found) => found.json()).then(({ items }) => items[0].resource_id)",
      );
      await page.locator('.lab-top .end .seg button').nth(1).click();
      await page.locator('.panel input').fill(String(id));
      await page.locator('.panel form button').click();
      await page.locator('.panel ol li').first().waitFor();
    },
  },
  { name: 'trash', path: () => '/?trash', ready: '.state' },
  { name: 'no-page', path: () => '/pictures/none', ready: '.middle h1' },
  {
    name: 'library-failed',
    path: () => '/',
    ready: '[data-id]',
    act: async (page) => {
      const problem = { type: 'about:blank', title: 'No', status: 503, detail: 'It is not there just now.', code: 'UNAVAILABLE' };
      const answers = /\/v1\/resources\?/;
      await page.route(answers, (route) =>
        route.fulfill({ status: 503, contentType: 'application/problem+json', json: { ...problem, request_id: 'r' } }),
      );
      await page.reload();
      await page.locator('.state h2').waitFor();
      await page.unroute(answers);
    },
  },
  {
    name: 'why-not-here',
    path: () => '/?q=win',
    ready: '.hit',
    act: async (page) => {
      await page.locator('.after button').click();
      await page.locator('dialog.why input[name=name]').fill('kite');
      await page.keyboard.press('Enter');
      await page.locator('dialog.why .note a').waitFor();
    },
  },
  {
    name: 'tagging',
    path: () => '/',
    ready: '[data-id] .print img',
    act: async (page) => {
      await page.keyboard.press('Escape');
      await page.locator('.tick').nth(1).click({ force: true });
      await page.keyboard.press('t');
      await page.locator('dialog .chips .chip').first().waitFor();
    },
  },
  {
    name: 'dates',
    path: () => '/?tag=notice&not_tag=receipt',
    ready: '[data-id]',
    act: async (page) => {
      await page.locator('.chips .menu > button.chip').last().click();
      await page.locator('.days').waitFor();
    },
  },
  {
    name: 'picture-failed',
    path: () => '/',
    ready: '[data-id]',
    act: async (page) => {
      const id = await page.evaluate(REJECTED);
      await page.goto(new URL(`/pictures/${id}`, page.url()).href);
      await page.locator('.facts .note').first().waitFor();
    },
  },
  {
    name: 'picture-unsure',
    path: () => '/?q=%E5%9C%96%E6%9B%B8%E9%A4%A8',
    ready: '.hit',
    act: async (page) => {
      await openPicture(page, '圖書館');
      await page.keyboard.press('u');
      await page.locator('form.pop').waitFor();
    },
  },
  {
    name: 'picture-tags',
    path: () => '/?q=Skylark',
    ready: '.hit',
    act: async (page) => {
      await openPicture(page, 'Skylark');
      await page.locator('.facts button.value').nth(2).click();
      await page.locator('.known [role=option]').first().waitFor();
    },
  },
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
  // The last: it signs in to an organisation of its own, so that what waits there is not seen on the pages before.
  {
    name: 'inbox',
    path: async (world) => `/?${new URL(await world.link({ org: 'night-school' })).hash}`,
    ready: '.state, [data-id]',
    shot: true,
    act: async (page) => {
      await fillInbox(page);
      await page.goto(new URL('/inbox', page.url()).href);
      await page.locator('.item').first().waitFor();
      await page.locator('.cause .fan a').first().waitFor();
      await page.locator('.again').first().waitFor();
      await holds(page, '[...document.images].every((image) => image.complete)');
    },
  },
];

/** The id of a file that is no picture, sent if it is not there yet. */
const REJECTED = `(async () => {
  const listed = await (await fetch('/v1/resources?phase=failed')).json();
  if (listed.items[0]) return listed.items[0].resource_id;
  const form = new FormData();
  form.set('metadata', '{"title":"No picture"}');
  form.set('file', new Blob(['no picture'], { type: 'image/png' }), 'broken.png');
  const { resource } = await (await fetch('/v1/resources', { method: 'POST', body: form, headers: { prefer: 'wait=30' } })).json();
  return resource.resource_id;
})()`;

/** The steps of docs/reviewing.md: until OCR runs, and then one more. */
async function simulate(page: OpenedPage, ...more: string[]): Promise<void> {
  await page.locator('.lab-top .end .seg button').nth(2).click();
  for (const label of ['UPLOAD_REPORTED', 'inspect accepted', 'inspect done legal', 'ocr accepted', ...more])
    await page.locator('.can .take').filter({ hasText: label }).first().click();
  await page.mouse.move(0, 0);
}

const WAITING = ['faded-ticket.jpg', 'photo-without-text.jpg', 'parts-label.bmp'];
/** Pictures without a title, one file that is none, and a group of failures as an outage leaves it. */
async function fillInbox(page: OpenedPage): Promise<void> {
  const known = await page.evaluate("fetch('/v1/resources/counts').then((answer) => answer.json()).then(({ total }) => total)");
  if (known === 0) {
    for (const name of WAITING) await sendFrom(page, name, readFileSync(`samples/${name}`));
    await sendFrom(page, 'IMG_20261104_182231.jpg', Buffer.from('no picture'), { title: 'Notice' });
  }
  await page.route('**/v1/resources/groups?by=failure', async (route) => {
    const real = await route.fetch();
    const { items } = z.object({ items: z.array(z.unknown()) }).parse(await real.json());
    const listed = await page.request.get(new URL('/v1/resources?phase=needs_person', page.url()).href);
    const { items: samples } = z.object({ items: z.array(z.unknown()) }).parse(await listed.json());
    await route.fulfill({ response: real, json: { items: [outage(samples), ...items] } });
  });
}
/** As the service groups what gave up while a service was away, which is back. */
const outage = (samples: unknown[]) => ({
  ...{ status: 'INDEX_FAILED', phase: 'failed', missing: null, step: 'embed', code: 'PROVIDER_UNAVAILABLE', count: 11 },
  meaning: FAILURE_CODES.PROVIDER_UNAVAILABLE.en,
  ...{ oldest_at: '2026-11-28T07:02:00.000Z', earliest_deadline_at: null, samples, advice: 'wait' },
  ...{ advice_text: ADVICE.wait.en, since: new Date().toISOString() },
});

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
