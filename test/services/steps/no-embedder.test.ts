/** Without an embedder nothing waits for a vector, and nothing is called broken for want of one. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Explanation } from '../../../contract/explain.ts';
import { noEmbedder } from '../../../providers/no-embedder.ts';
import type { ResourceRow } from '../../../runtime/ports/resources.ts';
import { hashedNgrams } from '../../worlds/hashed-ngrams.ts';
import { until } from '../../worlds/wait.ts';
import { ORG, type WholeWorld, wholeWorld } from '../../worlds/whole-world.ts';

const SCOPE = { org_id: ORG };
/** What is configured now; a test changes it, as a restart would. */
let now = noEmbedder();
let w: WholeWorld;
before(async () => {
  const embedder = {
    get model() {
      return now.model;
    },
    get dimension() {
      return now.dimension;
    },
    embed: (texts: string[], signal: AbortSignal) => now.embed(texts, signal),
  };
  w = await wholeWorld((ports) => ({ ...ports, embedder }));
});
after(() => w.stop());

async function embeddedAgain(id: string): Promise<ResourceRow> {
  const before = (await w.row(id))?.revision ?? 0;
  assert.ok((await w.call('POST', `/v1/resources/${id}/reprocess`, { body: { from: 'embed' } })).status < 300);
  return until(`${id} is INDEXED anew`, async () => {
    const row = await w.row(id);
    return row?.status === 'INDEXED' && row.revision > before && row;
  });
}
async function isSound(id: string): Promise<void> {
  const explained = Explanation.parse((await w.call('GET', `/v1/resources/${id}/explain`)).json);
  assert.deepEqual(
    explained.facts.filter(({ ok }) => !ok),
    [],
  );
}

test('a picture is INDEXED without a vector, found by its words, and sound', async () => {
  now = noEmbedder();
  const { resource_id: id, has_vector } = await w.indexed(701, 'cormorant');
  assert.equal(has_vector, false);
  assert.equal((await w.ports.index.heads(SCOPE, [id]))[0]?.has_vector, false);
  assert.deepEqual(await w.found('cormorant'), [id]);
  const { items } = await w.search('cormorant', '&mode=hybrid&match=meaning');
  assert.deepEqual(
    items.map(({ resource }) => resource.resource_id),
    [id],
  );
  assert.equal((await w.call('GET', '/v1/search?q=cormorant&mode=vector')).status, 422);
  await isSound(id);
});

test('one that had a vector keeps it until it is embedded again, and gets one when an embedder is configured', async () => {
  now = hashedNgrams();
  const { resource_id: id, has_vector } = await w.indexed(702, 'albatross');
  assert.equal(has_vector, true);
  now = noEmbedder();
  await isSound(id);
  assert.deepEqual(await w.found('albatross'), [id]);

  const without = await embeddedAgain(id);
  assert.equal(without.has_vector, false);
  const kept = await w.ports.facts.texts.embeddingOf(SCOPE, without.text_id ?? '');
  assert.equal(kept, null, 'the vector of before is gone');
  await isSound(id);

  now = hashedNgrams();
  assert.equal((await embeddedAgain(id)).has_vector, true);
  assert.equal((await w.ports.index.heads(SCOPE, [id]))[0]?.has_vector, true);
  await isSound(id);
});
