/** The last few things that were kept: the one used longest ago goes first. */
export function createLru<Value>(most: number) {
  const kept = new Map<string, Value>();
  return {
    get(id: string): Value | undefined {
      const value = kept.get(id);
      if (value !== undefined) {
        kept.delete(id);
        kept.set(id, value);
      }
      return value;
    },
    keep(id: string, value: Value): void {
      kept.delete(id);
      kept.set(id, value);
      if (kept.size <= most) return;
      for (const oldest of kept.keys()) {
        kept.delete(oldest);
        return;
      }
    },
    forget(id: string): void {
      kept.delete(id);
    },
  };
}
