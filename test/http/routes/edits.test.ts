/** Corrections, metadata, orders to do it again, trash and restore, on the real service: what is found then, and what no longer is. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import { Resource } from '../../../contract/resource.ts';
import { TextAnswer } from '../../../contract/text.ts';
import { type WholeWorld, wholeWorld } from '../../worlds/whole-world.ts';

let w: WholeWorld;
before(async () => {
  w = await wholeWorld();
});
after(() => w.stop());

let numbers = 0;
const indexed = (text: string, fields = {}) => w.indexed(++numbers, text, fields);
const of = (method: string, id: string, call: string, sending = {}) =>
  w.call(method, `/v1/resources/${id}${call}`, sending).then((answer) => ({ ...answer, etag: answer.headers.get('etag') ?? '' }));
const correct = (id: string, pages: object[], headers = {}) => of('PATCH', id, '/text', { body: { pages }, headers });
const say = (text: string | null, page = 1) => [{ page, text }];
const textOf = async (id: string) => TextAnswer.parse((await of('GET', id, '/text')).json);
const problem = ({ json }: { json: unknown }) =>
  z.object({ code: z.string(), errors: z.array(z.object({ pointer: z.string() })).default([]) }).parse(json);
/** In every mode that has words. */
async function finds(q: string, ids: string[]): Promise<void> {
  for (const mode of ['text', 'hybrid']) assert.deepEqual(await w.found(q, `&mode=${mode}`), ids, `${q} in ${mode} mode`);
}

describe('a corrected text', () => {
  test('is found when it is INDEXED, and the machine’s words no longer are; taken back, it is the other way round', async () => {
    const { resource_id: id, revision } = await indexed('wheelbarrow 停水通知');
    await finds('wheelbarrow', [id]);
    const answer = Resource.parse((await correct(id, say('gramophone 图书馆'))).json);
    assert.equal(answer.revision, revision + 1);
    await w.at(id, 'INDEXED');
    for (const word of ['gramophone', '图书馆']) await finds(word, [id]);
    for (const word of ['wheelbarrow', '停水通知']) await finds(word, []);
    const text = await textOf(id);
    assert.deepEqual([text.source, text.pages[0]?.text], ['person', 'gramophone 图书馆']);
    await correct(id, say(null));
    await w.at(id, 'INDEXED');
    await finds('wheelbarrow', [id]);
    await finds('gramophone', []);
    assert.equal((await textOf(id)).source, 'machine');
    const history = await of('GET', id, '/history');
    assert.match(history.text, /"event":"TEXT_CORRECTED".*"kind":"key"/);
  });

  test('said again, or taken back where nothing was corrected, makes no new revision', async () => {
    const { resource_id: id } = await indexed('umbrella');
    const nothing = await correct(id, say(null));
    await correct(id, say('parasol'));
    const { revision } = await w.at(id, 'INDEXED');
    const again = await correct(id, say('parasol'));
    assert.deepEqual([nothing.status, again.status], [200, 200]);
    assert.equal(Resource.parse(again.json).revision, revision);
    assert.equal(Resource.parse(nothing.json).revision, revision - 1);
  });

  test('outlives an order to read again, and an edit of the metadata; it goes only when that is said', async () => {
    const { resource_id: id } = await indexed('machine');
    await correct(id, say('lighthouse'));
    await w.at(id, 'INDEXED');
    w.reads.set(numbers, 'cathedral');
    const order = (body: object) => of('POST', id, '/reprocess', { body });
    assert.equal((await order({ from: 'ocr' })).status, 200);
    await w.at(id, 'INDEXED');
    await of('PATCH', id, '/metadata', { body: { title: 'another' } });
    await w.at(id, 'INDEXED');
    await finds('lighthouse', [id]);
    await finds('cathedral', []);
    assert.equal((await order({ from: 'ocr', discard_corrections: true })).status, 200);
    await w.at(id, 'INDEXED');
    await finds('cathedral', [id]);
    await finds('lighthouse', []);
    assert.equal((await textOf(id)).source, 'machine');
  });

  test('is refused where it points at no page, at one twice, or at none; nothing is changed then', async () => {
    const { resource_id: id } = await indexed('refused');
    const { etag } = await of('GET', id, '');
    const wrong: [object, string][] = [
      [{ pages: say('x', 2) }, '/pages/0/page'],
      [{ pages: say('x', 0) }, '/pages/0/page'],
      [{ pages: [...say('x'), ...say('y')] }, '/pages/1/page'],
      [{ pages: [] }, '/pages'],
      [{ pages: [{ page: 1 }] }, '/pages/0/text'],
      [{ pages: say('a\u0000b') }, '/pages/0/text'],
      [{ pages: say('\ud800') }, '/pages/0/text'],
      [{ pages: say('x'), source: 'person' }, '/source'],
    ];
    for (const [body, pointer] of wrong) {
      const answer = await of('PATCH', id, '/text', { body });
      const { errors } = problem(answer);
      assert.equal(answer.status, 422, JSON.stringify(body));
      assert.ok(
        errors.some((error) => error.pointer === pointer),
        answer.text,
      );
    }
    assert.equal((await correct(id, say('x'), { 'if-match': '"1"' })).status, 412);
    const foreign = await of('PATCH', id, '/text', { body: { pages: say('x') }, key: w.keys.other });
    assert.equal(foreign.status, 404);
    assert.equal((await of('GET', id, '')).etag, etag);
  });
});

describe('an edit of the metadata', () => {
  test('is found when it is INDEXED, the old words no longer are, and the text stays', async () => {
    const { resource_id: id } = await indexed('submarine', { metadata: '{"title": "accordion", "tags": ["harbour"]}' });
    await finds('tag:harbour', [id]);
    await of('PATCH', id, '/metadata', { body: { title: 'trombone', tags: ['estuary'], description: 'pantomime' } });
    await w.at(id, 'INDEXED');
    for (const word of ['trombone', 'tag:estuary', 'pantomime', 'submarine']) await finds(word, [id]);
    for (const word of ['accordion', 'tag:harbour', 'harbour']) await finds(word, []);
  });
});

describe('an order to do it again', () => {
  test('reads again from `ocr`, and from `embed` or `index` keeps what was read; each ends INDEXED at a new revision', async () => {
    const { resource_id: id, revision } = await indexed('tapestry');
    w.reads.set(numbers, 'escalator');
    for (const [at, from] of ['index', 'embed', 'ocr'].entries()) {
      assert.equal(Resource.parse((await of('POST', id, '/reprocess', { body: { from } })).json).revision, revision + at + 1);
      assert.equal((await w.at(id, 'INDEXED')).indexed_revision, revision + at + 1);
      await finds('tapestry', from === 'ocr' ? [] : [id]);
    }
    await finds('escalator', [id]);
  });

  test('under one Idempotency-Key is done once, however often it is said, also at once', async () => {
    const { resource_id: id, revision } = await indexed('once');
    const headers = { 'idempotency-key': 'do-it-once' };
    const order = (body: object) => of('POST', id, '/reprocess', { body, headers });
    const answers = await Promise.all(Array.from({ length: 5 }, () => order({ from: 'embed' })));
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
    await w.at(id, 'INDEXED');
    assert.equal((await order({ from: 'embed' })).status, 200);
    assert.equal((await w.at(id, 'INDEXED')).revision, revision + 1);
    assert.equal(problem(await order({ from: 'ocr' })).code, 'IDEMPOTENCY_KEY_REUSED');
  });

  test('says how the text of the file is treated, until it is said otherwise; the picture shows it', async () => {
    const { resource_id: id, reading } = await indexed('its own');
    assert.deepEqual(reading, { own_text: null, ordered_engine: null, engine: 'numbers' });
    const ordered = async (body: object) => {
      assert.equal((await of('POST', id, '/reprocess', { body })).status, 200);
      return (await w.at(id, 'INDEXED')).reading.own_text;
    };
    assert.equal(await ordered({ from: 'ocr', own_text: 'ignore' }), 'ignore');
    assert.equal(await ordered({ from: 'ocr' }), 'ignore');
    assert.equal(await ordered({ from: 'index' }), 'ignore');
    assert.equal(await ordered({ from: 'ocr', own_text: 'use' }), 'use');
    assert.equal(await ordered({ from: 'ocr', own_text: null }), null);
  });

  test('names the engine that reads, until another is named; each page says what has read it', async () => {
    const { resource_id: id } = await indexed('by the first');
    const ordered = async (body: object) => {
      assert.equal((await of('POST', id, '/reprocess', { body })).status, 200);
      const { reading, remarks } = await w.at(id, 'INDEXED');
      const { engine } = (await textOf(id)).pages[0] ?? {};
      return [reading.ordered_engine, reading.engine, engine, remarks.map(({ code }) => code).join()];
    };
    assert.deepEqual(await ordered({ from: 'ocr', engine: 'ppocr' }), ['ppocr', 'ppocr', 'ppocr/test', '']);
    assert.deepEqual(await ordered({ from: 'index' }), ['ppocr', 'ppocr', 'ppocr/test', '']);
    assert.deepEqual(await ordered({ from: 'ocr' }), ['ppocr', 'ppocr', 'ppocr/test', '']);
    assert.deepEqual(await ordered({ from: 'ocr', engine: 'auto' }), [null, 'numbers', 'numbers', '']);
  });

  test('by an engine that goes away afterwards is read by the other one, which says so; there it is refused by name', async () => {
    const { resource_id: id } = await indexed('in its stead');
    w.orderable.delete('ppocr');
    try {
      const refused = await of('POST', id, '/reprocess', { body: { from: 'ocr', engine: 'ppocr' } });
      assert.deepEqual([refused.status, problem(refused).code], [409, 'ENGINE_UNAVAILABLE']);
      assert.deepEqual((refused.json as { engines: string[] }).engines, []);
      const many = { action: 'reprocess', from: 'ocr', engine: 'ppocr', resource_ids: [id] };
      assert.equal(problem(await w.call('POST', '/v1/resources/bulk', { body: many })).code, 'ENGINE_UNAVAILABLE');
      assert.equal((await w.get(id)).reading.ordered_engine, null, 'nothing was changed');
    } finally {
      w.orderable.add('ppocr');
    }
    w.broken.add('ppocr');
    try {
      await of('POST', id, '/reprocess', { body: { from: 'ocr', engine: 'ppocr' } });
      const { remarks, reading } = await w.at(id, 'INDEXED');
      assert.deepEqual(reading, { own_text: null, ordered_engine: 'ppocr', engine: 'numbers' });
      const [remark] = remarks;
      assert.deepEqual(
        [remark?.code, remark?.page, remark?.detail],
        ['other_engine_read', 1, 'ppocr was ordered, numbers has read it'],
      );
    } finally {
      w.broken.delete('ppocr');
    }
    await of('POST', id, '/reprocess', { body: { from: 'ocr' } });
    const { remarks, reading } = await w.at(id, 'INDEXED');
    assert.deepEqual([reading.engine, remarks], ['ppocr', []], 'once the engine works it reads, and nothing is remarked');
  });

  test('is refused where it is not understood, and where the status does not take it', async () => {
    const { resource_id: id } = await indexed('again');
    for (const [body, pointer] of [
      [{}, '/from'],
      [{ from: 'save' }, '/from'],
      [{ from: 'index', discard_corrections: true }, '/discard_corrections'],
      [{ from: 'ocr', discard_corrections: 'yes' }, '/discard_corrections'],
      [{ from: 'embed', own_text: 'ignore' }, '/own_text'],
      [{ from: 'ocr', own_text: 'both' }, '/own_text'],
      [{ from: 'ocr', engine: 'nobody' }, '/engine'],
      [{ from: 'index', engine: 'ppocr' }, '/engine'],
    ] as const)
      assert.equal(problem(await of('POST', id, '/reprocess', { body })).errors[0]?.pointer, pointer);
    await of('DELETE', id, '');
    assert.equal(problem(await of('POST', id, '/reprocess', { body: { from: 'ocr' } })).code, 'ILLEGAL_TRANSITION');
    assert.equal(problem(await correct(id, say('x'))).code, 'ILLEGAL_TRANSITION');
  });
});

describe('the trash', () => {
  test('hides a picture at once from readers, lists of what is there, and every search; RESTORE finds it at once', async () => {
    const fields = { metadata: '{"title": "a banjo", "tags": ["attic"]}' };
    const { resource_id: id } = await indexed('candelabra', fields);
    assert.equal(Resource.parse((await of('DELETE', id, '')).json).status, 'TRASHED');
    for (const q of ['candelabra', 'banjo', 'tag:attic', '']) assert.ok(!(await w.found(q)).includes(id), q);
    assert.deepEqual([(await w.search('candelabra')).total, (await w.search('tag:attic')).total], [0, 0]);
    for (const call of ['/content', '/preview', '/text']) assert.equal((await of('GET', id, call)).status, 404, call);
    const listed = async (query: string) => (await w.call('GET', `/v1/resources${query}`)).text.includes(id);
    assert.deepEqual([await listed(''), await listed('?tag=attic')], [false, false]);
    assert.deepEqual([await listed('?phase=gone'), await listed('?status=TRASHED&tag=attic')], [true, true]);
    const back = Resource.parse((await of('POST', id, '/restore')).json);
    assert.ok(await listed('?tag=attic'));
    assert.ok(back.searchable && back.viewable);
    await finds('candelabra', [id]);
    await w.at(id, 'INDEXED');
    await finds('tag:attic', [id]);
  });

  test('purged, it is gone from the index and the store, and stays a tombstone', async () => {
    const { resource_id: id } = await indexed('xylophone');
    assert.equal((await of('DELETE', id, '?purge=true')).status, 200);
    const gone = await w.at(id, 'DELETED');
    assert.deepEqual([gone.sha256, gone.searchable, gone.allowed_events], [null, false, []]);
    await finds('xylophone', []);
    assert.deepEqual(await w.ports.objects.list(`org/${id}/`, 10), []);
    assert.equal(problem(await of('POST', id, '/restore')).code, 'ILLEGAL_TRANSITION');
  });
});
