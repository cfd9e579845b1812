/** For whoever runs the service: does the process live, and can it do its work? */
import { callerByKey } from '../access/auth.ts';
import type { PublicRequest } from '../context.ts';

export async function healthz({ ctx }: PublicRequest): Promise<void> {
  ctx.body = { status: 'ok' };
}

/** Anybody may know which part is away, as a load balancer must; what exactly is wrong names addresses, and is told to keys. */
export async function readyz(call: PublicRequest): Promise<void> {
  const { ctx, deps } = call;
  const { ready, checks, degraded = [] } = await deps.readiness();
  ctx.status = ready ? 200 : 503;
  if (!ready) ctx.set('retry-after', String(deps.limits.retry_after_s));
  const known = await hasKey(call);
  const shown = Object.entries(checks).map(([name, { ok, detail }]) => [
    name,
    known && detail !== undefined ? { ok, detail } : { ok },
  ]);
  const conditions = degraded.map(({ name, detail, since }) =>
    known ? { name, detail, since: new Date(since).toISOString() } : { name },
  );
  ctx.body = { ready, version: deps.version, checks: Object.fromEntries(shown), degraded: conditions };
}

/** No key, a wrong one, and one that can't be looked up while the facts are away are all one: it is answered all the same. */
async function hasKey({ ctx, deps }: PublicRequest): Promise<boolean> {
  if (ctx.get('authorization') === '') return false;
  return callerByKey(ctx, deps).then(
    () => true,
    () => false,
  );
}
