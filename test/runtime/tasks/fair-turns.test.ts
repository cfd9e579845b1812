/** An organisation that floods the service with slow documents delays itself: another's receipt is done within about one turn. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import type { StepKind } from '../../../contract/step-kinds.ts';
import { byStep } from '../../../contract/step-kinds.ts';
import type { StepHandlers } from '../../../runtime/tasks/run-step.ts';
import { openWorld, serviceOf, world } from '../../faults/world.ts';
import { emptySteps } from '../../worlds/empty-steps.ts';
import { takeInBytes } from '../../worlds/take-in.ts';
import { until } from '../../worlds/wait.ts';

const FLOOD = 40;
/** As the real service has them; see runtime/limits.ts. */
const PLACES = byStep(({ concurrency }) => concurrency);

for (const slow of ['inspect', 'ocr'] satisfies StepKind[])
  test(`${slow}: a receipt behind ${FLOOD} slow documents of others`, async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-fair-'));
    const ports = await openWorld(folder);
    const held: { org_id: string; go: () => void }[] = [];
    const services: StepHandlers = {
      ...emptySteps,
      async run(run) {
        const { org_id } = run.input as { org_id: string }; // every step's input names it
        if (run.kind === slow && org_id !== 'receipts') await new Promise<void>((go) => held.push({ org_id, go }));
        return emptySteps.run(run);
      },
    };
    const service = serviceOf(ports, { services, limits: { sweep_interval_ms: 50, concurrency: PLACES } });
    await service.start();
    const into = { engine: service.engine, objects: ports.objects, clock: world.clock };
    const take = (org_id: string, n: number) =>
      takeInBytes({ ...into, scope: { org_id } }, { bytes: Buffer.from('x'), filename: `${n}.pdf`, title: 'a document' });
    const indexed = async (resource_id: string) =>
      (await ports.facts.resources.get({ org_id: 'receipts' }, resource_id))?.status === 'INDEXED';
    try {
      for (let n = 0; n < FLOOD; n++) await take('flood', n);
      await until('every place is held by the flood', () => held.length === PLACES[slow]);
      // No document of the flood ends meanwhile.
      const first = await take('receipts', 0);
      await until('the receipt is searchable', () => indexed(first));
      assert.equal(held.length, PLACES[slow]);

      // A second flood takes the place that was free for others: then it is one turn.
      for (let n = 0; n < FLOOD; n++) await take('second', n);
      await until('the second flood has a place', () => held.length === PLACES[slow] + 1);
      const next = await take('receipts', 1);
      held[0]?.go();
      held[1]?.go();
      await until('the next receipt is searchable', () => indexed(next));
      assert.ok(held.length <= PLACES[slow] + 3, `${held.length} slow documents had a turn`);
    } finally {
      for (let released = 0; released < held.length; released++) held[released]?.go();
      const more = setInterval(() => {
        for (const { go } of held) go();
      }, 10);
      await service.stop();
      clearInterval(more);
      await ports.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
