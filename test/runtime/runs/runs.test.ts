/** Runs of operators: one of a kind at a time, each goes on from its place, whichever process is lost or stops. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { pino } from 'pino';
import { failureOf } from '../../../contract/failures.ts';
import { Problem } from '../../../contract/problems.ts';
import { openSqliteFacts } from '../../../persistence/sqlite/facts.ts';
import { concurrently } from '../../../runtime/async/each.ts';
import { RUNTIME_LIMITS } from '../../../runtime/limits.ts';
import { stateOf } from '../../../runtime/runs/run-store.ts';
import { RunHalted, type RunWork, type WorkContext } from '../../../runtime/runs/run-work.ts';
import { createRuns, type WantedRun } from '../../../runtime/runs/runs.ts';
import { StepError } from '../../../runtime/tasks/step-handler.ts';
import { runLifecycle } from '../../../services/lifecycles.ts';
import { movedClock } from '../../worlds/moved-clock.ts';
import { until } from '../../worlds/wait.ts';

const log = pino({ level: 'silent' });
const limits = { ...RUNTIME_LIMITS, run_look_ms: 10 };
const LEASE_MS = 60_000;
const CHECK_MS = 5_000;
const wanted = (more: Partial<WantedRun> = {}): WantedRun => ({
  ...{ org_id: 'a', installation: false, kind: 'replay', created_by: { kind: 'key', id: 'k' }, idempotency: null },
  ...{ params: { heal: false, step: null, code: null, limit: null }, ...more },
});
const SCOPE = { org_id: 'a', installation: false };

async function world(t: TestContext) {
  const dir = await mkdtemp(path.join(tmpdir(), 'tuodi-runs-'));
  const facts = await openSqliteFacts(dir);
  let passed = 0;
  const { clock: moved } = movedClock();
  const clock = { ...moved, serviceTime: () => moved.serviceTime() + passed };
  const closers: (() => Promise<void>)[] = [];
  t.after(async () => {
    for (const close of closers) await close();
    await facts.close();
    await rm(dir, { recursive: true });
  });
  /** A process with this work. */
  function process(work: RunWork) {
    const works = { reindex: work, replay: work, verify: work, embed: work };
    const runs = createRuns({
      runs: facts.runs,
      lifecycle: runLifecycle(),
      works,
      clock,
      limits,
      log,
      each: concurrently({ log, limits }),
    });
    closers.push(runs.close);
    return runs;
  }
  const statusOf = async (run_id: string) => (await facts.runs.load(run_id))?.status;
  return {
    facts,
    process,
    statusOf,
    inStatus: (run_id: string, status: string) => until(`it is ${status}`, async () => (await statusOf(run_id)) === status),
    pass: (ms: number) => {
      passed += ms;
    },
  };
}

/** Counts to ten, a step each time `step` resolves. */
const counting =
  (counted: number[], step: (n: number, context: WorkContext) => Promise<void> = async () => {}): RunWork =>
  async (context) => {
    for (let n = Number(context.state.place ?? 0) + 1; n <= 10; n++) {
      await step(n, context);
      context.signal.throwIfAborted();
      counted.push(n);
      await context.save({ place: n, done: n, total: 10, counts: { counted: n } });
    }
  };
const never = () => new Promise<void>(() => {});
const untilAborted = (signal: AbortSignal) =>
  new Promise<void>((_, reject) => {
    if (signal.aborted) reject(signal.reason); // what was counted before may have been saved after it
    signal.addEventListener('abort', () => reject(signal.reason));
  });

test('it goes to its end, with what it has counted and found', async (t) => {
  const { facts, process, inStatus } = await world(t);
  const found = { finding: 'X', of_org: 'a', about: 'p', subject: 's', detail: 'd', outcome: 'found' as const };
  const runs = process(
    counting([], (n, { save }) => save({ findings: n === 2 || n === 4 ? [{ ...found, subject: `${n}` }] : [] })),
  );
  const { run_id } = await runs.start(wanted());
  await inStatus(run_id, 'done');
  const run = await facts.runs.get(SCOPE, run_id);
  assert.ok(run);
  const { done, total, counts, place } = stateOf(run);
  assert.deepEqual([done, total, counts, place, run.findings], [10, 10, { counted: 10 }, 10, 2]);
  assert.deepEqual(
    (await facts.runs.findings(run_id, { after: 0, limit: 9 })).map(({ position, subject }) => [position, subject]),
    [
      [1, '2'],
      [2, '4'],
    ],
  );
  assert.equal(await facts.runs.get({ org_id: 'b', installation: true }, run_id), null, 'of another organisation');
});

test('when its process is lost another goes on from its place, and what the lost one still says counts for nothing', async (t) => {
  const { process, inStatus, statusOf, pass } = await world(t);
  const [first, second]: [number[], number[]] = [[], []];
  let wake = () => {};
  const lost = process(counting(first, (n) => (n === 4 ? new Promise((resolve) => (wake = resolve)) : Promise.resolve())));
  const other = process(counting(second));
  const { run_id } = await lost.start(wanted());
  await until('it is at 4', () => first.length === 3);
  await other.round(() => false);
  assert.deepEqual([await statusOf(run_id), second], ['running', []], 'its lease holds');
  pass(LEASE_MS + 1);
  await other.round(() => false);
  await inStatus(run_id, 'done');
  wake();
  await lost.close();
  assert.deepEqual([first, second, await statusOf(run_id)], [[1, 2, 3], [4, 5, 6, 7, 8, 9, 10], 'done']);
});

test('a process that stops releases it, and another takes it up', async (t) => {
  const { process, inStatus, statusOf, pass } = await world(t);
  const [first, second]: [number[], number[]] = [[], []];
  const stopping = process(counting(first, (n, { signal }) => (n === 4 ? untilAborted(signal) : Promise.resolve())));
  const { run_id } = await stopping.start(wanted());
  await until('it is at 4', () => first.length === 3);
  await stopping.close();
  assert.equal(await statusOf(run_id), 'queued');
  pass(CHECK_MS + 1);
  await process(counting(second)).round(() => false);
  await inStatus(run_id, 'done');
  assert.deepEqual(second, [4, 5, 6, 7, 8, 9, 10]);
});

test('stopped, by whichever process, it stops; the same asked for again goes on, another begins anew', async (t) => {
  const { process, inStatus } = await world(t);
  const counted: number[] = [];
  let hold = true;
  const one = process(counting(counted, (n, { signal }) => (hold && n === 4 ? untilAborted(signal) : Promise.resolve())));
  const other = process(never);
  const { run_id } = await one.start(wanted());
  await until('it is at 4', () => counted.length === 3);
  assert.equal(await other.stop({ org_id: 'b', installation: false }, run_id), null, 'not in scope');
  assert.equal((await other.stop(SCOPE, run_id))?.status, 'stopping');
  await inStatus(run_id, 'stopped');
  assert.equal((await other.stop(SCOPE, run_id))?.status, 'stopped', 'said again');
  hold = false;
  const limited = await one.start(wanted({ params: { heal: false, step: null, code: null, limit: 5 } }));
  assert.notEqual(limited.run_id, run_id);
  await inStatus(limited.run_id, 'done');
  assert.notEqual((await one.start(wanted())).run_id, run_id, 'another one came after it');
});

test('the same one that was stopped last goes on from its place', async (t) => {
  const { facts, process, inStatus } = await world(t);
  const counted: number[] = [];
  let hold = true;
  const runs = process(counting(counted, (n, { signal }) => (hold && n === 4 ? untilAborted(signal) : Promise.resolve())));
  const { run_id } = await runs.start(wanted());
  await until('it is at 4', () => counted.length === 3);
  await runs.stop(SCOPE, run_id);
  await inStatus(run_id, 'stopped');
  const stopped = await facts.runs.load(run_id);
  assert.deepEqual(stopped && stateOf(stopped).reason, { code: 'STOPPED', detail: '' });
  hold = false;
  assert.equal((await runs.start(wanted())).run_id, run_id);
  await inStatus(run_id, 'done');
  assert.deepEqual(counted, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

test('one of a kind at a time for an organisation: the same is the one under way, another is refused', async (t) => {
  const { process } = await world(t);
  const runs = process(({ signal }) => untilAborted(signal));
  const refused = (error: unknown) => error instanceof Problem && error.code === 'RUN_UNDER_WAY';
  const limited = { heal: false, step: null, code: null, limit: 1 };
  const many = await Promise.all(Array.from({ length: 8 }, () => runs.start(wanted())));
  assert.equal(new Set(many.map(({ run_id }) => run_id)).size, 1, 'asked for at once');
  await assert.rejects(runs.start(wanted({ params: limited })), refused);
  await assert.rejects(runs.start(wanted({ installation: true })), refused, 'it would be of the same pictures');
  assert.notEqual((await runs.start(wanted({ kind: 'reindex' }))).run_id, many[0]?.run_id);
  const { run_id } = await runs.start(wanted({ org_id: 'b' }));
  assert.notEqual(run_id, many[0]?.run_id);
  const whole = await runs.start(wanted({ org_id: 'c', kind: 'reindex', installation: true })).catch((error: unknown) => error);
  assert.ok(refused(whole));
});

test('an error is met again from the same place, a bounded number of times; an outage for as long as it lasts', async (t) => {
  const { facts, process, inStatus, statusOf, pass } = await world(t);
  const outages = 7;
  let tried = 0;
  const runs = process(
    counting([], async (n) => {
      if (n !== 4) return;
      if (++tried <= outages) throw new StepError(failureOf('PROVIDER_UNAVAILABLE', 'the index is away'));
      throw new Error('a bug');
    }),
  );
  const { run_id } = await runs.start(wanted());
  for (let n = 1; n < outages + 5; n++) {
    await until(`tried ${n} times`, async () => tried === n && (await statusOf(run_id)) === 'queued');
    const run = await facts.runs.load(run_id);
    assert.equal(run && stateOf(run).waits_for, n <= outages ? 'PROVIDER_UNAVAILABLE: the index is away' : 'a bug');
    pass(CHECK_MS + 1);
    await runs.round(() => false);
  }
  await inStatus(run_id, 'failed');
  const run = await facts.runs.load(run_id);
  assert.deepEqual([tried, run && stateOf(run).reason], [outages + 5, { code: 'ERROR', detail: 'a bug' }]);
  assert.notEqual((await runs.start(wanted())).run_id, run_id, 'one that failed is begun anew');
});

test('it stops by itself, with why', async (t) => {
  const { facts, process, inStatus } = await world(t);
  const runs = process(
    counting([], async (n) => {
      if (n === 4) throw new RunHalted('SAME_FAILURE', '51 of 60');
    }),
  );
  const { run_id } = await runs.start(wanted());
  await inStatus(run_id, 'stopped');
  const run = await facts.runs.load(run_id);
  assert.deepEqual(run && stateOf(run).reason, { code: 'SAME_FAILURE', detail: '51 of 60' });
});

test('a step that takes long keeps its lease by signs of life', async (t) => {
  const { process, inStatus, facts } = await world(t);
  let wake = () => {};
  limits.run_sign_ms = 0;
  t.after(() => {
    limits.run_sign_ms = RUNTIME_LIMITS.run_sign_ms;
  });
  const runs = process(counting([], (n) => (n === 1 ? new Promise((resolve) => (wake = resolve)) : Promise.resolve())));
  const { run_id } = await runs.start(wanted());
  const seq = async () => (await facts.runs.load(run_id))?.instance.seq ?? 0;
  await until('three signs', async () => (await seq()) >= 5);
  wake();
  await inStatus(run_id, 'done');
});

test('those that ended long ago are removed, with what they found', async (t) => {
  const { facts, process, inStatus } = await world(t);
  const found = { finding: 'X', of_org: null, about: null, subject: 's', detail: '', outcome: 'found' as const };
  const runs = process(counting([], (_, { save }) => save({ findings: [found] })));
  const { run_id } = await runs.start(wanted());
  await inStatus(run_id, 'done');
  const at = (await facts.runs.load(run_id))?.updated_at ?? 0;
  assert.equal(await facts.runs.prune(at, 10), 0);
  assert.equal(await facts.runs.prune(at + 1, 10), 1);
  assert.deepEqual([await facts.runs.load(run_id), await facts.runs.findings(run_id, { after: 0, limit: 9 })], [null, []]);
});
