/**
 * Elasticsearch at 100,000 generated texts: how fast it fills, written as the service writes and as a rebuild does, and how fast it
 * answers. `node dist/bench/search-elasticsearch.js http://127.0.0.1:9200 [texts]`. Prints one JSON object a line; leaves nothing behind.
 */
import { Client } from '@elastic/elasticsearch';
import { openElasticsearchIndex } from '../persistence/elasticsearch/open.ts';
import type { SearchIndex } from '../runtime/ports/search-index.ts';
import { MODEL, question } from '../test/worlds/entries.ts';
import { until } from '../test/worlds/wait.ts';
import { type Ask, kindsOfQuestion, searchTable } from './search-kinds.ts';
import { at, dimension, entries, ORG, print, putsAlone, vectorOf } from './search-texts.ts';

const [url = 'http://127.0.0.1:9200', texts = '100000'] = process.argv.slice(2);
const TEXTS = Number(texts);
/** Puts at once, as many as one, four and sixteen processes have in their index steps. The rest is filled. */
const IN_FLIGHT = [16, 64, 256];
const PUTS = Math.min(2_000, Math.floor(TEXTS / 10));
const FILLED = 2_000;
/** A fill leaves segments to be merged, graphs of vectors with them: minutes of a processor. Measured is what comes after. */
const MERGE_LIMIT_MS = 15 * 60_000;

async function puts(index: SearchIndex, from: number, in_flight: number): Promise<void> {
  const made = await entries(from, PUTS);
  const took: number[] = [];
  let next = 0;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: in_flight }, async () => {
      for (let one = made[next++]; one; one = made[next++]) {
        const since = performance.now();
        await index.put(one);
        took.push(performance.now() - since);
      }
    }),
  );
  const per_second = Math.round((PUTS * 1_000) / (performance.now() - began));
  took.sort((a, b) => a - b);
  print({ measured: `puts, ${in_flight} in flight`, per_second, p50_ms: at(took, 0.5), p99_ms: at(took, 0.99) });
}

const alias = `tuodi-bench-${process.pid}`;
const client = new Client({ node: url });
try {
  const live = async () => 'bench';
  const index = await openElasticsearchIndex({ url, alias, model: { name: MODEL, dimension }, live });
  for (const [i, in_flight] of IN_FLIGHT.entries()) await puts(index, i * PUTS, in_flight);
  let filling = 0;
  const first = IN_FLIGHT.length * PUTS;
  for (let from = first; from < TEXTS; from += FILLED) {
    const made = await entries(from, Math.min(FILLED, TEXTS - from));
    const began = performance.now();
    await index.generations?.fill('bench', made);
    filling += performance.now() - began;
  }
  const stats = await client.indices.stats({ index: alias, metric: ['store', 'segments'] });
  print({
    measured: 'fill',
    texts: TEXTS - first,
    per_second: Math.round(((TEXTS - first) * 1_000) / filling),
    mb: Math.round((stats._all.primaries?.store?.size_in_bytes ?? 0) / 1e6),
    segments: stats._all.primaries?.segments?.count,
  });
  const merges = async () => (await client.indices.stats({ index: alias, metric: 'merge' }))._all.primaries?.merges?.current;
  await until('what was filled is merged', async () => (await merges()) === 0, MERGE_LIMIT_MS);
  await putsAlone(index, TEXTS);
  for (const [i, in_flight] of IN_FLIGHT.entries()) {
    await puts(index, TEXTS + 50 + i * PUTS, in_flight);
  }
  const ask: Ask = async (typed, mode, facets) => {
    const nearest =
      mode === 'text' ? {} : { mode: 'vector' as const, near_only: mode === 'hybrid', vector: await vectorOf(typed) };
    const asked = question(typed, { ...nearest, facets: facets ? ['tag', 'year'] : [] });
    return (await index.search({ org_id: ORG }, asked)).total;
  };
  await searchTable(ask, kindsOfQuestion());
  await index.close();
} finally {
  for (const name of Object.keys(await client.indices.get({ index: `${alias}-*` }))) await client.indices.delete({ index: name });
  await client.close();
}
