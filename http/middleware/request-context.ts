/** What every request begins with: its id, its language, the headers that every answer has, and one line in the log. */
import type { IncomingMessage } from 'node:http';
import cors from '@koa/cors';
import type { Middleware, ParameterizedContext } from 'koa';
import { clientAddress } from '../access/client-address.ts';
import type { Language, RequestDeps, State } from '../context.ts';
import { badRequest } from '../problems/problems.ts';
import { checkUrlParameters } from '../request/validate.ts';
import { publishResponse } from '../response/send-reply.ts';

/** One of ours is minted instead of what could not be written to a log as it is. */
const SANE_ID = /^[\w.:-]{1,64}$/;
export const requestIdOf = (headers: IncomingMessage['headers'], newId: () => string): string => {
  const header = headers['x-request-id'];
  return typeof header === 'string' && SANE_ID.test(header) ? header : newId();
};

/** English for who asks for nothing. */
const languageOf = (ctx: ParameterizedContext<State>): Language =>
  ctx.req.headers['accept-language'] !== undefined && ctx.acceptsLanguages('en', 'zh') === 'zh' ? 'zh' : 'en';

export function requestContext({ clock, log, stopping, observer, trusted_proxies = [] }: RequestDeps): Middleware<State> {
  const addressOf = clientAddress(trusted_proxies);
  return async (ctx, next) => {
    const began = clock.elapsed();
    const request_id = requestIdOf(ctx.req.headers, clock.randomUuid);
    const address = addressOf(ctx.req);
    ctx.state = { request_id, language: languageOf(ctx), address };
    ctx.set({ 'cache-control': 'private, no-cache', 'x-request-id': request_id });
    ctx.vary(['Accept-Language', 'Authorization', 'Cookie']);
    try {
      await next();
    } finally {
      publishResponse(ctx);
      if (stopping.aborted) ctx.set('connection', 'close');
      const ms = Math.round(clock.elapsed() - began);
      // Without the query: it may be a signature, or what somebody looks for.
      const { key_id, session_id } = ctx.state;
      const path = ctx.req.url?.split('?')[0];
      const { method, status } = ctx;
      const line = { event: 'request.finished', request_id, address, key_id, session_id, method, path, status, ms };
      log.info(line, 'request');
      observer?.requested({ route: ctx.state.route ?? 'none', method, status, ms });
    }
  };
}

/** Which other origins may call from a browser: those that are configured, and never with the cookie of a session. */
export function allowOrigins({ cors_origins }: RequestDeps): Middleware<State> {
  const allowed = new Set(cors_origins);
  return cors({
    origin: (ctx) => (allowed.has('*') ? '*' : allowed.has(ctx.get('origin')) ? ctx.get('origin') : ''),
    allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowHeaders: [
      'Authorization',
      'Content-Type',
      'Idempotency-Key',
      'If-Match',
      'If-None-Match',
      'Prefer',
      'Range',
      'X-Request-Id',
    ],
    exposeHeaders: [
      'Content-Range',
      'ETag',
      'Location',
      'Preference-Applied',
      'RateLimit',
      'RateLimit-Policy',
      'Retry-After',
      'X-Request-Id',
    ],
    maxAge: 600,
  });
}

/** Of two, a proxy before us and we might each go by another one. */
const SAID_ONCE = new Set(['host', 'authorization', 'content-type', 'content-length', 'idempotency-key', 'origin']);
/** The first of these headers that came again; null: none did. */
function saidAgain({ rawHeaders }: IncomingMessage): string | null {
  const said = new Set<string>();
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]?.toLowerCase() ?? '';
    if (!SAID_ONCE.has(name)) continue;
    if (said.has(name)) return name;
    said.add(name);
  }
  return null;
}

/** Requests that no route could make sense of. */
export function checkUrl({ limits }: RequestDeps): Middleware<State> {
  return async (ctx, next) => {
    if (ctx.req.httpVersion === '1.1' && !ctx.req.headers.host)
      throw badRequest('The Host header is missing.', '缺少 Host 请求头。');
    const twice = saidAgain(ctx.req);
    if (twice) throw badRequest(`The header ${twice} is there more than once.`, `请求头 ${twice} 重复出现。`);
    checkUrlParameters(ctx, limits);
    await next();
  };
}
