/** All vectors, in memory: one block of numbers an organisation (and dimension), scanned whole for each query. */

export type Near = { id: number; similarity: number };

/** Rows of numbers, without holes: the last row takes the place of one that goes. */
type Block = { rows: Float32Array; ids: number[] };
const FIRST_ROWS = 64;
/** A query with fewer numbers than this part of the dimension is scanned by these alone: hashed vectors of short queries are mostly 0. */
const SPARSE = 0.25;

export class Vectors {
  readonly #blocks = new Map<string, Block>();
  readonly #places = new Map<number, { key: string; row: number }>();

  set(org_id: string, id: number, vector: Float32Array): void {
    const key = keyOf(org_id, vector.length);
    if (this.#places.get(id)?.key !== key) this.delete(id);
    const block = this.#blocks.get(key) ?? { rows: new Float32Array(FIRST_ROWS * vector.length), ids: [] };
    this.#blocks.set(key, block);
    const row = this.#places.get(id)?.row ?? block.ids.length;
    if ((row + 1) * vector.length > block.rows.length) {
      const larger = new Float32Array(block.rows.length * 2);
      larger.set(block.rows);
      block.rows = larger;
    }
    block.rows.set(vector, row * vector.length);
    block.ids[row] = id;
    this.#places.set(id, { key, row });
  }

  delete(id: number): void {
    const place = this.#places.get(id);
    const block = place && this.#blocks.get(place.key);
    if (!place || !block) return;
    this.#places.delete(id);
    const last = block.ids.pop();
    if (last === undefined || last === id) return;
    const dimension = dimensionOf(place.key);
    block.rows.copyWithin(place.row * dimension, block.ids.length * dimension, (block.ids.length + 1) * dimension);
    block.ids[place.row] = last;
    this.#places.set(last, place);
  }

  /** The `most` nearest of those `allowed` (null: all), nearest first, with a similarity above 0. Vectors of other dimensions are not seen. */
  nearest(org_id: string, query: Float32Array, max: number, allowed: ReadonlySet<number> | null): Near[] {
    const block = this.#blocks.get(keyOf(org_id, query.length));
    if (!block) return [];
    const similarities = products(block, query);
    const best: Near[] = [];
    let least = 0;
    for (let row = 0; row < similarities.length; row += 1) {
      const similarity = similarities[row] ?? 0;
      const id = block.ids[row];
      if (similarity <= least || id === undefined || (allowed && !allowed.has(id))) continue;
      insert(best, { id, similarity });
      if (best.length > max) best.pop();
      if (best.length === max) least = best.at(-1)?.similarity ?? 0;
    }
    return best;
  }
}

const keyOf = (org_id: string, dimension: number): string => `${dimension} ${org_id}`;
const dimensionOf = (key: string): number => Number.parseInt(key, 10);

/** The product of each row with the query: the cosine, since all are unit vectors. */
function products({ rows, ids }: Block, query: Float32Array): Float32Array {
  const dimension = query.length;
  const found = new Float32Array(ids.length);
  const used = Uint32Array.from(query.keys()).filter((at) => query[at] !== 0);
  if (used.length < dimension * SPARSE) {
    const values = Float32Array.from(used, (at) => query[at] ?? 0);
    for (let row = 0; row < found.length; row += 1) found[row] = sparseProduct(rows, row * dimension, used, values);
  } else {
    for (let row = 0; row < found.length; row += 1) found[row] = denseProduct(rows, row * dimension, query);
  }
  return found;
}

function sparseProduct(rows: Float32Array, from: number, used: Uint32Array, values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < used.length; i += 1) sum += (rows[from + (used[i] ?? 0)] ?? 0) * (values[i] ?? 0);
  return sum;
}

/** Four sums at once: one alone waits for each addition. */
function denseProduct(rows: Float32Array, from: number, query: Float32Array): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  const fours = query.length & ~3;
  for (let i = 0; i < fours; i += 4) {
    a += (rows[from + i] ?? 0) * (query[i] ?? 0);
    b += (rows[from + i + 1] ?? 0) * (query[i + 1] ?? 0);
    c += (rows[from + i + 2] ?? 0) * (query[i + 2] ?? 0);
    d += (rows[from + i + 3] ?? 0) * (query[i + 3] ?? 0);
  }
  for (let i = fours; i < query.length; i += 1) a += (rows[from + i] ?? 0) * (query[i] ?? 0);
  return a + b + c + d;
}

/** Into its place of a list from near to far; of two as near, the newer entry first, so that pages are stable. */
function insert(best: Near[], one: Near): void {
  let low = 0;
  let high = best.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const there = best[middle];
    if (there && (there.similarity > one.similarity || (there.similarity === one.similarity && there.id > one.id)))
      low = middle + 1;
    else high = middle;
  }
  best.splice(low, 0, one);
}
