/** Waits for a resource to settle: on commits of this process, on messages of others, and by polling. */
import { type EventEmitter, setMaxListeners } from 'node:events';
import type { Clock } from '../async/clock.ts';
import type { RuntimeLimits } from '../limits.ts';
import type { Facts } from '../ports/facts.ts';
import type { ResourceRow } from '../ports/resources.ts';
import type { ResourceRef } from '../ports/scope.ts';

/**
 * `news` emits, by resource_id, the row that was committed here, or the `seq` that another process moved it to. `cached`: the row as this
 * process has last committed it, if no other is known to have moved it since.
 */
type Parts = {
  facts: Pick<Facts, 'resources'>;
  clock: Clock;
  news: EventEmitter;
  limits: RuntimeLimits;
  cached: (resource_id: string) => ResourceRow | null;
};

/** The resource when nothing of ours is under way, or as it is after `wait_ms`, or when the signal is aborted. null: not in scope. */
export async function waitUntilSettled(
  { facts, clock, news, limits, cached }: Parts,
  { scope, resource_id }: ResourceRef,
  wait_ms: number,
  signal: AbortSignal,
): Promise<ResourceRow | null> {
  const read = () => facts.resources.get(scope, resource_id);
  const until = clock.elapsed() + wait_ms;
  let committed: ResourceRow | null = null;
  let known_seq = -1;
  let has_news = false;
  let wake = (): void => {};
  const onNews = (news: ResourceRow | number): void => {
    const seq = typeof news === 'number' ? news : news.seq;
    if (seq <= Math.max(known_seq, committed?.seq ?? -1)) return; // its own commit, received again
    committed = typeof news === 'number' ? null : news;
    has_news = true;
    wake();
  };
  const onAbort = () => wake();
  news.on(resource_id, onNews); // before the first read, so that no news is missed between the two
  setMaxListeners(0, signal); // as many as wait: each takes its own away again
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    for (let current = underWay() ?? (await read()); ; current = committed ?? (await read())) {
      if (!current || current.rests) return current;
      known_seq = current.seq;
      const left_ms = until - clock.elapsed();
      if (left_ms <= 0 || signal.aborted) return await read(); // over: as it then is
      if (!has_news) await waitForNews(Math.min(left_ms, limits.rested_look_ms));
      has_news = false;
    }
  } finally {
    news.off(resource_id, onNews);
    signal.removeEventListener('abort', onAbort);
  }

  /** What it has just been moved to here need not be read; that it rests is read. */
  function underWay(): ResourceRow | null {
    const known = cached(resource_id);
    return known && known.org_id === scope.org_id && !known.rests ? known : null;
  }
  async function waitForNews(max_ms: number): Promise<void> {
    committed = null;
    await new Promise<void>((resolve) => {
      const timer = clock.after(max_ms, resolve);
      wake = () => {
        timer.cancel();
        resolve();
      };
    });
  }
}
