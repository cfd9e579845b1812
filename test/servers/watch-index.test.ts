/** Elasticsearch that is emptied while the service runs: what was lost is noticed and made again. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, beforeEach, describe, test } from 'node:test';
import { readConfig } from '../../app/config.ts';
import { openPorts } from '../../app/open-ports.ts';
import { prepareIndex } from '../../services/index/rebuild.ts';
import { world } from '../faults/world.ts';
import { numberReader } from '../worlds/numbered.ts';
import { type WatchedLife, watchedLife } from '../worlds/watched-life.ts';
import { aliasOfTest, clientOf, dropIndexes, elasticsearchUrl, printServer } from './search-world.ts';

const url = elasticsearchUrl();
const client = clientOf(url);
await printServer(client);

describe('an index on Elasticsearch', () => {
  let folder: string;
  let alias: string;
  let life: WatchedLife;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tuodi-watch-'));
    alias = aliasOfTest();
    const { config } = readConfig({ TUODI_DATA_DIR: folder, TUODI_ELASTICSEARCH_URL: url, TUODI_ELASTICSEARCH_ALIAS: alias });
    const ports = { ...(await openPorts(config, () => 'http://localhost', world)), recogniser: numberReader() };
    await prepareIndex({ ...ports, clock: world.clock });
    life = await watchedLife(ports);
    await life.takeIn([1, 2, 3, 4, 5]);
  });
  afterEach(async () => {
    await life.stop();
    await dropIndexes(client, alias);
    await rm(folder, { recursive: true, force: true });
  });
  after(() => client.close());

  const names = async () => Object.keys(await client.indices.get({ index: `${alias}-*` }));

  test('whose indexes are deleted is made anew and filled again, for every organisation', async () => {
    for (const index of await names()) await client.indices.delete({ index });
    await life.healed();
    assert.match(life.begun.at(-1) ?? '', /5 so far/);
  });

  test('that was made anew by another process is filled too', async () => {
    const [index = ''] = await names();
    const made = await client.indices.get({ index });
    const { mappings = {}, aliases = {} } = made[index] ?? {};
    await client.indices.delete({ index });
    await client.indices.create({ index, mappings, aliases });
    await life.healed();
    assert.match(life.begun.at(-1) ?? '', /5 so far/);
  });

  test('that lost some entries gets them again, and no others', async () => {
    const entries = async () => {
      const { hits } = await client.search({ index: alias, size: 10, version: true, seq_no_primary_term: true });
      return new Map(hits.hits.map(({ _id = '', _version = 0, _seq_no = 0 }) => [_id, { _version, _seq_no }]));
    };
    const before = await entries();
    const lost = [...before].slice(0, 2);
    for (const [id, { _version }] of lost)
      await client.delete({ index: alias, id, version: _version, version_type: 'external_gte', refresh: true });
    await life.healed();
    await client.indices.refresh({ index: alias });
    const written = [...(await entries())].filter(([id, { _seq_no }]) => before.get(id)?._seq_no !== _seq_no);
    assert.deepEqual(written.map(([id]) => id).sort(), lost.map(([id]) => id).sort());
  });

  test('that has no alias any more is found by its name again', async () => {
    const [index = ''] = await names();
    await client.indices.deleteAlias({ index, name: alias });
    await life.ports.index.identity();
    assert.deepEqual(await life.lacking(), []);
  });
});
