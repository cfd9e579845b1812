/** The vectors in memory say what comparing each with each says, whatever came and went before. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Vectors } from '../../persistence/sqlite-index/vectors.ts';

const SEED = 20261123;
const DIMENSION = 7;
const vector = fc
  .array(fc.integer({ min: -3, max: 3 }), { minLength: DIMENSION, maxLength: DIMENSION })
  .map((values) => Float32Array.from(values));
const org = fc.constantFrom('a', 'b');
const step = fc.oneof(
  fc.record({ set: fc.array(vector, { minLength: 1, maxLength: 4 }), id: fc.nat(150), org }),
  fc.record({ set: fc.constant(null), id: fc.nat(150), org }),
);
const MODEL = 'm';
const of = (...passages: Float32Array[]) => ({ model: MODEL, passages });
const product = (one: Float32Array, other: Float32Array) => one.reduce((sum, value, i) => sum + value * (other[i] ?? 0), 0);

test(`sets, changes, moves and removals in any order, of one passage or several (seed ${SEED})`, () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300, size: 'max' }), vector, fc.integer({ min: 1, max: 20 }), (steps, query, max) => {
      const vectors = new Vectors(MODEL);
      const known = new Map<number, { org: string; set: Float32Array[] }>();
      for (const { set, id, org: owner } of steps) {
        if (set) {
          vectors.set(owner, id, of(...set));
          known.set(id, { org: owner, set });
        } else {
          vectors.delete(id);
          known.delete(id);
        }
      }
      for (const owner of ['a', 'b', 'c']) {
        const wanted = [...known]
          .filter(([, one]) => one.org === owner)
          .map(([id, { set }]) => ({ id, similarity: Math.max(...set.map((one) => product(one, query))) }))
          .filter(({ similarity }) => similarity > 0)
          .sort((x, y) => y.similarity - x.similarity || y.id - x.id);
        assert.deepEqual(vectors.nearest(owner, query, 1_000, null), wanted);
        assert.deepEqual(
          vectors.nearest(owner, query, 1_000, new Set([1, 2, 3])),
          wanted.filter(({ id }) => [1, 2, 3].includes(id)),
        );
        const best = vectors.nearest(owner, query, max, null).map(({ similarity }) => similarity);
        assert.deepEqual(
          best,
          wanted.slice(0, max).map(({ similarity }) => similarity),
        );
      }
    }),
    { seed: SEED, numRuns: 300 },
  );
});

test('a vector of another dimension takes the place of the old one, and is not seen beside others', () => {
  const vectors = new Vectors(MODEL);
  vectors.set('a', 1, of(Float32Array.from([1, 0])));
  vectors.set('a', 2, of(Float32Array.from([1, 0])));
  vectors.set('a', 1, of(Float32Array.from([1, 0, 0])));
  assert.deepEqual(vectors.nearest('a', Float32Array.from([1, 0]), 9, null), [{ id: 2, similarity: 1 }]);
  assert.deepEqual(vectors.nearest('a', Float32Array.from([1, 0, 0]), 9, null), [{ id: 1, similarity: 1 }]);
});

test('vectors of another model are compared with nothing, and take away those that were there', () => {
  const vectors = new Vectors(MODEL);
  vectors.set('a', 1, of(Float32Array.from([1, 0])));
  vectors.set('a', 1, { model: 'another', passages: [Float32Array.from([1, 0])] });
  assert.deepEqual(vectors.nearest('a', Float32Array.from([1, 0]), 9, null), []);
});
