/** What Elasticsearch does that a naive index would trip over, each shown on the real one beside what ours does. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { errors } from '@elastic/elasticsearch';
import { FIRST_GENERATION } from '../../persistence/elasticsearch/open.ts';
import { until } from '../worlds/wait.ts';
import { httpBetween, withoutRefresh } from './http-between.ts';
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
  TOO_LONG,
} from './search-world.ts';

const url = elasticsearchUrl();
const client = clientOf(url);
await printServer(client);
const aliases: string[] = [];
after(async () => {
  for (const alias of aliases) await dropIndexes(client, alias);
  await client.close();
});
async function world() {
  const alias = aliasOfTest();
  aliases.push(alias);
  const index = await openAt(url, alias);
  return { alias, index, first: `${alias}-index-${FIRST_GENERATION}` };
}
const statusOf = async (calling: Promise<unknown>): Promise<number | undefined> => {
  try {
    await calling;
    return 200;
  } catch (error) {
    return error instanceof errors.ResponseError ? error.statusCode : undefined;
  }
};

describe('revisions', () => {
  test('an older one: Elasticsearch answers 409, and the put is ahead, not seen; without versions it would have won', async () => {
    const { index, alias } = await world();
    await index.put(entryOf('a', 5, '电脑'));
    const document = { resource_id: 'a', org_id: ORG.org_id, revision: 4, deleted: false };
    const older = { index: alias, id: idOf('a'), version: 4, version_type: 'external_gte' as const, document };
    assert.equal(await statusOf(client.index(older)), 409);
    assert.deepEqual(await index.put(entryOf('a', 4)), { put: 'ahead', found: 5 });
    assert.deepEqual([await found(index, '电脑'), await found(index)], [['a'], []]);
    assert.equal(await statusOf(client.index({ index: alias, id: idOf('a'), document, refresh: true })), 200);
    assert.deepEqual(
      (await index.heads(ORG, ['a'])).map(({ revision }) => revision),
      [4],
    );
    await index.close();
  });

  test('a real delete is forgotten and an old write let in; a removal of ours is not', async () => {
    const { index, alias, first } = await world();
    await client.indices.putSettings({ index: first, settings: { gc_deletes: '1ms' } });
    await index.put(entryOf('deleted', 7));
    await index.put(entryOf('removed', 7));
    await client.delete({ index: alias, id: idOf('deleted'), version: 8, version_type: 'external' });
    await index.remove(ORG, 'removed', 7);
    await until('the delete is forgotten', async () => (await codeOf(index.put(entryOf('deleted', 7)))) === 'it did not fail');
    assert.deepEqual(await index.put(entryOf('removed', 7)), { put: 'ahead', found: 8 });
    assert.deepEqual(await found(index), ['deleted']);
    await index.close();
  });

  test('what is not legal in the index fails alone, and says why', async () => {
    const { index } = await world();
    const [good, bad] = await Promise.allSettled([index.put(entryOf('good', 1)), index.put(entryOf('bad', 1, '手机', TOO_LONG))]);
    assert.deepEqual(good, { status: 'fulfilled', value: { put: 'seen' } });
    assert.match(String(bad.status === 'rejected' && bad.reason), /INDEX_REFUSED: .*batch_id/);
    assert.deepEqual(await found(index), ['good']);
    await index.close();
  });
});

describe('a write to what is not there', () => {
  test('makes nothing: to a generation that nobody made, whole or beside one that is there', async () => {
    const { index, alias } = await world();
    for (const into of [
      { live: 'nobody', building: null },
      { live: FIRST_GENERATION, building: 'nobody' },
    ]) {
      assert.equal(await codeOf(index.put(entryOf('a', 1), into)), 'PROVIDER_UNAVAILABLE');
      assert.equal(await codeOf(index.remove(ORG, 'a', 1, into)), 'PROVIDER_UNAVAILABLE');
    }
    const naive = `${alias}-write-naive`;
    await client.index({ index: naive, document: { resource_id: 'a' } });
    const there = Object.keys(await client.indices.get({ index: `${alias}-*` }));
    assert.deepEqual(there.sort(), [`${alias}-index-${FIRST_GENERATION}`, naive]); // the naive write has made one
    await index.close();
  });

  test('all indexes deleted under it: no write makes a dynamic one; the index is made anew, and that is told', async () => {
    const { alias, first } = await world();
    let anew = 0;
    const index = await openAt(url, alias, { onMadeAnew: () => (anew += 1) });
    await index.put(entryOf('a', 1));
    await client.indices.delete({ index: first });
    assert.equal(await codeOf(index.put(entryOf('a', 1))), 'PROVIDER_UNAVAILABLE');
    assert.equal(await client.indices.exists({ index: alias }), false);
    assert.equal(anew, 0);
    assert.deepEqual(await index.put(entryOf('b', 1)), { put: 'seen' });
    assert.deepEqual([anew, await found(index)], [1, ['b']]);
    const mapping = await client.indices.getMapping({ index: first });
    assert.equal(mapping[first]?.mappings.dynamic, 'strict');
    await index.close();
  });
});

describe('seen means that a search returns it', () => {
  test('a write whose refresh did not happen is not seen', async () => {
    const { index, alias, first } = await world();
    await client.indices.putSettings({ index: first, settings: { refresh_interval: '-1' } });
    await index.put(entryOf('before', 1));
    const between = await httpBetween(url);
    const through = await openAt(between.url, alias);
    between.fate = withoutRefresh;
    assert.equal(await codeOf(through.put(entryOf('a', 1))), 'READ_BACK_MISMATCH');
    assert.equal(await codeOf(through.remove(ORG, 'before', 1)), 'READ_BACK_MISMATCH');
    assert.equal((await client.get({ index: alias, id: idOf('a') })).found, true); // by id it is there
    between.fate = () => 'through';
    assert.deepEqual(await through.put(entryOf('a', 1)), { put: 'seen' });
    await through.close();
    await index.close();
    await between.close();
  });

  test('a write to an index that searches do not read is not seen', async () => {
    const { index } = await world();
    await index.generations?.create('other');
    assert.equal(await codeOf(index.put(entryOf('a', 1), { live: 'other', building: null })), 'READ_BACK_MISMATCH');
    await index.close();
  });

  test('a closed index, and one that may not be written to, are an outage and not the fault of a picture', async () => {
    const { index, first } = await world();
    await client.indices.putSettings({ index: first, settings: { blocks: { write: true } } });
    assert.equal(await codeOf(index.put(entryOf('a', 1))), 'PROVIDER_UNAVAILABLE');
    await client.indices.putSettings({ index: first, settings: { blocks: { write: false } } });
    await client.indices.close({ index: first });
    assert.equal(await codeOf(index.put(entryOf('a', 1))), 'PROVIDER_UNAVAILABLE');
    assert.equal(await codeOf(found(index)), 'PROVIDER_UNAVAILABLE');
    await client.indices.open({ index: first });
    await until('the index is open again', async () => (await codeOf(found(index))) === 'it did not fail');
    assert.deepEqual(await index.put(entryOf('a', 1)), { put: 'seen' });
    await index.close();
  });

  test('writes that come together share bulks, a refresh and a search', async () => {
    const { index, alias, first } = await world();
    const between = await httpBetween(url);
    const through = await openAt(between.url, alias);
    const refreshes = async () =>
      (await client.indices.stats({ index: first, metric: 'refresh' }))._all.total?.refresh?.external_total ?? 0;
    await through.put(entryOf('warm', 1));
    const [before, since] = [await refreshes(), between.asked.length];
    const answers = await Promise.all(Array.from({ length: 300 }, (_, i) => through.put(entryOf(`r${i}`, 1))));
    assert.ok(answers.every(({ put }) => put === 'seen'));
    const asked = between.asked.slice(since);
    const times = (path: string) => asked.filter((one) => one.includes(path)).length;
    const [bulks, refreshed, searches] = [times('/_bulk'), times('/_refresh') + times('refresh=true'), times('/_msearch')];
    assert.ok(bulks <= 3, `${bulks} bulks`);
    assert.ok(refreshed <= searches && searches <= bulks, `${refreshed} refreshes, ${searches} searches for ${bulks} bulks`);
    assert.equal(asked.length, bulks + times('/_refresh') + searches);
    assert.ok((await refreshes()) - before <= refreshed + 1, 'those that were asked for (and one of the index itself)');
    await through.close();
    await index.close();
    await between.close();
  });
});

describe('while it is away', () => {
  test('503, 429 and silence spend no attempts; after some it counts as away, and once it answers it is back', async () => {
    const { index, alias } = await world();
    const between = await httpBetween(url);
    const through = await openAt(between.url, alias, { call_limit_ms: 300 });
    for (const fate of [{ status: 503 }, { status: 429 }, 'silence'] as const) {
      between.fate = () => fate;
      for (let i = 0; i < 5; i += 1)
        assert.equal(await codeOf(through.put(entryOf('a', 1))), 'PROVIDER_UNAVAILABLE', String(fate));
      assert.equal(through.reachable?.(), false);
      const before = between.asked.length;
      assert.equal(await codeOf(found(through)), 'PROVIDER_UNAVAILABLE');
      assert.equal(between.asked.length, before, 'nobody is asked meanwhile');
      between.fate = () => 'through';
      await until('it is back', async () => (await codeOf(through.put(entryOf('a', 1)))) === 'it did not fail');
      assert.equal(through.reachable?.(), true);
    }
    await through.close();
    await index.close();
    await between.close();
  });

  test('an index is opened while its server is away, and works once it is there', async () => {
    const alias = aliasOfTest();
    aliases.push(alias);
    const between = await httpBetween(url);
    between.fate = () => ({ status: 503 });
    let anew = 0;
    const index = await openAt(between.url, alias, { onMadeAnew: () => (anew += 1) });
    assert.equal(await codeOf(index.ping()), 'PROVIDER_UNAVAILABLE');
    between.fate = () => 'through';
    await until('it answers', async () => (await codeOf(index.ping())) === 'it did not fail');
    assert.deepEqual([await index.put(entryOf('a', 1)), anew], [{ put: 'seen' }, 1]);
    await index.close();
    await between.close();
  });
});
