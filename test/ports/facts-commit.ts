/** Commit, the instances, and the rows that changes bring. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AlreadyThere, type Change, type Facts, type FactWrite } from '../../runtime/ports/facts.ts';
import { AT, change, commit, everyFact, job, message, metadata, ORG, OTHER, type World } from './facts-rows.ts';

const scope = { org_id: ORG };
const outcomes = async (facts: Facts, changes: Change[]) => (await facts.commit(changes)).map(({ outcome }) => outcome);
const ids = (rows: { instance_id: string }[]) => rows.map(({ instance_id }) => instance_id).sort();
const idempotency = (resource_id: string, key: string, org_id = ORG): FactWrite => ({
  into: 'idempotency_keys',
  row: { resource_id, org_id, at: AT, key, fingerprint: `of ${key}` },
});

/** All that can be seen of a resource: what a lost or failed change must leave alone. */
async function seen(facts: Facts, id: string, n: string) {
  return {
    instance: await facts.instances.load(id),
    resource: await facts.resources.get(scope, id),
    recognition: await facts.texts.recognition(scope, `recognition-${n}`),
    correction: await facts.texts.correction(scope, `correction-${n}`),
    text: await facts.texts.text(scope, `text-${n}`),
    embedding: await facts.texts.embedding(scope, `embedding-${n}`),
    journal: await facts.journal.list(scope, id, { after: null, limit: 100 }),
    key: await facts.resources.byIdempotencyKey(scope, `key-${n}`),
    messages: await facts.outbox.after(scope, 0, 100),
  };
}

export function commitTests(world: World): void {
  describe('commit', () => {
    it('keeps all of a change, exactly as it was given', async () => {
      const facts = world.facts();
      const writes = [...everyFact('a', '1'), idempotency('a', 'key-1')];
      const made = change('a', {
        writes,
        instance: { jobs: { ocr: job('t1') } },
        resource: { byte_size: 2 ** 53 - 1, deadline_at: AT, rests: true },
      });
      await commit(facts, made);
      assert.deepEqual(await facts.instances.load('a'), { instance_id: 'a', org_id: ORG, instance: made.instance });
      assert.deepEqual(await facts.resources.get(scope, 'a'), {
        ...made.resource,
        metadata: metadata({ title: 'title 1', tags: ['一', '1'] }),
        duplicate_of: null,
      });
      for (const write of writes) {
        if (write.into === 'recognitions') assert.deepEqual(await facts.texts.recognition(scope, 'recognition-1'), write.row);
        if (write.into === 'corrections') assert.deepEqual(await facts.texts.correction(scope, 'correction-1'), write.row);
        if (write.into === 'texts') assert.deepEqual(await facts.texts.text(scope, 'text-1'), write.row);
        if (write.into === 'embeddings') {
          assert.deepEqual(await facts.texts.embedding(scope, 'embedding-1'), write.row);
          assert.deepEqual(await facts.texts.embeddings(scope, ['nowhere', 'embedding-1']), [write.row]);
        }
        if (write.into === 'idempotency_keys')
          assert.deepEqual(await facts.resources.byIdempotencyKey(scope, 'key-1'), write.row);
      }
      assert.deepEqual(await facts.journal.list(scope, 'a', { after: null, limit: 9 }), [{ ...made.journal, seq: 1 }]);
      assert.deepEqual(await facts.outbox.relay(9), [{ ...made.outbox[0], org_id: ORG, position: 1 }]);
    });

    it('writes the resource whole each time, and its metadata only when said', async () => {
      const facts = world.facts();
      await commit(facts, change('a', { writes: everyFact('a', '1'), resource: { sha256: 'x', batch_id: 'b' } }));
      const moved = change('a', { expected_seq: 1, resource: { status: 'INDEXED', phase: 'ready', searchable: true } });
      await commit(facts, moved);
      assert.deepEqual(await facts.resources.get(scope, 'a'), {
        ...moved.resource,
        metadata: metadata({ title: 'title 1', tags: ['一', '1'] }),
        duplicate_of: null,
      });
      const renamed = metadata({ title: '新', tags: ['二'] });
      const writes: FactWrite[] = [{ into: 'metadata', row: { resource_id: 'a', org_id: ORG, at: AT, metadata: renamed } }];
      await commit(facts, change('a', { expected_seq: 2, writes }));
      assert.deepEqual((await facts.resources.get(scope, 'a'))?.metadata, renamed);
      assert.equal((await facts.resources.counts(scope, { tag: ['一', '1'] })).total, 0, 'old tags find nothing');
      assert.equal((await facts.resources.counts(scope, { tag: ['二'] })).total, 1);
    });

    it('nothing of a change is written that was made from another seq, of a new one that is there, or of another organisation', async () => {
      const facts = world.facts();
      await commit(facts, change('a'), change('b', { org_id: OTHER }));
      await commit(facts, change('a', { expected_seq: 1, writes: everyFact('a', '1') }));
      await facts.outbox.relay(100);
      const before = await seen(facts, 'a', '2');
      const writes = [...everyFact('a', '2'), idempotency('a', 'key-2')];
      assert.deepEqual(await outcomes(facts, [change('a', { expected_seq: 1, writes })]), ['lost']);
      assert.deepEqual(await outcomes(facts, [change('a', { expected_seq: 3, writes })]), ['lost']);
      assert.deepEqual(await outcomes(facts, [change('a', { writes })]), ['lost']);
      assert.deepEqual(await outcomes(facts, [change('b', { expected_seq: 1 })]), ['lost'], 'b is of another organisation');
      assert.deepEqual(await outcomes(facts, [change('never', { expected_seq: 1 })]), ['lost']);
      assert.deepEqual(await facts.outbox.relay(100), []);
      assert.deepEqual(await seen(facts, 'a', '2'), before);
    });

    it('answers a batch in the order given, losers among winners', async () => {
      const facts = world.facts();
      await commit(facts, change('c'), change('a'));
      const batch = [change('z'), change('c', { expected_seq: 7 }), change('b'), change('a', { expected_seq: 1 })];
      assert.deepEqual(await outcomes(facts, batch), ['committed', 'lost', 'committed', 'committed']);
      assert.equal((await facts.instances.load('a'))?.instance.seq, 2);
      assert.equal((await facts.instances.load('c'))?.instance.seq, 1);
    });

    it('a bad change fails alone and leaves nothing; the others of its batch are committed', async () => {
      const facts = world.facts();
      const spoilt = [...everyFact('b', '2'), idempotency('b', 'key-2')];
      const bad = {
        nul: change('b', { writes: spoilt, outbox: [message('m'), { ...message('n'), type: 'a\u0000b' }] }),
        rounded: change('b', { writes: spoilt, resource: { byte_size: 2 ** 53 } }),
        surrogate: change('b', { writes: spoilt, resource: { filename: '\ud83d.jpg' } }),
        foreign: change('b', { writes: everyFact('a', '2') }),
      };
      let n = 0;
      for (const [name, broken] of Object.entries(bad)) {
        n += 1;
        const [first, failed, last] = await facts.commit([change(`a${n}`), broken, change(`c${n}`)]);
        assert.deepEqual([first?.outcome, failed?.outcome, last?.outcome], ['committed', 'failed', 'committed'], name);
        assert.ok(failed?.outcome === 'failed' && failed.error instanceof Error);
        await facts.outbox.relay(100);
        const messages = await facts.outbox.after(scope, 0, 100);
        const nothing = {
          instance: null,
          resource: null,
          recognition: null,
          correction: null,
          text: null,
          embedding: null,
          journal: [],
          key: null,
        };
        assert.deepEqual(await seen(facts, 'b', '2'), { ...nothing, messages }, name);
        assert.ok(!messages.some(({ id }) => ['m', 'n', 'b-1'].includes(id)), name);
      }
    });

    it('keeps emoji, every plane of Unicode, and NUL and lone surrogates inside JSON', async () => {
      const facts = world.facts();
      const [, recognised] = everyFact('a', '1');
      assert.ok(recognised?.into === 'recognitions');
      const odd = '𠮷 👩‍👩‍👧 \u0000 \ud800 é "\\ \u2028';
      const pages = recognised.row.pages.map((page) => ({ ...page, text: odd }));
      const row = { ...recognised.row, pages };
      await commit(
        facts,
        change('a', { writes: [{ into: 'recognitions', row }], resource: { filename: '𠮷 👩‍👩‍👧 \' " ; -- %_.jpg' } }),
      );
      assert.deepEqual(await facts.texts.recognition(scope, 'recognition-1'), row);
      assert.equal((await facts.resources.get(scope, 'a'))?.filename, '𠮷 👩‍👩‍👧 \' " ; -- %_.jpg');
    });

    it('a fact said again with the same id changes nothing', async () => {
      const facts = world.facts();
      const writes = everyFact('a', '1');
      await commit(facts, change('a', { writes }));
      const before = await facts.texts.recognition(scope, 'recognition-1');
      const again = writes.flatMap((write): FactWrite[] =>
        write.into === 'recognitions'
          ? [{ into: 'recognitions', row: { ...write.row, engine: 'another' } }]
          : write.into === 'metadata'
            ? []
            : [write],
      );
      await commit(facts, change('a', { expected_seq: 1, writes: again }));
      assert.deepEqual(await facts.texts.recognition(scope, 'recognition-1'), before);
    });

    it('of many at once on one instance, exactly one wins', async () => {
      const facts = world.facts();
      await commit(facts, change('a'));
      const racers = Array.from({ length: 8 }, (_, n) =>
        change('a', { expected_seq: 1, commit_id: `racer-${n}`, outbox: [message(`racer-${n}`)] }),
      );
      const answers = (await Promise.all(racers.map((racer) => facts.commit([racer])))).flat();
      assert.equal(answers.filter(({ outcome }) => outcome === 'committed').length, 1);
      assert.equal(answers.filter(({ outcome }) => outcome === 'lost').length, 7);
      assert.equal((await facts.outbox.relay(100)).length, 2, 'one message of `a` made, one of the winner');
    });

    it('an idempotency key is taken once an organisation', async () => {
      const facts = world.facts();
      await commit(facts, change('a', { writes: [idempotency('a', 'key')] }));
      const [again, other] = await facts.commit([
        change('b', { writes: [idempotency('b', 'key')] }),
        change('c', { org_id: OTHER, writes: [idempotency('c', 'key', OTHER)] }),
      ]);
      assert.ok(again?.outcome === 'failed' && again.error instanceof AlreadyThere);
      assert.equal(again.error.table, 'idempotency_keys');
      assert.equal(other?.outcome, 'committed');
      assert.equal(await facts.instances.load('b'), null);
      assert.equal((await facts.resources.byIdempotencyKey(scope, 'key'))?.resource_id, 'a');
      assert.equal((await facts.resources.byIdempotencyKey({ org_id: OTHER }, 'key'))?.resource_id, 'c');
    });

    it('`nothing` removes what was read and said of one resource, and keeps its row, journal and messages', async () => {
      const facts = world.facts();
      const gone = { status: 'DELETED', phase: 'gone' } as const;
      await commit(facts, change('a', { writes: everyFact('a', '1') }), change('b', { writes: everyFact('b', '2') }));
      const removal = change('a', {
        expected_seq: 1,
        resource: gone,
        writes: [{ into: 'nothing', row: { resource_id: 'a', org_id: ORG, at: AT } }],
      });
      await commit(facts, removal);
      await facts.outbox.relay(9);
      const { instance, resource, journal, messages, ...rest } = await seen(facts, 'a', '1');
      assert.deepEqual(rest, { recognition: null, correction: null, text: null, embedding: null, key: null });
      assert.deepEqual(resource, { ...removal.resource, metadata: metadata(), duplicate_of: null });
      assert.deepEqual([instance?.instance.seq, journal.length, messages.length], [2, 2, 3]);
      assert.equal((await facts.resources.counts(scope, { tag: ['1'] })).total, 0);
      const [first] = await facts.resources.list(scope, {}, { sort: 'title', after: null, limit: 1 });
      assert.equal(first?.resource_id, 'a', 'sorts as a title that is missing');
      assert.ok((await seen(facts, 'b', '2')).embedding);
    });

    it('commits two steps of one instance as one change, or neither', async () => {
      const facts = world.facts();
      await commit(facts, change('a'));
      const followed_by = change('a', { expected_seq: 2, writes: everyFact('a', '1'), resource: { status: 'VECTOR_DONE' } });
      const both = change('a', { expected_seq: 1, followed_by });
      await commit(facts, both);
      const { instance, resource, journal, messages, text } = await seen(facts, 'a', '1');
      assert.deepEqual([instance?.instance.seq, resource?.seq, resource?.status], [3, 3, 'VECTOR_DONE']);
      assert.deepEqual([journal.length, messages.length, text?.text_id], [3, 0, 'text-1']);
      assert.equal((await facts.outbox.relay(9)).length, 3);
      assert.deepEqual(await outcomes(facts, [both]), ['lost']);
    });
    it('refuses two changes of one instance, and more than 100', async () => {
      const facts = world.facts();
      await assert.rejects(facts.commit([change('a'), change('a')]), RangeError);
      await assert.rejects(facts.commit(Array.from({ length: 101 }, (_, n) => change(`n${n}`))), RangeError);
      assert.deepEqual(await facts.commit([]), []);
      await commit(facts, ...Array.from({ length: 100 }, (_, n) => change(`n${n}`)));
    });
  });

  describe('instances', () => {
    it('that are due are claimed, the most overdue first, and handed out again only when the claim has run out', async () => {
      const facts = world.facts();
      await commit(
        facts,
        change('now', { next_due_at: 100 }),
        change('late', { next_due_at: 10 }),
        change('early', { next_due_at: 101 }),
        change('rests'),
      );
      assert.deepEqual(ids(await facts.instances.claimDue({ now: 100, until: 200, limit: 1 })), ['late']);
      const [claimed] = await facts.instances.claimDue({ now: 100, until: 200, limit: 9 });
      assert.deepEqual(claimed, await facts.instances.load('now'));
      assert.deepEqual(await facts.instances.claimDue({ now: 100, until: 200, limit: 9 }), []);
      assert.deepEqual(ids(await facts.instances.claimDue({ now: 200, until: 300, limit: 9 })), ['early', 'late', 'now']);
      assert.equal((await facts.instances.load('late'))?.instance.seq, 1);
      await commit(facts, change('late', { expected_seq: 1 }));
    });

    it('are claimed by one of many sweepers each', async () => {
      const facts = world.facts();
      await commit(facts, ...Array.from({ length: 60 }, (_, n) => change(`n${n}`, { next_due_at: n })));
      const claims = await Promise.all(
        Array.from({ length: 6 }, () => facts.instances.claimDue({ now: 100, until: 200, limit: 15 })),
      );
      const all = ids(claims.flat());
      assert.deepEqual([all.length, new Set(all).size], [60, 60]);
    });

    it('are rescheduled only at the seq that was looked at', async () => {
      const facts = world.facts();
      await commit(facts, change('a', { next_due_at: 10 }));
      await facts.instances.reschedule('a', 2, null);
      assert.equal((await facts.instances.claimDue({ now: 10, until: 11, limit: 9 })).length, 1);
      await facts.instances.reschedule('a', 1, 50);
      assert.equal((await facts.instances.claimDue({ now: 49, until: 99, limit: 9 })).length, 0);
      assert.equal((await facts.instances.claimDue({ now: 50, until: 99, limit: 9 })).length, 1);
      await facts.instances.reschedule('a', 1, null);
      assert.equal((await facts.instances.claimDue({ now: 10_000, until: 99, limit: 9 })).length, 0);
    });

    it('say when they are looked at next, as committed, claimed or rescheduled', async () => {
      const facts = world.facts();
      const { instances } = facts;
      await commit(facts, change('a', { next_due_at: 10 }), change('rests'));
      assert.equal(await instances.nextDueAt('a'), 10);
      await instances.claimDue({ now: 10, until: 70, limit: 1 });
      assert.equal(await instances.nextDueAt('a'), 70);
      await instances.reschedule('a', 1, null);
      for (const id of ['a', 'rests', 'nobody']) assert.equal(await instances.nextDueAt(id), null, id);
    });

    it('that owe a job are paged by id', async () => {
      const facts = world.facts();
      const jobs = { ocr: job('t') };
      await commit(facts, ...['d', 'b', 'a', 'e'].map((id) => change(id, { instance: { jobs } })), change('c'));
      assert.deepEqual(ids(await facts.instances.withJobs(null, 2)), ['a', 'b']);
      assert.deepEqual(ids(await facts.instances.withJobs('b', 9)), ['d', 'e']);
      await commit(facts, change('d', { expected_seq: 1 }));
      assert.deepEqual(ids(await facts.instances.withJobs('b', 9)), ['e']);
      assert.equal(await facts.instances.load('nobody'), null);
    });
  });
}
