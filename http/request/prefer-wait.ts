/** `Prefer: wait=N` (RFC 7240): responds when the picture has settled, or after N seconds as it then is. */

import { bounded } from '../../runtime/async/timeout.ts';
import type { ResourceRow } from '../../runtime/ports/resources.ts';
import { tooMany } from '../access/fair-use.ts';
import type { AuthenticatedRequest, KoaContext } from '../context.ts';
import { notFound } from '../problems/problems.ts';
import { withOldest } from './same-bytes.ts';

/** Seconds, at most `wait_max_s`; null without one that can be parsed: a preference is no demand. */
function waitOf(ctx: KoaContext, { wait_max_s }: { wait_max_s: number }): number | null {
  const wait = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,9})"?\s*(?:$|[,;])/i.exec(ctx.get('prefer'))?.[1];
  return wait === undefined ? null : Math.min(Number(wait), wait_max_s);
}

/** The row once it has settled, if the client prefers to wait, else the given one. Ends at once when the client disconnects or we stop. */
export async function waitIfPreferred({ ctx, deps, caller }: AuthenticatedRequest, now: ResourceRow): Promise<ResourceRow> {
  const { clock, engine, limits, stopping } = deps;
  const wait_s = waitOf(ctx, limits);
  if (wait_s === null) return now;
  const end = deps.fair.wait(ctx);
  if (!end) {
    if (ctx.method === 'GET') throw tooMany('TOO_MANY_WAITS', limits.retry_after_s);
    return now; // what was asked for is done, and a preference is no demand
  }
  ctx.set('preference-applied', `wait=${wait_s}`);
  const disconnected = bounded({ clock, signals: [stopping] });
  const disconnect = () => disconnected.abort(new Error('the client disconnected'));
  ctx.res.once('close', disconnect);
  try {
    const ref = { scope: caller.scope, resource_id: now.resource_id };
    const settled = await engine.waitUntilSettled(ref, wait_s * 1_000, disconnected.signal);
    if (!settled) throw notFound();
    return await withOldest({ deps, caller }, settled);
  } finally {
    end();
    ctx.res.off('close', disconnect);
    disconnected.release();
  }
}
