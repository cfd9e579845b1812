/** The security headers of every response. A route may set others after it: bytes are shown by pages of other origins. */
import type { Middleware } from 'koa';
import helmet from 'koa-helmet';
import type { RequestDeps, State } from '../context.ts';

/** `default-src 'none'`: no response is a page. Helmet's other headers have its own values. */
const OPTIONS = {
  contentSecurityPolicy: { useDefaults: false, directives: { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] } },
  crossOriginResourcePolicy: { policy: 'same-origin' },
  referrerPolicy: { policy: 'no-referrer' },
  xFrameOptions: { action: 'deny' },
} as const;
/** Of this host alone: whether its other names have https is not known here. */
const HSTS = { maxAge: 31_536_000, includeSubDomains: false };

/** HSTS only where clients reach the service by https; so is the policy on openers, which a browser ignores elsewhere with an error on its console. */
export function securityHeaders({ public_url }: Pick<RequestDeps, 'public_url'>): Middleware<State> {
  const http = helmet({ ...OPTIONS, strictTransportSecurity: false, crossOriginOpenerPolicy: false });
  const https = helmet({ ...OPTIONS, strictTransportSecurity: HSTS });
  return (ctx, next) => (public_url().startsWith('https:') ? https : http)(ctx, next);
}
