/** Vectors follow the configuration by themselves, on the embedded index; a run that was stopped is begun again by no process. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { pino } from 'pino';
import { embedLacking } from '../../app/embed-lacking.ts';
import { openSqliteFacts } from '../../persistence/sqlite/facts.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import { embedStory } from '../worlds/embed-story.ts';
import { heldRuns } from '../worlds/held-runs.ts';
import { until } from '../worlds/wait.ts';

test('a start without an embedder, with one, stopped in the middle, and with another model', (t) => embedStory(t, {}));

test('a run that a person stopped is begun again by no process that was there, and by the next start', async (t) => {
  const dir = await mkdtemp(path.join(tmpdir(), 'tuodi-embed-lacking-'));
  const facts = await openSqliteFacts(dir);
  const log = pino({ level: 'silent' });
  const runs = heldRuns({ facts, log });
  t.after(async () => {
    await runs.close();
    await facts.close();
    await rm(dir, { recursive: true });
  });
  const { now } = systemClock();
  let passed = 0;
  const started = (owner: string, later_ms = 0) =>
    embedLacking({
      ...{ runs, log, owner, embedder: { model: 'm', dimension: 2 } },
      facts: {
        ...{ chores: facts.chores, runs: facts.runs },
        vectors: { lacking: async () => ({ lacking: [LACKING], next: null }) },
      },
      clock: { now: () => now() + later_ms, elapsed: () => passed },
    });
  const list = () => facts.runs.list(SCOPE, { kind: ['embed'] }, { before: null, limit: 9 });

  const [one, other] = [started('one'), started('other')];
  await one.work();
  const [begun] = await list();
  assert.ok(begun);
  const restarted = started('restarted');
  await runs.stop(SCOPE, begun.run_id);
  const status = async () => (await facts.runs.load(begun.run_id))?.status;
  await until('it is stopped', async () => (await status()) === 'stopped');
  for (const job of [one, other, restarted]) {
    passed += 60 * 60_000;
    await job.work();
    assert.deepEqual([(await list()).length, await status()], [1, 'stopped']);
  }
  await started('next', 60_000).work();
  assert.notEqual(await status(), 'stopped', 'it goes on');
});
const SCOPE = { org_id: 'default', installation: true };
const LACKING = { resource_id: 'r', org_id: 'o', seq: 1 };
