/** Work that begins in the process whose commit has created it: when it has a record, and who goes on with it. */
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { Ports } from '../../../app/open-ports.ts';
import type { TaskRecord } from '../../../runtime/ports/tasks.ts';
import { until } from '../../worlds/wait.ts';
import { wholeWorld } from '../../worlds/whole-world.ts';

/** Far below the minute after which the pass over all jobs comes. */
const SOON_MS = 20_000;

/** The service; what is written to its task store and queue, and recognition that waits until it is let go. */
async function watched(t: TestContext, changed: (ports: Ports) => Ports = (same) => same) {
  const written: string[] = [];
  let letGo = () => {};
  const gate = { held: false, begun: 0 };
  const opened = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const w = await wholeWorld((ports) => {
    const { tasks, queue, recogniser } = ports;
    return changed({
      ...ports,
      tasks: {
        ...tasks,
        create: async (task) => {
          written.push(`create ${task.kind} ${task.status}`);
          return await tasks.create(task);
        },
        replace: async (task, seq) => {
          written.push(`replace ${task.kind} ${task.status}`);
          return await tasks.replace(task, seq);
        },
      },
      queue: {
        ...queue,
        push: async (kind, ...more) => {
          written.push(`push ${kind}`);
          await queue.push(kind, ...more);
        },
      },
      recogniser: {
        ...recogniser,
        recognise: async (...page) => {
          gate.begun += 1;
          if (gate.held) await opened;
          return await recogniser.recognise(...page);
        },
      },
    });
  });
  t.after(async () => {
    letGo();
    await w.stop();
  });
  const readTask = async (resource_id: string): Promise<TaskRecord | null> => {
    const stored = await w.ports.facts.instances.load(resource_id);
    const token = Object.values(stored?.instance.jobs ?? {})[0]?.token;
    return token === undefined ? null : await w.ports.tasks.get(token);
  };
  return { ...w, written, gate, letGo, readTask };
}

describe('work that begins where it is', () => {
  test('what is short has no record, and rings nobody', async (t) => {
    const w = await watched(t);
    const { resource_id } = await w.indexed(1, 'short');
    const journal = await w.ports.facts.journal.list({ org_id: 'org' }, resource_id, { after: null, limit: 100 });
    const long = journal.filter(({ event }) => event.startsWith('accepted ')); // on a busy machine
    assert.deepEqual([w.written.length, w.written.filter((line) => line.startsWith('push'))], [long.length, []]);
  });

  test('what takes long has a record that runs, before its acceptance is a fact; explain shows both', async (t) => {
    const w = await watched(t);
    w.gate.held = true;
    const { resource } = await w.sent(2, 'long');
    await until('it is read', () => w.gate.begun === 1);
    const early = await w.explain({ scope: { org_id: 'org' }, resource_id: resource.resource_id }, 'en');
    assert.deepEqual([early?.task?.kind, early?.task?.status, early?.task?.attempt], ['ocr', 'running', 1]);
    await w.at(resource.resource_id, 'INIT');
    const task = await w.readTask(resource.resource_id);
    assert.deepEqual([task?.kind, task?.status, task?.resource_id], ['ocr', 'running', resource.resource_id]);
    assert.equal(await w.ports.queue.knows('ocr', task?.task_id ?? '', task?.ring ?? 0), true);
    w.letGo();
    await w.at(resource.resource_id, 'INDEXED');
    await until('its record is gone', async () => (await w.ports.tasks.list({ kind: 'ocr', limit: 1 })).length === 0);
  });

  test('what has failed has a record, and is tried again', async (t) => {
    let failures = 1;
    const w = await watched(t, (ports) => ({
      ...ports,
      embedder: {
        ...ports.embedder,
        embed: async (texts, ...more) => {
          if (failures-- > 0) throw new Error('once');
          return await ports.embedder.embed(texts, ...more);
        },
      },
    }));
    await w.indexed(3, 'tried again');
    assert.ok(w.written.includes('create embed running'));
    assert.ok(w.written.includes('replace embed retrying'));
  });

  test('a failure that could not be recorded costs a moment', async (t) => {
    let failures = 1;
    let refusals = 1;
    const w = await watched(t, (ports) => ({
      ...ports,
      tasks: {
        ...ports.tasks,
        create: async (task) => {
          if (refusals-- > 0) throw new Error('the store of tasks does not answer');
          return await ports.tasks.create(task);
        },
      },
      embedder: {
        ...ports.embedder,
        embed: async (texts, ...more) => {
          if (failures-- > 0) throw new Error('once');
          return await ports.embedder.embed(texts, ...more);
        },
      },
    }));
    const began = performance.now();
    await w.indexed(4, 'done again');
    assert.ok(refusals < 0, 'the store has failed');
    assert.ok(performance.now() - began < SOON_MS);
  });

  test('what runs when the process stops is handed back', async (t) => {
    const w = await watched(t);
    w.gate.held = true;
    await w.sent(5, 'handed back');
    await until('it is read', () => w.gate.begun === 1);
    w.written.length = 0;
    await w.service.stop();
    const kinds = w.written.filter((line) => line === 'create ocr running' || line === 'push ocr');
    assert.equal(kinds.length, 1, 'either its record runs, or it waits for another process');
  });

  test('the pass over all jobs leaves alone what runs here', async (t) => {
    const w = await watched(t);
    w.gate.held = true;
    const { resource } = await w.sent(6, 'left alone');
    await until('it is read', () => w.gate.begun === 1);
    const stored = await w.ports.facts.instances.load(resource.resource_id);
    assert.ok(stored);
    for (const doubt of [false, true]) await w.service.runs.check(stored, doubt);
    w.letGo();
    await w.at(resource.resource_id, 'INDEXED');
    assert.equal(w.gate.begun, 1, 'read once');
  });

  test('while others wait, nobody is overtaken: all places taken, a picture waits in line', async (t) => {
    const w = await watched(t);
    w.gate.held = true;
    for (let number = 10; number < 16; number++) await w.sent(number, `waits ${number}`);
    await until('some wait', async () => (await w.ports.queue.depth('ocr')).waiting > 0);
    assert.ok(w.written.includes('push ocr'));
    assert.ok((await w.ports.queue.depth('ocr')).oldest_at !== null);
    w.letGo();
    await until('all are found', async () => (await w.found('waits')).length === 6);
  });
});
