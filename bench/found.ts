/**
 * `npm run bench -- found [seed] [documents]`: how well searches find, by kind of query, on the embedded index and on Elasticsearch, over a
 * collection whose relevance is known by construction (test/search/). Prints a table an engine.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openSqliteIndex } from '../persistence/sqlite-index/open.ts';
import { systemClock } from '../runtime/async/clock.ts';
import type { SearchIndex } from '../runtime/ports/search-index.ts';
import { collection } from '../test/search/collection.ts';
import { fill, type Lists, listsOf, rowsOf, sameFirst, tableOf } from '../test/search/measures.ts';
import { queriesOf } from '../test/search/queries.ts';
import { aliasOfTest, clientOf, dropIndexes, elasticsearchUrl, openAt } from '../test/servers/search-world.ts';

const [seed = '1', size = '3000'] = process.argv.slice(2);
const QUERIES_A_KIND = 25;

const documents = collection(Number(seed), Number(size));
const asked = queriesOf(documents, { seed: Number(seed) + 1, each: QUERIES_A_KIND });
console.log(`${documents.length} documents, ${asked.length} queries (seed ${seed})`);

async function measured(engine: string, index: SearchIndex): Promise<Lists> {
  await fill(index, documents);
  const began = performance.now();
  const lists = await listsOf(index, asked);
  const ms = (performance.now() - began) / asked.length;
  console.log(`\n${tableOf(engine, rowsOf(asked, lists))}\n${ms.toFixed(1)} ms a query`);
  return lists;
}

async function embedded(): Promise<Lists> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-found-'));
  const index = await openSqliteIndex(path.join(folder, 'search.sqlite'), { clock: systemClock() });
  try {
    return await measured('embedded', index);
  } finally {
    await index.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function elastic(): Promise<Lists> {
  const [url, alias] = [elasticsearchUrl(), aliasOfTest()];
  const index = await openAt(url, alias);
  try {
    return await measured('Elasticsearch', index);
  } finally {
    await index.close();
    const client = clientOf(url);
    await dropIndexes(client, alias);
    await client.close();
  }
}

const [one, other] = [await embedded(), await elastic()];
console.log(`\nthe same first hit in both: ${(sameFirst(one, other) * 100).toFixed(1)} % of the queries with hits in both`);
