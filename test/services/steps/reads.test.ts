/** A step reads every row that its declaration names, and says which of them is missing: so the machine has that one made again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FACT_ROWS, ROWS, STEP_KINDS, STEPS } from '../../../contract/step-kinds.ts';
import type { Facts } from '../../../runtime/ports/facts.ts';
import { StepError } from '../../../runtime/tasks/step-handler.ts';
import { runStep } from '../../../services/steps/table.ts';
import { only } from '../../worlds/missing.ts';
import { serviceContext } from '../../worlds/service-context.ts';

const SCOPE = { resource_id: 'r', org_id: 'o' };
/** With what a step looks at of any row. */
const ROW = {
  ...SCOPE,
  pages: [],
  saved: { title: 'a title', description: null, tags: [], pages: [], filename: 'f' },
  vector: [1],
};
const RESOURCE = { ...SCOPE, metadata: { title: 'a title', tags: [], taken_at: null }, filename: 'f', sha256: null };
const INPUT = { ...SCOPE, revision: 1, ...Object.fromEntries(FACT_ROWS.map((row) => [ROWS[row].key, 'id'])) };

for (const kind of STEP_KINDS)
  for (const missing of STEPS[kind].reads)
    test(`${kind} finds out that its row ${missing} is gone`, async () => {
      const reads = FACT_ROWS.map((row) => [ROWS[row].stored_as, async () => (row === missing ? null : ROW)]);
      const facts: Facts = only('facts', {
        texts: only<Facts['texts']>('texts', Object.fromEntries(reads)),
        resources: only<Facts['resources']>('resources', Object.fromEntries([['get', async () => RESOURCE]])),
        index_targets: only('index_targets', { get: async () => null }),
      });
      const index = only<Parameters<typeof serviceContext>[0]['index'] & object>('index', { put: async () => ({ put: 'seen' }) });
      const embedder = { model: 'm', dimension: 1, embed: async () => [new Float32Array([1])] };
      await assert.rejects(runStep(kind, INPUT, serviceContext({ facts, index, embedder })), (error) => {
        assert.ok(error instanceof StepError, String(error));
        assert.deepEqual([error.failure.code, error.failure.missing], ['FACT_MISSING', missing]);
        return true;
      });
    });
