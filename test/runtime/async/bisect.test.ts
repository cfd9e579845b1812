import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bisect } from '../../../runtime/async/bisect.ts';

const failed = (item: number, error: unknown) => `${item} ${error instanceof Error ? error.message : error}`;
const isOfAll = (error: unknown) => error instanceof Error && error.message === 'away';

test('the one that is refused is found, and the others are done, in a number of calls that grows with the logarithm', async () => {
  let calls = 0;
  const work = async (items: number[]) => {
    calls += 1;
    if (items.includes(117)) throw new Error('refused');
    return items.map((item) => `${item} done`);
  };
  const results = await bisect(
    Array.from({ length: 200 }, (_, n) => n),
    work,
    { failsAll: isOfAll, failed },
  );
  assert.deepEqual(
    results.filter((result) => !result.endsWith('done')),
    ['117 refused'],
  );
  assert.deepEqual([results.length, results[116], results[199]], [200, '116 done', '199 done']);
  assert.ok(calls <= 2 * Math.ceil(Math.log2(200)) + 1, `${calls} calls`);
});

test('a failure of all ends it at once: what was done before stays done, and the rest is not tried', async () => {
  let calls = 0;
  const work = async (items: number[]) => {
    calls += 1;
    if (items.length === 4) throw new Error('refused');
    if (items.includes(2)) throw new Error('away');
    return items.map((item) => `${item} done`);
  };
  assert.deepEqual(await bisect([0, 1, 2, 3], work, { failsAll: isOfAll, failed }), ['0 done', '1 done', '2 away', '3 away']);
  assert.equal(calls, 3);
});
