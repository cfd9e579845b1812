/** Loses entries of Elasticsearch, as a drill does: no tombstone of ours stays. */
import { type ElasticOptions, elasticAt } from './client.ts';
import { documentId } from './mapping.ts';

/** Removes entries from the index that searches read. Each keeps its version, so that the same revision may be written again. Returns how many there were. */
export async function loseFromElasticsearch(
  { alias, ...options }: ElasticOptions & { alias: string },
  org_id: string,
  ids: string[],
): Promise<number> {
  const elastic = elasticAt(options);
  try {
    const wanted = ids.map((id) => ({ _index: alias, _id: documentId(org_id, id), _source: false }));
    const { docs } = await elastic.call((client) => client.mget({ docs: wanted }));
    const operations = docs.flatMap((doc) =>
      'error' in doc || !doc.found
        ? []
        : [{ delete: { _index: doc._index, _id: doc._id, version: doc._version ?? 0, version_type: 'external_gte' as const } }],
    );
    if (operations.length > 0) await elastic.call((client) => client.bulk({ operations, refresh: true }));
    return operations.length;
  } finally {
    await elastic.close();
  }
}
