/** With a real model of English, synonyms are found below what words find, and nothing else moves. Skipped, loudly, where the model can't be had. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { openSqliteIndex } from '../../persistence/sqlite-index/open.ts';
import { openOnnxEmbedder } from '../../providers/onnx/embedder.ts';
import { readModelFolder } from '../../providers/onnx/model-folder.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import { miniLm } from '../worlds/minilm.ts';
import { collection } from './collection.ts';
import { fill, listsOf, meaningOf, rowsOf } from './measures.ts';
import { MEANT, queriesOf } from './queries.ts';

const SEED = 20261129;
const [DOCUMENTS, QUERIES_A_KIND] = [300, 10];
/** In the first ten hits. Of so few documents each with slips counts; docs/search.md has the figures of 3,000. */
const LEAST_RECALL = 0.35;

test(`synonyms are found by their meaning (seed ${SEED})`, async (t) => {
  const model = await miniLm();
  if ('missing' in model) {
    console.warn(`SKIPPED: nothing is tested with a real model of embeddings. ${model.missing}`);
    return t.skip(model.missing);
  }
  const clock = systemClock();
  const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-meaning-'));
  const embedder = await openOnnxEmbedder({ folder: await readModelFolder(model.dir), clock }, new AbortController().signal);
  const index = await openSqliteIndex(path.join(folder, 'search.sqlite'), { clock, model: embedder.model });
  t.after(async () => {
    await index.close();
    await embedder.close();
    await rm(folder, { recursive: true });
  });
  const documents = collection(SEED, DOCUMENTS);
  const meaning = await meaningOf(embedder, documents);
  await fill(index, documents, meaning);
  const all = queriesOf(documents, { seed: SEED, each: QUERIES_A_KIND, more: MEANT });
  const asked = all.filter(({ kind }) => ['synonym en', 'person en', 'code', 'typo en'].includes(kind));
  const [with_model, by_words] = [await listsOf(index, documents, asked, meaning), await listsOf(index, documents, asked)];
  const recall = rowsOf(asked, with_model).find(({ kind }) => kind === 'synonym en')?.recall ?? 0;
  assert.ok(recall >= LEAST_RECALL, `recall of synonyms is ${recall.toFixed(2)}`);
  for (const [n, list] of by_words.entries())
    assert.deepEqual(with_model[n]?.slice(0, list.length), list, 'what words find stays where it is');
  assert.ok(with_model.flat().some(({ match }) => match === 'meaning'));
});
