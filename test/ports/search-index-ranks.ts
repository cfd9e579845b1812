/** Whose pictures every SearchIndex finds, in which order, and what it tells of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IndexPosition, IndexQuery } from '../../runtime/ports/search-index.ts';
import { entry, LEAST, question, saved, vectorAt } from '../worlds/entries.ts';
import { savedText, seeded } from '../worlds/texts.ts';
import type { IndexWorld } from './search-index-world.ts';

/** Entries beside which a small organisation's must be found. */
const OTHERS = 5_000;
const DAY = 24 * 3_600_000;

export function indexTestRanks(world: () => Promise<IndexWorld>): void {
  test('nothing of another organisation is found, listed, counted, changed or removed', async () => {
    const { index, put, found, search, make, org, other, id } = await world();
    await put('a', saved('手机', { tags: ['secret'] }), { vector: vectorAt(1, 1) });
    const vector = vectorAt(1, 1);
    for (const typed of ['手机', '', 'tag:secret', '-no', '手']) {
      for (const mode of ['text', 'vector'] as const)
        assert.deepEqual(await found(typed, { mode, vector }, other), [], `${typed} ${mode}`);
    }
    const { total, facets } = await search('', { facets: ['tag', 'year'] }, other);
    assert.deepEqual([total, facets], [0, { tag: [], year: [] }]);
    assert.deepEqual(await index.heads({ org_id: other }, [id('a')]), []);
    await index.put({ ...make('b', '手机'), org_id: other });
    assert.deepEqual(await found('手机'), ['a']);
    assert.equal((await index.heads({ org_id: org }, [id('a'), id('b')])).length, 1);
    await index.close();
  });

  test(`a small organisation is found among ${OTHERS} entries of another, in every mode`, async () => {
    const { index, put, found, other, id } = await world();
    const random = seeded(1);
    const [first] = await Promise.all([
      put('small', '手机', { vector: vectorAt(0.5, 1) }),
      ...Array.from({ length: OTHERS }, (_, i) =>
        index.put(entry(other, id(`o${i}`), savedText(random, { title: '手机' }), { vector: vectorAt(0.99, 2) })),
      ),
    ]);
    assert.deepEqual(first, { put: 'seen' });
    for (const mode of ['text', 'vector'] as const)
      assert.deepEqual(await found('手机', { mode, vector: vectorAt(1, 1), limit: 20 }), ['small'], mode);
    assert.deepEqual(await found('手', { limit: 20 }), ['small']);
    assert.equal((await index.search({ org_id: other }, question('手机', { limit: 20 }))).total, OTHERS);
    await index.close();
  });

  test('a longer page begins with the shorter one, in every mode and order', async () => {
    const { index, make, found, search } = await world();
    const random = seeded(2);
    const count = 450;
    await Promise.all(
      Array.from({ length: count }, (_, i) =>
        index.put(
          make(`${i}`, savedText(random, { title: `手机${i % 7 === 0 ? '手机' : ''}` }), {
            vector: vectorAt(0.4 + (i % 50) / 100, 1 + (i % 300)),
          }),
        ),
      ),
    );
    const vector = vectorAt(0.999, 1);
    for (const change of [
      {},
      { mode: 'vector', vector },
      { sort: 'newest' },
      { mode: 'vector', vector, sort: 'newest' },
    ] satisfies Partial<IndexQuery>[]) {
      const whole = await found('手机', { ...change, limit: 1_000 });
      const { total } = await search('手机', { ...change, limit: 1 });
      assert.equal(new Set(whole).size, whole.length, `${JSON.stringify(Object.keys(change))}: nothing twice`);
      assert.equal(whole.length, total);
      if (!('mode' in change)) assert.equal(total, count);
      for (const limit of [1, 60, 200, 250, 400])
        assert.deepEqual(whole.slice(0, limit), await found('手机', { ...change, limit }), `${Object.keys(change)} ${limit}`);
    }
    await index.close();
  });

  test('the title counts more than the text, and an empty query lists by newest', async () => {
    const { index, put, found } = await world();
    await put('text', saved('手机 一 二 三', { created_at: 3 * DAY }));
    await put('title', saved('一 二 三', { title: '手机', created_at: 2 * DAY }));
    await put('old', saved('手机 一 二 三 四 五 六 七', { created_at: DAY }));
    assert.deepEqual(await found('手机'), ['title', 'text', 'old']);
    assert.deepEqual(await found('手机', { sort: 'newest' }), ['text', 'title', 'old']);
    assert.deepEqual(await found(''), ['text', 'title', 'old']);
    await index.close();
  });

  test('the newest are read page by page, each from where the last one ended, whatever comes and goes', async () => {
    const { index, put, search, org, id } = await world();
    const there = Array.from({ length: 40 }, (_, i) => `${String(i).padStart(2, '0')}`);
    for (const [i, one] of there.entries())
      await put(one, saved('手机', { created_at: Math.floor(i / 4) * DAY, tags: i % 2 ? ['odd'] : [] }), {
        vector: vectorAt(0.5, 1),
      });
    const near = { mode: 'vector' as const, vector: vectorAt(1, 2) };
    for (const [typed, change] of [
      ['', {}],
      ['手机', {}],
      ['手机', { taken_from: 0 }],
      ['手', { tag: ['odd'] }],
      ['手机', near],
    ] satisfies [string, Partial<IndexQuery>][]) {
      const wanted = 'taken_from' in change ? [] : 'tag' in change ? there.filter((one) => Number(one) % 2 === 1) : there;
      const got: string[] = [];
      for (let after: IndexPosition | null = null, page = 0; ; page += 1) {
        const { hits, total } = await search(typed, { ...change, sort: 'newest', after, limit: 7 });
        const last = hits.at(-1);
        got.push(...hits.map(({ resource_id }) => resource_id.replace(id(''), '')).filter((one) => one.length === 2));
        if (!last) break;
        assert.ok(total >= wanted.length);
        after = { created_at: last.created_at, resource_id: last.resource_id };
        await put(`new${page}`, saved('手机', { created_at: 20 * DAY, tags: ['odd'] }));
        if (page > 0) await index.remove({ org_id: org }, id(`new${page - 1}`), 1);
      }
      assert.deepEqual(got, wanted.toReversed(), typed);
    }
    await index.close();
  });

  test('of these alone, what the query finds, in any mode', async () => {
    const { index, put, search, id } = await world();
    const vector = vectorAt(1, 1);
    await put('a', saved('手机'), { vector: vectorAt(1, 1) });
    await put('b', saved('手机'), { vector: vectorAt(0.9, 1) });
    await put('c', saved('电脑'), { vector: vectorAt(-1, 1) });
    const only = [id('b'), id('c'), id('never')];
    for (const [typed, change, wanted] of [
      ['', {}, ['b', 'c']],
      ['手机', {}, ['b']],
      ['手机', { sort: 'newest' }, ['b']],
      ['手机', { taken_from: 0 }, []],
    ] satisfies [string, Partial<IndexQuery>, string[]][]) {
      const { hits, total } = await search(typed, { ...change, only });
      assert.deepEqual([hits.map(({ resource_id }) => resource_id).sort(), total], [wanted.map(id), wanted.length], typed);
    }
    const nearest = await search('手机', { mode: 'vector', vector, only });
    assert.equal(nearest.hits[0]?.resource_id, id('b'));
    assert.ok(nearest.hits.every(({ resource_id }) => only.includes(resource_id)));
    assert.deepEqual((await search('手机', { mode: 'vector', least: LEAST, vector, only: [id('c')] })).hits, []);
    assert.deepEqual((await search('手机', { only: [] })).hits, []);
    await index.close();
  });

  test('what is excepted is neither found nor counted, in any mode', async () => {
    const { index, put, search, id } = await world();
    const vector = vectorAt(1, 1);
    for (const one of ['a', 'b', 'c'])
      await put(one, saved('手机', { tags: ['x'], taken_at: Date.UTC(2024, 5) }), { vector: vectorAt(0.9, 1) });
    const except = [id('b'), id('never')];
    for (const [typed, change] of [
      ['手机', {}],
      ['手机', { mode: 'vector', least: LEAST, vector }],
      ['手机', { mode: 'vector', vector }],
      ['手机', { sort: 'newest' }],
      ['', {}],
      ['', { tag: ['x'] }],
      ['手机', { taken_from: 0 }],
    ] satisfies [string, Partial<IndexQuery>][]) {
      const { hits, total, facets } = await search(typed, { ...change, except, facets: ['tag', 'year'] });
      assert.deepEqual(
        hits.map(({ resource_id }) => resource_id).sort(),
        [id('a'), id('c')],
        JSON.stringify([typed, change.tag]),
      );
      assert.deepEqual([total, facets], [2, { tag: [{ value: 'x', count: 2 }], year: [{ value: '2024', count: 2 }] }]);
    }
    await index.close();
  });

  test('facets count what was found, not the page', async () => {
    const { index, put, search } = await world();
    await put('a', saved('手机', { tags: ['x', 'y'], taken_at: Date.UTC(2024, 5) }));
    await put('b', saved('手机', { tags: ['x'], taken_at: null, created_at: Date.UTC(2025, 5) }));
    await put('c', saved('电脑', { tags: ['x'] }));
    const { facets } = await search('手机', { facets: ['tag', 'year'], limit: 1 });
    assert.deepEqual(facets.tag, [
      { value: 'x', count: 2 },
      { value: 'y', count: 1 },
    ]);
    assert.deepEqual(facets.year, [
      { value: '2024', count: 1 },
      { value: '2025', count: 1 },
    ]);
    assert.deepEqual((await search('手机')).facets, {});
    assert.deepEqual((await search('', { facets: ['tag'], tag: ['x'] })).facets.tag?.[0], { value: 'x', count: 3 });
    await index.close();
  });

  test('scan tells all entries, tombstones too, a page at a time by id', async () => {
    const { index, put, org, id } = await world();
    for (const one of ['c', 'a', 'b']) await put(one, '手机', { revision: 3, vector: one === 'a' ? vectorAt(1, 1) : null });
    await index.remove({ org_id: org }, id('b'), 3);
    const notified: string[] = [];
    assert.equal((await index.scan(null, 2)).length, 2);
    for (let after: string | null = id(''); ; ) {
      // what comes before is of other tests
      const page = await index.scan(after, 2);
      notified.push(
        ...page
          .filter((head) => head.org_id === org)
          .map((head) => `${head.resource_id.replace(id(''), '')} ${head.revision} ${head.deleted} ${head.has_vector}`),
      );
      after = page.at(-1)?.resource_id ?? null;
      if (page.length < 2) break;
    }
    assert.deepEqual(notified, ['a 3 false true', 'b 4 true false', 'c 3 false false']);
    await index.close();
  });

  test('strange texts, ids and questions do no harm', async () => {
    const { index, org, finds, put, found } = await world();
    await put('a', '"手机" AND OR NOT NEAR( * ^ : {} \0 \uD800 手机');
    await put('empty', saved('', { filename: '' }));
    await put('long', `${'很'.repeat(20_000)} ${'x'.repeat(5_000)}`);
    for (const typed of [
      '手机',
      'AND',
      '"手机" OR ',
      'NEAR ',
      '*',
      '(((',
      '手*机',
      "'; DROP TABLE words",
      '\0',
      '{title} : x',
      `${'很'.repeat(500)}`,
    ])
      await found(typed);
    await finds('手机', ['a']);
    await finds('很'.repeat(500), ['long']);
    const odd = { ...entry(`${org}" OR x`, 'r-"*', '手机'), revision: 1 };
    assert.deepEqual(await index.put(odd), { put: 'seen' });
    assert.equal((await index.search({ org_id: odd.org_id }, question('手机'))).total, 1);
    await finds('手机', ['a']);
    await index.ping();
    await index.close();
  });
}
