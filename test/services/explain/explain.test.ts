/** Each fact broken in turn, behind the service's back, on real stores: explain names exactly it, and what follows from it. */
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import type { Ports } from '../../../app/open-ports.ts';
import { type Explained, Explanation } from '../../../contract/explain.ts';
import type { Resource } from '../../../contract/resource.ts';
import { type WholeWorld, wholeWorld } from '../../worlds/whole-world.ts';
import { BREAKS, fileOf, forgetWords } from './breaks.ts';

const OPERATOR = { kind: 'operator', id: 'night' } as const;
let w: WholeWorld;
/** What is unavailable, as a test says: the call never answers, or fails. */
let index_is: 'there' | 'silent' | 'away' = 'there';
let tasks_are: 'there' | 'away' = 'there';
const failing = (ports: Ports): Ports => {
  const { index, tasks } = ports;
  const ask = async <Answer>(call: () => Promise<Answer>): Promise<Answer> => {
    if (index_is === 'away') throw new Error('connection refused');
    return index_is === 'silent' ? new Promise<Answer>(() => undefined) : call();
  };
  return {
    ...ports,
    index: {
      ...index,
      heads: (...asked) => ask(() => index.heads(...asked)),
      search: (...asked) => ask(() => index.search(...asked)),
    },
    tasks: {
      ...tasks,
      get: async (id) => {
        if (tasks_are === 'away') throw new Error('tasks are away');
        return tasks.get(id);
      },
    },
  };
};
before(async () => {
  w = await wholeWorld(failing);
});
after(() => w.stop());

let numbers = 100;
const indexed = (text: string, fields = {}): Promise<Resource> => w.indexed(++numbers, text, fields);
async function explain(resource_id: string, language = 'en'): Promise<Explanation> {
  const answer = await w.call('GET', `/v1/resources/${resource_id}/explain`, { headers: { 'accept-language': language } });
  assert.equal(answer.status, 200, answer.text);
  return Explanation.parse(answer.json);
}
const brokenIn = ({ facts }: Explanation): Explained[] => facts.filter(({ ok }) => !ok).map(({ fact }) => fact);
const fact = ({ facts }: Explanation, name: Explained) => {
  const found = facts.find((one) => one.fact === name);
  assert.ok(found);
  return found;
};
describe('explain names what is broken', () => {
  test('nothing, where all is well: the picture was just found by a word of its own', async () => {
    const { resource_id: id } = await indexed('hippopotamus 图书馆');
    const reported = await explain(id);
    assert.deepEqual(brokenIn(reported), []);
    assert.match(fact(reported, 'text').found, /characters, read by numbers$/);
    assert.match(fact(await explain(id, 'zh'), 'text').found, /字符，由 numbers 识别$/);
    assert.deepEqual(
      reported.facts.map(({ fact: name }) => name),
      ['row', 'bytes', 'text', 'vector', 'index_entry', 'search'],
    );
    assert.match(fact(reported, 'search').found, /^found for “hippopotamus”, with 1 hit/);
    assert.match(fact(reported, 'bytes').found, /SHA-256 the same/);
    assert.deepEqual(
      [reported.searchable, reported.because, reported.obligations, reported.task],
      [true, 'A search finds it.', [], null],
    );
    assert.equal((await explain(id, 'zh')).because, '可以搜到。');
  });

  for (const one of BREAKS)
    test(one.what, async () => {
      const { resource_id: id } = await indexed('elephantine');
      await one.break(w, id);
      const reported = await explain(id);
      assert.deepEqual(brokenIn(reported), one.broken);
      const [first] = one.broken;
      assert.ok(first);
      const { expected, found } = fact(reported, first);
      assert.match(found, one.found);
      assert.ok(reported.because.includes(found) && reported.because.includes(expected), reported.because);
      assert.match(reported.next.what, one.next);
      assert.match((await explain(id, 'zh')).because, /应为.*实为/);
    });

  test('what heals it is what it says: the entry is made again from `index`', async () => {
    const { resource_id: id } = await indexed('porcelain');
    forgetWords(w, id);
    assert.deepEqual(brokenIn(await explain(id)), ['search']);
    await w.call('POST', `/v1/resources/${id}/reprocess`, { body: { from: 'index' } });
    await w.at(id, 'INDEXED');
    assert.deepEqual(brokenIn(await explain(id)), []);
  });
});

describe('explain says what a picture waits for', () => {
  test('a step that is paused: nothing is broken, its task is pending, and who lets it go on is named', async () => {
    await w.service.pauses.set('ocr', true, OPERATOR);
    try {
      const { resource } = await w.sent(++numbers, 'in line');
      await w.at(resource.resource_id, 'READY_FOR_OCR');
      const reported = await explain(resource.resource_id);
      assert.deepEqual(brokenIn(reported), []);
      assert.match(reported.because, /READY_FOR_OCR.*waits for ocr, which an operator has paused since \S+Z: 1 waiting/);
      assert.match(reported.next.what, /PATCH \/v1\/ops\/steps\/ocr/);
      assert.match((await w.get(resource.resource_id)).waits_for, /operator, who has paused the step ocr/);
      assert.deepEqual([reported.searchable, reported.task?.kind, reported.task?.status], [false, 'ocr', 'pending']);
      const job = reported.obligations.find(({ kind }) => kind === 'job');
      assert.ok(job?.name === 'ocr' && job.due_at !== null && reported.next.when === null, JSON.stringify(reported));
    } finally {
      await w.service.pauses.set('ocr', false, OPERATOR);
    }
  });

  test('an uploader, a person, the trash and the end: each with what moves it, and when', async () => {
    const body = { filename: 'r.jpg', content_type: 'image/jpeg', byte_size: 5, metadata: {} };
    const begun = (await w.call('POST', '/v1/resources', { body })).json as { resource: Resource };
    const awaited = await explain(begun.resource.resource_id);
    assert.deepEqual(brokenIn(awaited), []);
    assert.match(awaited.because, /AWAITING_UPLOAD/);
    assert.deepEqual(
      awaited.obligations.map(({ name, kind }) => [name, kind]),
      [
        ['first_look', 'timer'],
        ['second_look', 'timer'],
        ['third_look', 'timer'],
        ['link_expiry', 'timer'],
        ['upload_deadline', 'timer'],
      ],
    );
    assert.equal(awaited.next.when, awaited.obligations[0]?.due_at);

    const { resource_id: id } = await indexed('gone');
    await w.call('DELETE', `/v1/resources/${id}`);
    const trashed = await explain(id);
    assert.deepEqual([brokenIn(trashed), trashed.searchable], [[], false]);
    assert.match(trashed.because, /TRASHED/);
    assert.match(trashed.next.what, /restore/);
    assert.ok(trashed.next.when);

    await w.call('DELETE', `/v1/resources/${id}?purge=true`);
    await w.at(id, 'DELETED');
    const deleted = await explain(id);
    assert.deepEqual([brokenIn(deleted), deleted.next.when], [[], null]);
    const foreign = await w.call('GET', `/v1/resources/${id}/explain`, { key: w.keys.other });
    assert.equal(foreign.status, 404);
  });

  test('a step that failed: what failed, and that a person must order it', async () => {
    const { resource_id: id } = await indexed('failing');
    await rm(await fileOf(w, id));
    await w.call('POST', `/v1/resources/${id}/reprocess`, { body: { from: 'ocr' } });
    await w.at(id, 'INDEX_FAILED');
    const reported = await explain(id);
    assert.deepEqual([brokenIn(reported), reported.last_failure?.code], [['bytes'], 'OBJECT_MISSING']);
    assert.equal(reported.searchable, true, 'its old entry is still found');
  });
});

describe('a layer that is away is named, and hides nothing of the others', () => {
  for (const how of ['away', 'silent'] as const)
    test(`an index that is ${how}`, async () => {
      const { resource_id: id } = await indexed('away');
      index_is = how;
      try {
        const reported = await explain(id);
        assert.deepEqual(brokenIn(reported), ['index_entry', 'search']);
        assert.match(
          fact(reported, 'index_entry').found,
          how === 'away' ? /^unreachable: connection refused/ : /no answer within/,
        );
        assert.match(reported.because, /^Nobody can look at its index entry just now/);
        assert.match(fact(reported, 'bytes').found, /the same/);
      } finally {
        index_is = 'there';
      }
    });

  test('a store of tasks that is away', async () => {
    await w.service.pauses.set('ocr', true, OPERATOR);
    try {
      const { resource } = await w.sent(++numbers, 'tasks');
      await w.at(resource.resource_id, 'READY_FOR_OCR');
      tasks_are = 'away';
      const reported = await explain(resource.resource_id);
      assert.match(reported.because, /waits for ocr, whose tasks cannot be asked/);
      assert.equal(reported.task, null);
    } finally {
      tasks_are = 'there';
      await w.service.pauses.set('ocr', false, OPERATOR);
    }
  });
});
