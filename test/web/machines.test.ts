/** The Machines page: what can happen is tried, shared and exported; and pictures are seen on their way. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import sharp from 'sharp';
import { resourceMachine } from '../../machines/resource.ts';
import { taskMachine } from '../../machines/task.ts';
import { codeOf } from '../../visualizer/config.ts';
import { graphOf } from '../../visualizer/graph.ts';
import { hashOf } from '../../visualizer/layout.ts';
import { scenarioOf } from '../../visualizer/simulation/share.ts';
import { until } from '../worlds/wait.ts';
import { type OpenedPage, type WebWorld, webWorld } from './web-world.ts';

let world: WebWorld;
before(async () => {
  world = await webWorld({ empty: true });
});
after(() => world.stop());

const simulating = async (): Promise<OpenedPage> => {
  const page = await world.open();
  await page.goto(`${world.url}/machines`);
  await page.getByRole('button', { name: 'Simulate' }).click();
  return page;
};
const choose = (page: OpenedPage, label: string) => page.locator('.can .take').filter({ hasText: label }).first().click();
/** Until OCR runs. */
const WHILE_READ = ['UPLOAD_REPORTED', 'inspect accepted', 'inspect done legal', 'ocr accepted'];
/** The address once it holds that many steps. */
const linkAfter = (page: OpenedPage, steps: number): Promise<string> =>
  until('the address holds the scenario', async () => {
    const scenario = await scenarioOf(new URL(page.url()).hash.slice(1), () => VERSION);
    return !('refused' in scenario) && scenario.steps.length === steps && page.url();
  });
const graph = graphOf(resourceMachine);
const VERSION = { machine: 'resource', version: graph.version, hash: hashOf(graph) };
const now = (page: OpenedPage) => page.locator('.panel p[aria-live] .word').innerText();

test('metadata edited while OCR runs: what is refused, by which guard and why; what is taken, and what it changes', async () => {
  const page = await simulating();
  for (const step of WHILE_READ) await choose(page, step);
  assert.equal(await now(page), 'INIT');
  const refused = page.locator('.can > li').filter({ hasText: '{"complete":false}' });
  assert.match(await refused.innerText(), /staysDescribed refused: complete false, described true/);
  await choose(page, 'METADATA_SUBMITTED {"complete":true}');
  assert.equal(await now(page), 'INIT');
  assert.match(await page.locator('.ctx .is-changed').first().innerText(), /2/);
  assert.match(await page.locator('.owed').innerText(), /Owes, so not in limbo[\s\S]*job ocr\s+begun/);
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test('its link shows another the same; of another version it is refused by name', async () => {
  const page = await simulating();
  for (const step of [...WHILE_READ, '{"complete":false}']) await choose(page, step);
  const link = await linkAfter(page, WHILE_READ.length + 1);
  const shown = await page.locator('.panel').innerText();
  assert.match(link, /#resource@2-[0-9a-f]{16}\?steps=/);
  const other = await world.open();
  await other.goto(link);
  await until('the scenario is shown', async () => (await other.locator('.panel').innerText()) === shown);
  assert.match(shown, /INIT[\s\S]*refused/);
  await other.goto('about:blank');
  await other.goto(link.replace(/@2-[0-9a-f]{16}/, '@1-0000000000000000'));
  assert.match(await other.getByRole('alert').innerText(), /resource@1-0000000000000000; here runs resource@2-/);
  assert.deepEqual([...page.errors, ...other.errors], []);
  await other.context().close();
  await page.context().close();
});

test('back and forth on the tape; a fault; a guard that is forced is marked', async () => {
  const page = await simulating();
  for (const step of WHILE_READ) await choose(page, step);
  await page.getByRole('button', { name: 'Back' }).click();
  assert.equal(await now(page), 'READY_FOR_OCR');
  await page.getByRole('button', { name: 'Step', exact: true }).click();
  assert.equal(await now(page), 'INIT');
  await page.getByRole('button', { name: 'Worker lost: ocr released' }).click();
  assert.equal(await now(page), 'READY_FOR_OCR');
  await page.getByRole('button', { name: 'Force staysDescribed' }).first().click();
  assert.equal(await page.locator('.tape .is-forced').count(), 1);
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test('a line that is pointed at says its causes; a choice that is pointed at shows where it leads', async () => {
  const page = await simulating();
  for (const step of WHILE_READ) await choose(page, step);
  const P = 'resource.pipeline.indexing';
  await page.locator(`.card[data-state="${P}.recognising"]`).hover();
  await page.locator('.canvas .label').filter({ hasText: 'ocr failed' }).waitFor();
  await page.locator('.can .take').filter({ hasText: 'ocr done' }).first().hover();
  await page.locator(`.edge.next[data-edge="${P}.recognising ${P}.OCR_DONE"]`).waitFor({ state: 'attached' });
  assert.equal(await page.locator('.canvas .label').count(), 0);
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test('the machine of the browser is tried too, and a scenario of another machine is left behind', async () => {
  const page = await simulating();
  for (const step of WHILE_READ) await choose(page, step);
  await linkAfter(page, WHILE_READ.length);
  await page.getByRole('button', { name: 'upload', exact: true }).click();
  await choose(page, 'CHECK');
  await page.locator('.canvas .card.here[data-state="upload.checking"]').waitFor();
  assert.equal(await page.getByRole('alert').count(), 0);
  await page.getByRole('button', { name: 'Live' }).click();
  await page.locator('.panel').filter({ hasText: 'This browser is adding no file' }).waitFor();
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

describe('what the page gives away', () => {
  test('the code for Stately is what the command line writes', async () => {
    const page = await simulating();
    for (const [name, machine] of [
      ['resource', resourceMachine],
      ['task', taskMachine],
    ] as const) {
      await page.getByRole('button', { name, exact: true }).click();
      await page.getByRole('button', { name: 'Export' }).click();
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Stately', exact: true }).click(),
      ]);
      assert.equal(await readFile((await download.path()) ?? '', 'utf8'), codeOf(machine)); // test/visualizer/export.test.ts walks it
    }
    await page.context().close();
  });

  test('a scenario is saved as a test file', async () => {
    const page = await simulating();
    for (const step of WHILE_READ) await choose(page, step);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save as test' }).click(),
    ]);
    const source = await readFile((await download.path()) ?? '', 'utf8');
    assert.match(source, /"say":"accepted","job":"ocr"\}, "moved", \[.*INIT"/);
    await page.context().close();
  });
});

test('counts move while a picture comes in; then its path is shown, and what it owes', async () => {
  const page = await world.open();
  await page.goto(`${world.url}/machines`);
  await page.locator('.panel h2').filter({ hasText: '0 pictures' }).waitFor();
  const bytes = await sharp({ create: { width: 200, height: 80, channels: 3, background: 'white' } })
    .png()
    .toBuffer();
  const id = await page.evaluate(
    `(async () => { const form = new FormData(); form.set('metadata', '{"title":"t"}'); form.set('file', new Blob([Uint8Array.from(atob('${bytes.toString('base64')}'), (sign) => sign.charCodeAt(0))], { type: 'image/png' }), 'a.png'); const answer = await fetch('/v1/resources', { method: 'POST', body: form }); return (await answer.json()).resource.resource_id; })()`,
  );
  await page.locator('.panel h2').filter({ hasText: '1 pictures' }).waitFor();
  await page.locator('.canvas [data-state="resource.pipeline.indexing.INDEXED"] .count').waitFor({ timeout: 60_000 });
  await page.goto(`${world.url}/machines/${id}`);
  await page.locator('.panel li').filter({ hasText: 'INDEXED' }).first().waitFor();
  await page.locator('.canvas .card.here[data-state="resource.pipeline.indexing.INDEXED"]').waitFor();
  assert.ok((await page.locator('.canvas .card.lit').count()) > 3);
  assert.match(await page.locator('.owed').innerText(), /Rests/);
  assert.deepEqual(page.errors, []);
  await page.context().close();
});
