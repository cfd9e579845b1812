/** The nightly comparison begins once a night, by one process, and never beside a run that is under way. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { pino } from 'pino';
import { nightlyVerify } from '../../app/nightly-verify.ts';
import { openSqliteFacts } from '../../persistence/sqlite/facts.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import type { RunRecord } from '../../runtime/ports/runs.ts';
import { stateOf } from '../../runtime/runs/run-store.ts';
import { heldRuns } from '../worlds/held-runs.ts';
import { until } from '../worlds/wait.ts';

const HOUR_MS = 60 * 60_000;
const MIDNIGHT = Date.parse('2026-11-28T00:00:00Z');
const SCOPE = { org_id: 'default', installation: true };

test('once a night, after other runs have ended, by one of two processes', async (t) => {
  const dir = await mkdtemp(path.join(tmpdir(), 'tuodi-nightly-'));
  const facts = await openSqliteFacts(dir);
  const log = pino({ level: 'silent' });
  let now = MIDNIGHT;
  const clock = { ...systemClock(), now: () => now };
  const runs = heldRuns({ facts, log, clock });
  t.after(async () => {
    await runs.close();
    await facts.close();
    await rm(dir, { recursive: true });
  });
  const process = (owner: string) => nightlyVerify({ facts, runs, clock, log, owner }, { at: 210, heal: true });
  const [one, other] = [process('one'), process('other')];
  const looked = async (at: number) => {
    now = at;
    await one.work();
    await other.work();
    return (await facts.runs.list(SCOPE, {}, { before: null, limit: 9 })).filter(({ kind }) => kind === 'verify');
  };
  const end = async ({ run_id, org_id, installation }: RunRecord) => {
    await runs.stop({ org_id, installation }, run_id);
    await until('it is stopped', async () => (await facts.runs.load(run_id))?.status === 'stopped', 20_000);
  };
  assert.equal((await looked(MIDNIGHT + 3 * HOUR_MS)).length, 0, 'before its time');
  const wanted = { kind: 'reindex' as const, created_by: { kind: 'key' as const, id: 'k' }, idempotency: null };
  const params = { heal: false, step: null, code: null, limit: null };
  const beside = await runs.start({ org_id: 'a', installation: false, ...wanted, params });
  assert.equal((await looked(MIDNIGHT + 3.5 * HOUR_MS)).length, 0, 'beside a run of somebody else');
  await end(beside);
  const [begun, ...more] = await looked(MIDNIGHT + 4 * HOUR_MS);
  assert.ok(begun);
  assert.deepEqual([more, begun.installation, begun.created_by.kind, stateOf(begun).params.heal], [[], true, 'sweep', true]);
  await end(begun);
  assert.equal((await looked(MIDNIGHT + 5 * HOUR_MS)).length, 1, 'not again in this night');
  assert.equal((await looked(MIDNIGHT + 24 * HOUR_MS + 12 * HOUR_MS)).length, 1, 'nor by day');
  const next = await looked(MIDNIGHT + 48 * HOUR_MS + 3.6 * HOUR_MS);
  assert.equal(next.filter(({ status }) => status !== 'stopped').length, 1, 'the next night');
});
