/** The whole service around a remote OCR engine: what is lost, late, twice or never there, and where the picture is then. */
import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { taskContext } from '../../machines/task.ts';
import { BY, SCOPE, say, search } from '../faults/world.ts';
import { known } from '../model/known.ts';
import { crashing } from '../worlds/crashing.ts';
import { wordOf } from '../worlds/numbered.ts';
import { type RemoteWorld, remoteWorld, SOON } from '../worlds/remote-world.ts';
import { until } from '../worlds/wait.ts';

let stop = async () => {};
afterEach(() => stop());
async function open(...given: Parameters<typeof remoteWorld>): Promise<RemoteWorld> {
  const w = await remoteWorld(...given);
  stop = w.stop;
  return w;
}
const soon = { options: { task_limits: SOON } };
/** Indexed by what the engine read. */
async function indexed(w: RemoteWorld, resource_id: string, number: number): Promise<void> {
  await w.at.status(resource_id, 'INDEXED');
  assert.deepEqual(await search(w, wordOf(number)), [resource_id]);
}
const journal = async (w: RemoteWorld, resource_id: string) =>
  (await w.facts.journal.list(SCOPE, resource_id, { after: null, limit: 200 })).map(({ event }) => event);

describe('a remote engine', () => {
  test('holds no worker: with one place for OCR three pictures are with it at once, and each callback indexes its own', async () => {
    const w = await open();
    const ids = [await w.takeIn(1), await w.takeIn(2), await w.takeIn(3)];
    const tickets = await Promise.all(ids.map((id) => w.at.ticket(id)));
    for (const id of ids) assert.equal((await w.row(id)).status, 'INIT');
    for (const ticket of tickets.toReversed()) {
      await w.there.finish(ticket);
      assert.equal(await w.there.callBack(ticket), 200);
    }
    for (const [i, id] of ids.entries()) await indexed(w, id, i + 1);
    assert.equal(w.there.submissions, 3);
  });

  test('a callback that comes twice, by the same id and by another, is answered well and changes nothing', async () => {
    const w = await open();
    const id = await w.takeIn(1);
    const ticket = await w.at.ticket(id);
    await w.there.finish(ticket);
    assert.deepEqual([await w.there.callBack(ticket, 'm1'), await w.there.callBack(ticket, 'm1')], [200, 200]);
    await indexed(w, id, 1);
    const before = await w.row(id);
    assert.deepEqual([await w.there.callBack(ticket, 'm1'), await w.there.callBack(ticket, 'm2')], [200, 200]);
    assert.deepEqual(await w.row(id), before);
    assert.equal((await journal(w, id)).filter((event) => event === 'done ocr').length, 1);
  });

  test('a crash between submit and accepted: the engine is asked by the task, and not given the work twice', async () => {
    let crash = () => {};
    const crashed = new Promise<void>((resolve) => {
      crash = resolve;
    });
    const dies = async () => {
      crash();
      await new Promise(() => {}); // the process is gone: nothing goes on after it
    };
    const w = await open({ ports: (ports) => crashing(ports, { call: 'tasks.replace', when: 'before', of: 'ocr' }, dies) });
    const id = await w.takeIn(1);
    await crashed;
    const token = known(await w.job(id), 'job').token;
    assert.deepEqual([w.there.submissions, (await w.job(id))?.accepted], [1, null]);
    await w.again();
    const ticket = await w.at.ticket(id);
    assert.equal(w.there.submissions, 1, 'given once');
    assert.ok(w.there.asked.filter((asked) => asked.startsWith(`/jobs?task_id=${token}&work_id=`)).length >= 2);
    await w.there.finish(ticket);
    await w.there.callBack(ticket);
    await indexed(w, id, 1);
  });

  test('all tasks lost while the engine works: it is asked by the ticket that the resource has, and not given the work again', async () => {
    const w = await open({ options: { limits: { job_check_min_ms: 50 } } });
    const id = await w.takeIn(1);
    const ticket = await w.at.ticket(id);
    await w.there.finish(ticket);
    await w.again();
    await indexed(w, id, 1);
    assert.deepEqual([w.there.submissions, w.there.asked.at(-1)], [1, `/jobs/${ticket}`]);
  });

  test('a callback after an edit of the metadata is taken: reading does not depend on it', async () => {
    const w = await open();
    const id = await w.takeIn(1);
    const ticket = await w.at.ticket(id);
    const edit = { type: 'METADATA_SUBMITTED', complete: true };
    const { resource } = await w.engine().send({ scope: SCOPE, resource_id: id }, () => ({ event: edit }), BY);
    assert.equal(resource.revision, 2);
    await w.there.finish(ticket);
    assert.equal(await w.there.callBack(ticket), 200);
    await indexed(w, id, 1);
  });

  test('a callback whose run is no longer wanted is kept, and the next run of what it read takes it without the engine', async () => {
    const w = await open();
    const id = await w.takeIn(1);
    const ticket = await w.at.ticket(id);
    await say(w.engine(), id, 'TRASH');
    await w.there.finish(ticket);
    const before = await w.row(id);
    assert.equal(await w.there.callBack(ticket), 200);
    assert.deepEqual(await w.row(id), before, 'kept, not believed');
    w.there.jobs.clear();
    await say(w.engine(), id, 'RESTORE');
    await indexed(w, id, 1);
    assert.equal(w.there.submissions, 1);
  });

  test('a callback to the run before is taken by the run that waits for the same', async () => {
    const w = await open(soon);
    const id = await w.takeIn(1);
    const first = await w.at.ticket(id);
    await say(w.engine(), id, 'TRASH');
    await say(w.engine(), id, 'RESTORE');
    assert.equal(await w.at.ticket(id), first, 'the same work is found again');
    await w.there.finish(first);
    await w.there.callBack(first);
    await indexed(w, id, 1);
    assert.equal(w.there.submissions, 1);
  });

  test('an order to read again is not answered by what was read before', async () => {
    const w = await open();
    const id = await w.takeIn(1);
    const first = await w.at.ticket(id);
    await w.there.finish(first);
    await w.there.callBack(first);
    await indexed(w, id, 1);
    const again = { type: 'REPROCESS', from: 'ocr' };
    await w.engine().send({ scope: SCOPE, resource_id: id }, () => ({ event: again }), BY);
    const second = await w.at.ticket(id);
    assert.notEqual(second, first);
    await w.there.finish(second);
    await w.there.callBack(second);
    await w.at.status(id, 'INDEXED');
    assert.equal(w.there.submissions, 2);
  });

  test('a callback that never comes: after the lease the engine is asked, and its result taken', async () => {
    const w = await open(soon);
    const id = await w.takeIn(1);
    const ticket = await w.at.ticket(id);
    await until('asked while it works', () => w.there.asked.filter((asked) => asked === `/jobs/${ticket}`).length >= 3);
    assert.equal((await w.row(id)).status, 'INIT');
    await w.there.finish(ticket);
    await indexed(w, id, 1);
    assert.equal(w.there.submissions, 1);
  });

  test('an engine that forgets is given the work again, and blamed when it keeps forgetting', async () => {
    const w = await open(soon);
    const id = await w.takeIn(1);
    const first = await w.at.ticket(id);
    w.there.jobs.clear();
    const second = await w.at.ticket(id, first);
    await w.there.finish(second);
    await indexed(w, id, 1);
    const other = await w.takeIn(2);
    const forgetting = setInterval(() => w.there.jobs.clear(), 5);
    const { failure } = await w.at.status(other, 'INDEX_FAILED').finally(() => clearInterval(forgetting));
    assert.deepEqual([failure?.step, failure?.code], ['ocr', 'PROVIDER_FORGOT']);
  });

  test('a failure that it calls back is of that run: tried again under a new ticket, and not failed by the old one', async () => {
    const w = await open({ options: { task_limits: { ...SOON, lease_ms: 60_000 } } });
    const id = await w.takeIn(1);
    const first = await w.at.ticket(id);
    await until('it runs', async () => (await w.at.task(id))?.status === 'running');
    known(w.there.jobs.get(first), 'job').result = { status: 'failed', failure: { retryable: true, detail: 'out of memory' } };
    assert.equal(await w.there.callBack(first), 200);
    const second = await w.at.ticket(id, first);
    assert.equal(await w.there.callBack(first), 200);
    const task = known(await w.at.task(id), 'task');
    assert.deepEqual([task.status, taskContext(task.instance).attempt], ['running', 2]);
    await w.there.finish(second);
    await w.there.callBack(second);
    await indexed(w, id, 1);
  });

  test('of a picture that was deleted nothing is left of what the engine said, and nothing more is kept', async () => {
    const w = await open();
    const id = await w.takeIn(1);
    const ticket = await w.at.ticket(id);
    await w.there.finish(ticket);
    await w.there.callBack(ticket);
    const { original_key } = await w.at.status(id, 'INDEXED');
    const kept = () => w.facts.callbacks.find(SCOPE, { resource_id: id, kind: 'ocr', reads: JSON.stringify([original_key]) });
    assert.ok(await kept());
    await say(w.engine(), id, 'DELETE');
    await w.at.status(id, 'DELETED');
    assert.deepEqual([await w.there.callBack(ticket), await kept()], [404, null]);
  });

  test('a failure for good ends the step with what the engine said', async () => {
    const w = await open();
    const id = await w.takeIn(1);
    const ticket = await w.at.ticket(id);
    await until('it runs', async () => (await w.at.task(id))?.status === 'running');
    known(w.there.jobs.get(ticket), 'job').result = { status: 'failed', failure: { retryable: false, detail: 'no credit left' } };
    await w.there.callBack(ticket);
    const { failure } = await w.at.status(id, 'INDEX_FAILED');
    assert.deepEqual([failure?.code, failure?.detail], ['PROVIDER_REFUSED', 'no credit left']);
  });
});
