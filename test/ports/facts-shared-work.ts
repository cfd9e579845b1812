/** Work that one process does for all: who has it, and what it goes by. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AT, change, commit, message, ORG, OTHER, type World } from './facts-rows.ts';

const NAME = 'a chore';

export function sharedWorkTests(world: World): void {
  describe('chores', () => {
    it('are taken by one at a time, until they are free; what was kept of them is there for the next', async () => {
      const { chores } = world.facts();
      const at = (owner: string, now: number, until: number) => chores.take(NAME, { owner, now, until });
      assert.equal(await chores.state(NAME), null);
      assert.deepEqual(await at('one', AT, AT + 100), { state: null });
      assert.equal(await at('two', AT + 99, AT + 200), 'taken');
      assert.equal(await chores.keep(NAME, { owner: 'two', until: AT + 500, state: 2 }), false);
      assert.equal(await chores.keep(NAME, { owner: 'one', until: AT + 150, state: { 页: [1, null] } }), true);
      assert.deepEqual(await chores.state(NAME), { 页: [1, null] });
      assert.equal(await at('two', AT + 149, AT + 300), 'taken');
      assert.deepEqual(await at('one', AT + 149, AT + 150), { state: { 页: [1, null] } }, 'its own, again');
      assert.deepEqual(await at('two', AT + 150, AT + 300), { state: { 页: [1, null] } });
      assert.equal(await chores.keep(NAME, { owner: 'one', until: AT + 400, state: 1 }), false, 'who lost it keeps nothing');
    });

    it('of many that take one at once, one gets it', async () => {
      const { chores } = world.facts();
      const owners = Array.from({ length: 8 }, (_, n) => `owner-${n}`);
      const taken = await Promise.all(owners.map((owner) => chores.take(NAME, { owner, now: AT, until: AT + 100 })));
      assert.equal(taken.filter((one) => one !== 'taken').length, 1);
    });

    it('one that was taken by a clock far ahead is free all the same', async () => {
      const { chores } = world.facts();
      const days = 86_400_000;
      await chores.take(NAME, { owner: 'one', now: AT + 10 * days, until: AT + 10 * days + 60_000 });
      assert.deepEqual(await chores.take(NAME, { owner: 'two', now: AT, until: AT + 60_000 }), { state: null });
    });
  });

  describe('planned looks for leftovers', () => {
    it('come with a commit, are handed out once when they are due, and go on from round to round', async () => {
      const facts = world.facts();
      const { cleanups } = facts;
      const plan = (id: string, at: number, expected_seq: number | null = null) =>
        change(id, { expected_seq, writes: [{ into: 'cleanups', row: { resource_id: id, org_id: ORG, at } }] });
      await commit(facts, plan('a', AT + 10), plan('b', AT + 20), plan('c', AT + 900));
      const claim = (now: number) => cleanups.claimDue({ now, until: now + 100, limit: 9 });
      const [first] = await claim(AT + 15);
      assert.deepEqual(first, { resource_id: 'a', org_id: ORG, due_at: AT + 115, round: 0 });
      assert.deepEqual(
        (await claim(AT + 30)).map(({ resource_id }) => resource_id),
        ['b'],
      );
      assert.ok(first);
      await cleanups.move(first, { due_at: AT + 40, round: 1 });
      const [again] = await claim(AT + 40);
      assert.deepEqual([again?.resource_id, again?.round], ['a', 1]);
      assert.ok(again);
      await commit(facts, plan('a', AT + 50, 1));
      await cleanups.move(again, null);
      const [anew] = await claim(AT + 60);
      assert.deepEqual([anew?.resource_id, anew?.round], ['a', 0], 'planned anew meanwhile: it is not done');
      assert.ok(anew);
      await cleanups.move(anew, null);
      assert.deepEqual(
        (await claim(AT + 5_000)).map(({ resource_id }) => resource_id),
        ['b', 'c'],
      );
    });
  });

  describe('what the index is promised to hold', () => {
    it('is read by id in pages that look at so many pictures, of all organisations, and from the newest back', async () => {
      const facts = world.facts();
      const { promised } = facts;
      assert.deepEqual([await promised.ends(), await promised.count()], [null, 0]);
      const found = (id: string, org_id = ORG) =>
        change(id, {
          org_id,
          resource: { searchable: true, indexed_revision: 3, revision: 4, status: 'INDEXED', phase: 'ready' },
        });
      const trashed = change('c', { resource: { indexed_revision: 2, searchable: false, status: 'TRASHED', phase: 'gone' } });
      await commit(facts, found('a'), change('b'), trashed, found('d', OTHER), found('e'));
      const ids = async (want: Parameters<typeof promised.page>[0]) => {
        const { entries, next } = await promised.page(want);
        return [entries.map(({ resource_id }) => resource_id), next];
      };
      assert.deepEqual(await ids({ after: null, limit: 3 }), [['a'], 'c']);
      assert.deepEqual(await ids({ after: 'c', limit: 3 }), [['d', 'e'], null]);
      assert.deepEqual(await ids({ after: 'a', limit: 2 }), [[], 'c']);
      assert.deepEqual(await ids({ after: null, limit: 2, newest: true }), [['e', 'd'], 'd']);
      const [first] = (await promised.page({ after: null, limit: 1 })).entries;
      assert.deepEqual(first, { resource_id: 'a', org_id: ORG, seq: 1, revision: 4, indexed_revision: 3 });
      assert.deepEqual([await promised.ends(), await promised.count()], [{ first: 'a', last: 'e' }, 3]);
    });
  });

  describe('a message of the service itself', () => {
    it('gets its position among the others, and is read by its organisation', async () => {
      const { outbox } = world.facts();
      const text = message('m', { since: '2026' });
      await outbox.append(ORG, text);
      assert.deepEqual(
        (await outbox.relay(9)).map(({ id, position }) => [id, position]),
        [['m', 1]],
      );
      assert.deepEqual(await outbox.after({ org_id: ORG }, 0, 9), [{ ...text, org_id: ORG, position: 1 }]);
      assert.deepEqual(await outbox.after({ org_id: OTHER }, 0, 9), []);
    });
  });
}
