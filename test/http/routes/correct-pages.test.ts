/** Corrections of a picture with several pages: what each call names, and what it leaves as it was. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { z } from 'zod';
import { Resource } from '../../../contract/resource.ts';
import { CORRECTION_CHARS } from '../../../contract/text.ts';
import { type HttpWorld, httpWorld } from '../../worlds/http-world.ts';

let w: HttpWorld;
before(async () => {
  w = await httpWorld();
});
after(() => w.stop());

const correct = async (id: string, texts: Record<number, string | null>, language = 'en') => {
  const pages = Object.entries(texts).map(([page, text]) => ({ page: Number(page), text }));
  return w.call('PATCH', `/v1/resources/${id}/text`, { body: { pages }, headers: { 'accept-language': language } });
};
/** What people have said of it so far. */
async function said(id: string): Promise<Record<number, string | null> | null> {
  const row = await w.facts.resources.get({ org_id: 'a' }, id);
  const correction = row?.correction_id ? await w.facts.texts.correction({ org_id: 'a' }, row.correction_id) : null;
  return correction && Object.fromEntries(correction.pages.map(({ page, text }) => [page, text]));
}
const statusOf = async (id: string) => Resource.parse((await w.call('GET', `/v1/resources/${id}`)).json).status;

/** Seen to be legal, with so many pages; nothing is read yet. */
async function withPages(page_count: number): Promise<string> {
  const { resource_id } = await w.created();
  await w.call('POST', `/v1/resources/${resource_id}/uploaded`);
  const sha256 = createHash('sha256').update(resource_id).digest('hex');
  const seen = { sha256, byte_size: 5, content_type: 'image/tiff', width: 4, height: 3, page_count };
  const verdict = { verdict: 'legal', ...seen, original_key: `a/${resource_id}/run/original`, fact_id: null };
  await w.done(resource_id, 'inspect', verdict, { facts: [], columns: { ...seen, uploaded_at: 1 } });
  return resource_id;
}

test('a page that is not named keeps what was said of it; null takes back that page alone', async () => {
  const id = await withPages(3);
  await w.indexed(id);
  await correct(id, { 1: 'one' });
  await correct(id, { 3: 'three' });
  assert.deepEqual(await said(id), { 1: 'one', 3: 'three' });
  await correct(id, { 1: null, 2: 'two' });
  assert.deepEqual(await said(id), { 2: 'two', 3: 'three' });
  await correct(id, { 2: null, 3: null });
  assert.equal(await said(id), null);
});

test('people who correct different pages at once are all heard', async () => {
  const id = await withPages(5);
  await w.indexed(id);
  const answers = await Promise.all([1, 2, 3, 4, 5].map((page) => correct(id, { [page]: `page ${page}` })));
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
  assert.deepEqual(Object.keys((await said(id)) ?? {}), ['1', '2', '3', '4', '5']);
});

test('while nothing is read, some pages alone are refused, since the others would be left without text; all of them go on', async () => {
  const id = await withPages(2);
  for (const language of ['en', 'zh']) {
    const some = await correct(id, { 2: 'two' }, language);
    const { errors } = z.object({ errors: z.array(z.object({ pointer: z.string(), detail: z.string() })) }).parse(some.json);
    assert.deepEqual([some.status, errors[0]?.pointer], [422, '/pages']);
    assert.match(errors[0]?.detail ?? '', language === 'en' ? /not been read yet/ : /尚未识别/);
  }
  assert.equal(await statusOf(id), 'READY_FOR_OCR');
  assert.equal((await correct(id, { 1: 'one', 2: 'two' })).status, 200);
  assert.equal(await statusOf(id), 'OCR_DONE');
  assert.equal((await correct(id, { 1: null, 2: null })).status, 200);
  assert.equal(await statusOf(id), 'READY_FOR_OCR', 'the machine reads it after all');
});

test('a correction has an end, however many calls it came by', async () => {
  const id = await withPages(9);
  await w.indexed(id);
  const half = 'x'.repeat(CORRECTION_CHARS / 4);
  for (const page of [1, 2, 3, 4]) assert.equal((await correct(id, { [page]: half })).status, 200);
  assert.equal((await correct(id, { 5: 'x' })).status, 422);
  assert.equal((await correct(id, { 4: null, 5: 'x' })).status, 200);
});
