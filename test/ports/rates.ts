/** What every counter of rates promises. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Rates } from '../../runtime/ports/rates.ts';
import { until } from '../worlds/wait.ts';

export function ratesSuite(name: string, open: () => Promise<Rates>): void {
  describe(`rates: ${name}`, () => {
    test('points are spent by each caller apart, in each policy apart, and counted beyond the last', async () => {
      const rates = await open();
      const policy = { name: 'key', points: 10, window_s: 60 };
      const spent = [];
      for (const points of [1, 4, 5]) spent.push(await rates.spend(policy, 'a', points));
      assert.deepEqual(
        spent.map(({ is_over, remaining }) => [is_over, remaining]),
        [
          [false, 9],
          [false, 5],
          [false, 0],
        ],
      );
      const over = await rates.spend(policy, 'a', 1);
      assert.deepEqual([over.is_over, over.remaining], [true, 0]);
      assert.ok(over.reset_ms > 0 && over.reset_ms <= 60_000, `${over.reset_ms}`);
      assert.equal((await rates.spend(policy, 'b', 1)).remaining, 9);
      assert.equal((await rates.spend({ ...policy, name: 'address' }, 'a', 1)).remaining, 9);
    });

    test('of many at once exactly as many go through as there are points', async () => {
      const rates = await open();
      const policy = { name: 'key', points: 20, window_s: 60 };
      const all = await Promise.all(Array.from({ length: 100 }, () => rates.spend(policy, 'a', 1)));
      assert.equal(all.filter(({ is_over }) => !is_over).length, 20);
    });

    test('the next window begins anew', async () => {
      const rates = await open();
      const policy = { name: 'key', points: 1, window_s: 1 };
      await rates.spend(policy, 'a', 1);
      assert.equal((await rates.spend(policy, 'a', 1)).is_over, true);
      await until('the window is over', async () => !(await rates.spend(policy, 'a', 1)).is_over);
    });
  });
}
