/** An index of an older analyser is made again by itself, once, while searches go on. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { pino } from 'pino';
import { reindexOutdated } from '../../app/reindex-outdated.ts';
import { openDatabase } from '../../persistence/sqlite/database.ts';
import { openSqliteFacts } from '../../persistence/sqlite/facts.ts';
import { openSqliteIndex } from '../../persistence/sqlite-index/open.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import { concurrently } from '../../runtime/async/each.ts';
import { RUNTIME_LIMITS } from '../../runtime/limits.ts';
import type { Facts } from '../../runtime/ports/facts.ts';
import type { SearchIndex } from '../../runtime/ports/search-index.ts';
import { createRuns } from '../../runtime/runs/runs.ts';
import { reindexWork } from '../../services/index/reindex-run.ts';
import { runLifecycle } from '../../services/lifecycles.ts';
import { change } from '../ports/facts-rows.ts';
import { question, saved } from '../worlds/entries.ts';
import { heldRuns } from '../worlds/held-runs.ts';
import { until } from '../worlds/wait.ts';

const ORG = 'org';
const clock = systemClock();
const log = pino({ level: 'silent' });
const SCOPE = { org_id: 'default', installation: true };
const PICTURES = 120; // more than a page of the run

async function outdatedIndex(t: TestContext) {
  const dir = await mkdtemp(path.join(tmpdir(), 'tuodi-outdated-'));
  const facts = await openSqliteFacts(dir);
  const file = path.join(dir, 'words.sqlite');
  const before = await openSqliteIndex(file, { clock });
  for (let n = 0; n < PICTURES; n += 1) await indexed({ facts, index: before }, `r-${n}`);
  await before.close();
  const db = openDatabase(file);
  db.exec("UPDATE entries SET analyser = 3; DELETE FROM words WHERE rowid IN (SELECT id FROM entries WHERE resource_id = 'r-0')");
  db.close();
  const index = await openSqliteIndex(file, { clock });
  t.after(async () => {
    await index.close();
    await facts.close();
    await rm(dir, { recursive: true });
  });
  return { facts, index };
}

async function indexed({ facts, index }: { facts: Facts; index: SearchIndex }, resource_id: string): Promise<void> {
  const entry = { resource_id, org_id: ORG, revision: 1, saved: saved('发票'), vectors: null };
  await index.put(entry);
  const text = { ...{ resource_id, org_id: ORG, at: 1, text_id: `${resource_id}-t`, revision: 1 }, saved: entry.saved };
  const row = { ...text, recognition_id: null, correction_id: null };
  const resource = { org_id: ORG, indexed_revision: 1, searchable: true };
  const [committed] = await facts.commit([change(resource_id, { org_id: ORG, resource, writes: [{ into: 'texts', row }] })]);
  assert.equal(committed?.outcome, 'committed');
}

test('by one run of two processes, and what was there is found all the while', async (t) => {
  const { facts, index } = await outdatedIndex(t);
  const runs = createRuns({
    ...{ runs: facts.runs, lifecycle: runLifecycle(), clock, limits: RUNTIME_LIMITS, log },
    each: concurrently({ log, limits: RUNTIME_LIMITS }),
    works: { verify: never, reindex: reindexWork({ facts, index, clock }), replay: never, embed: never },
  });
  t.after(() => runs.close());
  const found = async () => (await index.search({ org_id: ORG }, question('发票'))).total;
  assert.deepEqual([await index.outdated(), await found()], [true, PICTURES - 1]);
  const [one, other] = ['one', 'other'].map((owner) => reindexOutdated({ facts, index, runs, clock, log, owner }));
  await one?.work();
  await other?.work();
  await until('no entry is of the older analyser', async () => {
    assert.ok((await found()) >= PICTURES - 1, 'searchable meanwhile');
    return !(await index.outdated());
  });
  assert.equal(await found(), PICTURES, 'what the older one did not find');
  for (const job of [one, other]) await job?.work();
  const [run, ...more] = await facts.runs.list(SCOPE, {}, { before: null, limit: 9 });
  assert.deepEqual([run?.kind, run?.created_by.kind, more], ['reindex', 'sweep', []]);
});

test('not beside a run that is under way, and not again where a person has stopped it', async (t) => {
  const { facts, index } = await outdatedIndex(t);
  const runs = heldRuns({ facts, log });
  t.after(() => runs.close());
  const job = reindexOutdated({ facts, index, runs, clock: { now: () => clock.now() }, log, owner: 'one' });
  const list = () => facts.runs.list(SCOPE, { kind: ['reindex'] }, { before: null, limit: 9 });
  await job.work();
  const [begun] = await list();
  assert.ok(begun);
  const restarted = reindexOutdated({ facts, index, runs, clock, log, owner: 'one' });
  await runs.stop(SCOPE, begun.run_id);
  const status = async () => (await facts.runs.load(begun.run_id))?.status;
  await until('it is stopped', async () => (await status()) === 'stopped');
  for (const each of [job, restarted]) await each.work();
  assert.deepEqual([(await list()).length, await status()], [1, 'stopped']);
});

test('nothing is begun for an index of this analyser', async (t) => {
  const { facts, index } = await outdatedIndex(t);
  const runs = heldRuns({ facts, log });
  t.after(() => runs.close());
  const current = { ...index, outdated: async () => false };
  await reindexOutdated({ facts, index: current, runs, clock, log, owner: 'one' }).work();
  assert.deepEqual(await facts.runs.list(SCOPE, {}, { before: null, limit: 9 }), []);
});

async function never(): Promise<void> {
  throw new Error('no run of this kind was begun');
}
