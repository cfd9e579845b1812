/** Replay: what failed goes on, at the pace of its step; a cause that is not mended is noticed by the first hundred. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Failure } from '../../../contract/failures.ts';
import { openSqliteFacts } from '../../../persistence/sqlite/facts.ts';
import { systemClock } from '../../../runtime/async/clock.ts';
import { RUNTIME_LIMITS } from '../../../runtime/limits.ts';
import type { ResourceColumns } from '../../../runtime/ports/resources.ts';
import type { Engine } from '../../../runtime/resources/engine.ts';
import type { Progress, WorkContext } from '../../../runtime/runs/run-work.ts';
import { replayWork } from '../../../services/replay/replay.ts';
import { change } from '../../ports/facts-rows.ts';
import { only } from '../../worlds/missing.ts';

const ORG = 'org';
const failed = (code: Failure['code'], step: Failure['step'] = 'index'): Failure => ({
  ...{ step, code, retryable: false, detail: '', attempts: 1, at: 1 },
});
type Ending = Partial<ResourceColumns>;
const INDEXED: Ending = { status: 'INDEXED', phase: 'ready', rests: true, failure: null };
const again = (failure: Failure): Ending => ({ status: 'INDEX_FAILED', phase: 'failed', rests: true, failure });

/** `end`: how a picture ends that is sent again, after so many looks. */
async function world(t: TestContext, pictures: Failure[], end: (id: string) => { in_looks: number; as: Ending }) {
  const dir = await mkdtemp(path.join(tmpdir(), 'tuodi-replay-'));
  const facts = await openSqliteFacts(dir);
  t.after(async () => {
    await facts.close();
    await rm(dir, { recursive: true });
  });
  const seqs = new Map<string, number>();
  const put = async (id: string, resource: Ending, org_id = ORG) => {
    const expected_seq = seqs.get(id) ?? null;
    const [done] = await facts.commit([change(id, { org_id, expected_seq, resource: { org_id, ...resource } })]);
    assert.equal(done?.outcome, 'committed');
    seqs.set(id, (expected_seq ?? 0) + 1);
  };
  const idOf = (n: number) => `p-${String(n).padStart(4, '0')}`;
  for (const [n, failure] of pictures.entries()) await put(idOf(n), again(failure));
  await put('other', again(failed('INDEX_REFUSED')), 'another');
  const sent: string[] = [];
  const under_way = new Map<string, number>();
  let most = 0;
  const engine = only<Engine>('engine', {
    send: async ({ resource_id }) => {
      sent.push(resource_id);
      await put(resource_id, { status: 'VECTOR_DONE', phase: 'working', rests: false, failure: null });
      under_way.set(resource_id, end(resource_id).in_looks);
      most = Math.max(most, under_way.size);
      const resource = await facts.resources.get({ org_id: ORG }, resource_id);
      assert.ok(resource);
      return { outcome: 'moved', resource };
    },
  });
  const clock = {
    ...systemClock(),
    sleep: async () => {
      for (const [id, looks] of under_way) {
        under_way.set(id, looks - 1);
        if (looks > 1) continue;
        under_way.delete(id);
        await put(id, end(id).as);
      }
    },
  };
  const limits = { ...RUNTIME_LIMITS, replay_look_ms: 1 };
  let kept: Progress = {};
  /** `dies`: before so many saves more are done. */
  const run = (params: Partial<WorkContext['state']['params']> = {}, dies = Number.POSITIVE_INFINITY) => {
    let saves = 0;
    const { place = null, done = 0, total = null, counts = {} } = kept;
    return replayWork({ facts, engine, clock, limits })({
      run: only('run', { run_id: 'r', org_id: ORG, installation: false }),
      state: { params: { heal: false, step: null, code: null, limit: null, ...params }, place, done, total, counts },
      signal: new AbortController().signal,
      save: async (progress) => {
        if (++saves > dies) throw new Error('killed');
        kept = JSON.parse(JSON.stringify({ ...kept, ...progress }));
      },
    });
  };
  return { facts, run, sent, kept: () => kept, most: () => most };
}

test('each goes on once, a bounded number at a time, and how they ended is counted', async (t) => {
  const all = Array.from({ length: 70 }, (_, n) => failed(n % 7 === 0 ? 'UNEXPECTED' : 'INDEX_REFUSED'));
  const { run, sent, kept, most } = await world(t, all, (id) => ({
    in_looks: 1 + (Number(id.slice(2)) % 3),
    as: id === 'p-0003' ? again(failed('OBJECT_MISSING')) : INDEXED,
  }));
  await run({ code: 'INDEX_REFUSED' });
  assert.equal(sent.length, 60);
  assert.equal(new Set(sent).size, 60);
  assert.ok(most() > 1 && most() <= RUNTIME_LIMITS.replay_batch, `${most()} at once`);
  const { done, total, counts } = kept();
  assert.deepEqual([done, total, counts], [60, 60, { moved: 60, INDEXED: 59, INDEX_FAILED: 1 }]);
});

test('a limit, and a step, are kept to', async (t) => {
  const all = Array.from({ length: 30 }, (_, n) => failed('UNEXPECTED', n < 5 ? 'ocr' : 'index'));
  const { run, sent, kept } = await world(t, all, () => ({ in_looks: 1, as: INDEXED }));
  await run({ step: 'ocr', limit: 3 });
  assert.deepEqual([sent, kept().total], [['p-0000', 'p-0001', 'p-0002'], 3]);
});

test('when most of the first hundred fail again as before it stops by itself, and leaves the rest alone', async (t) => {
  const all = Array.from({ length: 200 }, () => failed('INDEX_REFUSED'));
  const { run, sent, kept } = await world(t, all, () => ({ in_looks: 1, as: again(failed('INDEX_REFUSED')) }));
  await assert.rejects(run(), (error: Error) => 'code' in error && error.code === 'SAME_FAILURE');
  assert.ok(sent.length <= 80, `${sent.length} were sent`);
  assert.equal(kept().place, null, 'asked for again, it begins from the first');
});

test('other failures, or some of the same, are no reason to stop', async (t) => {
  const all = Array.from({ length: 120 }, () => failed('INDEX_REFUSED'));
  const { run, sent } = await world(t, all, (id) => ({
    in_looks: 1,
    as: Number(id.slice(2)) % 2 === 0 ? again(failed('INDEX_REFUSED')) : again(failed('OBJECT_MISSING')),
  }));
  await run();
  assert.equal(sent.length, 120);
});

test('killed at any of its saves it goes on, and sends none twice', async (t) => {
  const all = Array.from({ length: 45 }, () => failed('INDEX_REFUSED'));
  const { run, sent, kept } = await world(t, all, () => ({ in_looks: 2, as: INDEXED }));
  for (let killed = 0; ; killed++) {
    assert.ok(killed < 200);
    const ended = await run({}, killed % 4).then(
      () => true,
      () => false,
    );
    if (ended) break;
  }
  assert.deepEqual([sent.length, new Set(sent).size], [45, 45]);
  assert.deepEqual(kept().counts, { moved: 45, INDEXED: 45 });
});
