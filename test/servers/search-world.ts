/** Indexes on the real Elasticsearch that `npm run test:servers` has started: each with an alias of its own, removed at the end. */
import { Client } from '@elastic/elasticsearch';
import { type ElasticsearchOptions, openElasticsearchIndex } from '../../persistence/elasticsearch/open.ts';
import type { SearchIndex } from '../../runtime/ports.ts';

export const DIMENSION = 384;
export const VECTOR_FLOOR = 0.45;

export function elasticsearchUrl(): string {
  const url = process.env.TUODI_TEST_ELASTICSEARCH_URL;
  if (!url) throw new Error('TUODI_TEST_ELASTICSEARCH_URL is not set: npm run test:servers starts a server and sets it');
  return url;
}

let n = 0;
/** A name that no other test has, of this process or of another. */
export function aliasOfTest(): string {
  n += 1;
  return `tuodi-test-${process.pid}-${n}`;
}

export const openAt = (url: string, alias: string, change: Partial<ElasticsearchOptions> = {}): Promise<SearchIndex> =>
  openElasticsearchIndex({ url, alias, dimension: DIMENSION, vector_floor: VECTOR_FLOOR, ...change });

/** One printed line: what the tests of this file ran on. */
export async function printServer(client: Client): Promise<void> {
  const { nodes } = await client.nodes.info();
  for (const { version } of Object.values(nodes)) console.log(`# Elasticsearch ${version}`);
}

export async function dropIndexes(client: Client, alias: string): Promise<void> {
  const made = await client.indices.get({ index: `${alias}-*` }); // by name: a server may refuse to delete by pattern
  for (const index of Object.keys(made)) await client.indices.delete({ index });
}

export const clientOf = (url: string): Client => new Client({ node: url });
