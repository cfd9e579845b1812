/** `GET /v1/events`: what happens to the pictures of an organisation, as it happens (server-sent events, https://html.spec.whatwg.org/multipage/server-sent-events.html). */
import { Readable } from 'node:stream';
import { z } from 'zod';
import { Problem } from '../../contract/problems.ts';
import { bounded } from '../../runtime/async/timeout.ts';
import type { PositionedMessage } from '../../runtime/ports/outbox.ts';
import { stillHolds } from '../access/auth.ts';
import type { KeyRequest, RequestDeps } from '../context.ts';
import { type PartEvents, partEvents } from '../response/part-events.ts';

/**
 * Each event has its position as `id`, so that a client that comes back with `Last-Event-ID` misses nothing and gets nothing twice;
 * without it, events begin now. One `reset` event says that what lies between is no longer kept: read the lists anew.
 * A page of events is read when the one before it was taken, so that a slow reader holds no memory; one that takes nothing is cut off
 * by the server's idle timeout. Operators are told of the parts of the installation too, as they change here.
 */
export async function streamEvents(call: KeyRequest): Promise<{ status: 200 }> {
  const { ctx, deps } = call;
  const { clock, limits, stopping } = deps;
  if (readersOf(deps) >= limits.event_readers) throw tooMany(limits.retry_after_s);
  const end = deps.fair.reader(ctx);
  const disconnected = bounded({ clock, signals: [stopping] });
  readers.set(deps.feed, readersOf(deps) + 1);
  deps.observer?.readers(1);
  ctx.res.once('close', () => {
    end();
    readers.set(deps.feed, readersOf(deps) - 1);
    deps.observer?.readers(-1);
    disconnected.release();
    disconnected.abort(new Error('the client disconnected'));
  });
  ctx.set({ 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no' });
  ctx.type = 'text/event-stream';
  ctx.body = Readable.from(eventsFor(call, disconnected.signal), { objectMode: false, highWaterMark: 16 * 1_024 });
  return { status: 200 };
}

/** Readers of this process. By feed, of which each server has one. */
const readers = new WeakMap<RequestDeps['feed'], number>();
const readersOf = ({ feed }: RequestDeps) => readers.get(feed) ?? 0;

async function* eventsFor(call: KeyRequest, disconnected: AbortSignal): AsyncGenerator<string> {
  const parts = partEvents(call);
  try {
    yield* eventsWith(parts, call, disconnected);
  } finally {
    parts?.end();
  }
}

async function* eventsWith(
  parts: PartEvents | null,
  { ctx, deps, caller }: KeyRequest,
  disconnected: AbortSignal,
): AsyncGenerator<string> {
  const { clock, feed, limits } = deps;
  const header = ctx.get('last-event-id');
  const known = Position.safeParse(header);
  let position = known.success ? known.data : feed.position();
  yield `retry: ${limits.retry_after_s * 1_000}\n\n`;
  if (header !== '' && !known.success) yield reset(position);
  const look_ms = Math.min(limits.access_look_ms, limits.heartbeat_ms);
  let [looked_at, sent_at] = [clock.elapsed(), clock.elapsed()];
  while (!disconnected.aborted) {
    const changed = parts?.take() ?? '';
    if (changed !== '') yield changed;
    if (clock.elapsed() - looked_at >= look_ms) {
      if (!(await stillHolds(caller, deps))) return; // a key or session that ended gets no more events
      looked_at = clock.elapsed();
    }
    const page = await feed.after(caller.scope, position, limits.events_page);
    position = page.position;
    if (page.expired) yield reset(position);
    if (page.messages.length > 0) yield page.messages.map(eventOf).join('');
    const now = clock.elapsed();
    if (now - sent_at >= limits.heartbeat_ms) {
      yield ': still here\n\n';
      sent_at = clock.elapsed();
    } else if (!page.expired && page.messages.length < limits.events_page) {
      const rest_ms = Math.min(sent_at + limits.heartbeat_ms, looked_at + look_ms) - now;
      const quiet_ms = parts ? Math.min(rest_ms, limits.part_look_ms) : rest_ms;
      if (quiet_ms > 0) await feed.more(position, quiet_ms, disconnected);
    }
  }
}
/** Ours, or a stranger's text. */
const Position = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number);

const reset = (position: number) => `id: ${position}\nevent: reset\ndata: {}\n\n`;

/** One line of data: JSON has no line breaks of its own. */
function eventOf({ position, id, type, at, payload }: PositionedMessage): string {
  const envelope = { id, type, timestamp: new Date(at).toISOString(), data: payload };
  return `id: ${position}\nevent: ${type}\ndata: ${JSON.stringify(envelope)}\n\n`;
}

const tooMany = (retry_after_s: number) =>
  new Problem(
    'UNAVAILABLE',
    {
      en: 'This process has as many readers of events as it may. Try again later, or ask another process.',
      zh: '本进程的事件订阅已达上限，请稍后重试或连接其他进程。',
    },
    { headers: { 'retry-after': String(retry_after_s) } },
  );
