/** What `doctor` says of an Elasticsearch: nothing is made or changed. */
import { z } from 'zod';
import { type ElasticOptions, elasticAt } from './client.ts';
import { MADE_WITH, mappings } from './mapping.ts';
import { namesOf } from './names.ts';

/**
 * `served`: indexes that the alias of searches is on. `lacks`: fields that the mapping of the served index has not. `outdated`: what it
 * was made with is not what this program makes. `privileges`: those that are missing; null where security is off. `time`: of the server.
 */
export type IndexInspection = {
  version: string;
  health: string;
  served: string[];
  lacks: string[];
  outdated: boolean;
  missing_privileges: string[] | null;
  time: number | null;
};

/** What is done with the indexes: all of it below the prefix of the alias. */
const PRIVILEGES = ['create_index', 'delete_index', 'manage', 'read', 'view_index_metadata', 'write'];
const Privileges = z.object({ index: z.record(z.string(), z.record(z.string(), z.boolean())) });

/** Throws as every call of the index does: CredentialsRefused, or PROVIDER_UNAVAILABLE. */
export async function inspectElasticsearch(options: ElasticOptions & { alias: string }): Promise<IndexInspection> {
  const { alias } = options;
  const names = namesOf(alias);
  const elastic = elasticAt({ ...options, call_limit_ms: 5_000 });
  try {
    const asked = { node_id: '_local', filter_path: 'nodes.*.version' };
    const { body, headers } = await elastic.call((client) => client.nodes.info(asked, { meta: true })); // its core alone answers it
    const [node] = Object.values(body.nodes);
    const date = Date.parse(String(headers?.date ?? ''));
    const { status: health } = await elastic.call((client) => client.cluster.health());
    const is_there = await elastic.call((client) => client.indices.existsAlias({ name: names.readers }));
    const aliases = is_there ? await elastic.call((client) => client.indices.getAlias({ name: names.readers })) : {};
    const served = Object.keys(aliases).sort();
    const found = is_there ? await elastic.call((client) => client.indices.getMapping({ index: names.readers })) : {};
    const wanted = Object.keys(mappings().properties ?? {});
    const made = Object.entries(MADE_WITH);
    return {
      ...{ version: node?.version ?? 'unknown', health, served },
      lacks: Object.values(found).flatMap(({ mappings: { properties = {} } }) => wanted.filter((name) => !(name in properties))),
      outdated: Object.values(found).some(({ mappings: { _meta } }) => made.some(([what, value]) => _meta?.[what] !== value)),
      missing_privileges: await missingPrivileges(elastic, [names.readers, names.every]),
      time: Number.isNaN(date) ? null : date,
    };
  } finally {
    await elastic.close();
  }
}

async function missingPrivileges(elastic: ReturnType<typeof elasticAt>, index: string[]): Promise<string[] | null> {
  const asked = elastic.call((client) =>
    client.transport.request({
      method: 'POST',
      path: '/_security/user/_has_privileges',
      body: { index: [{ names: index, privileges: PRIVILEGES }] },
    }),
  );
  const answer = Privileges.safeParse(await asked.catch(() => null)); // a server without security has no such call
  if (!answer.success) return null;
  const refused = Object.values(answer.data.index).flatMap((held) => PRIVILEGES.filter((name) => held[name] === false));
  return [...new Set(refused)];
}
