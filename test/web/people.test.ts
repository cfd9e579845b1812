/** People and keys: who is invited, what they see, and how they leave. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newPage, type WebWorld, webWorld } from './web-world.ts';

let world: WebWorld;
before(async () => {
  world = await webWorld({ empty: true });
});
after(() => world.stop());

/** Ends within seconds of being revoked: the stream of events is closed then. */
const THROWN_OUT_MS = 60_000;

test('a viewer is invited by a link, sees and may not change; revoked, he is out of the page that he has open', async () => {
  const admin = await world.open();
  await admin.goto(`${world.url}/people`);
  const form = admin.locator('form', { has: admin.getByRole('button', { name: 'Invite' }) });
  await form.getByRole('textbox', { name: 'Name' }).fill('林梅');
  await form.getByRole('button', { name: 'Invite' }).click();
  const link = await admin.getByRole('dialog').locator('.secret').innerText();
  await admin.getByRole('button', { name: 'Done' }).click();
  await admin.locator('[data-user="林梅"]').waitFor();

  const viewer = await newPage(world.browser, {});
  await viewer.goto(link);
  await viewer.locator('.bar').waitFor();
  assert.equal(await viewer.getByRole('button', { name: /^Add/ }).count(), 0);
  assert.equal(await viewer.getByRole('link', { name: 'Inbox' }).count(), 0);
  await viewer.goto(`${world.url}/people`);
  await viewer.getByText('林梅, Viewer of default').waitFor();
  await viewer.getByText('Administrators look after people and keys.').waitFor();
  assert.equal(await viewer.getByRole('button', { name: 'Invite' }).count(), 0);
  const refused = await viewer.evaluate("fetch('/v1/users').then(({ status }) => status)");
  assert.equal(refused, 403);

  const row = admin.locator('[data-user="林梅"]');
  await row.getByRole('button', { name: 'Revoke 林梅' }).click();
  await row.getByRole('button', { name: 'Revoke: sure' }).click();
  await admin.getByText('林梅 is revoked and signed out').waitFor();
  await viewer.getByText('You are signed out').waitFor({ timeout: THROWN_OUT_MS });
  assert.deepEqual(admin.errors, []);
  await viewer.context().close();
  await admin.context().close();
});

test('a role is changed; nobody changes their own', async () => {
  const admin = await world.open();
  await admin.goto(`${world.url}/people`);
  const form = admin.locator('form', { has: admin.getByRole('button', { name: 'Invite' }) });
  await form.getByRole('textbox', { name: 'Name' }).fill('Ada');
  await form.getByRole('button', { name: 'Invite' }).click();
  await admin.getByRole('button', { name: 'Done' }).click();
  await admin.getByRole('combobox', { name: 'Role of Ada' }).selectOption('operator');
  await admin.getByText('Ada is Operator now, and signs in again').waitFor();
  assert.equal(await admin.getByRole('combobox', { name: 'Role of admin', exact: true }).isDisabled(), true);
  assert.equal(await admin.getByRole('button', { name: 'Revoke admin', exact: true }).count(), 0);
  assert.deepEqual(admin.errors, []);
  await admin.context().close();
});

test('a key is made with an end, shown once, works, and is revoked', async () => {
  const admin = await world.open();
  await admin.goto(`${world.url}/people`);
  const form = admin.locator('form', { has: admin.getByRole('button', { name: 'Make a key' }) });
  await form.getByRole('textbox', { name: 'Name' }).fill('scanner');
  await form.getByRole('combobox', { name: 'Ends' }).selectOption('30');
  await form.getByRole('button', { name: 'Make a key' }).click();
  const key = await admin.getByRole('dialog').locator('.secret').innerText();
  await admin.keyboard.press('Escape');
  const asked = async () => (await fetch(`${world.url}/v1/me`, { headers: { authorization: `Bearer ${key}` } })).status;
  assert.equal(await asked(), 200);
  const row = admin.locator('[data-key=scanner]');
  await row.getByText(/Editor, admin, ends \d/).waitFor();
  await row.getByRole('button', { name: 'Revoke scanner' }).click();
  await row.getByRole('button', { name: 'Revoke: sure' }).click();
  await admin.getByText('The key scanner is revoked').waitFor();
  assert.equal(await asked(), 401);
  assert.deepEqual(admin.errors, []);
  await admin.context().close();
});

test('language, theme and shortcuts are chosen there, and kept', async () => {
  const page = await world.open();
  await page.goto(`${world.url}/people`);
  await page.getByRole('checkbox', { name: 'Single-letter shortcuts' }).uncheck();
  await page.getByRole('combobox', { name: 'Theme' }).selectOption('dark');
  await page.getByRole('combobox', { name: 'Language' }).selectOption('zh');
  await page.getByRole('heading', { name: '用户与密钥' }).waitFor();
  await page.keyboard.press('?');
  assert.equal(await page.getByRole('dialog').count(), 0);
  assert.equal(await page.evaluate('document.documentElement.dataset.theme'), 'dark');
  assert.deepEqual(page.errors, []);
  await page.context().close();
});
