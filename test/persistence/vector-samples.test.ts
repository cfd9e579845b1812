/** The sample of vectors that tells what is near: of the model that is asked for alone. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { openSqliteFacts } from '../../persistence/sqlite/facts.ts';
import { change, commit, ORG } from '../ports/facts-rows.ts';
import { saved } from '../worlds/entries.ts';

test('a sample is read of one model', async (t) => {
  const dir = await mkdtemp(path.join(tmpdir(), 'tuodi-samples-'));
  const facts = await openSqliteFacts(dir);
  t.after(async () => {
    await facts.close();
    await rm(dir, { recursive: true });
  });
  for (const [n, model] of ['one', 'other', 'one'].entries()) {
    const [resource_id, text_id] = [`r-${n}`, `t-${n}`];
    const owned = { resource_id, org_id: ORG, at: 1 };
    const text = { ...owned, text_id, revision: 1, saved: saved('x'), recognition_id: null, correction_id: null };
    const embedding = { ...owned, embedding_id: `e-${n}`, text_id, model, passages: [Float32Array.of(1, 0)] };
    await commit(
      facts,
      change(resource_id, {
        resource: { searchable: true, text_id, created_at: n },
        writes: [
          { into: 'texts', row: text },
          { into: 'embeddings', row: embedding },
        ],
      }),
    );
  }
  const of = async (model: string) =>
    (await facts.texts.sampledEmbeddings({ org_id: ORG }, model)).map((one) => one.embedding_id).sort();
  assert.deepEqual([await of('one'), await of('other'), await of('none')], [['e-0', 'e-2'], ['e-1'], []]);
});
