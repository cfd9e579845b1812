/** Indexes on the real Elasticsearch that `npm run suite -- servers` has started: each with an alias of its own, removed at the end. */
import { Client } from '@elastic/elasticsearch';
import { documentId } from '../../persistence/elasticsearch/mapping.ts';
import { type ElasticsearchOptions, openElasticsearchIndex } from '../../persistence/elasticsearch/open.ts';
import type { IndexEntry, SearchIndex } from '../../runtime/ports/search-index.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';
import { type EntryChange, entry, MODEL, question, saved } from '../worlds/entries.ts';
import { env } from './env.ts';

export const DIMENSION = 384;

export const elasticsearchUrl = (): string => env('TUODI_TEST_ELASTICSEARCH_URL');

let n = 0;
/** A name that no other test has, of this process or of another. */
export function aliasOfTest(): string {
  n += 1;
  return `tuodi-test-${process.pid}-${n}`;
}

export const openAt = (url: string, alias: string, change: Partial<ElasticsearchOptions> = {}): Promise<SearchIndex> =>
  openElasticsearchIndex({ url, alias, model: { name: MODEL, dimension: DIMENSION }, ...change });

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

export const ORG = { org_id: 'o' };
export const entryOf = (id: string, revision: number, text = '手机', change: EntryChange = {}): IndexEntry =>
  entry(ORG.org_id, id, text, { revision, ...change });
export const idOf = (id: string): string => documentId(ORG.org_id, id);

export async function found(index: SearchIndex, typed = '手机'): Promise<string[]> {
  const { hits } = await index.search(ORG, question(typed, { limit: 200 }));
  return hits.map(({ resource_id }) => resource_id).sort();
}

/** The code that a call fails with. */
export async function codeOf(calling: Promise<unknown>): Promise<string> {
  try {
    await calling;
    return 'it did not fail';
  } catch (error) {
    if (error instanceof StepError) return error.failure.code;
    throw error;
  }
}
/** Longer than any term that Elasticsearch takes. */
export const TOO_LONG = { saved: saved('手机', { batch_id: 'b'.repeat(40_000) }) };
