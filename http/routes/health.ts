/** For whoever runs the service: does the process live, and can it do its work? */
import type { OpenCall } from '../deps.ts';

export async function healthz({ ctx }: OpenCall): Promise<void> {
  ctx.body = { status: 'ok' };
}

export async function readyz({ ctx, deps }: OpenCall): Promise<void> {
  const { ready, checks, degraded = [] } = await deps.readiness();
  ctx.status = ready ? 200 : 503;
  if (!ready) ctx.set('retry-after', String(deps.limits.retry_after_s));
  const conditions = degraded.map(({ name, detail, since }) => ({ name, detail, since: new Date(since).toISOString() }));
  ctx.body = { ready, version: deps.version, checks, degraded: conditions };
}
