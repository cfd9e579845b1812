/**
 * `npm run bench -- found [seed] [documents]`: how well searches find, by kind of query, on the embedded index and on Elasticsearch, over a
 * collection whose relevance is known by construction (test/search/), and beside other systems. Prints a table an engine.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openSqliteIndex } from '../persistence/sqlite-index/open.ts';
import { openOnnxEmbedder } from '../providers/onnx/embedder.ts';
import { readModelFolder } from '../providers/onnx/model-folder.ts';
import { systemClock } from '../runtime/async/clock.ts';
import type { SearchIndex } from '../runtime/ports/search-index.ts';
import { collection } from '../test/search/collection.ts';
import { fill, type Lists, listsOf, type Meaning, meaningOf, rowsOf, sameFirst, tableOf } from '../test/search/measures.ts';
import { MEANT, queriesOf } from '../test/search/queries.ts';
import { aliasOfTest, clientOf, dropIndexes, elasticsearchUrl, openAt } from '../test/servers/search-world.ts';
import { miniLm } from '../test/worlds/minilm.ts';
import { pgTrgm, standard, trigrams } from './found-others.ts';

const [seed = '1', size = '3000'] = process.argv.slice(2);
const QUERIES_A_KIND = 25;

const model = await miniLm();
if ('missing' in model) console.log(`WITHOUT MEANING: ${model.missing}`);
const clock = systemClock();
const documents = collection(Number(seed), Number(size));
const asked = queriesOf(documents, { seed: Number(seed) + 1, each: QUERIES_A_KIND, more: 'dir' in model ? MEANT : [] });
console.log(`${documents.length} documents, ${asked.length} queries (seed ${seed})`);

async function measured(engine: string, index: SearchIndex, meaning: Meaning | null): Promise<Lists> {
  await fill(index, documents, meaning);
  const began = performance.now();
  const lists = await listsOf(index, documents, asked, meaning);
  const ms = (performance.now() - began) / asked.length;
  console.log(`\n${tableOf(engine, rowsOf(asked, lists))}\n${ms.toFixed(1)} ms a query`);
  return lists;
}

async function embedded(meaning: Meaning | null): Promise<Lists> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-found-'));
  const index = await openSqliteIndex(path.join(folder, 'search.sqlite'), { clock, model: meaning?.embedder.model ?? null });
  try {
    return await measured(named('embedded', meaning), index, meaning);
  } finally {
    await index.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function elastic(meaning: Meaning | null): Promise<Lists> {
  const [url, alias] = [elasticsearchUrl(), aliasOfTest()];
  const of = meaning && { name: meaning.embedder.model, dimension: meaning.embedder.dimension };
  const index = await openAt(url, alias, { model: of });
  try {
    return await measured(named('Elasticsearch', meaning), index, meaning);
  } finally {
    await index.close();
    const client = clientOf(url);
    await dropIndexes(client, alias);
    await client.close();
  }
}

function others(name: string, lists: Lists | null): void {
  if (lists) console.log(`\n${tableOf(name, rowsOf(asked, lists))}`);
}

const named = (engine: string, meaning: Meaning | null) => (meaning ? `${engine}, with MiniLM` : engine);
async function both(meaning: Meaning | null): Promise<void> {
  const [one, other] = [await embedded(meaning), await elastic(meaning)];
  console.log(`\nthe same first hit in both: ${(sameFirst(one, other) * 100).toFixed(1)} % of the queries with hits in both`);
}
await both(null);
if ('dir' in model) {
  const embedder = await openOnnxEmbedder({ folder: await readModelFolder(model.dir), clock }, new AbortController().signal);
  await both(await meaningOf(embedder, documents));
  await embedder.close();
}
others('FTS5 trigram', trigrams(documents, asked));
others('Elasticsearch standard, or + phrase', await standard(elasticsearchUrl(), documents, asked));
others('pg_trgm', await pgTrgm(documents, asked));
