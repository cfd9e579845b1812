/** Each fact taken away in turn, behind the service's back: it is made again, and the picture is found as before. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Ports } from '../../../app/open-ports.ts';
import { Explanation } from '../../../contract/explain.ts';
import { RESOURCE_LIMITS } from '../../../machines/limits.ts';
import { BY, SCOPE } from '../../faults/world.ts';
import { wordOf } from '../../worlds/numbered.ts';
import { until } from '../../worlds/wait.ts';
import { type WholeWorld, wholeWorld } from '../../worlds/whole-world.ts';
import { sql } from '../explain/breaks.ts';

const TABLES = ['recognitions', 'texts', 'embeddings'] as const;
let w: WholeWorld;
/** The saved text of this picture is never there. */
let unsaved = '';
let reads = 0;
const losing = (ports: Ports): Ports => {
  const { texts } = ports.facts;
  const text: typeof texts.text = async (scope, id) => {
    const kept = await texts.text(scope, id);
    if (kept?.resource_id !== unsaved) return kept;
    reads++;
    return null;
  };
  return { ...ports, facts: { ...ports.facts, texts: { ...texts, text } } };
};
before(async () => {
  w = await wholeWorld(losing);
});
after(() => w.stop());

let numbers = 300;
const indexed = async () => (await w.indexed(++numbers, wordOf(numbers))).resource_id;
const without = (id: string, tables: readonly string[]) => {
  for (const table of tables) sql(w, 'facts', `DELETE FROM ${table} WHERE resource_id = ?`, id);
};
const say = (id: string, reported: { type: string; [field: string]: unknown }) =>
  w.service.engine.send({ scope: SCOPE, resource_id: id }, () => ({ event: reported }), BY);
const lose = async (id: string) => say(id, { type: 'INDEX_LOST', revision: (await w.row(id))?.indexed_revision });
const call = async (id: string, order: string, body?: unknown, method = 'POST') => {
  const answer = await w.call(method, `/v1/resources/${id}${order}`, body === undefined ? {} : { body });
  assert.ok(answer.status < 300, answer.text);
};
const ORDERS: Record<string, (id: string) => Promise<unknown>> = {
  'its entry is lost': lose,
  'it is indexed again': (id) => call(id, '/reprocess', { from: 'index' }),
  'it is embedded again': (id) => call(id, '/reprocess', { from: 'embed' }),
  'it is described anew': (id) => call(id, '/metadata', { title: 'a new title' }, 'PATCH'),
  'it is restored from the trash': async (id) => {
    await call(id, '', undefined, 'DELETE');
    await call(id, '/restore');
  },
};
async function isWhole(id: string): Promise<void> {
  const { json } = await w.call('GET', `/v1/resources/${id}/explain`);
  const broken = Explanation.parse(json).facts.filter(({ ok }) => !ok);
  assert.deepEqual(broken, []);
}
/** At rest after the order, which was given at this seq. */
const atRest = (id: string, seq: number) =>
  until(`${id} rests`, async () => {
    const row = await w.row(id);
    return row && row.seq > seq && row.rests && row;
  });

for (const lost of [...TABLES.map((table) => [table]), ['recognitions', 'texts'], ['texts', 'embeddings'], [...TABLES]])
  describe(`without its ${lost.join(', ')}`, () => {
    for (const [what, order] of Object.entries(ORDERS))
      test(`${what}: it ends INDEXED, whole and found`, async () => {
        const id = await indexed();
        const word = wordOf(numbers);
        without(id, lost);
        const { seq = 0 } = (await w.row(id)) ?? {};
        await order(id);
        const { status, failure } = await atRest(id, seq);
        assert.deepEqual([status, failure], ['INDEXED', null]);
        assert.deepEqual(await w.found(word), [id]);
        const is_read = lost.includes('texts') || what === 'it is described anew';
        if (is_read || !lost.includes('recognitions')) await isWhole(id); // else no step has missed it
      });
  });

describe('what can’t be made again', () => {
  test('a correction: a person is told, RETRY goes on with what the machine read', async () => {
    const id = await indexed();
    const word = wordOf(numbers);
    await call(id, '/text', { pages: [{ page: 1, text: 'clementine' }] }, 'PATCH');
    await until('the correction is found', async () => (await w.found('clementine')).includes(id));
    without(id, ['corrections']);
    await call(id, '/metadata', { title: 'another' }, 'PATCH');
    assert.equal((await w.at(id, 'INDEX_FAILED')).failure?.code, 'FACT_MISSING');
    await call(id, '/retry');
    await w.at(id, 'INDEXED');
    assert.deepEqual(await w.found(word), [id]);
    await isWhole(id);
  });

  test('a text that is gone as soon as it is saved: it ends, after a few', async () => {
    unsaved = await indexed();
    reads = 0;
    await call(unsaved, '/reprocess', { from: 'embed' });
    const { failure } = await w.at(unsaved, 'INDEX_FAILED');
    assert.deepEqual([failure?.code, failure?.step, reads], ['FACT_MISSING', 'embed', RESOURCE_LIMITS.max_remakes + 1]);
    const id = unsaved;
    unsaved = '';
    await call(id, '/retry');
    await w.at(id, 'INDEXED');
  });
});
