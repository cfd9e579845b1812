/** Getting in, from where, and what each may see and do. */
import assert from 'node:assert/strict';
import { createServer, request } from 'node:http';
import { networkInterfaces } from 'node:os';
import { after, before, describe, test } from 'node:test';
import { drop, picturesIn } from './files.ts';
import { SAMPLE_NAMES } from './seed.ts';
import { holds, newPage, type WebWorld, webWorld } from './web-world.ts';

describe('getting in', () => {
  let world: WebWorld;
  before(async () => {
    world = await webWorld({ env: { TUODI_LISTEN: '0.0.0.0:0' } });
  });
  after(() => world.stop());
  const port = () => new URL(world.url).port;
  const here = () => `http://127.0.0.1:${port()}`;
  /** An address of this machine that is no loopback; null: there is none. */
  const outerOrigin = () => {
    const outer = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .find(({ internal, family }) => !internal && family === 'IPv4');
    return outer ? `http://${outer.address}:${port()}` : null;
  };
  const at = (link: string, origin: string) => link.replace(/^[^#]*\/#/, `${origin}/#`);

  test('a link signs in once; its token leaves the address; a second use says where to get another', async () => {
    const link = at(await world.link(), here());
    const page = await newPage(world.browser, {});
    await page.goto(link);
    await page.getByText(`${SAMPLE_NAMES.length} pictures`).waitFor();
    assert.equal(page.url(), `${here()}/`);
    assert.equal(await page.evaluate('document.cookie'), '', 'no script reads the cookie');
    const other = await newPage(world.browser, {});
    await other.goto(link);
    await other.getByText('This link was used already').waitFor();
    await other.getByText('tuodi login-link').first().waitFor();
    await other.getByRole('textbox').fill('not a link');
    await other.getByRole('button', { name: 'Sign in' }).click();
    await other.getByText('This is not a link of tuodi').waitFor();
    await other.getByRole('textbox').fill(at(await world.link(), here()));
    await other.keyboard.press('Enter');
    await other.getByText(`${SAMPLE_NAMES.length} pictures`).waitFor();
    await other.getByRole('button', { name: 'You and this browser' }).click();
    await other.getByRole('button', { name: 'Sign out' }).click();
    await other.getByText('You are signed out').waitFor();
    await other.reload();
    await other.getByRole('heading', { name: 'Open the link that the terminal printed' }).waitFor();
    assert.deepEqual([page.errors, other.errors], [[], []]);
    await Promise.all([page, other].map((one) => one.context().close()));
  });

  test('by plain http from the network: everything works without what browsers keep for https, and it is said quietly', async (t) => {
    const origin = outerOrigin();
    if (!origin) return t.skip('this machine has no address but its own');
    const page = await newPage(world.browser, {});
    await page.goto(at(await world.link(), origin));
    await page.getByText('This connection is not encrypted').waitFor();
    assert.equal(await page.evaluate('isSecureContext || crypto.subtle !== undefined'), false);
    await page.getByRole('button', { name: 'All right' }).click();
    await page.getByRole('searchbox').fill('Winifred');
    await page.locator('.hit').first().waitFor();
    await holds(page, "document.querySelector('.print img').naturalWidth > 0");
    await page.getByRole('button', { name: 'Ask why a picture can’t be found' }).click();
    await page.getByRole('dialog').locator('input[type=file]').setInputFiles('samples/english-letter.png');
    await page.getByText('It is here: Letter from the bicycle workshop').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Choose Letter from the bicycle workshop' }).click({ force: true });
    await page.keyboard.press('#');
    await page.getByRole('button', { name: /^Undo/ }).click();
    await page.getByText('1 picture put back').waitFor();
    assert.deepEqual(page.errors, []);
    await page.context().close();
  });

  test('behind a proxy, under a path: pages, files, calls and deep links', async () => {
    const prefix = '/pictures-of/ours';
    const proxy = createServer((asked, answer) => {
      if (!asked.url?.startsWith(`${prefix}/`)) {
        answer.writeHead(404).end();
        return;
      }
      const options = {
        port: Number(port()),
        path: asked.url.slice(prefix.length),
        method: asked.method,
        headers: asked.headers,
      };
      const sent = request(options, (got) => {
        answer.writeHead(got.statusCode ?? 502, got.headers);
        got.pipe(answer);
      });
      sent.on('error', () => answer.destroy());
      answer.on('close', () => sent.destroy());
      asked.pipe(sent);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const address = proxy.address();
    const origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}${prefix}`;
    try {
      const page = await newPage(world.browser, {});
      await page.goto(at(await world.link(), origin));
      await page.getByText(`${SAMPLE_NAMES.length} pictures`).waitFor();
      await page.getByRole('searchbox').fill('Winifred');
      await page.getByRole('gridcell', { name: 'Letter from the bicycle' }).getByRole('link').click();
      await page.waitForURL(`${origin}/pictures/*?q=Winifred`);
      await page.getByRole('heading', { name: 'Letter from the bicycle workshop' }).waitFor();
      await page.reload();
      await page.getByRole('heading', { name: 'Letter from the bicycle workshop' }).waitFor();
      await page.getByRole('link', { name: 'Library' }).first().click();
      await page.waitForURL(`${origin}/`);
      assert.deepEqual(page.errors, []);
      await page.context().close();
    } finally {
      proxy.closeAllConnections();
      proxy.close();
    }
  });

  test('who may only look is offered nothing that he may not do, by mouse or by key', async () => {
    const page = await newPage(world.browser, {});
    await page.goto(at(await world.link({ role: 'viewer' }), here()));
    await page.getByText(`${SAMPLE_NAMES.length} pictures`).waitFor();
    assert.equal(await page.getByRole('button', { name: /^Add/ }).count(), 0);
    await page.keyboard.press('Escape');
    await page.keyboard.press('a');
    await page.getByRole('button', { name: 'Choose Kite Festival on Pebble Beach' }).click({ force: true });
    const offered = await page.getByRole('toolbar').getByRole('button').allInnerTexts();
    assert.deepEqual(offered.filter(Boolean), ['Download']);
    for (const key of ['#', 't', 'r']) await page.keyboard.press(key);
    assert.equal(await page.getByRole('dialog').count(), 0);
    await page.goto(`${here()}/?trash`);
    await page.getByText('The trash is empty').waitFor();
    const counts = await page.evaluate("fetch('/v1/resources/counts').then((response) => response.json())");
    assert.equal((counts as { total: number }).total, SAMPLE_NAMES.length, 'nothing was changed');
    await page.context().close();
  });

  test('another organisation sees nothing of it: not in lists, not by search, not by an address', async () => {
    const ours = await newPage(world.browser, {});
    await ours.goto(at(await world.link(), here()));
    const href = await ours.getByRole('gridcell').getByRole('link').first().getAttribute('href');
    const page = await newPage(world.browser, {});
    await page.goto(at(await world.link({ org: 'elsewhere' }), here()));
    await page.getByRole('heading', { name: 'Drop pictures anywhere on this page' }).waitFor();
    await page.goto(`${here()}/?q=win`);
    await page.getByRole('heading', { name: 'No picture has this' }).waitFor();
    await page.goto(`${here()}${href}`);
    await page.getByRole('heading', { name: 'There is no page here' }).waitFor();
    await Promise.all([ours, page].map((one) => one.context().close()));
  });

  test('by plain http, with no connection before anything was added: dropped pictures wait, and go in when it is back', async (t) => {
    const origin = outerOrigin();
    if (!origin) return t.skip('this machine has no address but its own');
    const page = await newPage(world.browser, {});
    await page.goto(at(await world.link({ role: 'editor', org: 'plain' }), origin));
    await page.getByRole('heading', { name: 'Drop pictures anywhere on this page' }).waitFor();
    // The room of adding is loaded by itself by then, and all that it needs to look at files.
    await holds(page, "performance.getEntriesByType('resource').some(({ name }) => /assets\\/add-[^/]*\\.js$/.test(name))");
    await page.context().setOffline(true);
    await drop(page, await picturesIn(world.folder, 'plain', [0]));
    const adding = page.locator('dialog.add');
    await adding.getByText('Connection lost. Goes on by itself').first().waitFor({ timeout: 60_000 });
    await page.context().setOffline(false);
    await adding.getByText('1 picture added').waitFor({ timeout: 60_000 });
    assert.deepEqual(page.errors, []);
    await page.context().close();
  });
});

test('an empty library begins with what to do, for who may add and for who may not', async () => {
  const world = await webWorld({ empty: true });
  try {
    const page = await world.open({}, { language: 'zh' });
    await page.getByRole('heading', { name: '把图片拖到页面任何位置' }).waitFor();
    await page.getByRole('button', { name: '用 14 张样例试试' }).waitFor();
    assert.equal(await page.getByRole('searchbox').getAttribute('placeholder'), '还没有可搜索的图片');
    const viewer = await world.open({ role: 'viewer' });
    await viewer.getByRole('heading', { name: 'There are no pictures yet' }).waitFor();
    assert.equal(await viewer.getByRole('button', { name: 'Choose pictures' }).count(), 0);
    assert.deepEqual([page.errors, viewer.errors], [[], []]);
  } finally {
    await world.stop();
  }
});
