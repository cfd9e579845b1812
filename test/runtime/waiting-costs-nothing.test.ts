/** Pictures that wait in line cost no write, however often they are looked at; a ring that was lost is redelivered all the same. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Ports } from '../../app/open-ports.ts';
import type { StepHandlers } from '../../runtime/tasks/run-step.ts';
import { OPTIONS, openWorld, serviceOf } from '../faults/world.ts';
import { emptySteps } from '../worlds/empty-steps.ts';
import { makeLine } from '../worlds/long-line.ts';
import { until } from '../worlds/wait.ts';

const WAITING = 300;
const LIMITS = { ...OPTIONS.limits, sweep_interval_ms: 5, job_check_min_ms: 30 };

/** A service in which a few pictures hold the first step, and all others wait for it. */
async function lineOf(t: TestContext) {
  const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-waiting-'));
  await makeLine(folder, WAITING);
  const opened = await openWorld(folder);
  const writes: Record<string, number> = {};
  let [passes, loads] = [0, 0];
  let lost: string | null = null;
  const counted =
    <Args extends unknown[], Result>(name: string, work: (...args: Args) => Promise<Result>, count = (_: Result) => 1) =>
    async (...args: Args): Promise<Result> => {
      const result = await work(...args);
      writes[name] = (writes[name] ?? 0) + count(result);
      return result;
    };
  const { facts, tasks, queue } = opened;
  const { instances } = facts;
  const ports: Ports = {
    ...opened,
    facts: {
      ...facts,
      commit: counted('commit', facts.commit),
      instances: {
        ...instances,
        claimDue: counted('claim', instances.claimDue, ({ length }) => length),
        reschedule: counted('reschedule', instances.reschedule),
        load(id) {
          loads += 1;
          return instances.load(id);
        },
        withJobs: async (after, ...more) => {
          if (after === null) passes += 1;
          return await instances.withJobs(after, ...more);
        },
      },
    },
    tasks: {
      ...tasks,
      create: counted('create', tasks.create),
      replace: counted('replace', tasks.replace),
      claimDue: counted('claim a task', tasks.claimDue, ({ length }) => length),
    },
    queue: {
      ...queue,
      push: counted('push', async (kind, task_id, n, owner) => {
        if (lost === null && (writes.push ?? 0) >= WAITING / 2)
          lost = task_id; // several may be under way at once
        else await queue.push(kind, task_id, n, owner);
      }),
    },
  };
  const held: StepHandlers = {
    ...emptySteps,
    run: ({ signal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true })),
  };
  const service = serviceOf(ports, { services: held, limits: LIMITS, resource_limits: {} });
  t.after(async () => {
    await service.stop();
    await opened.close();
    await rm(folder, { recursive: true, force: true });
  });
  await service.start();
  await until('all are in line', async () => (writes.create ?? 0) >= WAITING, 30_000);
  return {
    ...{ opened, writes, lost: () => lost, loads: () => loads },
    async passes(more: number): Promise<void> {
      const seen = passes;
      await until(`${more} passes`, async () => passes >= seen + more, 30_000);
    },
  };
}

test(`${WAITING} that wait: several passes over them write nothing`, async (t) => {
  const { writes, passes } = await lineOf(t);
  await passes(2); // the few that are held have begun, and were told so
  const before = { ...writes };
  await passes(5);
  assert.deepEqual(writes, before);
});

test('tasks that are all lost are made from pages of pictures, and not by a look at each', async (t) => {
  const { loads } = await lineOf(t);
  assert.ok(loads() < WAITING / 10, `${loads()} looks for ${WAITING} pictures`);
});

test('a ring that was lost, and a task that was lost alone, are made again by the next pass', async (t) => {
  const { opened, writes, passes, lost } = await lineOf(t);
  await passes(2);
  assert.ok(lost());
  assert.equal(await opened.queue.knows('inspect', lost() ?? '', 1), true, 'rung again');
  assert.equal(writes.push, WAITING + 1);
  const waiting = (await opened.tasks.list({ kind: 'inspect', status: 'pending', limit: WAITING })).at(-1);
  assert.ok(waiting);
  const before = { ...writes };
  await opened.tasks.remove(waiting.task_id);
  await until('its task is there again', async () => (await opened.tasks.get(waiting.task_id)) !== null);
  assert.equal(writes.create, (before.create ?? 0) + 1, 'that one, and no other');
});
