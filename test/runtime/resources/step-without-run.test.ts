/** A step that has nothing to do is committed with the one before it: two steps of one picture, or neither. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Ports } from '../../../app/open-ports.ts';
import type { StepKind } from '../../../contract/step-kinds.ts';
import { RUNTIME_LIMITS } from '../../../runtime/limits.ts';
import type { Change } from '../../../runtime/ports/facts.ts';
import { createEngine } from '../../../runtime/resources/engine.ts';
import type { StepHandlers } from '../../../runtime/tasks/run-step.ts';
import { resourceLifecycle } from '../../../services/lifecycles.ts';
import { BY, OPTIONS, openWorld, restIn, SCOPE, say, serviceOf, takeIn, world } from '../../faults/world.ts';
import { emptyWithoutVectors } from '../../worlds/empty-steps.ts';
import { until } from '../../worlds/wait.ts';

/** A service that has no embedder. `wrapped`: its ports, as a test changes them. */
async function place(t: TestContext, wrapped: (ports: Ports) => Ports = (ports) => ports, changed: Partial<StepHandlers> = {}) {
  const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-without-'));
  const opened = await openWorld(folder);
  const ran: StepKind[] = [];
  const commits: Change[] = [];
  const ports = wrapped({
    ...opened,
    facts: {
      ...opened.facts,
      commit(changes) {
        commits.push(...changes);
        return opened.facts.commit(changes);
      },
    },
  });
  const services: StepHandlers = {
    ...emptyWithoutVectors,
    ...changed,
    run: (run) => {
      ran.push(run.kind);
      return emptyWithoutVectors.run(run);
    },
  };
  const service = serviceOf(ports, { services, limits: { ...OPTIONS.limits, job_check_min_ms: 50 } }); // finds what another process has made
  t.after(async () => {
    await service.stop();
    await opened.close();
    await rm(folder, { recursive: true, force: true });
  });
  await service.start();
  const added = async () => {
    const id = await takeIn(service.engine, ports, 1);
    await say(service.engine, id, 'UPLOAD_REPORTED');
    return id;
  };
  return { ports, service, ran, commits, added };
}
/** As another process does it. */
async function edit({ facts }: Ports, resource_id: string): Promise<void> {
  const engine = createEngine({
    facts,
    clock: world.clock,
    lifecycle: resourceLifecycle(),
    limits: RUNTIME_LIMITS,
    log: world.log,
  });
  const event = { type: 'METADATA_SUBMITTED', complete: true };
  const { outcome } = await engine.send({ scope: SCOPE, resource_id }, () => ({ event }), BY);
  assert.equal(outcome, 'moved');
}
const journalOf = (ports: Ports, id: string) => ports.facts.journal.list(SCOPE, id, { after: null, limit: 50 });

test('both have their seq, their entry in the journal and their message, and share one commit', async (t) => {
  const { ports, ran, commits, added } = await place(t);
  const id = await added();
  await restIn(ports, [id], ['INDEXED']);
  assert.deepEqual(ran, ['inspect', 'ocr', 'save', 'index']);
  const entries = await journalOf(ports, id);
  assert.deepEqual(
    entries.map(({ seq, event, from, to }) => [seq, event, from, to]),
    [
      [1, 'CREATED', null, 'AWAITING_UPLOAD'],
      [2, 'UPLOAD_REPORTED', 'AWAITING_UPLOAD', 'AWAITING_UPLOAD'],
      [3, 'done inspect', 'AWAITING_UPLOAD', 'READY_FOR_OCR'],
      [4, 'done ocr', 'READY_FOR_OCR', 'OCR_DONE'],
      [5, 'done save', 'OCR_DONE', 'METADATA_SAVED'],
      [6, 'done embed', 'METADATA_SAVED', 'VECTOR_DONE'],
      [7, 'done index', 'VECTOR_DONE', 'INDEXED'],
    ],
  );
  assert.deepEqual([entries[4]?.run?.attempts, entries[5]?.run], [1, null], 'what was not run took nothing');
  const two = commits.filter(({ followed_by }) => followed_by);
  assert.deepEqual(
    two.map(({ journal, followed_by }) => [journal.event, followed_by?.journal.event]),
    [['done save', 'done embed']],
  );
  assert.equal(commits.length, 6);
  await until('all messages have their place', async () => (await ports.facts.outbox.relay(10)).length === 0);
  const told = await ports.facts.outbox.after(SCOPE, 0, 50);
  const moves = told.map(({ payload }) => payload as { seq: number; to: string }).map(({ seq, to }) => [seq, to]);
  for (const move of [
    [5, 'METADATA_SAVED'],
    [6, 'VECTOR_DONE'],
  ])
    assert.ok(moves.some((one) => String(one) === String(move)));
});

test('a step that an operator has paused is not passed by, though it has nothing to do', async (t) => {
  const { ports, service, added } = await place(t);
  await service.pauses.set('embed', true, BY.by);
  const id = await added();
  await until(
    'it waits for its embedding',
    async () => (await ports.facts.resources.get(SCOPE, id))?.status === 'METADATA_SAVED',
  );
  await service.pauses.set('embed', false, BY.by);
  await restIn(ports, [id], ['INDEXED']);
  assert.equal((await journalOf(ports, id)).at(-2)?.event, 'done embed');
});

test('another writer that is first has both made again, from what it wrote', async (t) => {
  let beaten = 0;
  const { ports, ran, added } = await place(t, (inner) => ({
    ...inner,
    facts: {
      ...inner.facts,
      async commit(changes) {
        const [both] = changes.filter(({ followed_by }) => followed_by);
        if (both && beaten++ === 0) await edit(inner, both.instance_id);
        return inner.facts.commit(changes);
      },
    },
  }));
  const id = await added();
  await restIn(ports, [id], ['INDEXED']);
  assert.equal(beaten > 1, true);
  const seqs = (await journalOf(ports, id)).map(({ seq }) => seq);
  assert.deepEqual(
    seqs,
    seqs.map((_, n) => n + 1),
  );
  assert.equal(ran.includes('embed'), false);
});

test('a step that fails to be made takes nothing of the one before it, and is run', async (t) => {
  const withoutRun = () => {
    throw new Error('as a fault of ours would');
  };
  const { ports, ran, added } = await place(t, (ports) => ports, { withoutRun });
  const id = await added();
  await restIn(ports, [id], ['INDEXED']);
  assert.deepEqual(ran, ['inspect', 'ocr', 'save', 'embed', 'index']);
});
