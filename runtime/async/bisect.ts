/** Isolates the failing items of a batch that is refused as a whole, and completes the others. */

export type Bisection<Item, Result> = {
  /** Returns true for a failure that applies to all items: nothing more is tried, and the rest fail with it. */
  failsAll: (error: unknown) => boolean;
  /** Makes the result of an item that failed, alone or with the rest. */
  failed: (item: Item, error: unknown) => Result;
};

/** One result an item, in order. Halves are tried again, down to single items: at most 2n - 1 calls of `work` for n items. */
export async function bisect<Item, Result>(
  items: readonly Item[],
  work: (items: Item[]) => Promise<Result[]>,
  { failsAll, failed }: Bisection<Item, Result>,
): Promise<Result[]> {
  let failure: { error: unknown } | null = null;
  async function run(part: readonly Item[]): Promise<Result[]> {
    if (failure) {
      const { error } = failure;
      return part.map((item) => failed(item, error));
    }
    try {
      return await work([...part]);
    } catch (error) {
      if (failsAll(error)) failure = { error };
      if (failure || part.length === 1) return part.map((item) => failed(item, error));
      const middle = Math.ceil(part.length / 2);
      const first = await run(part.slice(0, middle));
      return [...first, ...(await run(part.slice(middle)))];
    }
  }
  return run(items);
}
