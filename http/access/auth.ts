/** Who calls: by an API key, by the session of a browser, or by a link that was signed for exactly one call. */
import { Problem } from '../../contract/problems.ts';
import { hasRole, type Role } from '../../contract/roles.ts';
import type { RouteDeclaration } from '../../contract/routes/route.ts';
import { isInUse, isLocalName, isSecret, parseKey } from '../../runtime/accounts/api-keys.ts';
import type { Access, Caller, KeyCaller, KoaContext, LinkRejection, PublicRequest, RequestDeps } from '../context.ts';
import { callerBySession, grantedSession, hasCookie } from './session.ts';

/** The caller by its key, or by the cookie of a session where there is none. What does not hold is 401, whatever is wrong with it. */
export const callerOf = (ctx: KoaContext, deps: RequestDeps, route?: RouteDeclaration): Promise<KeyCaller> =>
  ctx.get('authorization') === '' && hasCookie(ctx, deps)
    ? callerBySession(ctx, deps)
    : callerByKey(ctx, deps, route?.without_database === true);

async function callerByKey(ctx: KoaContext, { known_keys, clock }: RequestDeps, without_database: boolean): Promise<KeyCaller> {
  const [scheme = '', text = '', ...rest] = ctx.get('authorization').trim().split(/ +/);
  const parsed = scheme.toLowerCase() === 'bearer' && rest.length === 0 ? parseKey(text) : null;
  const key = parsed && (await known_keys.get(parsed.key_id, without_database));
  if (!parsed || !key || !isInUse(key, clock.now()) || !isSecret(parsed.secret, key.secret_hash)) throw unauthenticated();
  ctx.state.key_id = key.key_id;
  ctx.state.role = key.role;
  if (!isLocalName(key.name)) {
    ctx.state.granted_to = key.key_id;
    known_keys.used(key.key_id);
  }
  const { org_id, key_id, user_id, role, installation } = key;
  return { scope: { org_id }, by: { kind: 'key', id: key_id }, key: { key_id, session_id: null, user_id, role, installation } };
}

/** Whether what the caller showed still holds, for calls that take long. */
export async function stillHolds({ key: { key_id, session_id } }: KeyCaller, { facts, clock }: RequestDeps): Promise<boolean> {
  if (session_id !== null) return (await facts.sessions.byId(session_id, clock.now())) !== null;
  const key = key_id === null ? null : await facts.accounts.key(key_id);
  return key !== null && isInUse(key, clock.now());
}

/** What a signed link is for; `size`, `page` and `turned` only of previews. */
export type LinkUse = { call: 'uploaded' | 'preview'; resource_id: string; size?: string; page?: string; turned?: string };
type Granted = LinkUse & { org_id: string; expires: string; key_id: string };

/**
 * The query that makes a link of an address. The organisation is part of it, since there is no key to know it by; and so is the key or
 * session that it is given out to, with which it ends. A key for commands on this machine ends with each start, and is not.
 */
export function linkQuery(
  use: LinkUse,
  given: { org_id: string; expires_at: number },
  { ctx, deps }: PublicRequest,
): URLSearchParams {
  const { org_id } = given;
  const key_id = ctx.state.granted_to ?? '';
  const expires = String(given.expires_at);
  const signature = deps.links.sign(partsOf({ ...use, org_id, expires, key_id }));
  const { size, turned } = use;
  const named = { ...(size ? { size } : {}), ...(turned ? { turned } : {}), ...(key_id ? { key_id } : {}) };
  return new URLSearchParams({ ...named, org_id, expires, signature });
}

/** The caller by a signature in the query; null when there is none, so that a key is asked for. */
export async function callerByLink(
  ctx: KoaContext,
  use: (ctx: KoaContext) => LinkUse,
  deps: RequestDeps,
): Promise<Caller | null> {
  const { links, clock } = deps;
  const query = new URLSearchParams(ctx.querystring);
  const signature = query.get('signature');
  if (signature === null) return null;
  const org_id = query.get('org_id') ?? '';
  const expires = query.get('expires') ?? '';
  const time = { expires_at: Number(expires), now: clock.now() };
  const key_id = query.get('key_id') ?? '';
  const refused = links.verify(partsOf({ ...use(ctx), org_id, expires, key_id }), signature, time);
  if (refused) throw linkProblem(refused);
  if (key_id !== '') await checkLinkKey(ctx, key_id, deps);
  return { scope: { org_id }, by: { kind: 'user', id: null } }; // whoever holds the link
}

/** Of the first page, not turned, and without a key, they are as they have always been, so that links that were given out hold. */
const partsOf = ({ call, resource_id, size, page, turned = '', org_id, expires, key_id }: Granted) => [
  ...[call, org_id, resource_id, size ?? '', expires],
  ...(page === undefined || page === '1' ? [] : [`page:${page}`]),
  ...(turned === '' ? [] : [`turned:${turned}`]),
  ...(key_id === '' ? [] : [`key:${key_id}`]),
];

/** A link ends with the key or session that it was given out to. Throws LINK_EXPIRED. */
export async function checkLinkKey(ctx: KoaContext, granted_to: string, { facts, clock }: RequestDeps): Promise<void> {
  const session_id = grantedSession(granted_to);
  if (session_id === null) {
    const key = await facts.accounts.key(granted_to);
    if (!key || !isInUse(key, clock.now())) throw endedWithItsKey();
    ctx.state.key_id = granted_to;
  } else {
    if (!(await facts.sessions.byId(session_id, clock.now()))) throw endedWithItsKey();
    ctx.state.session_id = session_id;
  }
  ctx.state.granted_to = granted_to;
}

const endedWithItsKey = () =>
  new Problem('LINK_EXPIRED', {
    en: 'This link ended with the key or session that it was given out to. Ask for a fresh one; nothing was changed.',
    zh: '该链接已随其所属的密钥或会话而失效，请重新获取；未作任何更改。',
  });

export const linkProblem = ({ refused }: LinkRejection): Problem =>
  refused === 'LINK_EXPIRED'
    ? new Problem('LINK_EXPIRED', {
        en: 'This link was good for a limited time, which is over. Ask for a fresh one; nothing was changed.',
        zh: '该链接已过有效期，请重新获取；未作任何更改。',
      })
    : new Problem('BAD_SIGNATURE', {
        en: 'This link was not made by us, or was changed on its way. Ask for a fresh one; nothing was changed.',
        zh: '该链接并非由我们签发，或途中被改动，请重新获取；未作任何更改。',
      });

/** Throws FORBIDDEN unless the key or session may make this call. */
export function checkRole({ role, installation, session_id }: Rights, route: RouteDeclaration): void {
  if (route.role !== null && !hasRole(role, route.role))
    throw new Problem('FORBIDDEN', session_id ? roleOfUser(role, route.role) : roleOfKey(role, route.role));
  if (route.installation && !installation)
    throw new Problem('FORBIDDEN', {
      en: 'This call is about the whole installation, and takes a key that is marked for it. Nothing was done.',
      zh: '此接口涉及整个安装，需要带有 installation 标记的密钥。未执行任何操作。',
    });
}

type Rights = Pick<Access, 'role' | 'installation'> & { session_id?: string | null };
const roleOfKey = (role: Role, required: Role) => ({
  en: `This key has the role ${role}, and this call takes ${required}. Nothing was done. Keys are made with \`tuodi keys create --role\`.`,
  zh: `该密钥的角色为 ${role}，此接口需要 ${required}。未执行任何操作。密钥由 \`tuodi keys create --role\` 创建。`,
});
const roleOfUser = (role: Role, required: Role) => ({
  en: `You have the role ${role}, and this takes ${required}. Nothing was done. An operator gives you another with \`tuodi users role\`.`,
  zh: `您的角色为 ${role}，此操作需要 ${required}。未执行任何操作。运维者可用 \`tuodi users role\` 更改角色。`,
});

const unauthenticated = () =>
  new Problem(
    'UNAUTHENTICATED',
    {
      en: 'Send `Authorization: Bearer <key>` with a key that is in use. Keys are made with `tuodi keys`.',
      zh: '请以 `Authorization: Bearer <密钥>` 发送有效的密钥。密钥由 `tuodi keys` 创建。',
    },
    { headers: { 'www-authenticate': 'Bearer realm="tuodi"' } },
  );
