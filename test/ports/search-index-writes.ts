/** What every SearchIndex must do when it is written to: revisions, removals, and that seen means found. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LEAST, vectorAt } from '../worlds/entries.ts';
import { until } from '../worlds/wait.ts';
import type { IndexWorld } from './search-index-world.ts';

const TOGETHER = 100;

export function indexTestWrites(world: () => Promise<IndexWorld>): void {
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

  test('an edit takes the old words and the old vector away in every mode, also when it comes without a vector', async () => {
    const { index, put, finds } = await world();
    const [old, now] = [vectorAt(1, 1), vectorAt(0, 1)];
    const nowhere = async (text: string) => {
      await finds(text, []);
      await finds(text, [], { mode: 'vector', least: LEAST, vector: old });
    };
    await put('a', '手机', { revision: 1, vector: old });
    await finds('手机', ['a'], { mode: 'vector', least: LEAST, vector: old });
    await put('a', '电脑', { revision: 2, vector: now });
    await nowhere('手机');
    await finds('电脑', ['a'], { mode: 'vector', least: LEAST, vector: now });
    await put('a', '相机', { revision: 3, vector: null });
    for (const text of ['手机', '电脑']) await nowhere(text);
    await finds('电脑', [], { mode: 'vector', least: LEAST, vector: now });
    await finds('相机', [], { mode: 'vector', vector: now });
    await index.close();
  });

  test('an entry says by a hash what it was written with; a tombstone, and what it never saw, say nothing', async () => {
    const { index, put, org, id } = await world();
    const contentOf = async () => (await index.contents({ org_id: org }, [id('a'), id('never')])).map(({ content }) => content);
    await put('a', '手机', { vector: vectorAt(1, 1) });
    const [first] = await contentOf();
    assert.match(first ?? '', /^[0-9a-f]{64}$/);
    await put('a', '手机', { vector: vectorAt(1, 1) });
    assert.deepEqual(await contentOf(), [first], 'the same content');
    await put('a', '手机', { vector: vectorAt(0.5, 1) });
    const [other] = await contentOf();
    await put('a', '电脑', { vector: vectorAt(1, 1) });
    const [third] = await contentOf();
    assert.equal(new Set([first, other, third]).size, 3);
    await index.remove({ org_id: org }, id('a'), 1);
    assert.deepEqual(await contentOf(), [null]);
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
    await finds('手机', [], { mode: 'vector', least: LEAST, vector: vectorAt(1, 1) });
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

  test('a removal that was written alone refuses every put of a revision up to its own, at once too', async () => {
    const { index, make, put, finds, org, id } = await world();
    await index.remove({ org_id: org }, id('a'), 6);
    for (const revision of [1, 6]) assert.deepEqual(await put('a', '手机', { revision }), { put: 'ahead', found: 7 });
    const [, late] = await Promise.all([
      index.remove({ org_id: org }, id('b'), 2),
      index.put(make('b', '手机', { revision: 2 })),
    ]);
    assert.deepEqual(late, { put: 'ahead', found: 3 });
    await finds('手机', []);
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

  test('a removal is forgotten when that is said, and what is not removed stays', async () => {
    const { index, put, org, id, finds } = await world();
    await Promise.all([put('a', '手机'), put('b', '手机')]);
    await index.remove({ org_id: org }, id('a'), 1);
    await index.forget({ org_id: `${org}-other` }, [id('a')]);
    const heads = async () => (await index.heads({ org_id: org }, [id('a'), id('b')])).map(({ resource_id }) => resource_id);
    assert.deepEqual(await heads(), [id('a'), id('b')]);
    await index.forget({ org_id: org }, [id('a'), id('b'), id('never')]);
    await until('it is forgotten', async () => (await heads()).length === 1);
    assert.deepEqual(await heads(), [id('b')]);
    await finds('手机', ['b']);
    await index.close();
  });

  test('entries are counted without removed ones, and the index keeps its identity through writes', async () => {
    const { index, put, org, id } = await world();
    const [before, identity] = [await index.count(), await index.identity()];
    await Promise.all([put('a', '手机'), put('b', '手机'), put('c', '手机')]);
    await put('a', '电脑', { revision: 2 });
    await index.remove({ org_id: org }, id('b'), 1);
    assert.equal((await index.count()) - before, 2);
    assert.equal(await index.identity(), identity);
    await index.close();
  });
}
