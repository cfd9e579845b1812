/** The pass over all jobs: it goes on where it was, by one process at a time, and costs nothing for what only waits. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { pino } from 'pino';
import { openSqliteFacts } from '../../../persistence/sqlite/facts.ts';
import { RUNTIME_LIMITS } from '../../../runtime/limits.ts';
import { createTaskRebuild } from '../../../runtime/recovery/rebuild-tasks.ts';
import { change, commit } from '../../ports/facts-rows.ts';
import { movedClock } from '../../worlds/moved-clock.ts';

const JOBS = 60;
const LIMITS = { ...RUNTIME_LIMITS, sweep_batch: 5, job_pass_pages: 2 };
const served = { machine: 'm', versions: ['1'] };
const idOf = (n: number) => `r${String(n).padStart(3, '0')}`;
const ALL = Array.from({ length: JOBS }, (_, n) => idOf(n));
const never = () => false;

async function world(t: TestContext) {
  const dir = await mkdtemp(path.join(tmpdir(), 'tuodi-pass-'));
  const facts = await openSqliteFacts(dir);
  t.after(async () => {
    await facts.close();
    await rm(dir, { recursive: true });
  });
  const changes = ALL.map((id) => {
    const one = change(id);
    const job = { src: 's', input: null, token: id, since: 0, accepted: null };
    return { ...one, instance: { ...one.instance, ...{ machine: 'm', version: '1', jobs: { ocr: job } } } };
  });
  await commit(facts, ...changes);
  let now = 0;
  const { clock } = movedClock(() => now);
  /** As Redis has it; null: lost, or in doubt. */
  let kept: string | null = null;
  const tasks = {
    epoch: async () => kept,
    setEpoch: async (epoch: string) => {
      kept = epoch;
    },
  };
  const log = pino({ level: 'silent' });
  const process = (owner: string) => {
    const seen: string[] = [];
    let during: ((ids: string[]) => void) | null = null;
    const look = async (page: { instance_id: string }[], doubt: boolean) => {
      const ids = page.map(({ instance_id }) => instance_id);
      seen.push(...ids.map((id) => (doubt ? id : `${id} calmly`)));
      during?.(ids);
    };
    const given = { facts, tasks, clock, limits: LIMITS, log, served, set_asides: { report: () => {} }, owner: () => owner };
    const round = createTaskRebuild(given, look);
    const then = (work: typeof during) => {
      during = work;
    };
    return { seen, round: () => round(never), during: then };
  };
  return {
    ...{ facts, process, tasks },
    pass: (ms: number) => {
      now += ms;
    },
    lose: () => {
      kept = null;
    },
    isWhole: async () => kept !== null && (await facts.upkeep.epoch()) === kept,
  };
}

test('a store that is in doubt again and again: the pass goes on from where it was, and every job is looked at after the last time', async (t) => {
  const w = await world(t);
  const one = w.process('one');
  for (let blip = 0; blip < 8; blip++) {
    w.lose();
    await one.round();
    w.pass(500);
  }
  assert.ok(new Set(one.seen).size === JOBS, `${new Set(one.seen).size} of ${JOBS} were looked at, though it was never calm`);
  const last = one.seen.length;
  w.lose();
  for (let n = 0; n < 20 && !(await w.isWhole()); n++) {
    await one.round();
    w.pass(500);
  }
  assert.ok(await w.isWhole());
  const after = one.seen.slice(last);
  assert.deepEqual([...new Set(after)].sort(), ALL, 'all of them, once more');
  assert.ok(after.length <= JOBS + LIMITS.sweep_batch, `${after.length} looks at ${JOBS} jobs`);
  assert.notEqual(after[0], ALL[0], 'not from the first id');
});

test('lost in the middle of a page: the page comes again, and nothing before the loss counts', async (t) => {
  const w = await world(t);
  const one = w.process('one');
  let pages = 0;
  one.during(() => {
    if (++pages === 7) w.lose();
  });
  for (let n = 0; n < 30 && !(await w.isWhole()); n++) {
    await one.round();
    w.pass(500);
  }
  const again = one.seen.slice(6 * LIMITS.sweep_batch);
  assert.deepEqual([...new Set(again)].sort(), ALL);
  assert.ok(await w.isWhole());
});

test('one of two processes does it; when it dies the other goes on from there', async (t) => {
  const w = await world(t);
  const [one, other] = [w.process('one'), w.process('other')];
  for (let n = 0; n < 3; n++) {
    await one.round();
    await other.round();
    w.pass(500);
  }
  assert.equal(one.seen.length, 3 * LIMITS.job_pass_pages * LIMITS.sweep_batch);
  assert.deepEqual(other.seen, []);
  for (let n = 0; n < 60 && !(await w.isWhole()); n++) {
    await other.round(); // the first has died
    w.pass(500);
  }
  assert.ok(await w.isWhole());
  assert.deepEqual([...one.seen, ...other.seen], ALL, 'no job twice, none left out');
});

test('calm: each job is looked at once a pass, a page a round, and a pass a minute', async (t) => {
  const w = await world(t);
  const one = w.process('one');
  await w.tasks.setEpoch('e');
  await w.facts.upkeep.setEpoch('e');
  const rounds = 260; // 130 s
  for (let n = 0; n < rounds; n++) {
    const before = one.seen.length;
    await one.round();
    assert.ok(one.seen.length - before <= LIMITS.sweep_batch);
    w.pass(500);
  }
  const passes = one.seen.length / JOBS;
  assert.ok(passes === 2 || passes === 3, `${passes} passes`);
  assert.deepEqual(
    [...new Set(one.seen)].sort(),
    ALL.map((id) => `${id} calmly`),
  );
});
