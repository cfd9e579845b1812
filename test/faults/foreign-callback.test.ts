/** A provider that mixes up pictures: their addresses, their tasks, their tickets. No picture ever gets another's words. */
import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { taskContext } from '../../machines/task.ts';
import { known } from '../model/known.ts';
import { wordOf } from '../worlds/numbered.ts';
import { type RemoteWorld, remoteWorld, SOON } from '../worlds/remote-world.ts';
import { until } from '../worlds/wait.ts';
import { BY, SCOPE, say, search } from './world.ts';

let stop = async () => {};
afterEach(() => stop());
async function open(...given: Parameters<typeof remoteWorld>): Promise<RemoteWorld> {
  const w = await remoteWorld(...given);
  stop = w.stop;
  return w;
}
const soon = { options: { task_limits: SOON } };
/** Nothing is asked while a callback is on its way. */
const seldom = { options: { task_limits: { ...SOON, lease_ms: 3_000 } } };
/** A failure of a run is there to be seen for a while. */
const patient = { options: { task_limits: { ...SOON, backoff_base_ms: 2_000 } } };
/** Two pictures whose work the engine has done and has not told. */
async function two(w: RemoteWorld) {
  const ids = [await w.takeIn(1), await w.takeIn(2)] as const;
  const tickets = [await w.at.ticket(ids[0]), await w.at.ticket(ids[1])] as const;
  for (const ticket of tickets) await w.there.finish(ticket);
  const jobs = [known(w.there.jobs.get(tickets[0]), 'job'), known(w.there.jobs.get(tickets[1]), 'job')] as const;
  return { ids, tickets, jobs };
}
/** Each is found by its own words and by no other's. */
async function ownWords(w: RemoteWorld, ids: readonly string[]): Promise<void> {
  for (const [i, id] of ids.entries()) {
    await w.at.status(id, 'INDEXED');
    assert.deepEqual(await search(w, wordOf(i + 1)), [id]);
  }
}

describe('a callback', () => {
  test('to an address made of one picture and of the task of another is nobody’s: 404, and neither picture is changed', async () => {
    const w = await open();
    const { ids, tickets, jobs } = await two(w);
    const [one, other] = jobs;
    const foreign = known(one.callback_url, 'url').replace(one.task_id, other.task_id);
    const body = { task_id: other.task_id, provider_job_id: tickets[1], ...other.result };
    assert.equal(await w.there.call(foreign, body), 404);
    const { forged, unknown } = await w.counts();
    assert.deepEqual([forged, unknown], [1, 0]);
    await say(w.engine(), ids[0], 'TRASH');
    await say(w.engine(), ids[0], 'RESTORE');
    for (const ticket of tickets) assert.equal(await w.there.callBack(ticket), 200);
    await ownWords(w, ids);
  });

  test('to the address of another picture is 404 by each part that is not its own', async () => {
    const w = await open();
    const { ids, tickets, jobs } = await two(w);
    const [mine, its] = jobs.map((job) => new URL(known(job.callback_url, 'url')));
    assert.ok(mine && its);
    const body = { task_id: jobs[0].task_id, provider_job_id: tickets[0], ...jobs[1].result };
    const foreign = [its.search, mine.search.replace('order=0', 'order=1'), mine.search.replace(/signature=.*/, ''), ''];
    for (const search of foreign) assert.equal(await w.there.call(mine.origin + mine.pathname + search, body), 404, search);
    for (const ticket of tickets) assert.equal(await w.there.callBack(ticket), 200);
    await ownWords(w, ids);
  });

  for (const name of ['task_id', 'resource_id', 'work_id', 'provider_job_id'] as const)
    test(`that names another ${name} than its address was given out for is refused, and costs no more than a question`, async () => {
      const w = await open(seldom);
      const { ids, tickets, jobs } = await two(w);
      const [one, other] = jobs;
      const { task_id, resource_id, work_id } = one;
      const named = { task_id, resource_id, work_id, provider_job_id: tickets[0] };
      const mixed = { ...named, ...other.result, [name]: { ...other, provider_job_id: tickets[1] }[name] };
      assert.equal(await w.there.call(known(one.callback_url, 'url'), mixed), 422);
      await ownWords(w, ids); // asked after a lease
      assert.equal(w.there.submissions, 2);
    });

  test('for a picture that never was, or was removed, is unknown: 404, and nothing of it is kept', async () => {
    const w = await open();
    const { ids, tickets, jobs } = await two(w);
    const [mine, its] = jobs.map((job) => known(job.callback_url, 'url'));
    const body = { task_id: jobs[0].task_id, provider_job_id: tickets[0], ...jobs[0].result };
    const never = known(mine, 'url').replace(ids[0], jobs[0].task_id);
    assert.equal(await w.there.call(never, body), 404);
    await say(w.engine(), ids[1], 'DELETE');
    await w.at.status(ids[1], 'DELETED');
    assert.equal(await w.there.call(known(its, 'url'), { ...body, task_id: jobs[1].task_id }), 404);
    const { forged, unknown } = await w.counts();
    assert.deepEqual([forged, unknown], [0, 2]);
    assert.equal(await w.keptCallbacks(), 0);
    assert.equal(await w.there.callBack(tickets[0]), 200);
    assert.deepEqual([await w.keptCallbacks(), (await w.counts()).taken], [1, 1]);
  });

  test('with the id of a message that another picture had is a message of its own', async () => {
    const w = await open();
    const { ids, tickets } = await two(w);
    for (const ticket of tickets) assert.equal(await w.there.callBack(ticket, 'always-the-same'), 200);
    await ownWords(w, ids);
  });

  test('to an order before is not taken by the next one, which nobody has answered yet', async () => {
    const w = await open(soon);
    const id = await w.takeIn(1);
    const first = await w.at.ticket(id);
    const refused = { status: 'failed', failure: { retryable: false, detail: 'no credit left' } };
    known(w.there.jobs.get(first), 'job').result = refused;
    await w.at.status(id, 'INDEX_FAILED');
    await w.there.finish(first);
    await w.engine().send({ scope: SCOPE, resource_id: id }, () => ({ event: { type: 'REPROCESS', from: 'ocr' } }), BY);
    const second = await w.at.ticket(id);
    assert.notEqual(second, first);
    assert.equal(await w.there.callBack(first), 200);
    assert.equal((await w.row(id)).status, 'INIT');
    await w.there.finish(second);
    await w.at.status(id, 'INDEXED');
    assert.equal((await w.row(id)).recognition_id, known(w.there.jobs.get(second), 'job').task_id);
  });
});

describe('an engine that is asked', () => {
  for (const name of ['resource_id', 'work_id', 'task_id'] as const)
    test(`and names another ${name} in its answer is not believed`, async () => {
      const w = await open({ ...patient, knows: name === 'task_id' ? 'nothing but task_id, and names it' : 'work_id' });
      const ids = [await w.takeIn(1), await w.takeIn(2)] as const;
      const tickets = [await w.at.ticket(ids[0]), await w.at.ticket(ids[1])] as const;
      const [one, other] = [known(w.there.jobs.get(tickets[0]), 'job'), known(w.there.jobs.get(tickets[1]), 'job')];
      const own = one[name];
      Object.assign(one, { [name]: other[name] }); // before there is anything to take
      await w.there.finish(tickets[1]);
      one.result = other.result;
      const task = await until('its answer was refused', async () => {
        const now = await w.at.task(ids[0]);
        return now && taskContext(now.instance).failure && now;
      });
      assert.equal(taskContext(task.instance).failure?.code, 'PROVIDER_BAD_RESULT');
      Object.assign(one, { [name]: own });
      await w.there.finish(tickets[0]);
      for (const [ticket, job] of w.there.jobs) if (job.result === null) await w.there.finish(ticket);
      await until('no work is left undone', async () => {
        for (const [ticket, job] of w.there.jobs) if (job.result === null) await w.there.finish(ticket);
        return (await w.row(ids[0])).status === 'INDEXED';
      });
      await ownWords(w, ids);
    });

  test('and has given one ticket to two pictures is believed about neither', async () => {
    const w = await open({ ...soon, knows: 'task_id' });
    const one = await w.takeIn(1);
    const ticket = await w.at.ticket(one);
    w.there.one_ticket = ticket;
    const other = await w.takeIn(2);
    await until('the second was given', () => w.there.submissions >= 2);
    await w.there.finish(ticket);
    w.there.one_ticket = null;
    await until('each has its own words', async () => {
      for (const [id, job] of w.there.jobs) if (job.result === null) await w.there.finish(id);
      const rows = [await w.row(one), await w.row(other)];
      return rows.every(({ status }) => status === 'INDEXED');
    });
    await ownWords(w, [one, other]);
  });
});
