/**
 * The feed of messages of all commits, this process' and others', for listeners in this process.
 *
 * 1. An announcement, or a periodic poll, signals that there may be more.
 * 2. Messages after the last known position are read once for all listeners, in order, and the newest are buffered.
 * 3. A reader reads from its own position: from the buffer, or from the facts when it is further behind. Nothing is held for a reader,
 *    so a slow one costs nothing.
 */
import { EventEmitter, once } from 'node:events';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Clock } from '../async/clock.ts';
import { withTimeout } from '../async/timeout.ts';
import type { RuntimeLimits } from '../limits.ts';
import type { Announcements } from '../ports/announcements.ts';
import type { Facts } from '../ports/facts.ts';
import type { PositionedMessage } from '../ports/outbox.ts';
import type { Scope } from '../ports/scope.ts';

/** A page of messages, and the position to continue from. expired: messages after the reader's position were removed. */
export type FeedPage = { messages: PositionedMessage[]; position: number; expired: boolean };
export interface Feed {
  /** The newest position known here. */
  position(): number;
  /** Returns what comes after `position`. Fewer than `limit`: there is no more yet. */
  after(scope: Scope, position: number, limit: number): Promise<FeedPage>;
  /** Resolves when there may be more after `position`, at the latest after `wait_ms`; or when the signal is aborted. */
  more(position: number, wait_ms: number, signal: AbortSignal): Promise<void>;
}
type Parts = { facts: Pick<Facts, 'outbox'>; announcements: Announcements; clock: Clock; limits: RuntimeLimits; log: Logger };

/** `onMessage` is called with each message, once, in order. */
export function createFeed({ facts, announcements, clock, limits, log }: Parts, onMessage: (message: PositionedMessage) => void) {
  const { outbox } = facts;
  const arrivals = new EventEmitter().setMaxListeners(0);
  let buffer: PositionedMessage[] = [];
  /** `buffer` holds all messages after this position. */
  let since = 0;
  let position = 0;
  let stopped = false;
  let polling: Promise<void> | null = null;
  let again = false;
  let next_poll: { cancel(): void } | null = null;

  async function read(): Promise<void> {
    while (!stopped) {
      const page = await outbox.afterAll(position, limits.feed_page);
      const last = page.at(-1);
      if (!last) return;
      buffer.push(...page);
      position = last.position;
      if (buffer.length > 2 * limits.feed_kept) {
        buffer = buffer.slice(-limits.feed_kept);
        since = (buffer[0]?.position ?? position + 1) - 1;
      }
      arrivals.emit('grown');
      for (const message of page)
        if (message.payload !== null) onMessage(message);
        else
          log.error(
            { event: 'outbox.message_unreadable', position: message.position, id: message.id },
            'a message of the outbox cannot be read; skipping it',
          );
      if (page.length < limits.feed_page) return;
      await turnOfTheLoop();
    }
  }
  /** One poll at a time; an announcement during one causes another. */
  function poll(): Promise<void> {
    again = true;
    polling ??= (async () => {
      while (again && !stopped) {
        again = false;
        await read();
      }
    })()
      .catch((error: unknown) =>
        log.warn(
          { event: 'outbox.read_failed', err: error, retry_ms: limits.feed_look_ms },
          'could not read the outbox; it is read again',
        ),
      )
      .finally(() => {
        polling = null;
      });
    return polling;
  }
  function schedulePoll(): void {
    next_poll = clock.after(limits.feed_look_ms, () => void poll().finally(() => stopped || schedulePoll()));
  }

  const feed: Feed = {
    position: () => position,
    async after(scope, from, limit) {
      const upTo = position;
      if (from >= since && from <= upTo) {
        const own = buffer.slice(indexAfter(buffer, from)).filter(({ org_id }) => org_id === scope.org_id);
        return pageOf(own, { limit, upTo });
      }
      const stored = await outbox.after(scope, from, limit + 1);
      const { removed, last } = await outbox.bounds(); // after the read: what was removed meanwhile is noticed
      if (from < removed || from > last) return { messages: [], position: last, expired: true };
      return pageOf(stored, { limit, upTo: Math.max(from, upTo) });
    },
    async more(from, wait_ms, signal) {
      if (position > from || signal.aborted) return;
      const waiting = { clock, limit_ms: wait_ms, signals: [signal] };
      await withTimeout(waiting, (over) => once(arrivals, 'grown', { signal: over })).catch(() => undefined); // the reader looks in any case
    },
  };
  return {
    ...feed,
    async start(): Promise<void> {
      await announcements.listen(() => void poll()).catch(notListening(log, limits));
      position = (await outbox.bounds()).last;
      since = position;
      schedulePoll();
    },
    async stop(): Promise<void> {
      stopped = true;
      next_poll?.cancel();
      await polling;
    },
  };
}

/** The service starts all the same: a message that is not announced is found by the next poll. */
const notListening =
  (log: Logger, { feed_look_ms: retry_ms }: RuntimeLimits) =>
  (err: unknown): void =>
    log.warn(
      { event: 'outbox.not_listening', err, retry_ms },
      'announcements of messages are not received yet; the outbox is read from time to time',
    );

/** `upTo`: all that there is up to this position was looked at. */
function pageOf(found: PositionedMessage[], { limit, upTo }: { limit: number; upTo: number }): FeedPage {
  const page = found.slice(0, limit);
  const last = page.at(-1)?.position ?? upTo;
  const messages = page.filter(({ payload }) => payload !== null); // one that can't be read keeps its position, and is not sent
  return { messages, position: found.length > limit ? last : Math.max(last, upTo), expired: false };
}

/** Where what comes after a position begins. Positions rise. */
function indexAfter(messages: readonly PositionedMessage[], position: number): number {
  let low = 0;
  let high = messages.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((messages[middle]?.position ?? 0) <= position) low = middle + 1;
    else high = middle;
  }
  return low;
}
