/** The machines as the API shows them, and where pictures are in them. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { InstanceState, Machine } from '../../../contract/machines.ts';
import { STATUSES } from '../../../contract/statuses.ts';
import { graphOf } from '../../../visualizer/graph.ts';
import { MACHINE_NAMES, MACHINES } from '../../../visualizer/machines.ts';
import { type HttpWorld, httpWorld, keyIn } from '../../worlds/http-world.ts';

let world: HttpWorld;
before(async () => {
  world = await httpWorld();
});
after(() => world.stop());

const resource = async (key?: string, headers = {}): Promise<Machine> => {
  const { status, json } = await world.call('GET', '/v1/machines/resource', { headers, ...(key ? { key } : {}) });
  assert.equal(status, 200);
  return Machine.parse(json);
};
const INIT = 'resource.pipeline.indexing.recognising.INIT';
const READY = 'resource.pipeline.indexing.recognising.READY_FOR_OCR';

describe('machines', () => {
  test('each is as its definition, with a layout that has all its cards', async () => {
    const { json } = await world.call('GET', '/v1/machines');
    assert.deepEqual(
      (json as { items: { name: string }[] }).items.map(({ name }) => name),
      MACHINE_NAMES,
    );
    for (const name of MACHINE_NAMES) {
      const machine = Machine.parse((await world.call('GET', `/v1/machines/${name}`)).json);
      assert.deepEqual(machine.graph, graphOf(MACHINES[name]));
      assert.equal(machine.by_state === null, name !== 'resource');
    }
    assert.equal((await world.call('GET', '/v1/machines/toString')).status, 404);
  });

  test('its statuses are all that there are, in the language of the reader', async () => {
    const { statuses } = await resource();
    assert.deepEqual(
      statuses.map(({ status }) => status),
      STATUSES.map(({ status }) => status),
    );
    const chinese = await resource(undefined, { 'accept-language': 'zh' });
    assert.equal(chinese.statuses[0]?.label, STATUSES[0].label.zh);
  });

  test('pictures are counted by the path of their state, each organisation its own; the installation sees all', async () => {
    const viewer = await keyIn('a', world.deps, { role: 'viewer' });
    const id = (await world.created()).resource_id;
    await world.legal(id);
    assert.equal((await resource(viewer)).by_state?.[READY], 1);
    const { org_id, instance } = (await world.facts.instances.load(id)) ?? assert.fail();
    const accepted = { kind: 'accepted', id: 'ocr', token: instance.jobs.ocr?.token ?? '', provider_job_id: null } as const;
    await world.deps.engine.deliver(id, accepted, { by: { kind: 'worker', id: null }, request_id: null });
    assert.equal(org_id, 'a');
    const { by_state } = await resource(viewer);
    assert.deepEqual([by_state?.[READY], by_state?.[INIT], by_state?.['resource.picture.viewable']], [undefined, 1, 1]);
    assert.deepEqual((await resource(world.keys.other)).by_state, {});
    const marked = await keyIn('b', world.deps, { role: 'operator', installation: true });
    assert.equal((await resource(marked)).by_state?.[INIT], 1);
    const marked_viewer = await keyIn('b', world.deps, { role: 'viewer', installation: true });
    assert.deepEqual((await resource(marked_viewer)).by_state, {});
  });

  test('those whose timer is overdue are counted as late, where they are', async () => {
    const other = await httpWorld();
    try {
      await other.created();
      const read = async () => Machine.parse((await other.call('GET', '/v1/machines/resource')).json);
      assert.deepEqual((await read()).late_by_state, {});
      other.later(40 * 86_400_000); // nothing sweeps in this world
      const { by_state, late_by_state } = await read();
      assert.equal(late_by_state?.['resource.pipeline.AWAITING_UPLOAD.waiting'], 1);
      assert.deepEqual(late_by_state, by_state);
    } finally {
      await other.stop();
    }
  });

  test('an operator sees what a picture owes, and nothing by which its results could be forged', async () => {
    const id = (await world.created()).resource_id;
    await world.legal(id);
    const operator = await keyIn('a', world.deps, { role: 'operator' });
    const { json, text } = await world.call('GET', `/v1/resources/${id}/machine`, { key: operator });
    const shown = InstanceState.parse(json);
    assert.ok(shown.states.includes(READY));
    assert.deepEqual(
      shown.obligations.map(({ kind, name }) => [kind, name]),
      [['job', 'ocr']],
    );
    assert.equal(shown.rests, false);
    const { instance } = (await world.facts.instances.load(id)) ?? assert.fail();
    for (const hidden of [instance.jobs.ocr?.token ?? '', 'original_key', `a/${id}/`]) assert.ok(!text.includes(hidden), hidden);
    assert.equal(shown.context.revision, 1);
    assert.equal((await world.call('GET', `/v1/resources/${id}/machine`, { key: world.keys.other })).status, 404);
    const editor = await keyIn('a', world.deps, { role: 'editor' });
    assert.equal((await world.call('GET', `/v1/resources/${id}/machine`, { key: editor })).status, 403);
  });
});
