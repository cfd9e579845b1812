/** Works on the items of a list, so many at once. */
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';

/** Resolves to what came of each, in order. Others are served after each item. Rejects with the first error of `work`. */
export async function eachOf<Item, Result>(
  items: readonly Item[],
  at_once: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results = new Map<number, Result>();
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let n = next++; n < items.length; n = next++) {
      const item = items[n];
      if (item !== undefined) results.set(n, await work(item));
      await turnOfTheLoop();
    }
  };
  await Promise.all(Array.from({ length: Math.min(at_once, items.length) }, lane));
  return items.flatMap((_, n) => results.get(n) ?? []);
}
