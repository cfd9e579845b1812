/** What a step needs is unavailable for long, in ways that are worse than refusing: no picture pays for it. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, test } from 'node:test';
import type { ServiceOptions } from '../../app/create-service.ts';
import type { Ports } from '../../app/open-ports.ts';
import { failureOf } from '../../contract/failures.ts';
import type { SearchIndex } from '../../runtime/ports/search-index.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';
import { letPass, until } from '../worlds/wait.ts';
import { all, assertWhole, OPTIONS, openWorld, restIn, say, serviceOf, takeIn } from './world.ts';

const SOON = { backoff_base_ms: 5, outage_pause_ms: 20 } satisfies ServiceOptions['task_limits'];
/** How long the adapter waits for a response, in ms. Far above `accept_after_ms`, so that each run would be accepted. */
const CALL_LIMIT_MS = 60;
const PICTURES = 20;

/** An index that takes calls and does not answer, as an adapter finds it: every call ends at its limit, and no breaker is open yet. */
function hanging(index: SearchIndex): { index: SearchIndex; calls(): number; answers(): void } {
  let hangs = true;
  let calls = 0;
  const put: SearchIndex['put'] = async (...args) => {
    calls += 1;
    if (!hangs) return index.put(...args);
    await letPass(CALL_LIMIT_MS, 'the time limit of the adapter');
    throw new StepError(failureOf('PROVIDER_UNAVAILABLE', 'the index did not answer'));
  };
  return {
    index: { ...index, put, reachable: () => true },
    calls: () => calls,
    answers: () => {
      hangs = false;
    },
  };
}

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function service(change: (ports: Ports) => Ports, options: Partial<ServiceOptions> = {}) {
  const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-outage-'));
  const opened = await openWorld(folder);
  const ports = change(opened);
  const life = serviceOf(ports, { task_limits: SOON, ...options });
  await life.start();
  stops.push(() => rm(folder, { recursive: true, force: true }), opened.close, life.stop);
  return { ports, ...life };
}

describe('an index that hangs', () => {
  test('uses up no deadline and no attempt: all are INDEXED once it answers, and none was ever INDEX_FAILED', async () => {
    let there: ReturnType<typeof hanging> | null = null;
    const index_deadline_ms = 25 * CALL_LIMIT_MS; // far above a call and the commit of its release, on a busy machine too
    const { engine, ports } = await service(
      (ports) => {
        there = hanging(ports.index);
        return { ...ports, index: there.index };
      },
      {
        limits: { ...OPTIONS.limits, accept_after_ms: 1 },
        resource_limits: { ...OPTIONS.resource_limits, index_deadline_ms, max_runs: 2 },
      },
    );
    assert.ok(there);
    const { calls, answers }: ReturnType<typeof hanging> = there;
    const ids: string[] = [];
    for (let number = 1; number <= PICTURES; number++) ids.push(await takeIn(engine, ports, number));
    await until('all wait for the index', async () => (await all(ports)).every(({ status }) => status === 'VECTOR_DONE'));
    const seen = calls();
    await until('many deadlines have passed', () => calls() >= seen + PICTURES, 60_000);
    await letPass(4 * index_deadline_ms, 'deadlines that would have ended them');
    assert.deepEqual([...new Set((await all(ports)).map(({ status }) => status))], ['VECTOR_DONE']);
    answers();
    await assertWhole(ports, await restIn(ports, ids, ['INDEXED']));
    for (const id of ids) {
      const journal = await ports.facts.journal.list({ org_id: 'org' }, id, { after: null, limit: 200 });
      assert.deepEqual(
        journal.filter(({ to, event }) => to === 'INDEX_FAILED' || event.includes('deadline')).map(({ event }) => event),
        [],
      );
    }
  });
});

test('pictures that wait for what is away cost no turns: their number makes no difference, and they go on by themselves', async () => {
  const SPAN_MS = 3_000;
  const pause_ms = 500;
  let steps = 0;
  let refuses = true;
  const { engine, ports } = await service(
    (ports) => {
      const { put } = ports.index;
      const replace: typeof ports.tasks.replace = async (...args) => {
        steps += 1;
        return ports.tasks.replace(...args);
      };
      const refusing: typeof put = async (...args) => {
        if (refuses) throw new StepError(failureOf('PROVIDER_UNAVAILABLE', 'connection refused'));
        return put(...args);
      };
      return { ...ports, tasks: { ...ports.tasks, replace }, index: { ...ports.index, put: refusing } };
    },
    { task_limits: { ...SOON, outage_pause_ms: pause_ms } },
  );
  const ids: string[] = [];
  for (let number = 1; number <= 2 * PICTURES; number++) ids.push(await takeIn(engine, ports, number));
  await until('all wait for the index', async () => (await all(ports)).every(({ status }) => status === 'VECTOR_DONE'));
  await letPass(2 * pause_ms, 'those that failed come back, and wait like the others');
  const before = steps;
  await letPass(SPAN_MS, 'the span in which steps are counted');
  const A_PROBE = 3; // claimed, failed, in line again
  const probes = SPAN_MS / pause_ms + 2;
  assert.ok(steps - before <= probes * A_PROBE, `${steps - before} steps of tasks in ${SPAN_MS} ms`);
  refuses = false;
  await assertWhole(ports, await restIn(ports, ids, ['INDEXED']));
});

describe('an outage longer than it is granted', () => {
  const give_up_ms = 400;
  const soon = { retry_interval_ms: 50, retry_after_ms: 300, retry_probe_min_ms: 100 };

  test('ends in INDEX_FAILED with PROVIDER_UNAVAILABLE, of those that waited in line too; once it is over, nobody has to do anything', async () => {
    let refuses = true;
    const { engine, ports } = await service(
      (ports) => {
        const { put, ping } = ports.index;
        const away = () => new StepError(failureOf('PROVIDER_UNAVAILABLE', 'connection refused'));
        const index: SearchIndex = {
          ...ports.index,
          put: async (...args) => (refuses ? Promise.reject(away()) : put(...args)),
          ping: async () => (refuses ? Promise.reject(away()) : ping()),
        };
        return { ...ports, index };
      },
      { task_limits: { ...SOON, give_up_ms }, limits: { ...OPTIONS.limits, ...soon } },
    );
    const ids: string[] = [];
    for (let number = 1; number <= PICTURES; number++) ids.push(await takeIn(engine, ports, number));
    const failed = await restIn(ports, ids, ['INDEX_FAILED']);
    assert.deepEqual([...new Set(failed.map(({ failure }) => failure?.code))], ['PROVIDER_UNAVAILABLE']);
    const late = await takeIn(engine, ports, PICTURES + 1);
    refuses = false;
    const rows = await restIn(ports, [...ids, late], ['INDEXED']);
    await assertWhole(ports, rows);
    const journal = await ports.facts.journal.list({ org_id: 'org' }, String(ids[0]), { after: null, limit: 200 });
    assert.deepEqual(
      journal.filter(({ event }) => event === 'RETRY').map(({ by }) => by.kind),
      ['sweep'],
    );
  });

  test('of a removal: PURGE_FAILED is tried again as well', async () => {
    let refuses = false;
    const { engine, ports } = await service(
      (ports) => {
        const { remove, ping } = ports.index;
        const full = () => new StepError(failureOf('STORAGE_FULL', 'the disk is full'));
        const index: SearchIndex = {
          ...ports.index,
          remove: async (...args) => (refuses ? Promise.reject(full()) : remove(...args)),
          ping: async () => (refuses ? Promise.reject(full()) : ping()),
        };
        return { ...ports, index };
      },
      { task_limits: { ...SOON, give_up_ms }, limits: { ...OPTIONS.limits, ...soon } },
    );
    const id = await takeIn(engine, ports, 1);
    await restIn(ports, [id], ['INDEXED']);
    refuses = true;
    await say(engine, id, 'DELETE');
    const [failed] = await restIn(ports, [id], ['PURGE_FAILED']);
    assert.equal(failed?.failure?.code, 'STORAGE_FULL');
    refuses = false;
    await assertWhole(ports, await restIn(ports, [id], ['DELETED']));
  });
});
