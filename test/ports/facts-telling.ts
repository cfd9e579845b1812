/** The journal and the outbox: what is told of commits. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { change, commit, message, ORG, OTHER, type World } from './facts-rows.ts';

const scope = { org_id: ORG };

export function tellingTests(world: World): void {
  describe('journal', () => {
    it('is read by seq, rising, a page at a time', async () => {
      const facts = world.facts();
      for (let seq = 0; seq < 12; seq++)
        await commit(facts, change('a', { expected_seq: seq === 0 ? null : seq }), change(`b${seq}`));
      const first = await facts.journal.list(scope, 'a', { after: null, limit: 5 });
      assert.deepEqual(
        first.map(({ seq }) => seq),
        [1, 2, 3, 4, 5],
      );
      const rest = await facts.journal.list(scope, 'a', { after: 5, limit: 50 });
      assert.deepEqual(
        rest.map(({ seq }) => seq),
        [6, 7, 8, 9, 10, 11, 12],
      );
    });

    it('keeps what the run took that ended with it; entries of before know nothing of one', async () => {
      const facts = world.facts();
      const last_failure = { code: 'PROVIDER_BAD_RESULT', retryable: true, detail: '乱码' } as const;
      const runs = [
        { attempts: 3, losses: 1, ms: 5_000_000_000, last_failure },
        { attempts: 1, losses: 0, ms: null, last_failure: null },
        null,
      ];
      for (const [seq, run] of runs.entries()) {
        const one = change('a', { expected_seq: seq === 0 ? null : seq });
        await commit(facts, { ...one, journal: { ...one.journal, run } });
      }
      const listed = await facts.journal.list(scope, 'a', { after: null, limit: 9 });
      assert.deepEqual(
        listed.map(({ run }) => run),
        runs,
      );
    });

    it('keeps who it was, and the failure', async () => {
      const facts = world.facts();
      const failure = { step: 'ocr', code: 'OCR_TIMEOUT', retryable: true, detail: '超时', attempts: 3, at: 9 } as const;
      const by = { kind: 'key', id: 'key-1' } as const;
      const made = change('a');
      const journal = { ...made.journal, from: null, by, failure, request_id: 'r' };
      await commit(facts, { ...made, journal, resource: { ...made.resource, failure } });
      assert.deepEqual(await facts.journal.list(scope, 'a', { after: null, limit: 9 }), [{ ...journal, seq: 1 }]);
      assert.deepEqual((await facts.resources.get(scope, 'a'))?.failure, failure);
    });
  });

  describe('outbox', () => {
    it('has positions without gaps, in one order, with commits and relays in between; readers see only what is numbered', async () => {
      const facts = world.facts();
      await commit(facts, change('a', { outbox: [message('m1', { text: '托底 😀', n: [1, null] }), message('m2')] }));
      assert.deepEqual(await facts.outbox.after(scope, 0, 9), []);
      assert.deepEqual(
        (await facts.outbox.relay(1)).map(({ id, position }) => [id, position]),
        [['m1', 1]],
      );
      await commit(
        facts,
        change('x', { org_id: OTHER, outbox: [message('x1')] }),
        change('b', { outbox: [] }),
        change('c', { outbox: [message('m3')] }),
      );
      const numbered = await facts.outbox.relay(9);
      assert.deepEqual(
        numbered.map(({ position }) => position),
        [2, 3, 4],
      );
      assert.equal(numbered[0]?.id, 'm2', 'the older commit first');
      assert.deepEqual(await facts.outbox.relay(9), []);
      const mine = await facts.outbox.after(scope, 0, 9);
      assert.deepEqual(
        mine.map(({ id }) => id),
        ['m1', 'm2', 'm3'],
      );
      assert.deepEqual(mine[0], { ...message('m1', { text: '托底 😀', n: [1, null] }), org_id: ORG, position: 1 });
      assert.deepEqual(
        (await facts.outbox.after(scope, 1, 1)).map(({ id }) => id),
        ['m2'],
      );
      assert.deepEqual(
        (await facts.outbox.after({ org_id: OTHER }, 0, 9)).map(({ id }) => id),
        ['x1'],
      );
    });

    it('numbers each message once when many relay at once, while others commit', async () => {
      const facts = world.facts();
      const relays: Promise<number[]>[] = [];
      const commits: Promise<void>[] = [];
      for (let n = 0; n < 40; n++) {
        commits.push(commit(facts, change(`n${n}`)));
        if (n % 4 === 0) relays.push(facts.outbox.relay(7).then((messages) => messages.map(({ position }) => position)));
      }
      await Promise.all(commits);
      const positions = (await Promise.all(relays)).flat();
      for (let page = 0; page < 10; page++) positions.push(...(await facts.outbox.relay(7)).map(({ position }) => position));
      assert.deepEqual(
        positions.toSorted((a, b) => a - b),
        Array.from({ length: 40 }, (_, n) => n + 1),
      );
      assert.equal(new Set((await facts.outbox.after(scope, 0, 99)).map(({ id }) => id)).size, 40);
    });
  });
}
