/** For operators: does the process live, and can it do its work? */
import { withTimeout } from '../../runtime/async/timeout.ts';
import { callerOf } from '../access/auth.ts';
import { hasCookie } from '../access/session.ts';
import type { PublicRequest } from '../context.ts';
import type { Handlers } from '../handlers.ts';

export const serviceHandlers: Handlers<'healthz' | 'readyz'> = {
  healthz: async () => ({ status: 200, body: { status: 'ok' } }),

  /** Anybody may know which part is unavailable, as a load balancer must; what exactly is wrong names addresses, and takes a key of the installation. */
  async readyz(request) {
    const { ctx, deps } = request;
    const { ready, checks, degraded = [] } = deps.readiness();
    if (!ready) ctx.set('retry-after', String(deps.limits.retry_after_s));
    const known = await isForInstallation(request);
    const shown = Object.entries(checks).map(([name, { ok, state, detail }]) => [
      name,
      known && detail !== undefined ? { ok, state, detail } : { ok, state },
    ]);
    const conditions = degraded.map(({ name, detail, since }) =>
      known ? { name, detail, since: new Date(since).toISOString() } : { name },
    );
    const body = { ready, version: deps.version, checks: Object.fromEntries(shown), degraded: conditions };
    return { status: ready ? 200 : 503, body };
  },
};

/** Whoever probes is answered within a second, whatever is away. */
const KEY_LIMIT_MS = 500;

/** No key or session, a wrong one, and one that can't be looked up while the facts are away are all one: it is answered all the same. */
async function isForInstallation({ ctx, deps }: PublicRequest): Promise<boolean> {
  if (ctx.get('authorization') === '' && !hasCookie(ctx, deps)) return false;
  const known = () => callerOf(ctx, deps).then(({ key }) => key.installation);
  return withTimeout({ clock: deps.clock, limit_ms: KEY_LIMIT_MS }, known).catch(() => false);
}
