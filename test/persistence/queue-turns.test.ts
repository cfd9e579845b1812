/** Whoever sends much delays mostly himself: turns of the queue in process. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { StepKind } from '../../contract/step-kinds.ts';
import { memoryQueue } from '../../persistence/memory/queue.ts';
import { turnsOf } from '../../persistence/memory/turns.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import { counts, holding } from '../ports/queue.ts';
import { until } from '../worlds/wait.ts';

const clock = systemClock();
const owner = (org_id: string, user_id = `${org_id}-user`) => ({ org_id, user_id });
const KINDS: StepKind[] = ['inspect', 'ocr', 'save', 'embed', 'index', 'purge'];

describe('turns', () => {
  test('are of organisations first, then of users, then in the order of coming', () => {
    const turns = turnsOf();
    for (const id of ['a1', 'a2', 'a3', 'a4', 'a5']) turns.add(id, owner('a', 'one'), 0);
    for (const id of ['x1', 'x2']) turns.add(id, owner('a', 'two'), 0);
    for (const id of ['b1', 'b2']) turns.add(id, owner('b'), 0);
    const order: string[] = [];
    for (let one = next(turns); one; one = next(turns)) order.push(one);
    assert.deepEqual(order, ['a1', 'b1', 'x1', 'b2', 'a2', 'x2', 'a3', 'a4', 'a5']);
    assert.equal(turns.size, 0);
  });

  test('one who comes late is not behind all that another sent', () => {
    const turns = turnsOf();
    for (let n = 0; n < 1_000; n++) turns.add(`a${n}`, owner('a'), 0);
    for (let n = 0; n < 10; n++) next(turns);
    turns.add('b', owner('b'), 0);
    assert.ok([next(turns), next(turns)].includes('b'));
  });

  test('nothing is lost, doubled or overtaken within a user, and nobody waits longer than a round of all others', () => {
    const ids = fc.record({ org_id: fc.constantFrom('a', 'b', 'c'), user_id: fc.constantFrom('one', 'two') });
    fc.assert(
      fc.property(fc.array(fc.option(ids)), (steps) => {
        const turns = turnsOf();
        const waiting: { task_id: string; org_id: string; user_id: string; passed: number }[] = [];
        steps.forEach((reported, n) => {
          if (reported) {
            turns.add(`${n}`, reported, 0);
            waiting.push({ task_id: `${n}`, ...reported, passed: 0 });
            return;
          }
          const taken = turns.next(new Map(), () => true);
          assert.equal(taken === null, waiting.length === 0);
          const at = waiting.findIndex(({ task_id }) => task_id === taken?.task_id);
          const [one] = taken ? waiting.splice(at, 1) : [];
          if (!one) return;
          const first = waiting.findIndex(({ org_id, user_id }) => org_id === one.org_id && user_id === one.user_id);
          assert.ok(first === -1 || first >= at, 'first come, first served');
          const heads = new Set<string>();
          for (const head of waiting) {
            if (heads.has(head.org_id)) continue;
            heads.add(head.org_id);
            if (head.org_id !== one.org_id) head.passed += 1;
          }
          assert.equal(turns.size, waiting.length);
          assert.ok(
            waiting.every(({ passed }) => passed <= 2 * 3),
            'at most a round of organisations and users',
          );
        });
      }),
      { numRuns: 500, seed: 7 },
    );
  });

  const next = (turns: ReturnType<typeof turnsOf>) => turns.next(new Map(), () => true)?.task_id;
});

describe('the queue in process', () => {
  for (const kind of KINDS)
    test(`${kind}: while one organisation holds every place, another has one at once`, async () => {
      const queue = memoryQueue({ clock, max_waiting: 1_000 });
      const { held, handle } = holding();
      queue.consume(kind, 2, handle);
      for (let n = 0; n < 100; n++) await queue.push(kind, `flood-${n}`, 1, owner('flood'));
      assert.deepEqual([...held.keys()], ['flood-0', 'flood-1']);
      await queue.push(kind, 'receipt', 1, owner('other'));
      assert.ok(held.has('receipt'));
      await queue.push(kind, 'second', 1, owner('other'));
      await queue.push(kind, 'third', 1, owner('third'));
      assert.deepEqual([held.size, held.has('second')], [3, false]); // one place more, not one each
    });

  test('so has another user of the same organisation', async () => {
    const queue = memoryQueue({ clock, max_waiting: 1_000 });
    const { held, handle } = holding();
    queue.consume('inspect', 2, handle);
    for (let n = 0; n < 100; n++) await queue.push('inspect', `flood-${n}`, 1, owner('org', 'flood'));
    await queue.push('inspect', 'receipt', 1, owner('org', 'other'));
    assert.ok(held.has('receipt'));
  });

  test('keys of one user count apart', async () => {
    const queue = memoryQueue({ clock, max_waiting: 1_000 });
    const { held, handle } = holding();
    const of = (key_id: string) => ({ org_id: 'org', user_id: 'user', key_id });
    queue.consume('inspect', 2, handle);
    for (let n = 0; n < 100; n++) await queue.push('inspect', `flood-${n}`, 1, of('flood'));
    await queue.push('inspect', 'receipt', 1, of('other'));
    assert.ok(held.has('receipt'));
  });

  test('when the place more is taken as well, the next that is free goes to who waits, not to who sends', async () => {
    const queue = memoryQueue({ clock, max_waiting: 1_000 });
    const { held, handle, handled } = holding();
    queue.consume('ocr', 2, handle);
    for (const org of ['one', 'two']) for (let n = 0; n < 50; n++) await queue.push('ocr', `${org}-${n}`, 1, owner(org));
    await queue.push('ocr', 'receipt', 1, owner('other'));
    const turns = () => handled.length;
    for (let turn = 0; turn < 3 && !held.has('receipt'); turn++) {
      const before = turns();
      const [first] = held.values();
      first?.();
      await until('a turn is over', () => turns() > before);
    }
    assert.ok(held.has('receipt'), `not within three turns of ${[...held.keys()]}`);
  });

  test('while fewer than usual are allowed, nobody has one more', async () => {
    const queue = memoryQueue({ clock, max_waiting: 1_000 });
    const { held, handle } = holding();
    queue.consume('embed', 8, handle);
    queue.allow('embed', 0);
    for (const org of ['one', 'two', 'three']) await queue.push('embed', org, 1, owner(org));
    assert.equal(held.size, 0);
    queue.allow('embed', 1);
    assert.deepEqual([...held.keys()], ['one']);
    queue.allow('embed', 8);
    assert.equal(held.size, 3);
  });

  test('one organisation alone has the usual places, and one who fills the queue leaves room for others', async () => {
    const queue = memoryQueue({ clock, max_waiting: 10 });
    const { held, handle, letGo, handled } = holding();
    queue.consume('inspect', 2, handle);
    for (let n = 0; n < 50; n++) await queue.push('inspect', `flood-${n}`, 1, owner('flood'));
    assert.deepEqual([held.size, await counts(queue, 'inspect')], [2, { waiting: 10, running: 2 }]);
    queue.allow('inspect', 0);
    for (let n = 0; n < 20; n++) await queue.push('inspect', `other-${n}`, 1, owner('other'));
    assert.deepEqual(await counts(queue, 'inspect'), { waiting: 10, running: 2 });
    const kept = await Promise.all(Array.from({ length: 20 }, (_, n) => queue.knows('inspect', `other-${n}`, 1)));
    assert.deepEqual(kept.slice(0, 6), [true, true, true, true, true, false]); // half each
    queue.allow('inspect', 2);
    await until('all that was kept is handled', () => {
      letGo();
      return handled.length === 12;
    });
  });
});
