/** What every SearchIndex finds by vectors: the nearest passage counts, and only vectors of its model are compared. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LEAST, question, vectorAt, vectorsOf } from '../worlds/entries.ts';
import type { IndexWorld } from './search-index-world.ts';

export function indexTestNearness(world: () => Promise<IndexWorld>): void {
  test('by vector the nearest comes first; what is not near is left out where that is asked', async () => {
    const { index, put, found, search, id } = await world();
    await put('words', '手机', { vector: vectorAt(0.1, 1) });
    await put('near', '电脑', { vector: vectorAt(0.95, 1) });
    await put('far', '桌子', { vector: vectorAt(0.02, 1) });
    await put('none', '手机');
    const vector = vectorAt(0.9999, 2);
    assert.deepEqual(await found('手机', { mode: 'vector', vector }), ['near', 'words', 'far']);
    const near = await search('手机', { mode: 'vector', least: LEAST, vector, facets: ['year'] });
    assert.deepEqual(
      [near.total, near.hits.map(({ resource_id }) => resource_id), near.facets.year?.[0]?.count],
      [1, [id('near')], 1],
    );
    assert.deepEqual(await found('胡言乱语', { mode: 'vector', least: LEAST, vector: vectorAt(0.05, 3) }), []);
    assert.deepEqual(await found('手机', { mode: 'vector', vector: new Float32Array(384) }), []);
    await index.close();
  });

  test('a vector comes, changes and goes with its entry', async () => {
    const { index, put, found, org, id } = await world();
    const near = { mode: 'vector' as const, vector: vectorAt(1, 1) };
    const has = async () => (await index.heads({ org_id: org }, [id('a')]))[0]?.has_vector;
    await put('a', '手机', { revision: 1 });
    await put('b', '手机', { revision: 1, vector: vectorAt(0.5, 2) });
    assert.deepEqual([await found('手机', near), await has()], [['b'], false]);
    await put('a', '手机', { revision: 2, vector: vectorAt(0.9, 2) });
    assert.deepEqual([await found('手机', near), await has()], [['a', 'b'], true]);
    await put('a', '手机', { revision: 3, vector: vectorAt(0.1, 2) });
    assert.deepEqual(await found('手机', near), ['b', 'a']);
    await put('a', '手机', { revision: 4 });
    assert.deepEqual([await found('手机', near), await has()], [['b'], false]);
    await index.close();
  });

  test('of several passages the nearest counts, once', async () => {
    const { index, put, found, org, id } = await world();
    await put('long', '手机', { vectors: vectorsOf(vectorAt(0.1, 2), vectorAt(0.95, 3), vectorAt(0.9, 4), vectorAt(0.2, 5)) });
    await put('short', '手机', { vector: vectorAt(0.92, 6) });
    await put('far', '手机', { vectors: vectorsOf(vectorAt(0.3, 2), vectorAt(0.2, 3)) });
    const near = { mode: 'vector' as const, vector: vectorAt(1, 1) };
    assert.deepEqual(await found('手机', near), ['long', 'short', 'far']);
    assert.deepEqual(await found('手机', { ...near, least: 0.93 }), ['long']);
    const { hits, total } = await index.search({ org_id: org }, question('手机', near));
    assert.equal(total, 3);
    assert.ok(Math.abs((hits[0]?.score ?? 0) - 0.95) < 1e-3);
    await put('long', '手机', { revision: 2, vectors: vectorsOf(vectorAt(0.1, 2), vectorAt(0.15, 3)) });
    assert.deepEqual(await found('手机', near), ['short', 'far', 'long']);
    await index.remove({ org_id: org }, id('short'), 3);
    assert.deepEqual(await found('手机', near), ['far', 'long']);
    await index.close();
  });

  test('vectors of another model are kept and compared with nothing, as long as they may be', async () => {
    const { index, put, found, org, id } = await world();
    await put('own', '手机', { vector: vectorAt(0.5, 2) });
    for (const [name, dimension] of [
      ['as-long', 384],
      ['shorter', 8],
    ] as const)
      await put(name, '手机', { vectors: { model: `another of ${dimension}`, passages: [vectorAt(1, 1, dimension)] } });
    assert.deepEqual(await found('手机', { mode: 'vector', vector: vectorAt(1, 1) }), ['own']);
    assert.equal((await found('手机')).length, 3);
    const heads = await index.heads({ org_id: org }, ['as-long', 'shorter'].map(id));
    assert.ok(heads.length === 2 && heads.every(({ has_vector }) => has_vector));
    await index.close();
  });
}
