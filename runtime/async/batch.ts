/** Batching: items that arrive while a batch is under way form the next batch. */
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';

export type Batched<Item, Result> = (item: Item) => Promise<Result>;
/** Maximum turns of the event loop that a batch waits while more items arrive, two at a time: idle turns take microseconds. */
const MAX_TURNS = 32;

type Waiting<Item, Result> = { item: Item; resolve(result: Result): void; reject(error: unknown): void };

/** `max`: items of a batch; `max_size`: of the sum of their sizes, which one item alone may be above. */
type Bounds<Item> = {
  max: number;
  key: (item: Item) => string;
  size?: (item: Item) => number;
  max_size?: number;
  /** Waited for before each batch is taken up: what arrives meanwhile is in it. */
  before?: () => Promise<void>;
};

/**
 * `work` returns one result an item, in order. No two items of a batch have the same `key`; the later one waits for the next batch.
 * A rejection of `work` is that of every item in the batch.
 */
export function batched<Item, Result>(
  work: (items: Item[]) => Promise<Result[]>,
  { max, key, size = () => 0, max_size = Number.POSITIVE_INFINITY, before }: Bounds<Item>,
): Batched<Item, Result> {
  let waiting: Waiting<Item, Result>[] = [];
  let working = false;

  function takeBatch(): Waiting<Item, Result>[] {
    const batch = new Map<string, Waiting<Item, Result>>();
    const rest: Waiting<Item, Result>[] = [];
    let room = max_size;
    for (const waiter of waiting) {
      const id = key(waiter.item);
      const wanted = size(waiter.item);
      const is_full = batch.size >= max || (wanted > room && batch.size > 0);
      if (is_full) room = Number.NEGATIVE_INFINITY; // the first that does not fit ends it: of one key none overtakes another
      if (is_full || batch.has(id)) rest.push(waiter);
      else {
        batch.set(id, waiter);
        room -= wanted;
      }
    }
    waiting = rest;
    return [...batch.values()];
  }
  /** Waits until two turns bring no more items: callers that the last batch has released arrive in time for this one. */
  async function waitForQuiet() {
    let count = 0;
    for (let turns = 0; turns < MAX_TURNS && count < waiting.length && waiting.length < max; turns += 2) {
      count = waiting.length;
      await turnOfTheLoop();
      await turnOfTheLoop();
    }
  }
  async function run() {
    working = true;
    while (waiting.length > 0) {
      await before?.();
      await waitForQuiet();
      const batch = takeBatch();
      try {
        const results = await work(batch.map(({ item }) => item));
        for (const [i, { resolve, reject }] of batch.entries()) {
          const result = results[i];
          if (result === undefined) reject(new Error('no result for an item of a batch'));
          else resolve(result);
        }
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    working = false;
  }
  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (!working) void run();
    });
}
