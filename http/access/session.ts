/**
 * Sessions of browsers: the cookie, and who may write with it. A cookie goes along with whatever page asks for, so a write is taken only
 * from pages of this service: by `Origin`, which no page can write, or where a browser sends none by `Sec-Fetch-Site`.
 */
import { Problem } from '../../contract/problems.ts';
import { sessionCookie } from '../../contract/session.ts';
import { sessionOf } from '../../runtime/accounts/sessions.ts';
import type { Session } from '../../runtime/ports/sessions.ts';
import type { KeyCaller, KoaContext, RequestDeps } from '../context.ts';

/** What begins the name of a session in a link, where a key has its id. */
const GRANTED = 'session_';
const SAFE = new Set(['GET', 'HEAD']);

/** The session that a link was given out to; null: it was to a key. */
export const grantedSession = (granted_to: string): string | null =>
  granted_to.startsWith(GRANTED) ? granted_to.slice(GRANTED.length) : null;

const cookieOf = (ctx: KoaContext, { public_url }: RequestDeps): string | undefined =>
  ctx.cookies.get(sessionCookie(public_url()));
export const hasCookie = (ctx: KoaContext, deps: RequestDeps): boolean => cookieOf(ctx, deps) !== undefined;

/** The session of the cookie; null where there is none in use. */
export async function sessionByCookie(ctx: KoaContext, deps: RequestDeps): Promise<Session | null> {
  const token = cookieOf(ctx, deps);
  return token === undefined ? null : sessionOf(deps, token);
}

/** The caller by the cookie. Throws OTHER_ORIGIN, or UNAUTHENTICATED for a session that does not hold, whatever is wrong with it. */
export async function callerBySession(ctx: KoaContext, deps: RequestDeps): Promise<KeyCaller> {
  if (!SAFE.has(ctx.method)) checkOrigin(ctx, deps);
  const session = await sessionByCookie(ctx, deps);
  if (!session) throw signedOut();
  await slide(ctx, session, deps);
  return callerOfSession(ctx, session);
}

export function callerOfSession(ctx: KoaContext, { session_id, user }: Session): KeyCaller {
  const { org_id, user_id, role, installation } = user;
  ctx.state.session_id = session_id;
  ctx.state.role = role;
  ctx.state.granted_to = GRANTED + session_id;
  const key = { key_id: null, session_id, user_id, role, installation };
  return { scope: { org_id }, by: { kind: 'user', id: user_id }, key };
}

/** Moves its end, and that of the cookie, as it is used; seldom, since it is a write. A write that fails keeps nobody from reading. */
async function slide(ctx: KoaContext, { session_id, expires_at }: Session, deps: RequestDeps): Promise<void> {
  const { clock, limits, facts, log } = deps;
  const until = clock.now() + limits.session_valid_ms;
  if (until - expires_at < limits.session_slide_ms) return;
  try {
    await facts.sessions.extend(session_id, until);
    setCookie(ctx, cookieOf(ctx, deps) ?? '', deps);
  } catch (err) {
    log.warn({ event: 'session.not_extended', err, session_id }, 'could not extend a session; it ends when it would have');
  }
}

/** Sent back by pages of this service alone, and read by none. */
export function setCookie(ctx: KoaContext, token: string, deps: RequestDeps): void {
  const { public_url, limits } = deps;
  const max_age_s = token === '' ? 0 : Math.floor(limits.session_valid_ms / 1_000);
  const { protocol, pathname } = new URL(public_url());
  const path = pathname.includes(';') ? '/' : pathname; // it would end there
  const secure = protocol === 'https:' ? '; Secure' : '';
  ctx.append(
    'set-cookie',
    `${sessionCookie(public_url())}=${token}; Path=${path}; Max-Age=${max_age_s}; HttpOnly; SameSite=Strict${secure}`,
  );
}

/** Throws OTHER_ORIGIN unless a page of this service asks: one of the public address, or where none is configured of the one that was asked. */
export function checkOrigin(ctx: KoaContext, { public_url, public_url_is_guessed = false }: RequestDeps): void {
  const origin = ctx.get('origin');
  const own = new URL(public_url());
  if (origin === '' ? ctx.get('sec-fetch-site') === 'same-origin' : isOwn(origin)) return;
  throw new Problem('OTHER_ORIGIN', {
    en: `With a session, changes are taken from pages at ${expected()} alone. Nothing was done. Open the page there; if that is not its address, TUODI_PUBLIC_URL says which one is.`,
    zh: `使用会话时，仅接受来自 ${expected()} 的页面的更改。未执行任何操作。请从该地址打开页面；若地址有误，请修正 TUODI_PUBLIC_URL。`,
  });

  function isOwn(given: string): boolean {
    if (!URL.canParse(given)) return false;
    const { origin: of, host, protocol } = new URL(given);
    return public_url_is_guessed ? /^https?:$/.test(protocol) && host === hostOf(protocol) : of === own.origin;
  }
  /** The usual port of a scheme is left out in an `Origin`, and may stand in `Host`. */
  function hostOf(protocol: string): string | null {
    const asked = `${protocol}//${ctx.host}`;
    return URL.canParse(asked) ? new URL(asked).host : null;
  }
  function expected(): string {
    return public_url_is_guessed ? ctx.host : own.origin;
  }
}

const signedOut = () =>
  new Problem(
    'UNAUTHENTICATED',
    {
      en: 'The session has ended. Sign in again with the link that `tuodi login-link` prints.',
      zh: '会话已结束。请用 `tuodi login-link` 打印的链接重新登录。',
    },
    { headers: { 'www-authenticate': 'Bearer realm="tuodi"' } },
  );
