/** What is near stands out of what is stored, on whatever scale a model has; of another model's vectors nothing is taken. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../../runtime/async/clock.ts';
import { withTimeout } from '../../../runtime/async/timeout.ts';
import type { Embedder } from '../../../runtime/ports/providers.ts';
import type { Embedding } from '../../../runtime/ports/texts.ts';
import { createNearness, leastOf } from '../../../runtime/search/nearness.ts';

const SCOPE = { org_id: 'o' };
/** On a circle, at this cosine with the first axis. */
const at = (cosine: number) => Float32Array.of(cosine, Math.sqrt(1 - cosine * cosine));
const QUERY = at(1);
const spread = (mean: number, width: number, count = 101) =>
  Array.from({ length: count }, (_, n) => at(mean + (width * (n - (count - 1) / 2)) / count));

type Embed = Embedder['embed'];
const REFERRED: Embed = async () => spread(0.1, 0.2);
function world(stored: { model: string; passages: Float32Array[] }[], embed = REFERRED) {
  let [now, asked, embedded] = [0, 0, 0];
  const embedder: Embedder = {
    ...{ model: 'm', dimension: 2 },
    embed: (...asked) => {
      embedded += 1;
      return embed(...asked);
    },
  };
  const sampledEmbeddings = async () => {
    asked += 1;
    return stored.map(
      (one, n): Embedding => ({
        ...{ embedding_id: `e${n}`, text_id: `t${n}`, resource_id: `r${n}`, org_id: 'o', at: n },
        ...one,
      }),
    );
  };
  const nearness = createNearness({ facts: { texts: { sampledEmbeddings } }, embedder, clock: { elapsed: () => now } });
  return {
    least: () => nearness.least(SCOPE, QUERY),
    pass: (ms: number) => {
      now += ms;
    },
    counts: () => ({ asked, embedded }),
  };
}
const of = (model: string, vectors: Float32Array[]) => vectors.map((one) => ({ model, passages: [one] }));

test('the least cosine is three deviations above the mean of what is stored, on any scale', async () => {
  for (const [mean, width] of [
    [0.1, 0.3],
    [0.78, 0.05],
  ] as const) {
    const least = await world(of('m', spread(mean, width))).least();
    const deviation = width / Math.sqrt(12);
    assert.ok(Math.abs(least - (mean + 3 * deviation)) < 0.01, `${least} of ${mean}`);
  }
});

test('where little is stored, texts of ours are beside it, embedded once', async () => {
  const w = world(of('m', [at(0.95)]));
  const least = await w.least();
  assert.ok(least > 0.2 && least < 0.9, `${least}: what is stored is found`);
  w.pass(20_000);
  await w.least();
  assert.deepEqual(w.counts(), { asked: 2, embedded: 1 });
});

test('a slow embedder is asked for the texts of ours once, however many searches are given up meanwhile', async () => {
  let make = (_: Float32Array[]): void => {};
  const made = new Promise<Float32Array[]>((resolve) => {
    make = resolve;
  });
  let asked_under: AbortSignal | null = null;
  const w = world(of('m', [at(0.95)]), (_, signal) => {
    asked_under = signal;
    return made;
  });
  const given_up = [withinNoTime(w.least), withinNoTime(w.least)];
  for (const one of given_up) await assert.rejects(one, /no answer within/);
  assert.equal((asked_under as AbortSignal | null)?.aborted, false);
  make(spread(0.1, 0.2));
  await w.least();
  assert.equal(w.counts().embedded, 1);
});
const withinNoTime = (work: (signal: AbortSignal) => Promise<number>) => withTimeout({ clock: systemClock(), limit_ms: 1 }, work);

test('a large sample stands for minutes, and vectors of another model or length are no part of it', async () => {
  const own = of('m', spread(0.1, 0.3));
  const w = world([...own, ...of('another', spread(0.9, 0.1)), { model: 'm', passages: [Float32Array.of(1, 0, 0)] }]);
  const least = await w.least();
  assert.equal(
    least,
    leastOf(
      QUERY,
      own.flatMap(({ passages }) => passages),
    ),
  );
  w.pass(60_000);
  await w.least();
  assert.deepEqual(w.counts(), { asked: 1, embedded: 0 });
  w.pass(10 * 60_000);
  await w.least();
  assert.equal(w.counts().asked, 2);
});
