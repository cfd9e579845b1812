/** All vectors of one model, in memory: a block of numbers an organisation (and dimension), scanned whole for each query. */
import type { Vectors as Made } from '../../runtime/ports/texts.ts';

export type Near = { id: number; similarity: number };

/** Rows of numbers, without holes: the last row takes the place of one that goes. ids: of the entry of each row, which may have several. */
type Block = { rows: Float32Array; ids: number[] };
type Place = { key: string; rows: number[] };
const FIRST_ROWS = 64;

export class Vectors {
  /** Those of others are left out; null: all are. */
  readonly model: string | null;
  readonly #blocks = new Map<string, Block>();
  readonly #places = new Map<number, Place>();

  constructor(model: string | null) {
    this.model = model;
  }

  /** In place of those that the entry had. */
  set(org_id: string, id: number, { model, passages }: Made): void {
    this.delete(id);
    const dimension = passages[0]?.length ?? 0;
    if (model !== this.model || dimension === 0) return;
    const key = keyOf(org_id, dimension);
    const block = this.#blocks.get(key) ?? { rows: new Float32Array(FIRST_ROWS * dimension), ids: [] };
    this.#blocks.set(key, block);
    const rows = passages.map((passage) => {
      const row = block.ids.length;
      if ((row + 1) * dimension > block.rows.length) {
        const larger = new Float32Array(block.rows.length * 2);
        larger.set(block.rows);
        block.rows = larger;
      }
      block.rows.set(passage, row * dimension);
      block.ids.push(id);
      return row;
    });
    this.#places.set(id, { key, rows });
  }

  delete(id: number): void {
    const place = this.#places.get(id);
    const block = place && this.#blocks.get(place.key);
    if (!place || !block) return;
    this.#places.delete(id);
    const dimension = dimensionOf(place.key);
    for (const row of place.rows.sort((a, b) => b - a)) {
      const last = block.ids.pop();
      const from = block.ids.length;
      if (last === undefined || row === from) continue;
      block.rows.copyWithin(row * dimension, from * dimension, (from + 1) * dimension);
      block.ids[row] = last;
      const moved = this.#places.get(last)?.rows;
      if (moved) moved[moved.indexOf(from)] = row;
    }
  }

  /** The `max` nearest of those `allowed` (null: all) by their nearest passage, nearest first, with a similarity above 0. Vectors of other dimensions are not seen. */
  nearest(org_id: string, query: Float32Array, max: number, allowed: ReadonlySet<number> | null): Near[] {
    const block = this.#blocks.get(keyOf(org_id, query.length));
    if (!block) return [];
    const similarities = products(block, query);
    const best: Near[] = [];
    const among = new Map<number, number>();
    let least = 0;
    for (let row = 0; row < similarities.length; row += 1) {
      const similarity = similarities[row] ?? 0;
      const id = block.ids[row];
      if (similarity <= least || id === undefined || (allowed && !allowed.has(id))) continue;
      const there = among.get(id);
      if (there !== undefined && there >= similarity) continue;
      if (there !== undefined) best.splice(placeOf(best, { id, similarity: there }), 1);
      among.set(id, similarity);
      best.splice(placeOf(best, { id, similarity }), 0, { id, similarity });
      if (best.length > max) among.delete(best.pop()?.id ?? 0);
      if (best.length === max) least = best.at(-1)?.similarity ?? 0;
    }
    return best;
  }
}

const keyOf = (org_id: string, dimension: number): string => `${dimension} ${org_id}`;
const dimensionOf = (key: string): number => Number.parseInt(key, 10);

/** The product of each row with the query: the cosine, since all are unit vectors. */
function products({ rows, ids }: Block, query: Float32Array): Float32Array {
  const found = new Float32Array(ids.length);
  for (let row = 0; row < found.length; row += 1) found[row] = product(rows, row * query.length, query);
  return found;
}

/** Four sums at once: one alone waits for each addition. */
function product(rows: Float32Array, from: number, query: Float32Array): number {
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

/** Where it stands, or belongs, in a list from near to far; of two as near, the newer entry first, so that pages are stable. */
function placeOf(best: readonly Near[], one: Near): number {
  let low = 0;
  let high = best.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const there = best[middle];
    if (there && (there.similarity > one.similarity || (there.similarity === one.similarity && there.id > one.id)))
      low = middle + 1;
    else high = middle;
  }
  return low;
}
