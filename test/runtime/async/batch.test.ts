/** Work that arrives together is done together. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { batched } from '../../../runtime/async/batch.ts';

/** Returns each item; `batches` says what was worked on together. */
function gathered(max = 100) {
  const batches: string[][] = [];
  const work = async (items: string[]) => {
    batches.push(items);
    await turnOfTheLoop();
    return items.map((item) => `${item} done`);
  };
  return { batches, one: batched(work, { max, key: (item) => item.split(' ')[0] ?? '' }) };
}
async function afterTurns(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await turnOfTheLoop();
}

describe('gathering', () => {
  it('waits while more keeps coming, so that what comes one after the other is one batch', async () => {
    const { batches, one } = gathered();
    const late = async (n: number) => {
      await afterTurns(n);
      return one(`item-${n}`);
    };
    await Promise.all([0, 1, 2, 3, 4, 5].map(late));
    assert.deepEqual(batches, [['item-0', 'item-1', 'item-2', 'item-3', 'item-4', 'item-5']]);
  });

  it('does not wait for ever: what never stops coming goes in several batches', async () => {
    const { batches, one } = gathered();
    const answers: Promise<string>[] = [];
    for (let n = 0; n < 200; n++) {
      answers.push(one(`item-${n}`));
      await turnOfTheLoop();
    }
    assert.deepEqual(
      await Promise.all(answers),
      Array.from({ length: 200 }, (_, n) => `item-${n} done`),
    );
    assert.ok(batches.length > 3, `${batches.length} batches`);
  });

  it('takes no more than its size at once, but for one alone, and never lets one overtake another', async () => {
    const batches: string[][] = [];
    const work = async (items: string[]) => {
      batches.push(items);
      return items;
    };
    const one = batched(work, { max: 100, key: (item) => item[0] ?? '', size: ({ length }) => length, max_size: 6 });
    await Promise.all(['aaa', 'bbb', 'cccccccccc', 'd', 'c', 'e'].map(one));
    assert.deepEqual(batches, [['aaa', 'bbb'], ['cccccccccc'], ['d', 'c', 'e']]);
  });

  it('takes what arrives while it waits before a batch', async () => {
    const batches: string[][] = [];
    const waits: (() => void)[] = [];
    const before = () => new Promise<void>((resolve) => waits.push(resolve));
    const work = async (items: string[]) => {
      batches.push(items);
      return items;
    };
    const one = batched(work, { max: 100, key: (item) => item, before });
    const first = one('a');
    await afterTurns(5);
    const second = one('b');
    waits[0]?.();
    assert.deepEqual([await Promise.all([first, second]), batches, waits.length], [['a', 'b'], [['a', 'b']], 1]);
  });

  it('takes no more than it may at once, and never two of one key', async () => {
    const { batches, one } = gathered(3);
    await Promise.all(['a 1', 'a 2', 'b', 'c', 'd'].map(one));
    assert.deepEqual(batches, [
      ['a 1', 'b', 'c'],
      ['a 2', 'd'],
    ]);
  });
});
