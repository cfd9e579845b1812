/**
 * How near writings are to one word: edits, of which those that recognition makes cost little. The table of edits is kept from one word to
 * the next, so that of words in order only what differs is compared, and all that begin alike are passed over at once.
 */
import { LRUCache } from 'lru-cache';
import { areAlike, TWO_AS_ONE } from './look-alikes.ts';

/** In tenths: a look-alike; anything else; a digit, which is another number: only what looks like it may stand for it. */
const COST = { alike: 4, edit: 10, digit: 30 };
const TENTHS = 10;
/** Above every limit, and far below what an Int32Array holds. */
const BEYOND = 1_000_000;
/** Distances of words that are asked for again: texts share most of their words. */
const KEPT = 4_000;

const [ZERO, NINE] = [48, 57];
const isDigit = (code: number): boolean => code >= ZERO && code <= NINE;
const dropOf = (code: number): number => (isDigit(code) ? COST.digit : COST.edit);
const codesOf = (two: string): [number, number] => [two.charCodeAt(0), two.charCodeAt(1)];
const TWOS = new Map([...TWO_AS_ONE].map(([one, twos]) => [one.charCodeAt(0), twos.map(codesOf)]));

/** What one character makes of each of the word: costs of taking it for that, and pairs that it stands for. */
type Step = { code: number; swaps: Int32Array; drop: number; twos: readonly [number, number][] };
/** Costs of making so much of another word of the first characters of ours; least: of them all. */
type Column = { costs: Int32Array; least: number };

export class Measure {
  readonly #word: string;
  readonly #codes: number[];
  readonly #twos: (readonly [number, number][])[];
  readonly #limit: number;
  /** By how many characters lengths may differ: each costs a look-alike, two for one, at least. */
  readonly #apart: number;
  readonly #steps = new Map<number, Step>();
  readonly #columns: Column[];
  readonly #kept = new Map<string, number>();

  /** room: what a distance may be; what is further is Infinity. */
  constructor(word: string, room: number) {
    this.#word = word;
    this.#limit = Math.round(room * TENTHS);
    this.#apart = Math.floor(this.#limit / COST.alike);
    this.#codes = Array.from({ length: word.length }, (_, at) => word.charCodeAt(at));
    this.#twos = this.#codes.map((code) => TWOS.get(code) ?? []);
    const first = new Int32Array(word.length + 1);
    for (const [at, code] of this.#codes.entries()) first[at + 1] = (first[at] ?? 0) + dropOf(code);
    this.#columns = [{ costs: first, least: 0 }];
  }

  of(other: string): number {
    if (other === this.#word) return 0;
    if (Math.abs(other.length - this.#word.length) > this.#apart) return Number.POSITIVE_INFINITY;
    const kept = this.#kept.get(other);
    if (kept !== undefined) return kept;
    const cost = this.#reach(other, 0) < other.length ? Number.POSITIVE_INFINITY : this.#costAt(other.length);
    if (this.#kept.size >= KEPT) this.#kept.clear();
    this.#kept.set(other, cost);
    return cost;
  }

  /** Those of `sorted`, which is in the order of `<`, that are within the room. */
  among(sorted: readonly string[]): { word: string; cost: number }[] {
    const found: { word: string; cost: number }[] = [];
    let before = '';
    let known = 0;
    for (let at = 0; at < sorted.length; ) {
      const word = sorted[at] ?? '';
      if (Math.abs(word.length - this.#word.length) > this.#apart) {
        at += 1;
        continue;
      }
      const same = sharedBy(before, word, known);
      const reached = this.#reach(word, same);
      before = word;
      known = reached;
      if (reached === word.length) {
        const cost = this.#costAt(reached);
        if (cost !== Number.POSITIVE_INFINITY) found.push({ word, cost });
        at += 1;
      } else {
        known = reached + 1; // the column at which it was given up
        at = afterPrefix(sorted, at, word.slice(0, known));
      }
    }
    return found;
  }

  #costAt(length: number): number {
    const cost = this.#columns[length]?.costs[this.#word.length] ?? this.#limit + 1;
    return cost <= this.#limit ? cost / TENTHS : Number.POSITIVE_INFINITY;
  }

  /** Fills the columns of a word whose first `known` are filled. Returns its length, or how far it may still become one that is near. */
  #reach(other: string, known: number): number {
    for (let at = known; at < other.length; at += 1) {
      this.#fill(at, other.charCodeAt(at), at > 0 ? other.charCodeAt(at - 1) : 0);
      // Two columns, since two characters may stand for one.
      if ((this.#columns[at + 1]?.least ?? 0) > this.#limit && (this.#columns[at]?.least ?? 0) > this.#limit) return at;
    }
    return other.length;
  }

  /** Only what is no further apart than lengths may differ: all else is beyond the limit, and so are the two beside it. */
  #fill(at: number, code: number, code_before: number): void {
    const { swaps, drop, twos } = this.#stepOf(code);
    const column = this.#columns[at + 1] ?? { costs: new Int32Array(this.#word.length + 1), least: 0 };
    this.#columns[at + 1] = column;
    const { costs } = column;
    const last = this.#columns[at]?.costs ?? costs;
    const last_but_one = at > 0 ? this.#columns[at - 1]?.costs : undefined;
    const first = Math.max(1, at + 1 - this.#apart);
    const end = Math.min(this.#word.length, at + 1 + this.#apart);
    let least = first > 1 ? BEYOND : (last[0] ?? 0) + drop;
    costs[first - 1] = least;
    if (end < this.#word.length) costs[end + 1] = BEYOND;
    for (let i = first; i <= end; i += 1) {
      const swap = swaps[i - 1] ?? 0;
      let cost = (last[i - 1] ?? 0) + swap;
      if (swap > 0) {
        const [mine, mine_before] = [this.#codes[i - 1] ?? 0, this.#codes[i - 2] ?? 0];
        cost = Math.min(cost, (last[i] ?? 0) + drop, (costs[i - 1] ?? 0) + dropOf(mine));
        if (i > 1) {
          if (last_but_one && mine === code_before && code === mine_before && !isDigit(mine) && !isDigit(code))
            cost = Math.min(cost, (last_but_one[i - 2] ?? 0) + COST.edit);
          for (const [first, second] of twos)
            if (mine === second && mine_before === first) cost = Math.min(cost, (last[i - 2] ?? 0) + COST.alike);
        }
        if (last_but_one)
          for (const [first, second] of this.#twos[i - 1] ?? [])
            if (code === second && code_before === first) cost = Math.min(cost, (last_but_one[i - 1] ?? 0) + COST.alike);
      }
      costs[i] = cost;
      if (cost < least) least = cost;
    }
    column.least = least;
  }

  #stepOf(code: number): Step {
    const found = this.#steps.get(code);
    if (found) return found;
    const one = String.fromCharCode(code);
    const swaps = Int32Array.from(this.#codes, (mine, at) => {
      if (mine === code) return 0;
      if (areAlike(this.#word.charAt(at), one)) return COST.alike;
      return isDigit(mine) || isDigit(code) ? COST.digit : COST.edit;
    });
    const step = { code, swaps, drop: dropOf(code), twos: TWOS.get(code) ?? [] };
    this.#steps.set(code, step);
    return step;
  }
}

function sharedBy(one: string, other: string, most: number): number {
  const end = Math.min(one.length, other.length, most);
  let at = 0;
  while (at < end && one.charCodeAt(at) === other.charCodeAt(at)) at += 1;
  return at;
}

/** The first place behind `at` whose word begins otherwise. */
function afterPrefix(sorted: readonly string[], at: number, prefix: string): number {
  let step = 1;
  let low = at;
  while (low + step < sorted.length && sorted[low + step]?.startsWith(prefix)) {
    low += step;
    step *= 2;
  }
  let high = Math.min(low + step, sorted.length);
  while (low + 1 < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]?.startsWith(prefix)) low = middle;
    else high = middle;
  }
  return high;
}

/** Those used last, by word and room: one search measures the words of many texts by the same few. */
const measures = new LRUCache<string, Measure>({ max: 64 });
export function measureOf(word: string, room: number): Measure {
  const key = `${room} ${word}`;
  const measure = measures.get(key) ?? new Measure(word, room);
  measures.set(key, measure);
  return measure;
}
