/** The lexical vector: near is what is written alike. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashedNgrams } from '../worlds/hashed-ngrams.ts';
import { seeded, texts } from '../worlds/texts.ts';

const SEED = 20261123;
const embedder = hashedNgrams();
const embed = (...given: string[]) => embedder.embed(given, new AbortController().signal);
const NONE = new Float32Array();
const cosine = (a: Float32Array = NONE, b: Float32Array = NONE) => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);

test('vectors are of unit length and the same each time, one for each text, in order', async () => {
  const given = ['北京大学图书馆', 'annual report', '1,234.50'];
  const [first, again] = [await embed(...given), await embed(...given)];
  assert.deepEqual(first, again);
  assert.equal(first.length, 3);
  for (const vector of first) {
    assert.equal(vector.length, embedder.dimension);
    assert.ok(Math.abs(Math.hypot(...vector) - 1) < 1e-5);
  }
  assert.deepEqual(await embed('北京大学圖書館'), [first[0]]);
});

test('a text without words is near nothing', async () => {
  const [nothing, something] = await embed(' !! ', '手机');
  assert.equal(cosine(nothing, something), 0);
});

test('a word told many times says little more than once', async () => {
  const [many, once, both] = await embed('apple '.repeat(200), 'apple', `${'apple '.repeat(200)} banana cherry`);
  assert.ok(cosine(many, once) > 0.999);
  assert.ok(cosine(once, both) < 0.99);
});

test(`a text with a tenth of it misread is nearer than any of 2,000 others (seed ${SEED})`, async () => {
  const random = seeded(SEED);
  const made = texts(random);
  const given = Array.from({ length: 2_000 }, () => made.text(6));
  const all = await embed(...given);
  for (const at of [0, 500, 1_000, 1_500]) {
    const misread = [...(given[at] ?? '')].map((one) => (random() < 0.1 ? '口' : one)).join('');
    const [query] = await embed(misread);
    const order = all.map((vector, i) => ({ i, near: cosine(vector, query) })).sort((a, b) => b.near - a.near);
    assert.equal(order[0]?.i, at);
    assert.ok((order[0]?.near ?? 0) > 0.6, `${order[0]?.near}`);
  }
});

test('it stops when it is told to', async () => {
  await assert.rejects(embedder.embed(['a'], AbortSignal.abort(new Error('no more'))), /no more/);
});
