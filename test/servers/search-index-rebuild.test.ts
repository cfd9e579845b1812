/** A rebuild behind the alias, while searches and writes go on, on a real Elasticsearch. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { FIRST_GENERATION } from '../../persistence/elasticsearch/open.ts';
import type { IndexEntry, IndexGenerations, SearchIndex } from '../../runtime/ports/search-index.ts';
import type { IndexTargets } from '../../runtime/ports/service-state.ts';
import { coversTargets } from '../../services/steps/index-entry.ts';
import { question, vectorAt } from '../worlds/entries.ts';
import { httpBetween, withoutRefresh } from './http-between.ts';
import {
  aliasOfTest,
  clientOf,
  codeOf,
  dropIndexes,
  elasticsearchUrl,
  entryOf,
  found,
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

const FIRST: IndexTargets = { live: FIRST_GENERATION, building: null };
const BOTH: IndexTargets = { live: FIRST_GENERATION, building: 'second' };
const SECOND: IndexTargets = { live: 'second', building: null };
const generationsIn = (index: SearchIndex): IndexGenerations => {
  assert.ok(index.generations);
  return index.generations;
};
async function world() {
  const alias = aliasOfTest();
  aliases.push(alias);
  const index = await openAt(url, alias);
  const readers = async () => Object.keys(await client.indices.getAlias({ name: alias }));
  return { alias, index, generations: generationsIn(index), readers };
}

describe('a rebuild', () => {
  test('searches and writes go on: none misses an entry that was promised, before, at and after the swap', async () => {
    const { index, generations, readers, alias } = await world();
    let targets = FIRST;
    let stopping = false;
    /** What the facts would hold: written to all indexes that there were when it was committed. */
    const promised = new Map<string, IndexEntry>();
    async function write(entry: IndexEntry): Promise<void> {
      for (;;) {
        const into = targets;
        const answer = await index.put(entry, into).catch(() => null); // between the swap and the row: told as an error, and made again
        if (answer && coversTargets(into, targets)) break;
      }
      promised.set(entry.resource_id, entry);
    }
    let written = 0;
    const writing = async () => {
      while (!stopping) {
        written += 1;
        await write(entryOf(`w${String(written).padStart(5, '0')}`, 1));
      }
    };
    const missed: string[] = [];
    let looked = 0;
    const looking = async () => {
      while (!stopping) {
        const wanted = [...promised.keys()];
        const { total } = await index.search(ORG, question('手机', { limit: 1 }));
        const latest = wanted.slice(-100);
        const heads = new Set((await index.heads(ORG, latest)).map(({ resource_id }) => resource_id));
        missed.push(...latest.filter((id) => !heads.has(id)));
        if (total < wanted.length) missed.push(`${total} of ${wanted.length}`);
        looked += 1;
      }
    };
    await Promise.all(Array.from({ length: 400 }, (_, i) => write(entryOf(`a${i}`, 1))));
    const busy = [writing(), writing(), writing(), writing(), looking()];
    const some = async (rounds: number) => {
      const from = looked;
      while (looked < from + rounds && missed.length === 0) await turn();
    };
    await some(5);
    await generations.create('second');
    targets = BOTH;
    await some(3);
    const old = [...promised.values()];
    for (let at = 0; at < old.length; at += 100) await generations.fill('second', old.slice(at, at + 100));
    await some(3);
    await generations.promote('second');
    await some(3);
    targets = SECOND;
    await some(3);
    await generations.drop(FIRST_GENERATION);
    await some(5);
    stopping = true;
    await Promise.all(busy);
    assert.deepEqual(missed, []);
    assert.ok(written > 20 && looked > 20, `${written} writes, ${looked} looks`);
    assert.deepEqual(await readers(), [`${alias}-index-second`]);
    assert.equal((await index.search(ORG, question('手机'))).total, promised.size);
    await index.close();
  });

  test('a second process that writes to the old one only is found out: by its own search after the swap', async () => {
    const { index, generations, alias } = await world();
    const unaware = await openAt(url, alias);
    await generations.create('second');
    assert.deepEqual(await unaware.put(entryOf('early', 1), FIRST), { put: 'seen' });
    assert.equal(coversTargets(FIRST, BOTH), false); // so its commit is refused, and it writes again
    await generations.promote('second');
    assert.equal(await codeOf(unaware.put(entryOf('late', 1), FIRST)), 'READ_BACK_MISMATCH');
    assert.deepEqual(await found(index), []);
    assert.deepEqual(await unaware.put(entryOf('late', 1), BOTH), { put: 'seen' });
    assert.deepEqual(await found(index), ['late']);
    await unaware.close();
    await index.close();
  });

  test('two processes of two models write to both, each with its vectors, and both find their own after the swap', async () => {
    const { index, generations, alias } = await world();
    const other = { name: 'another model', dimension: 8 };
    const beside = await openAt(url, alias, { model: other });
    const near = { mode: 'vector' as const };
    const own = () => foundNear(index, vectorAt(1, 1));
    const others = () => foundNear(beside, vectorAt(1, 1, other.dimension));
    const foundNear = async (where: SearchIndex, vector: Float32Array) => {
      const { hits } = await where.search(ORG, question('手机', { ...near, vector }));
      return hits.map(({ resource_id }) => resource_id).sort();
    };
    const theirs = { model: other.name, passages: [vectorAt(0.9, 1, other.dimension)] };
    await index.put(entryOf('mine', 1, '手机', { vector: vectorAt(0.9, 1) }), FIRST);
    await beside.put(entryOf('theirs', 1, '手机', { vectors: theirs }), FIRST);
    await generations.create('second');
    assert.deepEqual(await beside.put(entryOf('late', 1, '手机', { vectors: theirs }), BOTH), { put: 'seen' });
    assert.deepEqual(await index.put(entryOf('edited', 1, '手机', { vectors: theirs }), BOTH), { put: 'seen' });
    await generations.fill('second', [
      entryOf('mine', 1, '手机', { vector: vectorAt(0.9, 1) }),
      entryOf('theirs', 1, '手机', { vectors: theirs }),
    ]);
    const third = { name: 'a third model', dimension: 16 };
    const joining = await openAt(url, alias, { model: third });
    const newest = { model: third.name, passages: [vectorAt(0.9, 1, third.dimension)] };
    assert.deepEqual(await joining.put(entryOf('newest', 1, '手机', { vectors: newest }), BOTH), { put: 'seen' });
    const found_before = [await own(), await others()];
    await generations.promote('second');
    assert.deepEqual([await own(), await others()], found_before);
    assert.deepEqual(found_before, [['mine'], ['edited', 'late', 'theirs']]);
    assert.deepEqual(await foundNear(joining, vectorAt(1, 1, third.dimension)), ['newest']);
    for (const one of [joining, beside, index]) await one.close();
  });

  test('vectors that Elasticsearch takes of no length are left out, and the entry is written', async () => {
    const { index } = await world();
    const long = { model: 'far too long', passages: [vectorAt(0.9, 1, 5_000)] };
    assert.deepEqual(await index.put(entryOf('long', 1, '手机', { vectors: long })), { put: 'seen' });
    assert.deepEqual(await found(index), ['long']);
    await index.close();
  });

  test('a write to both is in both, and the newer of either refuses it', async () => {
    const { index, generations } = await world();
    await generations.create('second');
    assert.deepEqual(await index.put(entryOf('a', 2), BOTH), { put: 'seen' });
    await generations.fill('second', [entryOf('b', 9, '电脑')]);
    assert.deepEqual(await index.put(entryOf('b', 5), BOTH), { put: 'ahead', found: 9 });
    await index.put(entryOf('c', 9), FIRST);
    assert.deepEqual(await index.put(entryOf('c', 5), BOTH), { put: 'ahead', found: 9 });
    await generations.promote('second');
    assert.deepEqual(await found(index), ['a', 'c']);
    assert.deepEqual(await found(index, '电脑'), ['b']);
    await index.close();
  });

  test('a write to both is seen only once a search finds it in both', async () => {
    const { index, generations, alias } = await world();
    await generations.create('second');
    await client.indices.putSettings({ index: `${alias}-*`, settings: { refresh_interval: '-1' } });
    const between = await httpBetween(url);
    const through = await openAt(between.url, alias);
    between.fate = withoutRefresh;
    assert.equal(await codeOf(through.put(entryOf('a', 1), BOTH)), 'READ_BACK_MISMATCH');
    await client.indices.refresh({ index: alias }); // what searches read now, and not what they will read
    assert.deepEqual(await found(index), ['a']);
    assert.equal(await codeOf(through.put(entryOf('a', 1), BOTH)), 'READ_BACK_MISMATCH');
    between.fate = () => 'through';
    assert.deepEqual(await through.put(entryOf('a', 1), BOTH), { put: 'seen' });
    await through.close();
    await between.close();
    await index.close();
  });

  test('a removal is in both, also of what one never saw: what is filled in later does not bring it back', async () => {
    const { index, generations } = await world();
    await index.put(entryOf('a', 7), FIRST);
    await index.put(entryOf('b', 3), FIRST);
    await generations.create('second');
    await index.remove(ORG, 'a', 2, BOTH);
    await index.remove(ORG, 'a', 2, BOTH);
    await index.remove(ORG, 'never', 4, BOTH);
    await generations.fill('second', [entryOf('a', 7), entryOf('b', 3), entryOf('never', 4)]);
    assert.deepEqual(await index.put(entryOf('a', 7), BOTH), { put: 'ahead', found: 8 });
    await generations.promote('second');
    assert.deepEqual(await found(index), ['b']);
    assert.deepEqual(
      (await index.heads(ORG, ['a', 'b', 'never'])).map(({ resource_id, revision, deleted }) => [resource_id, revision, deleted]),
      [
        ['a', 8, true],
        ['b', 3, false],
        ['never', 5, true],
      ],
    );
    await index.close();
  });
});

describe('generations', () => {
  test('each action may be run twice, and what searches read is not dropped', async () => {
    const { index, generations, readers, alias } = await world();
    await index.put(entryOf('a', 1));
    for (let i = 0; i < 2; i += 1) await generations.create(FIRST_GENERATION);
    assert.deepEqual(await found(index), ['a'], 'one that is there stays as it is');
    for (let i = 0; i < 2; i += 1) await generations.create('second');
    for (let i = 0; i < 2; i += 1) await generations.fill('second', [entryOf('b', 1), entryOf('c', 2)]);
    for (let i = 0; i < 2; i += 1) await generations.promote('second');
    assert.deepEqual([await readers(), await found(index)], [[`${alias}-index-second`], ['b', 'c']]);
    await assert.rejects(generations.drop('second'), /is not dropped/);
    for (let i = 0; i < 2; i += 1) await generations.drop(FIRST_GENERATION);
    assert.deepEqual(Object.keys(await client.indices.get({ index: `${alias}-*` })), [`${alias}-index-second`]);
    await assert.rejects(generations.create('not*a name'), RangeError);
    await index.close();
  });

  test('one of another analyser, or that is not there, is outdated; one that was made for another embedder is not', async () => {
    const { index, generations, alias } = await world();
    assert.deepEqual([await generations.outdated(FIRST_GENERATION), await index.outdated()], [false, false]);
    assert.equal(await generations.outdated('nobody'), true);
    const other = await openAt(url, alias, { model: { name: 'another', dimension: 8 } });
    assert.equal(await generationsIn(other).outdated(FIRST_GENERATION), false);
    await client.indices.putMapping({ index: `${alias}-index-${FIRST_GENERATION}`, _meta: { format: 1, analyser: 1 } });
    assert.deepEqual([await generations.outdated(FIRST_GENERATION), await index.outdated()], [true, true]);
    await other.close();
    await index.close();
  });

  test('a fill that can not be whole is an error: nobody promotes what lacks an entry', async () => {
    const { index, generations } = await world();
    await generations.create('second');
    const bad = entryOf('bad', 1, '手机', TOO_LONG);
    assert.equal(await codeOf(generations.fill('second', [entryOf('good', 1), bad])), 'INDEX_REFUSED');
    assert.equal(await codeOf(generations.fill('nobody', [entryOf('good', 1)])), 'PROVIDER_UNAVAILABLE');
    await index.close();
  });
});
