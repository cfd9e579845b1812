/** Providers that are unavailable: pictures wait, nothing is spent on it, and it ends by itself. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { afterEach, describe, test } from 'node:test';
import type { Ports } from '../../app/open-ports.ts';
import { taskContext } from '../../machines/task.ts';
import { openAiEmbeddings } from '../../providers/openai-embeddings.ts';
import { search, world } from '../faults/world.ts';
import { known } from '../model/known.ts';
import { wordOf } from '../worlds/numbered.ts';
import { type RemoteWorld, remoteWorld, SOON } from '../worlds/remote-world.ts';
import { until } from '../worlds/wait.ts';

/** Far above `max_attempts`: had they cost anything, the task would be dead. */
const MANY_TRIES = 12;

let stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});
async function open(...given: Parameters<typeof remoteWorld>): Promise<RemoteWorld> {
  const w = await remoteWorld(...given);
  stops = [w.stop, ...stops];
  return w;
}
/** Its task has been tried so often: pending, retrying, pending, … is two steps a try at least. */
const triedOften = (w: RemoteWorld, resource_id: string, job: string) =>
  until('many tries', async () => {
    const task = await w.at.task(resource_id, job);
    return task && task.instance.seq >= MANY_TRIES * 2 && task;
  });
const spent = ({ instance }: { instance: Parameters<typeof taskContext>[0] }) => {
  const { attempt, losses } = taskContext(instance);
  return { attempt, losses };
};
const NOTHING = { attempt: 1, losses: 0 };

describe('an outage', () => {
  for (const mood of ['no connection', 'breaks', 'hangs'] as const)
    test(`of the OCR engine (${mood}) spends no attempts and no deadline, and ends by itself`, async () => {
      const w = await open({ options: { task_limits: SOON, resource_limits: { ocr_deadline_ms: 200 } } });
      if (mood === 'no connection') await w.there.stop();
      else w.there.mood = mood;
      const id = await w.takeIn(1);
      const task = await triedOften(w, id, 'ocr');
      assert.deepEqual(spent(task), NOTHING);
      assert.deepEqual([(await w.row(id)).status, (await w.job(id))?.accepted], ['READY_FOR_OCR', null]);
      if (mood === 'no connection') await w.there.again();
      else w.there.mood = 'well';
      const ticket = await w.at.ticket(id);
      assert.equal((await w.job(id))?.token, task.task_id, 'no run was spent');
      await w.there.finish(ticket);
      await w.there.callBack(ticket);
      await w.at.status(id, 'INDEXED');
      assert.deepEqual(await search(w, wordOf(1)), [id]);
    });

  test('while the engine works: it is asked until it answers again, and no loss is counted', async () => {
    const w = await open({ options: { task_limits: SOON } });
    const id = await w.takeIn(1);
    const ticket = await w.at.ticket(id);
    await w.there.finish(ticket);
    await w.there.stop();
    const task = await triedOften(w, id, 'ocr'); // running, asking, running, …
    assert.deepEqual([spent(task), (await w.row(id)).status], [NOTHING, 'INIT']);
    await w.there.again();
    await w.at.status(id, 'INDEXED');
    assert.equal(w.there.submissions, 1);
  });

  test('a run that waits for its provider is not accepted by the sweep either', async () => {
    let runs = 0;
    const embed = () => {
      runs += 1;
      return new Promise<never>(() => {});
    };
    const away = { model: 'away', dimension: 2, embed, reachable: () => false };
    let looks = 0;
    const counted = (ports: Ports): Ports => {
      const { instances } = ports.facts;
      const withJobs: typeof instances.withJobs = async (...args) => {
        looks += 1;
        return await instances.withJobs(...args);
      };
      return { ...ports, facts: { ...ports.facts, instances: { ...instances, withJobs } } };
    };
    const w = await open({ embedder: away, ports: counted, options: { limits: { job_check_min_ms: 20, accept_after_ms: 1 } } });
    const id = await w.takeIn(1);
    const ticket = await w.at.ticket(id);
    await w.there.finish(ticket);
    await w.there.callBack(ticket);
    await until('it runs', () => runs > 0);
    const seen = looks;
    await until('passes have looked at it', () => looks >= seen + 3);
    assert.equal((await w.job(id, 'embed'))?.accepted, null);
  });

  test('of the embedder: METADATA_SAVED waits, the text is found without its vector, and the vector comes by itself', async () => {
    let away = true;
    const server = createServer(async (req, res) => {
      const { input }: { input: string[] } = JSON.parse(await textOf(req));
      if (away) res.writeHead(503).end();
      else res.end(JSON.stringify({ data: input.map((_, index) => ({ index, embedding: [3, 4] })) }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    stops.push(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // it listens
    const small = { url, api_key: null, model: 'small', dimension: 2, clock: world.clock, limits: { probe_after_ms: 20 } };
    const resource_limits = { embed_grace_ms: 300, embed_deadline_ms: 200 };
    const w = await open({ embedder: openAiEmbeddings(small), options: { task_limits: SOON, resource_limits } });
    const id = await w.takeIn(1);
    const ticket = await w.at.ticket(id);
    await w.there.finish(ticket);
    await w.there.callBack(ticket);
    const task = await triedOften(w, id, 'embed');
    assert.deepEqual(spent(task), NOTHING);
    const found = await until('the text is in', async () => (await w.row(id)).searchable && (await w.row(id)));
    assert.deepEqual([found.status, found.has_vector, (await w.job(id, 'embed'))?.accepted], ['METADATA_SAVED', false, null]);
    assert.deepEqual(await search(w, wordOf(1)), [id]);
    away = false;
    const indexed = await w.at.status(id, 'INDEXED');
    assert.equal(indexed.has_vector, true);
    const vector = await w.facts.texts.embeddingOf({ org_id: indexed.org_id }, known(indexed.text_id, 'text'));
    assert.deepEqual([vector?.model, vector?.passages], ['small', [Float32Array.from([0.6, 0.8])]]);
  });
});
