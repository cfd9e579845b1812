/** What every SearchIndex must do, run on each adapter. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { IndexEntry, IndexQuery, SearchIndex } from '../../runtime/ports.ts';
import { entry, question, saved, vectorAt } from '../support/entries.ts';
import { savedText, seeded } from '../support/texts.ts';

/** Entries beside which a small organisation's must be found. */
const OTHERS = 5_000;
const TOGETHER = 100;
const DAY = 24 * 3_600_000;

/** `open` answers an index; each test has organisations and ids of its own, so that one index may serve all. */
export function searchIndexSuite(name: string, open: () => Promise<SearchIndex>): void {
  let n = 0;
  async function world() {
    n += 1;
    const index = await open();
    const [org, other] = [`org-${process.pid}-${n}`, `org-${process.pid}-${n}-other`];
    const id = (one: string) => `r-${process.pid}-${n}-${one}`;
    const make = (one: string, text: Parameters<typeof entry>[2], change: Partial<IndexEntry> = {}) =>
      entry(org, id(one), text, change);
    const put = (one: string, text: Parameters<typeof entry>[2], change: Partial<IndexEntry> = {}) =>
      index.put(make(one, text, change));
    const search = (typed: string, change: Partial<IndexQuery> = {}, org_id = org) =>
      index.search({ org_id }, question(typed, change));
    /** The ids found, without what is the same for all of a test. */
    const found = async (typed: string, change: Partial<IndexQuery> = {}, org_id = org) =>
      (await search(typed, change, org_id)).hits.map(({ resource_id }) => resource_id.replace(id(''), ''));
    const finds = async (typed: string, wanted: string[], change: Partial<IndexQuery> = {}) =>
      assert.deepEqual((await found(typed, change)).sort(), wanted.sort(), typed);
    return { index, org, other, id, make, put, search, found, finds };
  }

  describe(`SearchIndex: ${name}`, () => {
    test('a put is seen by the very next search, at its revision', async () => {
      const { index, put, search, id } = await world();
      for (let revision = 1; revision <= 5; revision += 1) {
        assert.deepEqual(await put('a', `手机 number${revision}`, { revision }), { put: 'seen' });
        const { hits, total, total_is_exact } = await search(`手机 number${revision} `);
        assert.deepEqual(
          hits.map((hit) => [hit.resource_id, hit.revision]),
          [[id('a'), revision]],
        );
        assert.deepEqual([total, total_is_exact], [1, true]);
        assert.equal((await search(`number${revision - 1} `)).total, 0);
      }
      await index.close();
    });

    test('an equal revision overwrites, an older one is refused with what was found', async () => {
      const { index, put, finds } = await world();
      await put('a', '手机', { revision: 3 });
      assert.deepEqual(await put('a', '电脑', { revision: 3 }), { put: 'seen' });
      assert.deepEqual(await put('a', '手机', { revision: 2 }), { put: 'ahead', found: 3 });
      await finds('电脑', ['a']);
      await finds('手机', []);
      await index.close();
    });

    test('a removal wins, over what is there and over late puts', async () => {
      const { index, put, finds, org, id } = await world();
      await put('a', '手机', { revision: 7, vector: vectorAt(1, 1) });
      await index.remove({ org_id: org }, id('a'), 2);
      await index.remove({ org_id: org }, id('never'), 4);
      assert.deepEqual(await put('a', '手机', { revision: 7 }), { put: 'ahead', found: 8 });
      assert.deepEqual(await put('never', '手机', { revision: 4 }), { put: 'ahead', found: 5 });
      await finds('手机', []);
      await finds('', []);
      await finds('手机', [], { mode: 'hybrid', vector: vectorAt(1, 1) });
      await finds('手机', [], { mode: 'vector', vector: vectorAt(1, 1) });
      const heads = await index.heads({ org_id: org }, [id('a'), id('never'), id('nothing')]);
      assert.deepEqual(
        heads.map(({ revision, deleted, has_vector }) => [revision, deleted, has_vector]),
        [
          [8, true, false],
          [5, true, false],
        ],
      );
      assert.deepEqual(await put('a', '手机', { revision: 9 }), { put: 'seen' });
      await finds('手机', ['a']);
      await index.close();
    });

    test('a removal said twice, at once and one after the other, removes', async () => {
      const { index, put, finds, org, id } = await world();
      await put('a', '手机');
      await Promise.all([index.remove({ org_id: org }, id('a'), 1), index.remove({ org_id: org }, id('a'), 1)]);
      await index.remove({ org_id: org }, id('a'), 1);
      await finds('手机', []);
      assert.equal((await index.heads({ org_id: org }, [id('a')]))[0]?.deleted, true);
      await index.close();
    });

    test('two puts of one entry at once: the higher revision stands', async () => {
      const { index, make, finds, org, id } = await world();
      for (const revisions of [
        [1, 2],
        [4, 3],
        [5, 5],
      ]) {
        const answers = await Promise.all(
          revisions.map((revision) => index.put(make('a', `手机 at${Math.max(...revisions)} `, { revision }))),
        );
        assert.ok(answers.some((answer) => answer.put === 'seen'));
        assert.equal((await index.heads({ org_id: org }, [id('a')]))[0]?.revision, Math.max(...revisions));
        await finds('手机', ['a']);
      }
      await index.close();
    });

    test('many puts together are each answered, with their own answer', async () => {
      const { index, make, org, id, search } = await world();
      await index.put(make('7', '手机', { revision: 9 }));
      const answers = await Promise.all(
        Array.from({ length: TOGETHER }, (_, i) => index.put(make(String(i), `手机 item${i}`, { revision: 2 }))),
      );
      assert.deepEqual(
        answers.filter(({ put }) => put === 'ahead'),
        [{ put: 'ahead', found: 9 }],
      );
      assert.equal((await search('手机')).total, TOGETHER);
      const ids = Array.from({ length: TOGETHER }, (_, i) => id(String(i)));
      assert.equal((await index.heads({ org_id: org }, ids)).length, TOGETHER);
      await index.close();
    });

    test('Chinese is found by one character, by several, and across the two writings', async () => {
      const { index, put, finds } = await world();
      await put('trad', '這是軟體發票，共三張');
      await put('simple', '这是 软 体 发 票');
      await put('other', '票发软件，𠀀𠀁𪛖');
      await finds('票', ['trad', 'simple', 'other']);
      await finds('发票', ['trad', 'simple']);
      await finds('發票', ['trad', 'simple']);
      await finds('软体发票', ['trad', 'simple']);
      await finds('软体票', []);
      await finds('𠀁𪛖', ['other']);
      await finds('𪛖', ['other']);
      await finds('共三张', ['trad']);
      await index.close();
    });

    test('words by their stems, their beginnings and with Han between', async () => {
      const { index, put, finds } = await world();
      await put('a', '我的iPhone手机很好 running a university');
      await put('b', '手机的iPad runs 共3张A4纸');
      await finds('iPhone手机', ['a']);
      await finds('手机ipad ', ['b']);
      await finds('run ', ['a', 'b']);
      await finds('RUNNING ', ['a', 'b']);
      await finds('universi', ['a']);
      await finds('universi ', []);
      await finds('ip', ['a', 'b']);
      await finds('共3张', ['b']);
      await finds('a4纸', ['b']);
      await index.close();
    });

    test('numbers, with and without what parts thousands', async () => {
      const { index, put, finds } = await world();
      await put('a', '合计 ¥1,234.50 于 2024.03.15');
      for (const typed of ['1,234.50 ', '1234.50 ', '1234', '2024-03-15', '2024.03.15 ', '合计1234.50 '])
        await finds(typed, ['a']);
      for (const typed of ['234.50 ', '1234.5 ', '2024-15-03 ']) await finds(typed, []);
      await index.close();
    });

    test('quoted words stand as written one after the other, in one field of one page', async () => {
      const { index, put, finds } = await world();
      await put('a', 'the annual report of 2024');
      await put(
        'b',
        saved('annual', {
          title: 'report',
          pages: [
            { page: 1, text: 'an annual' },
            { page: 2, text: 'report' },
          ],
        }),
      );
      await finds('annual report ', ['a', 'b']);
      await finds('"annual report"', ['a']);
      await finds('"annual reports"', []);
      await index.close();
    });

    test('what is excluded is not found, and everything typed must be', async () => {
      const { index, put, finds } = await world();
      await put('a', '发票 apple');
      await put('b', '发票 banana');
      await finds('发票', ['a', 'b']);
      await finds('发票 -apple', ['b']);
      await finds('发票 -香蕉', ['a', 'b']);
      await finds('-apple', ['b']);
      await finds('apple banana ', []);
      await index.close();
    });

    test('every field is searched', async () => {
      const { index, put, finds } = await world();
      const fields = { title: '标题', description: 'description', tags: ['红色', 'Two Words'], filename: 'scan_0042.png' };
      await put('a', saved('正文', fields));
      for (const typed of ['标题', 'description ', '红色', 'two ', 'scan ', '0042 ', '正文', '标题 正文 0042 '])
        await finds(typed, ['a']);
      await finds('标题正文', []);
      await index.close();
    });

    test('filters: tags, batches, when it was taken; tag: whatever its case', async () => {
      const { index, put, finds } = await world();
      await put('a', saved('手机', { tags: ['Red', 'two words'], batch_id: 'b1', taken_at: 1_000 }));
      await put('b', saved('手机', { tags: ['green'], batch_id: 'b2', taken_at: 2_000 }));
      await put('c', saved('手机', { tags: [] }));
      for (const typed of ['手机', '']) {
        await finds(typed, ['a'], { tag: ['Red'] });
        await finds(typed, ['a', 'b'], { tag: ['Red', 'green'] });
        await finds(typed, ['a'], { tag: ['Red', 'green'], batch_id: ['b1', 'b3'] });
        await finds(typed, ['b'], { taken_from: 1_001 });
        await finds(typed, ['a', 'b'], { taken_from: 1_000, taken_to: 2_000 });
        await finds(typed, ['a'], { taken_to: 1_999, tag: ['Red'] });
        await finds(`${typed} tag:red`, ['a']);
        await finds(`${typed} tag:"TWO words"`, ['a']);
        await finds(`${typed} tag:red tag:green`, []);
        await finds(`${typed} tag:two`, []);
      }
      const near = { vector: vectorAt(1, 1), mode: 'vector' as const };
      await put('d', saved('电脑', { tags: ['Red'] }), { vector: vectorAt(0.9, 1) });
      await put('e', saved('电脑', { tags: ['green'] }), { vector: vectorAt(1, 1) });
      await finds('手机', ['d'], { ...near, tag: ['Red'] });
      await finds('手机', ['a', 'd'], { ...near, mode: 'hybrid', tag: ['Red'] });
      await finds('不 tag:red', ['d'], near);
      await finds('不 -电脑', [], near);
      await index.close();
    });

    test('nothing of another organisation is found, listed, counted, changed or removed', async () => {
      const { index, put, found, search, make, org, other, id } = await world();
      await put('a', saved('手机', { tags: ['secret'] }), { vector: vectorAt(1, 1) });
      const vector = vectorAt(1, 1);
      for (const typed of ['手机', '', 'tag:secret', '-no', '手']) {
        for (const mode of ['text', 'hybrid', 'vector'] as const)
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
      const chance = seeded(1);
      const [first] = await Promise.all([
        put('small', '手机', { vector: vectorAt(0.5, 1) }),
        ...Array.from({ length: OTHERS }, (_, i) =>
          index.put(entry(other, id(`o${i}`), savedText(chance, { title: '手机' }), { vector: vectorAt(0.99, 2) })),
        ),
      ]);
      assert.deepEqual(first, { put: 'seen' });
      for (const mode of ['text', 'hybrid', 'vector'] as const)
        assert.deepEqual(await found('手机', { mode, vector: vectorAt(1, 1), limit: 20 }), ['small'], mode);
      assert.deepEqual(await found('手', { limit: 20 }), ['small']);
      assert.equal((await index.search({ org_id: other }, question('手机', { limit: 20 }))).total, OTHERS);
      await index.close();
    });

    test('pages are pieces of one list, in every mode and order', async () => {
      const { index, make, found, search } = await world();
      const chance = seeded(2);
      const count = 450;
      await Promise.all(
        Array.from({ length: count }, (_, i) =>
          index.put(
            make(`${i}`, savedText(chance, { title: `手机${i % 7 === 0 ? '手机' : ''}` }), {
              vector: vectorAt(0.4 + (i % 50) / 100, 1 + (i % 300)),
            }),
          ),
        ),
      );
      const vector = vectorAt(0.999, 1);
      for (const change of [
        {},
        { mode: 'hybrid', vector },
        { mode: 'vector', vector },
        { sort: 'newest' },
        { mode: 'vector', vector, sort: 'newest' },
      ] satisfies Partial<IndexQuery>[]) {
        const pages: string[] = [];
        for (let offset = 0; ; offset += 60) {
          const page = await found('手机', { ...change, offset, limit: 60 });
          pages.push(...page);
          if (page.length < 60) break;
        }
        const { total } = await search('手机', { ...change, limit: 1 });
        assert.equal(new Set(pages).size, pages.length, `${JSON.stringify(Object.keys(change))}: nothing twice`);
        assert.equal(pages.length, total);
        if (!('mode' in change) || change.mode === 'hybrid') assert.equal(total, count);
        assert.deepEqual(pages.slice(0, 200), await found('手机', { ...change, limit: 200 }));
        assert.deepEqual(pages.slice(150, 250), await found('手机', { ...change, offset: 150, limit: 100 }));
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
      assert.deepEqual(await found('', { mode: 'hybrid', limit: 1, offset: 1 }), ['title']);
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

    test('by vector the nearest comes first; a hybrid search lets in what is near, and for nonsense nothing', async () => {
      const { index, put, found, search } = await world();
      await put('words', '手机', { vector: vectorAt(0.1, 1) });
      await put('near', '电脑', { vector: vectorAt(0.95, 1) });
      await put('far', '桌子', { vector: vectorAt(0.02, 1) });
      await put('none', '手机');
      const vector = vectorAt(0.9999, 2);
      assert.deepEqual(await found('手机', { mode: 'vector', vector }), ['near', 'words', 'far']);
      const hybrid = await search('手机', { mode: 'hybrid', vector, facets: ['year'] });
      assert.deepEqual([hybrid.total, hybrid.hits.length, hybrid.facets.year?.[0]?.count], [3, 3, 3]);
      assert.deepEqual((await found('手机', { mode: 'hybrid', vector })).sort(), ['near', 'none', 'words']);
      assert.deepEqual(await found('胡言乱语', { mode: 'hybrid', vector: vectorAt(0.05, 3) }), []);
      assert.deepEqual((await found('手机', { mode: 'hybrid', vector: null })).sort(), ['none', 'words']);
      assert.deepEqual((await found('手机', { mode: 'hybrid', vector: new Float32Array(384) })).sort(), ['none', 'words']);
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

    test('scan tells all entries, tombstones too, a page at a time by id', async () => {
      const { index, put, org, id } = await world();
      for (const one of ['c', 'a', 'b']) await put(one, '手机', { revision: 3, vector: one === 'a' ? vectorAt(1, 1) : null });
      await index.remove({ org_id: org }, id('b'), 3);
      const told: string[] = [];
      for (let after: string | null = null; ; ) {
        const page = await index.scan(after, 2);
        told.push(
          ...page
            .filter((head) => head.org_id === org)
            .map((head) => `${head.resource_id.replace(id(''), '')} ${head.revision} ${head.deleted} ${head.has_vector}`),
        );
        after = page.at(-1)?.resource_id ?? null;
        if (page.length < 2) break;
      }
      assert.deepEqual(told, ['a 3 false true', 'b 4 true false', 'c 3 false false']);
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
  });
}
