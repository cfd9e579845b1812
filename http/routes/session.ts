/** Signing in and out with a browser, and who is calling. */
import { Problem } from '../../contract/problems.ts';
import { CONTENT_TYPES } from '../../contract/resource.ts';
import type { Me } from '../../contract/session.ts';
import { beginSession } from '../../runtime/accounts/sessions.ts';
import { isAbsent } from '../../runtime/ports/providers.ts';
import type { Session } from '../../runtime/ports/sessions.ts';
import { callerOfSession, checkOrigin, hasCookie, sessionByCookie, setCookie } from '../access/session.ts';
import type { KeyCaller, PublicRequest } from '../context.ts';
import type { Handlers } from '../handlers.ts';
import { baseUrl } from '../response/base-url.ts';

export const sessionHandlers: Handlers<'begin_session' | 'end_session' | 'get_me'> = {
  /** Always a session of its own, with a new token: what the browser had before ends, and nobody can give it one to use. */
  async begin_session(request) {
    const { ctx, deps, body } = request;
    checkOrigin(ctx, deps);
    const begun = await beginSession(deps, body.token, deps.limits.session_valid_ms);
    if (!begun) throw loginRefused();
    await endCookieSession(request);
    setCookie(ctx, begun.token, deps);
    ctx.set('cache-control', 'no-store');
    return { status: 201, body: await me({ ...request, caller: callerOfSession(ctx, begun.session) }, begun.session) };
  },

  async end_session(request) {
    const { ctx, deps } = request;
    if (hasCookie(ctx, deps)) checkOrigin(ctx, deps);
    await endCookieSession(request);
    setCookie(ctx, '', deps);
    return { status: 204 };
  },

  async get_me(request) {
    const { ctx, deps, caller } = request;
    ctx.set('content-language', ctx.state.language);
    const { session_id } = caller.key;
    const session = session_id === null ? null : await deps.facts.sessions.byId(session_id, deps.clock.now());
    return { status: 200, body: await me(request, session) };
  },
};

/** Ends the session of the cookie, if there is one in use. */
async function endCookieSession({ ctx, deps }: PublicRequest): Promise<void> {
  const session = await sessionByCookie(ctx, deps);
  if (session) await deps.facts.sessions.end(session.user, session.session_id, deps.clock.now());
}

async function me({ ctx, deps, caller }: PublicRequest & { caller: KeyCaller }, session: Session | null): Promise<Me> {
  const { scope, key } = caller;
  const { accounts } = deps.facts;
  const user = session?.user ?? (await accounts.user(scope, key.user_id));
  const organisation = await accounts.organisation(scope.org_id);
  const { role, installation } = key;
  const { max_bytes, max_pages, max_pixels } = deps.limits;
  return {
    user: { user_id: key.user_id, name: user?.name ?? key.user_id },
    organisation: { org_id: scope.org_id, name: organisation?.name ?? scope.org_id },
    ...{ role, installation },
    session: session && { created_at: timeOf(session.created_at), expires_at: timeOf(session.expires_at) },
    locale: ctx.state.language,
    limits: { max_bytes, max_pages, max_pixels, content_types: CONTENT_TYPES },
    required_metadata: [...deps.required_metadata],
    features: { vectors: !isAbsent(deps.embedder) },
    public_url: baseUrl({ ctx, deps }),
    version: deps.version,
  };
}
const timeOf = (ms: number): string => new Date(ms).toISOString();

const loginRefused = () =>
  new Problem('LOGIN_REFUSED', {
    en: 'This login link was used, has expired, or is not one of ours. Run `tuodi login-link` for another: it is good once, for 15 minutes.',
    zh: '该登录链接已用过、已过期，或并非由本服务签发。请运行 `tuodi login-link` 重新获取：链接 15 分钟内有效，仅可用一次。',
  });
