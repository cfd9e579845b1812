/** Work on one key at a time, in the order in which it came; on different keys at once. */

export class KeyQueueFull extends Error {
  override name = 'TooManyInLine';
}

/** `max`: waiting for one key; beyond, TooManyInLine. The work of one key must not wait for more work of the same key. */
export function createKeyQueue(max: number) {
  const lines = new Map<string, { waiting: number; last: Promise<unknown> }>();
  return async function inLine<Value>(key: string, work: () => Promise<Value>): Promise<Value> {
    const line = lines.get(key) ?? { waiting: 0, last: Promise.resolve() };
    if (line.waiting >= max) throw new KeyQueueFull(`${max} wait for ${key}`);
    line.waiting += 1;
    const mine = line.last.then(work);
    line.last = mine.catch(() => undefined); // told to who asked for it; the next goes on
    lines.set(key, line);
    try {
      return await mine;
    } finally {
      line.waiting -= 1;
      if (line.waiting === 0) lines.delete(key);
    }
  };
}
