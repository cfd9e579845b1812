/** Questions to providers, beside whoever has them asked: a slow provider does not hold up the sweep. */

export type Asks = ReturnType<typeof createAsks>;

/** `most`: under way at once; whoever comes then waits for one to end, so that their number has a bound. */
export function createAsks(most: number) {
  const under_way = new Set<Promise<void>>();
  const stopping = new AbortController();
  return {
    /** Resolves once the question is on its way. `ask` never throws. */
    async begin(ask: (signal: AbortSignal) => Promise<void>): Promise<void> {
      while (under_way.size >= most) await Promise.race(under_way);
      if (stopping.signal.aborted) return; // asked again by whoever comes after us
      const asking = ask(stopping.signal).finally(() => under_way.delete(asking));
      under_way.add(asking);
    },
    async stop(): Promise<void> {
      stopping.abort(new Error('the process stops'));
      await Promise.all(under_way);
    },
  };
}
