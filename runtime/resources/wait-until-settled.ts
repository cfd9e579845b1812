/** Waiting for a resource to rest: by what is committed here, by what is told of elsewhere, and by a look from time to time. */
import { type EventEmitter, setMaxListeners } from 'node:events';
import type { Clock } from '../async/clock.ts';
import type { RuntimeLimits } from '../limits.ts';
import type { Facts } from '../ports/facts.ts';
import type { ResourceRow } from '../ports/resources.ts';
import type { ResourceRef } from '../ports/scope.ts';

/** `news`: by resource_id, the row as it was committed here, or the `seq` that somebody has moved it to. */
type Parts = { facts: Pick<Facts, 'resources'>; clock: Clock; news: EventEmitter; limits: RuntimeLimits };

/** The resource when nothing of ours is under way, or as it is after `wait_ms`, or when the signal is aborted. null: not in scope. */
export async function waitUntilSettled(
  { facts, clock, news, limits }: Parts,
  { scope, resource_id }: ResourceRef,
  wait_ms: number,
  signal: AbortSignal,
): Promise<ResourceRow | null> {
  const read = () => facts.resources.get(scope, resource_id);
  const until = clock.elapsed() + wait_ms;
  let committed: ResourceRow | null = null;
  let known_seq = -1;
  let heard = false;
  let wake = (): void => {};
  const told = (news: ResourceRow | number): void => {
    const seq = typeof news === 'number' ? news : news.seq;
    if (seq <= Math.max(known_seq, committed?.seq ?? -1)) return; // its own commit, told again
    committed = typeof news === 'number' ? null : news;
    heard = true;
    wake();
  };
  const end = () => wake();
  news.on(resource_id, told); // before the first look, so that nothing is missed between the two
  setMaxListeners(0, signal); // as many as wait: each takes its own away again
  signal.addEventListener('abort', end, { once: true });
  try {
    for (let now = await read(); ; now = committed ?? (await read())) {
      if (!now || now.rests) return now;
      known_seq = now.seq;
      const left = until - clock.elapsed();
      if (left <= 0 || signal.aborted) return await read(); // over: as it then is
      if (!heard) await woken(Math.min(left, limits.rested_look_ms));
      heard = false;
    }
  } finally {
    news.off(resource_id, told);
    signal.removeEventListener('abort', end);
  }

  async function woken(most_ms: number): Promise<void> {
    committed = null;
    await new Promise<void>((resolve) => {
      const timer = clock.after(most_ms, resolve);
      wake = () => {
        timer.cancel();
        resolve();
      };
    });
  }
}
