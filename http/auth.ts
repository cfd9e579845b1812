/** Who calls: by an API key, or by a link that was signed for exactly one call. */
import { Problem } from '../contract/problems.ts';
import type { Caller, Context, KeyCaller, LinkRefused, Serving } from './deps.ts';
import { isSecret, parseKey } from './keys.ts';

/** The caller by its key. Wrong, unknown and revoked keys are told apart by nobody: all are 401. */
export async function callerByKey(ctx: Context, { facts }: Serving): Promise<KeyCaller> {
  const [scheme = '', text = '', ...rest] = ctx.get('authorization').trim().split(/ +/);
  const said = scheme.toLowerCase() === 'bearer' && rest.length === 0 ? parseKey(text) : null;
  const key = said && (await facts.accounts.key(said.key_id));
  if (!said || !key || key.revoked_at !== null || !isSecret(said.secret, key.secret_hash)) throw unauthenticated();
  ctx.state.key_id = key.key_id;
  return { scope: { org_id: key.org_id }, by: { kind: 'key', id: key.key_id }, key };
}

/** What a signed link is for; `size` only of previews. */
export type LinkUse = { call: 'uploaded' | 'preview'; resource_id: string; size?: string };
type Granted = LinkUse & { org_id: string; expires: string };

/** The query that makes a link of an address. The organisation is part of it, since there is no key to know it by. */
export function linkQuery(
  use: LinkUse,
  given: { org_id: string; expires_at: number },
  { links }: Pick<Serving, 'links'>,
): URLSearchParams {
  const { org_id } = given;
  const expires = String(given.expires_at);
  const signature = links.sign(partsOf({ ...use, org_id, expires }));
  return new URLSearchParams({ ...(use.size ? { size: use.size } : {}), org_id, expires, signature });
}

/** The caller by a signature in the query; null when there is none, so that a key is asked for. */
export function callerByLink(ctx: Context, use: (ctx: Context) => LinkUse, { links, clock }: Serving): Caller | null {
  const query = new URLSearchParams(ctx.querystring);
  const signature = query.get('signature');
  if (signature === null) return null;
  const org_id = query.get('org_id') ?? '';
  const expires = query.get('expires') ?? '';
  const time = { expires_at: Number(expires), now: clock.wall() };
  const refused = links.verify(partsOf({ ...use(ctx), org_id, expires }), signature, time);
  if (refused) throw linkProblem(refused);
  return { scope: { org_id }, by: { kind: 'user', id: null } }; // whoever holds the link
}

/** The parameters of a signed link: known to the parser of the call, which refuses unknown ones. */
export const LINK_PARAMETERS = ['org_id', 'expires', 'signature'] as const;

const partsOf = ({ call, resource_id, size, org_id, expires }: Granted) => [call, org_id, resource_id, size ?? '', expires];

export const linkProblem = ({ refused }: LinkRefused): Problem =>
  refused === 'LINK_EXPIRED'
    ? new Problem('LINK_EXPIRED', {
        en: 'This link was good for a limited time, which is over. Ask for a fresh one; nothing was changed.',
        zh: '该链接已过有效期，请重新获取；未作任何更改。',
      })
    : new Problem('BAD_SIGNATURE', {
        en: 'This link was not made by us, or was changed on its way. Ask for a fresh one; nothing was changed.',
        zh: '该链接并非由我们签发，或途中被改动，请重新获取；未作任何更改。',
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
