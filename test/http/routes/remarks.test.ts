/** Remarks on the real service: what is INDEXED and lacks something says so, in every answer, until that no longer holds. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { remarkLines } from '../../../cli/remark-lines.ts';
import { Explanation } from '../../../contract/explain.ts';
import { REMARK_CODES } from '../../../contract/remark-codes.ts';
import { Counts, Resource } from '../../../contract/resource.ts';
import { type WholeWorld, wholeWorld } from '../../worlds/whole-world.ts';

/** By what is read, how sure the engine is of it. */
const unsure = new Set<string>();
let w: WholeWorld;
before(async () => {
  w = await wholeWorld((ports) => {
    const { recognise } = ports.recogniser;
    const doubting: typeof recognise = async (...asked) => {
      const read = await recognise(...asked);
      return unsure.has(read.text) ? { ...read, confidence: 0.31 } : read;
    };
    return { ...ports, recogniser: { ...ports.recogniser, recognise: doubting } };
  });
});
after(() => w.stop());

let numbers = 0;
async function blurred(text: string): Promise<Resource> {
  unsure.add(text);
  return w.indexed(++numbers, text);
}
const listed = async (query: string, key = w.keys.own) => {
  const { json } = await w.call('GET', `/v1/resources?${query}`, { key });
  return (json as { items: Resource[] }).items.map(({ resource_id }) => resource_id);
};
const counted = async (query = '', key = w.keys.own) =>
  Counts.parse((await w.call('GET', `/v1/resources/counts${query}`, { key })).json).by_remark;
const correct = (id: string, text: string | null) =>
  w.call('PATCH', `/v1/resources/${id}/text`, { body: { pages: [{ page: 1, text }] } });

test('a picture that was hard to read says so, in the reader’s language; one that was not says nothing', async () => {
  const { resource_id: id, remarks, failure } = await blurred('smudged');
  assert.equal(failure, null);
  const { low_confidence: words } = REMARK_CODES;
  assert.deepEqual(remarks, [{ code: 'low_confidence', page: 1, meaning: words.en, detail: 'the mean confidence is 0.31' }]);
  const zh = { headers: { 'accept-language': 'zh' } };
  assert.equal(Resource.parse((await w.call('GET', `/v1/resources/${id}`, zh)).json).remarks[0]?.meaning, words.zh);
  const explained = Explanation.parse((await w.call('GET', `/v1/resources/${id}/explain`)).json);
  assert.deepEqual(explained.remarks, remarks);
  assert.deepEqual((await w.search('smudged')).items[0]?.resource.remarks, remarks);
  assert.deepEqual((await w.indexed(++numbers, 'sharp')).remarks, []);
});

test('lists filter by it and counts have it, for its own organisation alone; another word is refused', async () => {
  const { resource_id: id } = await blurred('counted');
  const ids = await listed('remark=low_confidence&remark=page_unread');
  assert.ok(ids.includes(id));
  assert.deepEqual(await counted(), { low_confidence: ids.length });
  assert.deepEqual(await counted('?remark=page_unread'), {});
  assert.deepEqual(await listed('remark=page_unread'), []);
  assert.deepEqual(await listed('remark=low_confidence', w.keys.other), []);
  assert.deepEqual(await counted('', w.keys.other), {});
  assert.equal((await w.call('GET', '/v1/resources?remark=smudged')).status, 422);
});

describe('it no longer holds', () => {
  const shown = async (id: string) => [(await w.get(id)).remarks.length, (await listed('remark=low_confidence')).includes(id)];

  test('once a person has corrected the page, and does again when that is taken back', async () => {
    const { resource_id: id } = await blurred('corrected');
    await correct(id, 'in my own words');
    assert.deepEqual(await shown(id), [0, false]);
    await w.at(id, 'INDEXED');
    assert.deepEqual(await shown(id), [0, false]);
    await correct(id, null);
    assert.deepEqual(await shown(id), [1, true]);
  });

  test('once it is read again and is clear; read again below a correction, it is not shown', async () => {
    const { resource_id: id } = await blurred('again');
    await correct(id, 'mine');
    await w.at(id, 'INDEXED');
    const order = (body: object) => w.call('POST', `/v1/resources/${id}/reprocess`, { body: { from: 'ocr', ...body } });
    await order({});
    await w.at(id, 'INDEXED');
    assert.deepEqual(await shown(id), [0, false]);
    await order({ discard_corrections: true });
    await w.at(id, 'INDEXED');
    assert.deepEqual(await shown(id), [1, true]);
    unsure.delete('again');
    await order({});
    await w.at(id, 'INDEXED');
    assert.deepEqual(await shown(id), [0, false]);
  });

  test('once it is removed: in the trash it is not counted, and purged it is nowhere', async () => {
    const { resource_id: id } = await blurred('removed');
    const before = (await counted()).low_confidence ?? 0;
    await w.call('DELETE', `/v1/resources/${id}`);
    assert.equal((await counted()).low_confidence ?? 0, before - 1);
    assert.ok((await listed('remark=low_confidence&phase=gone')).includes(id));
    await w.call('DELETE', `/v1/resources/${id}?purge=true`);
    await w.at(id, 'DELETED');
    assert.deepEqual((await w.get(id)).remarks, []);
    assert.deepEqual(await listed('remark=low_confidence&phase=gone'), []);
  });
});

test('the command line says each once, with its pages', () => {
  const remark = (page: number | null, code = 'page_unread') => ({ code, page, meaning: 'It lacks.', detail: 'OCR_CRASHED' });
  assert.deepEqual(remarkLines([remark(2), remark(5), remark(null, 'dynamic_form')]), [
    '  page_unread (pages 2, 5): It lacks.',
    '  dynamic_form: It lacks.',
  ]);
  const many = Array.from({ length: 12 }, (_, i) => remark(i + 1));
  assert.deepEqual(remarkLines(many), ['  page_unread (pages 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 2 more): It lacks.']);
});
