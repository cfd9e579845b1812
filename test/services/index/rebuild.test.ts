/** A rebuild takes along what was promised before it, and no commit of its time is believed that missed it. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { openSqliteFacts } from '../../../persistence/sqlite/facts.ts';
import { systemClock } from '../../../runtime/async/clock.ts';
import type { IndexEntry, IndexGenerations, SearchIndex } from '../../../runtime/ports/search-index.ts';
import type { SavedText } from '../../../runtime/ports/texts.ts';
import { prepareIndex, rebuildIndex } from '../../../services/index/rebuild.ts';
import { coversTargets, indexEntry } from '../../../services/steps/index-entry.ts';
import { change } from '../../ports/facts-rows.ts';
import { only } from '../../worlds/missing.ts';
import { serviceContext } from '../../worlds/service-context.ts';

const clock = systemClock();
const ORG = 'org';
const never = new AbortController().signal;
const saved = (title: string): SavedText => ({
  ...{ title, description: null, tags: [], taken_at: null, filename: 'f', batch_id: null, created_at: 0, pages: [] },
});

/** Indexes as maps: what each holds, by resource. */
function namedIndex() {
  const indexes = new Map<string, Map<string, IndexEntry>>();
  let served: string | null = null;
  const write = (name: string, entry: IndexEntry) => {
    const index = indexes.get(name);
    if (!index) throw new Error(`no index ${name}`);
    if ((index.get(entry.resource_id)?.revision ?? 0) <= entry.revision) index.set(entry.resource_id, entry);
  };
  const generations: IndexGenerations = {
    create: async (name) => void (indexes.has(name) || indexes.set(name, new Map())),
    fill: async (name, entries) => {
      for (const entry of entries) write(name, entry);
    },
    promote: async (name) => {
      served = name;
    },
    drop: async (name) => void indexes.delete(name),
    served: async () => served,
    outdated: async () => false,
  };
  const index = only<SearchIndex>('index', {
    generations,
    put: async (entry, into) => {
      for (const name of [into?.live, into?.building]) if (name) write(name, entry);
      return { put: 'seen' };
    },
  });
  return { index, indexes, served: () => served };
}

async function world(t: TestContext) {
  const dir = await mkdtemp(path.join(tmpdir(), 'tuodi-rebuild-'));
  const facts = await openSqliteFacts(dir);
  t.after(async () => {
    await facts.close();
    await rm(dir, { recursive: true });
  });
  const named = namedIndex();
  await prepareIndex({ facts, index: named.index, clock });
  /** A picture that was INDEXED at a revision, with its text. */
  const indexed = async (resource_id: string, revision: number) => {
    const owner = { resource_id, org_id: ORG, at: 1 };
    const row = {
      ...owner,
      text_id: `${resource_id}-t`,
      revision,
      recognition_id: null,
      correction_id: null,
      saved: saved(resource_id),
    };
    const targets = await facts.index_targets.get();
    const entry = { resource_id, org_id: ORG, revision, saved: row.saved, vectors: null };
    await named.index.put(entry, targets);
    const resource = { org_id: ORG, indexed_revision: revision, searchable: true, indexed_in: targets?.live ?? null };
    const [committed] = await facts.commit([change(resource_id, { org_id: ORG, resource, writes: [{ into: 'texts', row }] })]);
    assert.equal(committed?.outcome, 'committed');
  };
  return { facts, ...named, indexed };
}

describe('a rebuild', () => {
  test('fills the new index with all that the old one promised, turns to it, and drops the old one', async (t) => {
    const { facts, index, indexes, served, indexed } = await world(t);
    for (let n = 0; n < 450; n++) await indexed(`r-${n}`, 3);
    const old = served();
    const { name, filled, missing } = await rebuildIndex({ facts, index, clock }, never, () => undefined);
    assert.deepEqual([filled, missing, served(), indexes.has(old ?? '')], [450, [], name, false]);
    assert.equal(indexes.get(name)?.get('r-7')?.revision, 3);
    assert.deepEqual(await facts.index_targets.get(), { live: name, building: null });
  });

  test('an entry that was written before the rebuild was known is not believed, and is written again to both', async (t) => {
    const { facts, index, served } = await world(t);
    const row = { resource_id: 'late', org_id: ORG, at: 1, text_id: 't', revision: 1, recognition_id: null, correction_id: null };
    await facts.commit([
      change('late', {
        org_id: ORG,
        resource: { org_id: ORG },
        writes: [{ into: 'texts', row: { ...row, saved: saved('late') } }],
      }),
    ]);
    const input = { resource_id: 'late', org_id: ORG, revision: 1, text_id: 't', embedding_id: null };
    const output = await indexEntry.run(input, serviceContext({ facts, index }));
    const [live, building] = [served() ?? '', 'tuodi-new'];
    await index.generations?.create(building);
    await facts.index_targets.move({ live, building: null }, { live, building });
    assert.equal(await indexEntry.writes?.(output, { input, at: 1, facts }), 'outdated');
    const again = await indexEntry.run(input, serviceContext({ facts, index }));
    const brought = await indexEntry.writes?.(again, { input, at: 1, facts });
    assert.ok(brought && brought !== 'outdated');
    assert.equal(brought.columns?.indexed_in, building);
    await facts.index_targets.move({ live, building }, { live: building, building: null }); // between the look and the commit
    const [lost] = await facts.commit([
      change('late', { org_id: ORG, expected_seq: 1, resource: { org_id: ORG }, expects: brought.expects }),
    ]);
    assert.equal(lost?.outcome, 'lost');
  });

  test('what was begun by a process that died is gone on with', async (t) => {
    const { facts, index, indexed, served } = await world(t);
    for (let n = 0; n < 30; n++) await indexed(`r-${n}`, 1);
    const dies = new AbortController();
    const began = rebuildIndex({ facts, index, clock }, dies.signal, () => dies.abort(new Error('died')));
    await assert.rejects(began, /died/);
    const half = (await facts.index_targets.get())?.building;
    assert.ok(half);
    const { name } = await rebuildIndex({ facts, index, clock }, never, () => undefined);
    assert.deepEqual([name, served()], [half, half]);
  });

  test('of a text that is gone the rebuild says so, and ends', async (t) => {
    const { facts, index } = await world(t);
    await facts.commit([change('gone', { org_id: ORG, resource: { org_id: ORG, indexed_revision: 1, searchable: true } })]);
    const { missing } = await rebuildIndex({ facts, index, clock }, never, () => undefined);
    assert.deepEqual(missing, ['gone']);
  });

  test('two processes that start at once agree on one index', async (t) => {
    const { facts, index, indexes, served } = await world(t);
    await Promise.all([1, 2, 3].map(() => prepareIndex({ facts, index, clock })));
    assert.deepEqual([indexes.size, (await facts.index_targets.get())?.live], [1, served()]);
  });

  test('what was written reaches all there is only when it went to every one', () => {
    const [old, both, next] = [
      { live: 'a', building: null },
      { live: 'a', building: 'b' },
      { live: 'b', building: null },
    ];
    assert.deepEqual(
      [
        coversTargets(old, old),
        coversTargets(both, both),
        coversTargets(both, next),
        coversTargets(both, old),
        coversTargets(old, both),
        coversTargets(old, next),
      ],
      [true, true, true, true, false, false],
    );
    assert.deepEqual([coversTargets(null, null), coversTargets(null, old)], [true, false]);
  });
});
