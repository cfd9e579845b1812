/** A step that an operator pauses: for all processes, across a restart, and said wherever somebody asks what a picture waits for. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { PausedStep } from '../../../contract/ops.ts';
import type { Queue } from '../../../runtime/ports/queue.ts';
import { serviceOf, world } from '../../faults/world.ts';
import { keyIn } from '../../worlds/http-world.ts';
import { until } from '../../worlds/wait.ts';
import { ORG, type WholeWorld, wholeWorld } from '../../worlds/whole-world.ts';

let w: WholeWorld;
let operator = '';
let numbers = 0;
before(async () => {
  w = await wholeWorld();
  operator = await keyIn(ORG, { facts: w.ports.facts, clock: world.clock }, { role: 'operator', installation: true });
});
after(() => w.stop());

const patch = (kind: string, body: unknown, key = operator) => w.call('PATCH', `/v1/ops/steps/${kind}`, { key, body });

describe('a step that is paused', () => {
  test('begins nothing, here or from the queue, and says who paused it; resumed, it goes on', async () => {
    const paused = await patch('save', { paused: true });
    assert.equal(paused.status, 200, paused.text);
    const { paused_at, paused_by, ...rest } = PausedStep.parse(paused.json);
    assert.deepEqual([rest, paused_by?.kind], [{ kind: 'save', paused: true }, 'key']);
    const { resource } = await w.sent(++numbers, 'a heron');
    const waiting = await w.at(resource.resource_id, 'OCR_DONE');
    assert.match(waiting.waits_for, /an operator, who has paused the step save/);
    await until('it is in line', async () => (await w.ports.queue.depth('save')).waiting === 1);
    assert.equal((await w.ports.queue.depth('save')).running, 0);
    const again = await patch('save', { paused: true });
    assert.equal(PausedStep.parse(again.json).paused_at, paused_at, 'the first pause stays');
    const zh = await w.call('GET', `/v1/resources/${resource.resource_id}/explain`, { headers: { 'accept-language': 'zh' } });
    assert.match(zh.text, /运维人员已于 \S+ 暂停该步骤/);
    const resumed = await patch('save', { paused: false });
    assert.deepEqual(resumed.json, { kind: 'save', paused: false, paused_at: null, paused_by: null });
    await w.at(resource.resource_id, 'INDEXED');
  });

  test('is known to a process that begins later, before it takes any work, and to others soon', async () => {
    await patch('embed', { paused: true });
    const allowed: [string, number][] = [];
    const none = { consume: () => {}, consumeRetries: () => {}, stop: async () => {} };
    const allow: Queue['allow'] = (kind, max) => void allowed.push([kind, max]);
    const other = serviceOf({ ...w.ports, queue: { ...w.ports.queue, ...none, allow } });
    await other.start();
    try {
      assert.deepEqual(allowed, [['embed', 0]]);
      await other.pauses.set('embed', false, { kind: 'operator', id: null });
      await until('the first one knows', () => w.service.pauses.of('embed') === null, 3_000);
    } finally {
      await other.stop();
    }
    await w.indexed(++numbers, 'an egret');
  });
});

describe('who may pause', () => {
  test('an operator of the installation, and nobody else; a step that is none is 404', async () => {
    const own = await keyIn(ORG, { facts: w.ports.facts, clock: world.clock }, { role: 'operator' });
    const viewer = await keyIn(ORG, { facts: w.ports.facts, clock: world.clock }, { role: 'editor', installation: true });
    for (const key of [own, viewer]) {
      const refused = await patch('ocr', { paused: true }, key);
      assert.deepEqual([refused.status, (refused.json as { code: string }).code], [403, 'FORBIDDEN']);
    }
    for (const kind of ['nothing', 'constructor', '__proto__']) assert.equal((await patch(kind, { paused: true })).status, 404);
    for (const body of [{}, { paused: 'yes' }, { paused: true, by: 'me' }]) assert.equal((await patch('ocr', body)).status, 422);
    assert.deepEqual(w.service.pauses.list(), []);
  });
});
