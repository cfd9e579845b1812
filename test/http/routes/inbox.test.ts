/** The inbox over HTTP: what waits for a person, in groups, and the filters by which each group is listed. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { FAILURE_CODES } from '../../../contract/failures.ts';
import { GROUP_ADVICE, ResourceGroups } from '../../../contract/groups.ts';
import { Counts, type Resource } from '../../../contract/resource.ts';
import { engineName } from '../../../services/steps/ocr.ts';
import { failed } from '../../worlds/failed.ts';
import { type HttpWorld, httpWorld, keyIn } from '../../worlds/http-world.ts';

let w: HttpWorld;
let viewer: string;
before(async () => {
  w = await httpWorld();
  viewer = await keyIn('a', w.deps, { role: 'viewer' });
});
after(() => w.stop());

const groups = async (by: string, sending: object = {}) => {
  const { json } = await w.call('GET', `/v1/resources/groups?by=${by}`, { key: viewer, ...sending });
  return ResourceGroups.parse((json as { items: unknown }).items);
};
type Page = { items: Resource[]; next_cursor: string | null };
const page = async (query: string, key = viewer) => (await w.call('GET', `/v1/resources?${query}`, { key })).json as Page;
const listed = async (query: string, key = viewer) => (await page(query, key)).items.map(({ resource_id }) => resource_id);
const counted = async (query: string) =>
  Counts.parse((await w.call('GET', `/v1/resources/counts?${query}`, { key: viewer })).json).total;
/** Uploaded and legal, without a title. */
async function undescribed(): Promise<string> {
  const { resource_id } = await w.created({ metadata: {} });
  await w.legal(resource_id, resource_id);
  return resource_id;
}

describe('groups', () => {
  test('of what is missing: how many, since when, until when, six of them as lists show them, and what helps', async () => {
    assert.deepEqual(await groups('missing'), []);
    const ids: string[] = [];
    for (let n = 0; n < 8; n++) ids.push(await undescribed());
    const [group, ...more] = await groups('missing');
    assert.ok(group);
    assert.deepEqual(more, []);
    const { status, phase, missing, count, advice, step, code, since } = group;
    assert.deepEqual(
      { status, phase, missing, count, advice, step, code, since },
      {
        ...{ status: 'UPLOADED_NO_METADATA', phase: 'needs_person', missing: ['title'], count: 8, advice: 'describe' },
        ...{ step: null, code: null, since: null },
      },
    );
    assert.deepEqual(
      group.samples.map(({ resource_id }) => resource_id),
      ids.slice(0, 6),
    );
    assert.deepEqual(group.samples[0], (await page(`status=${status}&sort=deadline_at`)).items[0]);
    assert.equal(group.oldest_at, group.samples[0]?.uploaded_at);
    assert.ok(group.earliest_deadline_at && group.samples[0]?.deadline_at);
    assert.ok(Math.abs(Date.parse(group.earliest_deadline_at) - Date.parse(group.samples[0].deadline_at)) < 5_000);
    const [zh] = await groups('missing', { headers: { 'accept-language': 'zh' } });
    assert.equal(zh?.advice_text, GROUP_ADVICE.describe.zh);
    assert.deepEqual(await groups('missing', { key: w.keys.other }), []);
    for (const id of ids) await w.call('PATCH', `/v1/resources/${id}/metadata`, { body: { title: 'a title' } });
    assert.deepEqual(await groups('missing'), []);
  });

  test('of failures: by status, step and code, with what helps; what is gone is in none', async () => {
    for (let n = 0; n < 8; n++) await failed(w, 'INDEX_REFUSED');
    const trashed = await failed(w, 'OCR_CRASHED');
    assert.deepEqual(
      (await groups('failure')).map(({ status, phase, step, code, count, advice, missing, samples, meaning }) => ({
        ...{ status, phase, step, code, count, advice, missing, shown: samples.length, meaning },
      })),
      [['INDEX_REFUSED', 8, 'fix configuration', 6] as const, ['OCR_CRASHED', 1, 'retry', 1] as const].map(
        ([code, count, advice, shown]) => ({
          ...{ status: 'INDEX_FAILED', phase: 'failed', step: 'ocr', code, count, advice, missing: null, shown },
          meaning: FAILURE_CODES[code].en,
        }),
      ),
    );
    await w.call('DELETE', `/v1/resources/${trashed}`);
    assert.deepEqual(
      (await groups('failure')).map(({ code }) => code),
      ['INDEX_REFUSED'],
    );
    assert.deepEqual(await groups('failure', { key: w.keys.other }), []);
  });

  test('of failures say since when what their step needs works; null while it is away', async () => {
    const since = async () => (await groups('failure')).map((group) => group.since);
    w.parts.set('store', { state: 'away', code: 'no_answer', detail: null });
    assert.deepEqual(await since(), [null]);
    w.later(60_000);
    const back = new Date(w.deps.clock.now()).toISOString();
    w.parts.set('store', null);
    const [at] = await since();
    assert.ok(at && at >= back, `${at} is before ${back}`);
  });

  test('what else is asked for is refused by name', async () => {
    for (const query of ['', '?by=size', '?by=missing&by=failure', '?by=missing&limit=3'])
      assert.equal((await w.call('GET', `/v1/resources/groups${query}`)).status, 422, query);
  });
});

describe('filters', () => {
  test('shown but not findable is one query; each group is listed by its step and code', async () => {
    const { resource_id: found } = await w.created();
    await w.legal(found, found);
    await w.indexed(found);
    const hidden = await listed('viewable=true&searchable=false&limit=200');
    const refused = await listed('failure_code=INDEX_REFUSED&failure_step=ocr&limit=200');
    assert.equal(refused.length, 8);
    assert.ok(refused.every((id) => hidden.includes(id)));
    assert.ok(!hidden.includes(found));
    assert.ok((await listed('viewable=true&searchable=true')).includes(found));
    for (const query of ['failure_code=INDEX_REFUSED', 'failure_step=ocr', 'failure_step=index&failure_step=ocr'])
      assert.deepEqual(await listed(query), refused, query);
    assert.deepEqual(await listed('failure_step=index'), []);
    assert.deepEqual(await listed('failure_code=INDEX_REFUSED', w.keys.other), []);
    for (const query of ['failure_code=INDEX_REFUSED', 'viewable=true&searchable=false', 'failure_step=ocr'])
      assert.equal(await counted(query), (await listed(`${query}&limit=200`)).length, query);
  });

  test('words that are none are refused', async () => {
    for (const query of [
      'viewable=yes',
      'searchable=1',
      'failure_code=NONE',
      'failure_step=tidy',
      'engine=',
      'sort=-deadline_at',
    ])
      assert.equal((await w.call('GET', `/v1/resources?${query}`)).status, 422, query);
  });

  test('by deadline: the earliest first, page by page, then those without one; a cursor is of its filters', async () => {
    for (let n = 0; n < 3; n++) await undescribed();
    const whole = (await page('sort=deadline_at&limit=200')).items;
    const due = whole.map(({ deadline_at }) => deadline_at);
    const last = due.indexOf(null);
    assert.ok(last > 2 && due.slice(last).every((one) => one === null), 'some with a deadline, then those without');
    const seen: string[] = [];
    let cursor = '';
    do {
      const { items, next_cursor } = await page(`sort=deadline_at&limit=2${cursor}`);
      seen.push(...items.map(({ resource_id }) => resource_id));
      cursor = next_cursor ? `&cursor=${next_cursor}` : '';
    } while (cursor);
    assert.deepEqual(
      seen,
      whole.map(({ resource_id }) => resource_id),
    );
    const { next_cursor } = await page('sort=deadline_at&limit=2&viewable=true');
    for (const query of ['sort=deadline_at', 'sort=title&viewable=true', 'sort=deadline_at&viewable=false'])
      assert.equal((await w.call('GET', `/v1/resources?${query}&cursor=${next_cursor}`)).status, 400, query);
  });

  test('by the engine that read it, which is named without its version', async () => {
    assert.deepEqual(
      ['tesseract.js/7 eng+chi_sim + text of the file', 'tesseract.js/7 eng', 'text of the file', 'remote ocr:80', ''].map(
        engineName,
      ),
      ['tesseract.js', 'tesseract.js', 'file', 'remote ocr:80', null],
    );
  });
});
