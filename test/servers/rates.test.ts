/** Rates on a real Redis: for all processes together, and without it for each by itself. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { redisRates } from '../../persistence/redis/rates.ts';
import { ratesSuite } from '../ports/rates.ts';
import { closeAll, closed, newPrefix, openLink } from './redis.ts';

after(closeAll);
ratesSuite('in Redis', async () => redisRates(await openLink(newPrefix())));

const policy = { name: 'key', points: 10, window_s: 60 };

test('two processes count together', async () => {
  const prefix = newPrefix();
  const [one, other] = [redisRates(await openLink(prefix)), redisRates(await openLink(prefix))];
  const all = await Promise.all(Array.from({ length: 40 }, (_, n) => (n % 2 ? one : other).spend(policy, 'a', 1)));
  assert.equal(all.filter(({ is_over }) => !is_over).length, 10);
});

test('while Redis is away each process counts by itself, at once, and nobody is refused for it', async () => {
  const link = await openLink(newPrefix());
  const rates = redisRates(link);
  await rates.spend(policy, 'a', 1);
  await closed(link);
  const all = await Promise.all(Array.from({ length: 12 }, () => rates.spend(policy, 'a', 1)));
  assert.deepEqual(
    all.map(({ is_over }) => is_over),
    [...Array.from({ length: 10 }, () => false), true, true],
  );
});
