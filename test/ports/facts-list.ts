/** Lists, counts and look-ups of resources, and that another organisation sees none of them. */
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { RemarkCode } from '../../contract/remark-codes.ts';
import type { Facts, FactWrite } from '../../runtime/ports/facts.ts';
import type { ResourceFilter, ResourcePosition, ResourceRow, ResourceSort } from '../../runtime/ports/resources.ts';
import type { Scope } from '../../runtime/ports/scope.ts';
import { MANY, many, matches, remarksOf } from './facts-many.ts';
import { AT, change, commit, everyFact, ORG, OTHER, type World } from './facts-rows.ts';

const scope: Scope = { org_id: ORG };
const other: Scope = { org_id: OTHER };
const ids = (rows: ResourceRow[]) => rows.map(({ resource_id }) => resource_id);
const placeOf = (row: ResourceRow, sort: ResourceSort): ResourcePosition => ({
  key: sort === 'title' ? (row.metadata.title ?? '') : sort === 'deadline_at' ? row.deadline_at : row.created_at,
  resource_id: row.resource_id,
});

/** A whole list, read by pages of `limit`. */
async function paged(facts: Facts, filter: ResourceFilter, sort: ResourceSort, limit: number): Promise<ResourceRow[]> {
  const all: ResourceRow[] = [];
  let after: ResourcePosition | null = null;
  for (let page = 0; page <= MANY; page++) {
    const rows: ResourceRow[] = await facts.resources.list(scope, filter, { sort, after, limit });
    all.push(...rows);
    const last = rows.at(-1);
    if (!last || rows.length < limit) return all;
    after = placeOf(last, sort);
  }
  throw new Error('the pages do not end');
}

const EACH: ResourceFilter[] = [
  { status: ['INDEXED'] },
  { status: ['INDEXED', 'TRASHED', 'DELETED'] },
  { phase: ['working'] },
  { phase: ['ready', 'gone'] },
  { not_phase: 'gone' },
  { tag: ['红'] },
  { tag: ['blue', '红'] },
  { not_tag: ['blue', '红'] },
  { batch_id: ['batch-1', 'batch-2'] },
  { sha256: ['sha-4'] },
  { remark: ['page_unread'] },
  { remark: ['no_text_found', 'low_confidence', 'page_unread'] },
  { viewable: true, searchable: false },
  { viewable: false },
  { failure_code: ['INDEX_REFUSED', 'OCR_TIMEOUT'] },
  { failure_step: ['ocr', 'index'] },
  { engine: ['engine 1'] },
  { created_from: AT + 3 },
  { created_to: AT + 3 },
];
const BOTH = EACH.flatMap((one, n) => EACH.slice(n + 1).map((another) => ({ ...one, ...another })));
const NONE: ResourceFilter[] = [
  { status: [] },
  { tag: ['RED'] },
  { batch_id: ['batch'] },
  { remark: ['dynamic_form'] },
  { failure_step: ['ocr'], failure_code: ['INDEX_REFUSED'] },
  { engine: ['engine'] },
  { created_from: AT + 100 },
];

export function listTests(world: World): void {
  describe('resources', () => {
    beforeEach(async () => {
      const changes = many();
      await commit(world.facts(), ...changes.slice(0, MANY));
      await commit(world.facts(), ...changes.slice(MANY));
    });

    for (const sort of ['-created_at', 'title', 'deadline_at'] as const)
      it(`pages by ${sort} give each once, in one order, whatever the page size, with equal keys`, async () => {
        const facts = world.facts();
        const whole = await facts.resources.list(scope, {}, { sort, after: null, limit: MANY + 1 });
        assert.equal(whole.length, MANY);
        assert.ok(whole.every(({ org_id }) => org_id === ORG));
        for (const limit of [1, 7, MANY]) assert.deepEqual(ids(await paged(facts, {}, sort, limit)), ids(whole));
        const keys = whole.map((row) => placeOf(row, sort).key);
        if (sort === 'title')
          assert.ok(
            keys.slice(0, keys.filter((key) => key === '').length).every((key) => key === ''),
            'missing titles first',
          );
        else if (sort === 'deadline_at') {
          const due = keys.slice(0, keys.indexOf(null));
          assert.deepEqual(
            due,
            due.toSorted((a, b) => Number(a) - Number(b)),
          );
          assert.ok(due.length > 9 && keys.slice(due.length).every((key) => key === null), 'those without a deadline last');
        } else
          assert.deepEqual(
            keys,
            keys.toSorted((a, b) => Number(b) - Number(a)),
          );
        assert.equal(
          new Set(keys.filter((key, n) => key !== keys[n - 1])).size,
          keys.filter((key, n) => key !== keys[n - 1]).length,
          'equal keys together',
        );
      });

    it('those that are withdrawn and may still have an entry, of their own organisation, no more than asked for', async () => {
      const { resources } = world.facts();
      const whole = await resources.list(scope, { status: ['TRASHED'] }, { sort: '-created_at', after: null, limit: MANY });
      const held = whole.filter(({ indexed_revision }) => indexed_revision !== null);
      assert.ok(held.length > 1 && held.length < whole.length);
      assert.deepEqual((await resources.withdrawn(scope, MANY)).sort(), ids(held).sort());
      assert.equal((await resources.withdrawn(scope, 1)).length, 1);
    });

    it('each filter, and each two together, give exactly those that match; counts say the same', async () => {
      const facts = world.facts();
      const whole = await facts.resources.list(scope, {}, { sort: '-created_at', after: null, limit: MANY });
      for (const filter of [{}, ...EACH, ...BOTH, ...NONE]) {
        const expected = whole.filter((row) => matches(filter, row));
        const shown = JSON.stringify(filter);
        assert.deepEqual(ids(await paged(facts, filter, '-created_at', 7)), ids(expected), shown);
        for (const sort of ['title', 'deadline_at'] as const)
          assert.deepEqual(ids(await paged(facts, filter, sort, 7)).sort(), ids(expected).sort(), shown);
        const counts = await facts.resources.counts(scope, filter);
        assert.equal(counts.total, expected.length, shown);
        assert.deepEqual(counts.by_phase, tally(expected.map(({ phase }) => phase)), shown);
        assert.deepEqual(counts.by_status, tally(expected.map(({ status }) => status)), shown);
        const listed = filter.phase || filter.status ? expected : expected.filter(({ phase }) => phase !== 'gone');
        const codes = listed.flatMap(({ remarks }) => [...new Set(remarks.map(({ code }) => code))]);
        assert.deepEqual(counts.by_remark, tally(codes), shown);
      }
    });

    it('remarks come with the row, a later commit writes others in their place, and a purge leaves none', async () => {
      const facts = world.facts();
      const one = { resource_id: `${ORG}-002`, org_id: ORG, at: AT };
      const kept = async () => (await facts.resources.get(scope, one.resource_id))?.remarks;
      const found = async (code: RemarkCode) =>
        ids(await paged(facts, { remark: [code] }, 'title', MANY)).includes(one.resource_id);
      assert.deepEqual(await kept(), remarksOf(2));
      const remarks = [{ code: 'dynamic_form' as const, page: null, detail: '', of: 'inspect' as const, corrected: false }];
      const writes: FactWrite[] = [{ into: 'remarks', row: { ...one, remarks } }];
      await commit(facts, change(one.resource_id, { expected_seq: 1, resource: { remarks }, writes }));
      assert.deepEqual(await kept(), remarks);
      assert.deepEqual([await found('dynamic_form'), await found('page_unread')], [true, false]);
      await commit(facts, change(one.resource_id, { expected_seq: 2, writes: [{ into: 'nothing', row: one }] }));
      assert.deepEqual([await kept(), await found('dynamic_form')], [[], false]);
    });

    it('texts that hits are found by: of those that searches may find, in scope, that have one', async () => {
      const facts = world.facts();
      const { resources } = facts;
      const found = { searchable: true, phase: 'ready', status: 'INDEXED' } as const;
      await commit(
        facts,
        change('found', { resource: { ...found, text_id: 'text' } }),
        change('hidden', { resource: { ...found, searchable: false, text_id: 'text' } }),
        change('without', { resource: found }),
        change('others', { org_id: OTHER, resource: { ...found, org_id: OTHER, text_id: 'text' } }),
      );
      const ids = ['without', 'others', 'hidden', 'found', 'nowhere'];
      assert.deepEqual(await resources.searchableTexts(scope, ids), [{ resource_id: 'found', text_id: 'text', phase: 'ready' }]);
      assert.deepEqual(await resources.searchableTexts(scope, []), []);
      await assert.rejects(resources.searchableTexts(scope, Array.from({ length: 201 }, String)), RangeError);
    });

    it('getMany answers in the order asked, leaving out what is not in scope; at most 200', async () => {
      const { resources } = world.facts();
      const asked = [`${ORG}-005`, `${OTHER}-001`, 'nobody', `${ORG}-001`, `${ORG}-050`];
      assert.deepEqual(ids(await resources.getMany(scope, asked)), [`${ORG}-005`, `${ORG}-001`, `${ORG}-050`]);
      assert.deepEqual(await resources.getMany(scope, []), []);
      await assert.rejects(resources.getMany(scope, Array.from({ length: 201 }, String)), RangeError);
    });

    it('alive is the oldest of these bytes that can be viewed, and every other one names it', async () => {
      const facts = world.facts();
      const same = { sha256: 'same', viewable: true };
      await commit(
        facts,
        change('w-announced', { resource: { ...same, created_at: 1, viewable: false } }),
        change('w-other', { org_id: OTHER, resource: { ...same, created_at: 2 } }),
        change('w-young', { resource: { ...same, created_at: 5 } }),
        change('w-old', { resource: { ...same, created_at: 4 } }),
        change('w-unlike', { resource: { ...same, created_at: 3, sha256: 'another' } }),
      );
      assert.equal((await facts.resources.alive(scope, 'same'))?.resource_id, 'w-old');
      const named = async (id: string, of = scope) => (await facts.resources.get(of, id))?.duplicate_of;
      assert.deepEqual(await Promise.all(['w-old', 'w-young', 'w-unlike', 'w-announced'].map((id) => named(id))), [
        null,
        'w-old',
        null,
        null, // it can't be viewed
      ]);
      assert.equal(await named('w-other', other), null);
      assert.deepEqual(
        (await facts.resources.getMany(scope, ['w-young', 'w-old'])).map(({ duplicate_of }) => duplicate_of),
        ['w-old', null],
      );
      const page = { sort: '-created_at', after: null, limit: 9 } as const;
      const listed = await facts.resources.list(scope, { sha256: ['same'] }, page);
      assert.deepEqual(
        listed.map(({ resource_id, duplicate_of }) => [resource_id, duplicate_of]),
        [
          ['w-young', 'w-old'],
          ['w-old', null],
          ['w-announced', null],
        ],
      );
      assert.deepEqual(await facts.resources.withBytes(scope, ['same', 'another', 'unseen'], 9), [
        { resource_id: 'w-unlike', sha256: 'another', created_at: 3 },
        { resource_id: 'w-old', sha256: 'same', created_at: 4 },
        { resource_id: 'w-young', sha256: 'same', created_at: 5 },
      ]);
      await commit(facts, change('w-old', { expected_seq: 1, resource: { ...same, created_at: 4, viewable: false } }));
      assert.equal(await named('w-young'), null, 'withdrawn, it is named no more');
      await commit(facts, change('w-old', { expected_seq: 2, resource: { ...same, created_at: 4 } }));
      assert.equal(await named('w-young'), 'w-old', 'restored, it is the oldest again');
      assert.equal(await facts.resources.alive(scope, 'unseen'), null);
    });

    it('another organisation sees nothing by any method', async () => {
      const facts = world.facts();
      const key: FactWrite = {
        into: 'idempotency_keys',
        row: { resource_id: 'mine', org_id: ORG, at: AT, key: 'k', fingerprint: 'f' },
      };
      await commit(
        facts,
        change('mine', {
          writes: [...everyFact('mine', 'm'), key],
          resource: { sha256: 'mine', byte_claim: 'mine', batch_id: 'mine' },
        }),
      );
      await facts.outbox.relay(1_000);
      const nobody: Scope = { org_id: 'org-c' };
      for (const [ids, sees] of [
        [scope, true],
        [nobody, false],
      ] as const) {
        const page = { sort: 'title', after: null, limit: 9 } as const;
        const seen = [
          await facts.resources.get(ids, 'mine'),
          (await facts.resources.getMany(ids, ['mine']))[0],
          (await facts.resources.list(ids, { batch_id: ['mine'] }, page))[0],
          (await facts.resources.list(ids, { tag: ['m'] }, page))[0],
          (await facts.resources.counts(ids, {})).total,
          (await facts.resources.counts(ids, { tag: ['m'] })).total,
          await facts.resources.alive(ids, 'mine'),
          await facts.resources.claimant(ids, ['mine']),
          (await facts.resources.withBytes(ids, ['mine'], 9))[0],
          await facts.resources.byIdempotencyKey(ids, 'k'),
          await facts.texts.recognition(ids, 'recognition-m'),
          await facts.texts.correction(ids, 'correction-m'),
          await facts.texts.text(ids, 'text-m'),
          await facts.texts.embedding(ids, 'embedding-m'),
          (await facts.texts.embeddings(ids, ['embedding-m']))[0],
          (await facts.journal.list(ids, 'mine', { after: null, limit: 9 }))[0],
          (await facts.outbox.after(ids, 0, 1))[0],
        ];
        assert.deepEqual(
          seen.map(Boolean),
          seen.map(() => sees),
          ids.org_id,
        );
      }
    });
  });
}

function tally(words: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}
