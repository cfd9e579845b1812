/** `Prefer: wait=N` (RFC 7240): the answer comes when the picture rests, or after N seconds as it then is. */

import { bounded } from '../../runtime/async/timeout.ts';
import type { ResourceRow } from '../../runtime/ports/resources.ts';
import { tooMany } from '../access/fair-use.ts';
import type { AuthenticatedRequest, KoaContext } from '../context.ts';
import { notFound } from '../problems/problems.ts';

/** Seconds, at most `wait_max_s`; null if nothing, or nothing that can be understood, was said: a preference is no demand. */
function waitOf(ctx: KoaContext, { wait_max_s }: { wait_max_s: number }): number | null {
  const said = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,9})"?\s*(?:$|[,;])/i.exec(ctx.get('prefer'))?.[1];
  return said === undefined ? null : Math.min(Number(said), wait_max_s);
}

/** The row as it is when it rests, if the client prefers to wait, else as it is. Ends at once when the client goes away or we stop. */
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
  const gone = bounded({ clock, signals: [stopping] });
  const leave = () => gone.abort(new Error('the client went away'));
  ctx.res.once('close', leave);
  try {
    const ref = { scope: caller.scope, resource_id: now.resource_id };
    const rested = await engine.waitUntilSettled(ref, wait_s * 1_000, gone.signal);
    if (!rested) throw notFound();
    return rested;
  } finally {
    end();
    ctx.res.off('close', leave);
    gone.release();
  }
}
