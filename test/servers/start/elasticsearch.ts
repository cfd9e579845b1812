/** One node of Elasticsearch 9, out of its jars. It has the core of the server alone: no modules, so no `GET /`, scripts or reindexing. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { Client } from '@elastic/elasticsearch';
import { classPath, type Jdk } from './java.ts';
import { freePort, launch, type Server } from './process.ts';
import type { Say } from './programs.ts';

const ASK_LIMIT_MS = 5_000;
/** For 100,000 documents with their vectors, and a bulk at a time. */
const HEAP = '1g';

export async function startElasticsearch(folder: string, jdk: Jdk, say: Say): Promise<Server> {
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const jars = await classPath('elasticsearch', jdk, folder, say);
  return launch({
    product: 'Elasticsearch',
    command: path.join(jdk.home, 'bin/java'),
    args: [
      `-Xms${HEAP}`,
      `-Xmx${HEAP}`,
      '--enable-native-access=ALL-UNNAMED',
      '--add-modules=jdk.incubator.vector',
      '-cp',
      jars,
      'org.elasticsearch.node.LocalNode',
      path.join(folder, 'elasticsearch'),
      String(port),
    ],
    folder,
    url,
    port,
    version: () => versionOf(url),
  });
}

/** Throws while the cluster is not yet there. */
async function versionOf(node: string): Promise<string> {
  const client = new Client({ node, maxRetries: 0, requestTimeout: ASK_LIMIT_MS });
  try {
    await client.cluster.health({ wait_for_status: 'yellow', timeout: `${ASK_LIMIT_MS}ms` });
    const { nodes } = await client.nodes.info();
    const [first] = Object.values(nodes);
    if (!first) throw new Error('Elasticsearch has no node');
    return first.version;
  } finally {
    await client.close();
  }
}
