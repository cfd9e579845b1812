/** The story this project was born from: everything went well, and no search found the picture; nobody could see why, and nothing mended it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Ports } from '../../../app/open-ports.ts';
import { Explanation } from '../../../contract/explain.ts';
import { failureOf } from '../../../contract/failures.ts';
import { ResourceGroups } from '../../../contract/groups.ts';
import { Resource } from '../../../contract/resource.ts';
import { RunAnswer } from '../../../contract/runs.ts';
import { StepError } from '../../../runtime/tasks/step-handler.ts';
import { until } from '../../worlds/wait.ts';
import { wholeWorld } from '../../worlds/whole-world.ts';

/** An index that refuses every entry for good, until it is mended; and how often pictures were read, and bytes were written. */
function refusing(ports: Ports) {
  const counts = { read: 0, written: 0 };
  const state = { refuses: true };
  const { put } = ports.index;
  const { recognise } = ports.recogniser;
  const index: Ports['index'] = {
    ...ports.index,
    put: async (...entry) => {
      if (state.refuses) throw new StepError(failureOf('INDEX_REFUSED', 'the mapping does not take the field `taken_at`'));
      return put(...entry);
    },
  };
  const recogniser: Ports['recogniser'] = {
    ...ports.recogniser,
    recognise: async (...asked) => {
      counts.read += 1;
      return recognise(...asked);
    },
  };
  const counted = <Args extends unknown[], Value>(write: (...args: Args) => Value) => {
    return (...args: Args): Value => {
      counts.written += 1;
      return write(...args);
    };
  };
  const { objects } = ports;
  const writes = {
    put: counted(objects.put.bind(objects)),
    freeze: counted(objects.freeze.bind(objects)),
    removePrefix: counted(objects.removePrefix.bind(objects)),
  };
  return { ports: { ...ports, index, recogniser, objects: { ...objects, ...writes } }, counts, state };
}

test('the story this project was born from: uploaded, read, shown, refused by the index; said so, and mended by one replay', async () => {
  let there: ReturnType<typeof refusing> | null = null;
  const w = await wholeWorld((ports) => {
    there = refusing(ports);
    return there.ports;
  });
  try {
    assert.ok(there);
    const { counts, state }: ReturnType<typeof refusing> = there;
    const { resource } = await w.sent(7, 'rye bread 4.20');
    const { resource_id } = resource;
    const stopped = await w.at(resource_id, 'INDEX_FAILED');
    assert.deepEqual([stopped.viewable, stopped.searchable, stopped.phase], [true, false, 'failed']);
    assert.deepEqual([stopped.failure?.step, stopped.failure?.code], ['index', 'INDEX_REFUSED']);
    assert.ok(stopped.allowed_events.includes('RETRY'));
    const text = await w.call('GET', `/v1/resources/${resource_id}/text?format=txt`);
    assert.deepEqual([text.status, text.text.trim()], [200, 'rye bread 4.20'], 'its text is shown');
    assert.equal((await w.call('GET', `/v1/resources/${resource_id}/preview?size=320`)).status, 200, 'so is the picture');
    assert.deepEqual(await w.found('rye'), []);

    const shown_only = await w.call('GET', '/v1/resources?viewable=true&searchable=false');
    assert.deepEqual(
      (shown_only.json as { items: Resource[] }).items.map((one) => Resource.parse(one).resource_id),
      [resource_id],
    );
    const why = Explanation.parse((await w.call('GET', `/v1/resources/${resource_id}/explain`)).json);
    assert.equal(why.searchable, false);
    assert.deepEqual([why.last_failure?.step, why.last_failure?.code], ['index', 'INDEX_REFUSED']);
    assert.match(why.last_failure?.detail ?? '', /taken_at/);
    const broken = why.facts.filter(({ ok }) => !ok).map(({ fact }) => fact);
    assert.ok(!broken.includes('bytes') && !broken.includes('text'), `only what is behind the index is broken: ${broken}`);
    const groups = (await w.call('GET', '/v1/resources/groups?by=failure')).json as { items: unknown };
    const [group, ...more] = ResourceGroups.parse(groups.items);
    assert.deepEqual(
      [group?.step, group?.code, group?.count, group?.advice, more.length],
      ['index', 'INDEX_REFUSED', 1, 'fix configuration', 0],
    );

    const before = { ...counts };
    assert.equal(before.read, 1);
    state.refuses = false;
    const order = { kind: 'replay', step: 'index', code: 'INDEX_REFUSED' };
    const { status, json } = await w.call('POST', '/v1/ops/runs', { body: order });
    assert.equal(status, 202);
    const { run_id } = RunAnswer.parse(json).run;
    const found = await w.at(resource_id, 'INDEXED');
    assert.deepEqual([found.searchable, found.failure], [true, null]);
    assert.deepEqual(await w.found('rye'), [resource_id]);
    assert.deepEqual(counts, before, 'nothing was uploaded, written or read again');
    const run = await until('the replay has ended', async () => {
      const now = RunAnswer.parse((await w.call('GET', `/v1/ops/runs/${run_id}`)).json).run;
      return now.status === 'done' && now;
    });
    assert.deepEqual([run.done, run.counts.INDEXED], [1, 1]);
  } finally {
    await w.stop();
  }
});
