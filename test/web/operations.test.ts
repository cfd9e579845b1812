/** Operations: an outage and its end, what gave up, a pause, and an index that lost its entries. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { z } from 'zod';
import { OpsSummary } from '../../contract/ops-summary.ts';
import { openDatabase } from '../../persistence/sqlite/database.ts';
import { until } from '../worlds/wait.ts';
import { type Embedder, embedder } from './embedder.ts';
import { picture, wordOn } from './files.ts';
import { readFrom, sendFrom } from './sent.ts';
import { type OpenedPage, type WebWorld, webWorld } from './web-world.ts';

/** From when the service says it to when the page does. */
const SHOWN_MS = 10_000;
/** A machine that runs tests beside it is slower than an operator's. */
const BUSY = 3;

let [world, embedding]: [WebWorld, Embedder] = [] as never;
before(async () => {
  embedding = await embedder();
  world = await webWorld({ empty: true, env: embedding.env });
});
after(async () => {
  await world.stop();
  await embedding.stop();
});

const opened = async (): Promise<OpenedPage> => {
  const page = await world.open();
  await page.goto(`${world.url}/operations`);
  await page.locator('.steps li').first().waitFor();
  return page;
};
const ready = (page: OpenedPage, ids: readonly string[]) =>
  until('they are ready', async () => {
    const all = await Promise.all(ids.map((id) => readFrom(page, id)));
    return all.every(({ phase }) => phase === 'ready');
  });
/** Asked beside the page, as a monitor would. */
async function stateOf(page: OpenedPage, part: string): Promise<string | undefined> {
  const summary = OpsSummary.parse(await page.evaluate("fetch('/v1/ops/summary').then((answer) => answer.json())"));
  return summary.parts.find((one) => one.part === part)?.state;
}
async function shownInTime(page: OpenedPage, isIt: (state: string | undefined) => boolean): Promise<void> {
  await until('the service has noticed', async () => isIt(await stateOf(page, 'embedder')));
  const noticed = performance.now();
  const shown = page.locator('[data-part=embedder]');
  await until('the page says so', async () => isIt((await shown.getAttribute('data-state')) ?? undefined));
  const ms = performance.now() - noticed;
  assert.ok(ms <= SHOWN_MS * BUSY, `shown after ${ms.toFixed(0)} ms`);
}

test('an outage is seen, with what waits and what need not be done; and so is its end', async () => {
  const page = await opened();
  await page.getByText('Everything answers. Nothing has to be pressed.').waitFor();
  embedding.mood = 'away';
  const id = await sendFrom(page, 'one.png', await picture(1), { title: 'One' });
  await shownInTime(page, (state) => state !== 'ok' && state !== undefined);
  await page.getByText(/Embeddings: .*, since \d\d:\d\d\./).waitFor();
  await page.getByText('nothing has to be pressed: it is asked again by itself').waitFor();
  await page.locator('[data-step=embed].down').waitFor();
  await page.locator('nav .badge-dot').first().waitFor();
  embedding.mood = 'well';
  await shownInTime(page, (state) => state === 'ok');
  await page.getByText('Everything answers').waitFor();
  await ready(page, [id]);
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test('what gave up for one reason is replayed together', async () => {
  const page = await opened();
  embedding.mood = 'refusing';
  const ids: string[] = [];
  for (const number of [2, 3]) ids.push(await sendFrom(page, `${number}.png`, await picture(number), { title: `${number}` }));
  const group = page.locator('.cause', { hasText: 'PROVIDER_REFUSED' });
  await group.getByRole('button', { name: 'Replay 2' }).waitFor();
  embedding.mood = 'well';
  await group.getByRole('button', { name: 'Replay 2' }).click();
  await page.locator('[data-block=runs] li', { hasText: 'Replay embed PROVIDER_REFUSED done' }).waitFor();
  await group.waitFor({ state: 'detached' });
  await ready(page, ids);
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test('a step is paused, which is said with what it means, and goes on', async () => {
  const page = await opened();
  await page.getByRole('button', { name: 'Pause Save' }).click();
  await page.getByText('Paused by an operator: Save').waitFor();
  await page.locator('[data-step=save].paused').waitFor();
  await page.getByRole('button', { name: 'Resume Save' }).click();
  await page.getByText('Everything answers').waitFor();
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test('an index that was wiped is seen by comparing, and healed', async () => {
  const page = await opened();
  const id = await sendFrom(page, 'four.png', await picture(4), { title: 'Four' });
  await ready(page, [id]);
  const verify = page.locator('[data-block=verify]');
  /** The service looks every 30 s by itself, and may be the first to put it right: then it is wiped once more. */
  const wipedAnd = (button: string, seen: string) =>
    until(`${button}: ${seen}`, async () => {
      const index = openDatabase(path.join(world.folder, 'data', 'search.sqlite'));
      index.exec('PRAGMA busy_timeout = 5000; DELETE FROM entries');
      index.close();
      await verify.getByRole('button', { name: button, exact: true }).click();
      const said = verify.getByText(seen).or(verify.getByText('Nothing differs.')).first();
      await verify.getByRole('button', { name: 'Stop' }).waitFor({ state: 'detached' });
      await said.waitFor();
      return (await said.textContent())?.includes(seen) ?? false;
    });
  await wipedAnd('Compare', 'The index lacks the entry of a picture');
  await wipedAnd('Compare and heal', 'put right');
  await until('it is found again', async () => {
    const address = `/v1/search?q=${wordOn(4)}`;
    const { total } = z
      .object({ total: z.number() })
      .parse(await page.evaluate(`fetch('${address}').then((answer) => answer.json())`));
    return total > 0;
  });
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test('who is no operator is not led there, and is told whose page it is', async () => {
  const page = await world.open({ role: 'editor' });
  assert.equal(await page.getByRole('link', { name: 'Operations' }).count(), 0);
  await page.goto(`${world.url}/operations`);
  await page.getByRole('heading', { name: 'Operations are for operators' }).waitFor();
  await page.context().close();
});
