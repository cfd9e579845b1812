/** What must outlast a restart of Elasticsearch, its death, and the time after which it forgets a delete. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Client } from '@elastic/elasticsearch';
import type { SearchIndex } from '../../runtime/ports/search-index.ts';
import { until } from '../worlds/wait.ts';
import {
  aliasOfTest,
  clientOf,
  codeOf,
  dropIndexes,
  elasticsearchUrl,
  entryOf,
  found,
  idOf,
  ORG,
  openAt,
  printServer,
} from './search-world.ts';
import { startElasticsearch } from './start/elasticsearch.ts';
import { findJdk } from './start/java.ts';
import type { Server } from './start/process.ts';

/** After 60 s by default. */
const FORGETS = { index: { gc_deletes: '1s' } };
const FORGOTTEN_LIMIT_MS = 60_000;
const START_LIMIT_MS = 60_000;
const say = (line: string) => console.log(`# ${line}`);

describe('what lasts', { concurrency: 2 }, () => {
  let folder: string;
  let server: Server;
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'tuodi-lasting-'));
    server = await startElasticsearch(folder, await findJdk(folder, say), say);
  });
  after(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('a removal refuses a late write after a restart, which a delete does not; and after a kill all that was seen is found', async () => {
    const client = clientOf(server.url);
    await printServer(client);
    const index = await openAt(server.url, 'tuodi');
    await bothGone(index, client, 'tuodi');
    await server.restart();
    await until('it answers again', () => answers(index), START_LIMIT_MS);
    await onlyOneIsRefused(index);
    await killedWhileWriting(index, server);
    await index.close();
    await client.close();
  });

  test('a removal refuses a late write after Elasticsearch has forgotten its deletes, which a delete does not', async () => {
    const [url, alias] = [elasticsearchUrl(), aliasOfTest()];
    const client = clientOf(url);
    const index = await openAt(url, alias);
    await bothGone(index, client, alias);
    await client.indices.putSettings({ index: alias, settings: FORGETS });
    const isForgotten = async () => (await codeOf(index.put(entryOf('deleted', 7)))) === 'it did not fail';
    await until('the delete is forgotten', isForgotten, FORGOTTEN_LIMIT_MS);
    await onlyOneIsRefused(index);
    await index.close();
    await dropIndexes(client, alias);
    await client.close();
  });
});

const answers = async (index: SearchIndex): Promise<boolean> => (await codeOf(index.ping())) === 'it did not fail';

/** An entry that is removed by ours, and one by a real DELETE. A late write of neither is let in at once. */
async function bothGone(index: SearchIndex, client: Client, alias: string): Promise<void> {
  await Promise.all([index.put(entryOf('removed', 7)), index.put(entryOf('deleted', 7))]);
  await index.remove(ORG, 'removed', 7);
  await client.delete({ index: alias, id: idOf('deleted'), version: 8, version_type: 'external' });
  assert.deepEqual(await index.put(entryOf('removed', 7)), { put: 'ahead', found: 8 });
  assert.equal(await codeOf(index.put(entryOf('deleted', 7))), 'READ_BACK_MISMATCH');
}

async function onlyOneIsRefused(index: SearchIndex): Promise<void> {
  assert.deepEqual(await index.put(entryOf('removed', 7)), { put: 'ahead', found: 8 });
  assert.deepEqual(await index.put(entryOf('deleted', 7)), { put: 'seen' }, 'a real delete would have been forgotten');
  assert.deepEqual(await found(index), ['deleted']);
}

async function killedWhileWriting(index: SearchIndex, server: Server): Promise<void> {
  const seen: string[] = [];
  const failures = new Set<string>();
  let n = 0;
  const writing = async () => {
    while (failures.size === 0) {
      n += 1;
      const id = `w${n}`;
      await index.put(entryOf(id, 1)).then(
        () => seen.push(id),
        async (error: unknown) => failures.add(await codeOf(Promise.reject(error))),
      );
    }
  };
  const busy = Array.from({ length: 8 }, writing);
  await until('some are seen', () => seen.length > 100);
  await server.kill();
  await Promise.all(busy);
  assert.deepEqual([...failures], ['PROVIDER_UNAVAILABLE']);
  await until('it counts as away', async () => !(await answers(index)) && !index.reachable?.());
  await server.restart();
  await until('it answers again', () => answers(index), START_LIMIT_MS);
  assert.equal(index.reachable?.(), true);
  const heads = (await Promise.all(seen.map((id) => index.heads(ORG, [id])))).flat();
  assert.equal(heads.length, seen.length);
}
