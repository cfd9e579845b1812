/** What several processes, and an index with a name, need of the facts: index targets, entries by index, callbacks, old messages. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Callback } from '../../runtime/ports/callbacks.ts';
import type { Change, Facts, FactWrite } from '../../runtime/ports/facts.ts';
import type { IndexTargets } from '../../runtime/ports/service-state.ts';
import { AT, change, commit, everyFact, message, ORG, OTHER, type World } from './facts-rows.ts';

const scope = { org_id: ORG };
const ALONE: IndexTargets = { live: 'one', building: null };
const BOTH: IndexTargets = { live: 'one', building: 'two' };
const outcomes = async (facts: Facts, changes: Change[]) => (await facts.commit(changes)).map(({ outcome }) => outcome);
const owned = (at: number) => ({ resource_id: 'a', org_id: ORG, at });
const saved = {
  title: null,
  description: null,
  tags: [],
  taken_at: null,
  filename: 'f',
  batch_id: null,
  created_at: AT,
  pages: [],
};

export function severalTests(world: World): void {
  describe('index targets', () => {
    it('are moved from what they are, and from nothing else; of many at once one wins', async () => {
      const { index_targets } = world.facts();
      assert.equal(await index_targets.get(), null);
      assert.equal(await index_targets.move(ALONE, BOTH), false);
      assert.equal(await index_targets.move(null, ALONE), true);
      assert.equal(await index_targets.move(null, BOTH), false);
      assert.equal(await index_targets.move(BOTH, ALONE), false);
      assert.equal(await index_targets.move(ALONE, ALONE), true, 'to where they are already');
      const racers = ['x', 'y', 'z'].map((building) => index_targets.move(ALONE, { live: 'one', building }));
      assert.equal((await Promise.all(racers)).filter(Boolean).length, 1);
      const now = await index_targets.get();
      assert.equal(await index_targets.move(now, { live: 'two', building: null }), true);
      assert.deepEqual(await index_targets.get(), { live: 'two', building: null });
    });

    it('a change made for others is lost, and nothing of it is written; the others of its batch are committed', async () => {
      const facts = world.facts();
      await commit(facts, change('b'), change('n', { expects: { index_targets: null } }));
      await facts.index_targets.move(null, BOTH);
      const writes = everyFact('b', '2');
      const batch = [
        change('a'),
        change('b', { expected_seq: 1, writes, expects: { index_targets: ALONE } }),
        change('c', { expects: { index_targets: BOTH } }),
        change('d', { expects: { index_targets: null } }),
        change('e', { expects: { index_targets: { live: 'two', building: 'one' } } }),
      ];
      assert.deepEqual(await outcomes(facts, batch), ['committed', 'lost', 'committed', 'lost', 'lost']);
      assert.equal((await facts.instances.load('b'))?.instance.seq, 1);
      assert.equal(await facts.instances.load('d'), null);
      assert.equal(await facts.texts.text(scope, 'text-2'), null);
      assert.equal((await facts.journal.list(scope, 'b', { after: null, limit: 9 })).length, 1);
      const notified = (await facts.outbox.relay(99)).map(({ id }) => id);
      assert.deepEqual(notified.sort(), ['a-1', 'b-1', 'c-1', 'n-1']);
    });
  });

  describe('entries by index', () => {
    it('are lacking where an index holds none of this name, of all organisations, by id; marked only at their seq', async () => {
      const { resources, ...facts } = world.facts();
      const indexed = (id: string, indexed_in: string | null, org_id = ORG) =>
        change(id, { org_id, resource: { indexed_revision: 3, has_vector: true, indexed_in } });
      await commit(
        world.facts(),
        ...[indexed('d', 'two'), indexed('c', 'one'), indexed('a', null), indexed('b', 'one', OTHER), change('never')],
      );
      const lacking = async (after: string | null, limit: number) =>
        (await resources.lackingIn('two', after, limit)).map(({ resource_id }) => resource_id);
      assert.deepEqual(await lacking(null, 2), ['a', 'b']);
      assert.deepEqual(await lacking('b', 9), ['c']);
      const [first] = await resources.lackingIn('two', null, 1);
      assert.deepEqual(first, { resource_id: 'a', org_id: ORG, seq: 1, indexed_revision: 3, has_vector: true });
      await resources.markIn('two', 'a', 2);
      assert.deepEqual(await lacking(null, 9), ['a', 'b', 'c'], 'it was not at that seq');
      await resources.markIn('two', 'a', 1);
      await resources.markIn('two', 'b', 1);
      assert.deepEqual(await lacking(null, 9), ['c']);
      assert.equal((await resources.get(scope, 'a'))?.indexed_in, 'two');
      assert.equal((await facts.instances.load('a'))?.instance.seq, 1);
    });
  });

  describe('what the service tries again', () => {
    it('is found by its step, of all organisations, by id; and no more once it has moved on', async () => {
      const facts = world.facts();
      const stopped = (id: string, retry_step: 'index' | 'ocr' | null, org_id = ORG) =>
        change(id, { org_id, resource: { retry_step } });
      await commit(
        facts,
        stopped('c', 'index'),
        stopped('a', 'index', OTHER),
        stopped('b', 'ocr'),
        stopped('d', null),
        change('e'),
      );
      assert.deepEqual(await facts.resources.toRetry('index', null, 9), [
        { resource_id: 'a', org_id: OTHER },
        { resource_id: 'c', org_id: ORG },
      ]);
      const after = async (id: string) => (await facts.resources.toRetry('index', id, 1)).map(({ resource_id }) => resource_id);
      assert.deepEqual([await after('a'), await after('c')], [['c'], []]);
      await commit(facts, change('c', { expected_seq: 1 }));
      assert.deepEqual(await after('a'), []);
    });
  });

  describe('callbacks', () => {
    const callback = (webhook_id: string, parts: Partial<Callback> = {}): Callback => ({
      ...{ webhook_id, org_id: ORG, resource_id: 'a', task_id: 't', kind: 'ocr', reads: '["r1"]', received_at: AT },
      ...{ body: JSON.stringify({ status: 'done', 文: ['😀', null, 1.5] }), ...parts },
    });
    it('are kept once by their webhook id, however often and at once they come', async () => {
      const { callbacks } = world.facts();
      const first = callback('w1');
      const kept = await Promise.all([first, first, first].map((one) => callbacks.keep(one)));
      assert.deepEqual(kept.filter(Boolean), [true]);
      assert.equal(await callbacks.keep(callback('w1', { received_at: AT + 9, body: 'another' })), false);
      assert.deepEqual(await callbacks.find(scope, { resource_id: 'a', kind: 'ocr', reads: '["r1"]' }), first);
    });

    it('of one id to another task or of another picture are other messages: the id is its sender’s', async () => {
      const { callbacks } = world.facts();
      const others: Partial<Callback>[] = [{}, { task_id: 't2' }, { resource_id: 'b' }];
      for (const parts of others) assert.equal(await callbacks.keep(callback('w1', parts)), true);
      for (const parts of others) assert.equal(await callbacks.keep(callback('w1', parts)), false);
      assert.ok(await callbacks.find(scope, { resource_id: 'b', kind: 'ocr', reads: '["r1"]' }));
    });

    it('the newest is found by step and what it read, in its organisation', async () => {
      const { callbacks } = world.facts();
      const want = { resource_id: 'a', kind: 'ocr', reads: '["r1"]' } as const;
      await callbacks.keep(callback('w1', { received_at: AT + 5 }));
      await callbacks.keep(callback('w2', { received_at: AT }));
      await callbacks.keep(callback('w3', { received_at: AT + 9, reads: '["R1"]' }));
      await callbacks.keep(callback('w4', { received_at: AT + 9, kind: 'embed' }));
      await callbacks.keep(callback('w5', { received_at: AT + 9, resource_id: 'b' }));
      assert.equal((await callbacks.find(scope, want))?.webhook_id, 'w1');
      assert.equal(await callbacks.find({ org_id: OTHER }, want), null);
      assert.equal(await callbacks.find(scope, { ...want, reads: '["r2"]' }), null);
    });
  });

  describe('texts and vectors', () => {
    it('what a revision is found by is the text saved last at or before it; its vector is the one made last', async () => {
      const facts = world.facts();
      const text = (text_id: string, revision: number, at: number): FactWrite => ({
        into: 'texts',
        row: { ...owned(at), text_id, revision, recognition_id: null, correction_id: null, saved },
      });
      const vector = (embedding_id: string, text_id: string, at: number): FactWrite => ({
        into: 'embeddings',
        row: { ...owned(at), embedding_id, text_id, model: 'm', passages: [Float32Array.of(at - AT)] },
      });
      const texts = [text('t2', 2, AT), text('t2b', 2, AT + 1), text('t5', 5, AT)];
      const vectors = [vector('e1', 't2b', AT + 7), vector('e2', 't2b', AT + 3), vector('e3', 't5', AT + 9)];
      await commit(facts, change('a', { writes: [...texts, ...vectors] }));
      const of = async (revision: number) => (await facts.texts.textOf(scope, 'a', revision))?.text_id ?? null;
      assert.deepEqual([await of(1), await of(2), await of(4), await of(5), await of(9)], [null, 't2b', 't2b', 't5', 't5']);
      assert.deepEqual(await facts.texts.embeddingOf(scope, 't2b'), vectors[0]?.row);
      assert.equal(await facts.texts.embeddingOf(scope, 't2'), null);
      assert.equal(await facts.texts.textOf({ org_id: OTHER }, 'a', 9), null);
      assert.equal(await facts.texts.embeddingOf({ org_id: OTHER }, 't2b'), null);
    });
  });

  describe('old messages', () => {
    const notified = (id: string, at: number, org_id = ORG) => change(id, { org_id, outbox: [{ ...message(id), at }] });
    it('are read of all organisations by position, and removed by age, never before they have one', async () => {
      const { outbox, ...facts } = world.facts();
      assert.deepEqual(await outbox.bounds(), { removed: 0, last: 0 });
      await facts.commit([notified('m1', AT)]);
      await facts.commit([notified('m2', AT + 1, OTHER), notified('m3', AT + 5)]);
      await outbox.relay(9);
      await facts.commit([notified('m0', AT - 99)]); // the oldest, without a position
      const ids = async (position: number, limit = 9) => (await outbox.afterAll(position, limit)).map(({ id }) => id);
      assert.deepEqual(await ids(0), ['m1', 'm2', 'm3']);
      assert.deepEqual(await ids(1, 1), ['m2']);
      assert.equal((await outbox.afterAll(1, 1))[0]?.org_id, OTHER);
      assert.deepEqual(await outbox.bounds(), { removed: 0, last: 3 });
      assert.equal(await outbox.prune(AT, 9), 0, 'older than, not as old as');
      assert.equal(await outbox.prune(AT + 5, 1), 1);
      assert.deepEqual(await outbox.bounds(), { removed: 1, last: 3 });
      assert.equal(await outbox.prune(AT + 5, 9), 1);
      assert.deepEqual(await ids(0), ['m3']);
      assert.deepEqual(await outbox.bounds(), { removed: 2, last: 3 }, 'a reader at 1 can be told that it missed something');
      assert.deepEqual(await outbox.after({ org_id: OTHER }, 0, 9), []);
      assert.deepEqual(
        (await outbox.relay(9)).map(({ id, position }) => [id, position]),
        [['m0', 4]],
      );
      assert.equal(await outbox.prune(AT + 99, 9), 2);
      assert.deepEqual(await outbox.bounds(), { removed: 4, last: 4 });
      assert.equal(await outbox.prune(AT + 99, 9), 0);
    });
  });
}
