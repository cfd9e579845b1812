/** An LRU cache of at most `max` entries. */
export function createLru<Value>(max: number) {
  const entries = new Map<string, Value>();
  return {
    get(id: string): Value | undefined {
      const value = entries.get(id);
      if (value !== undefined) {
        entries.delete(id);
        entries.set(id, value);
      }
      return value;
    },
    keep(id: string, value: Value): void {
      entries.delete(id);
      entries.set(id, value);
      if (entries.size <= max) return;
      for (const oldest of entries.keys()) {
        entries.delete(oldest);
        return;
      }
    },
    forget(id: string): void {
      entries.delete(id);
    },
  };
}
