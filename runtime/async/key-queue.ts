/** Serialises work by key: work on one key runs in order of arrival, work on different keys concurrently. */

export class KeyQueueFull extends Error {
  override name = 'TooManyInLine';
}

/** `max`: waiting for one key; beyond, TooManyInLine. The work of one key must not wait for more work of the same key. */
export function createKeyQueue(max: number) {
  const queues = new Map<string, { waiting: number; last: Promise<unknown> }>();
  return async function inOrder<Value>(key: string, work: () => Promise<Value>): Promise<Value> {
    const queue = queues.get(key) ?? { waiting: 0, last: Promise.resolve() };
    if (queue.waiting >= max) throw new KeyQueueFull(`${max} wait for ${key}`);
    queue.waiting += 1;
    const own = queue.last.then(work);
    queue.last = own.catch(() => undefined); // the caller gets the error; the next goes on
    queues.set(key, queue);
    try {
      return await own;
    } finally {
      queue.waiting -= 1;
      if (queue.waiting === 0) queues.delete(key);
    }
  };
}
