/** Removal of index entries behind the back of the service, for drills: by whom the index is reached. */
import type { Config } from './config.ts';
import { loadElasticsearch } from './load-elasticsearch.ts';
import { certificatesOf } from './open-credentials.ts';

export async function loadElasticsearchLoss() {
  await loadElasticsearch(); // in its order
  return import('../persistence/elasticsearch/lose.ts');
}

export const credentialsOf = (config: Config) => ({
  url: config.elasticsearch_url ?? '',
  api_key: config.elasticsearch_api_key,
  user: config.elasticsearch_user,
  password: config.elasticsearch_password,
  ca: certificatesOf(config, 'elasticsearch_ca_file'),
  alias: config.elasticsearch_alias,
});
