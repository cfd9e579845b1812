/** Users and keys of the caller's organisation. Marks for the installation are given on the machine alone, by `tuodi users` and `tuodi keys`. */
import { type AccessKey, type LoginLink, MAX_PEOPLE, type User as UserView } from '../../contract/people.ts';
import { Problem } from '../../contract/problems.ts';
import { isLocalName, makeKey } from '../../runtime/accounts/api-keys.ts';
import { INVITATION_VALID_MS, loginLink, makeLogin } from '../../runtime/accounts/sessions.ts';
import type { ListedKey, User } from '../../runtime/ports/accounts.ts';
import type { KeyCaller, PublicRequest } from '../context.ts';
import type { Handlers } from '../handlers.ts';
import { baseUrl } from '../response/base-url.ts';

type Request = PublicRequest & { caller: KeyCaller };
type Name =
  | 'list_users'
  | 'invite_user'
  | 'create_login_link'
  | 'change_user'
  | 'revoke_user'
  | 'list_keys'
  | 'create_key'
  | 'revoke_key'
  | 'get_usage';

export const peopleHandlers: Handlers<Name> = {
  async list_users({ deps, caller }) {
    const users = await deps.facts.accounts.users(caller.scope, MAX_PEOPLE);
    return { status: 200, body: { items: users.map(userView) } };
  },

  async invite_user(request) {
    const { deps, caller, body } = request;
    const { clock, facts } = deps;
    const user = {
      user_id: clock.newId(),
      ...caller.scope,
      ...body,
      installation: false,
      created_at: clock.now(),
      revoked_at: null,
    };
    await facts.accounts.addUser(user);
    return { status: 201, body: { user: userView(user), login: await newLogin(request, user) } };
  },

  async create_login_link(request) {
    return { status: 201, body: await newLogin(request, await changeable(request, request.params.user)) };
  },

  async change_user(request) {
    const { deps, caller, body } = request;
    const user = await changeable(request, request.params.user);
    refuseSelf(caller, user);
    const { user_id, installation } = user;
    const changed = await deps.facts.accounts.setRole(caller.scope, user_id, { ...body, installation, at: deps.clock.now() });
    if (!changed) throw noSuchUser();
    return { status: 200, body: userView({ ...user, ...body }) };
  },

  async revoke_user(request) {
    const { deps, caller } = request;
    const user = await changeable(request, request.params.user);
    refuseSelf(caller, user);
    if (!(await deps.facts.accounts.revokeUser(caller.scope, user.user_id, deps.clock.now()))) throw noSuchUser();
    return { status: 204 };
  },

  async list_keys({ deps, caller }) {
    const keys = await deps.facts.accounts.keys(caller.scope, MAX_PEOPLE);
    return { status: 200, body: { items: keys.filter(({ name }) => !isLocalName(name)).map(keyView) } };
  },

  async create_key({ ctx, deps, caller, body }) {
    const { clock, facts } = deps;
    const { name, role } = body;
    const created_at = clock.now();
    const expires_at = body.expires_at === undefined ? null : Date.parse(body.expires_at);
    if (expires_at !== null && expires_at <= created_at) throw expiredAlready();
    if (isLocalName(name)) throw ofTheService();
    const user_id = body.user_id ?? caller.key.user_id;
    const user = await facts.accounts.user(caller.scope, user_id);
    if (!user || user.revoked_at !== null) throw noUserOfKey();
    const { key_id, text: api_key, secret_hash } = makeKey(clock);
    const key = { key_id, ...caller.scope, user_id, name, role, installation: false, created_at, expires_at, revoked_at: null };
    await facts.accounts.addKey({ ...key, secret_hash });
    ctx.set('cache-control', 'no-store');
    return { status: 201, body: { key: keyView({ ...key, secret_hash, last_used_at: null }), api_key } };
  },

  async revoke_key({ deps, caller, params }) {
    const { accounts } = deps.facts;
    const key = await accounts.key(params.key_id);
    if (!key || key.org_id !== caller.scope.org_id || isLocalName(key.name)) throw noSuchKey();
    if (key.installation && !caller.key.installation) throw markedForInstallation();
    if (!(await accounts.revokeKey(caller.scope, key.key_id, deps.clock.now()))) throw noSuchKey();
    return { status: 204 };
  },

  async get_usage({ deps, caller }) {
    const { pictures, bytes } = await deps.facts.usage.get(caller.scope);
    const { quota_pictures, quota_bytes } = deps.limits;
    const body = { pictures: { used: pictures, quota: quota_pictures }, bytes: { used: bytes, quota: quota_bytes } };
    return { status: 200, body };
  },
};

/** The user of this organisation who is not revoked, and whom the caller may change. Throws NOT_FOUND and FORBIDDEN. */
async function changeable({ deps, caller }: Request, user_id: string): Promise<User> {
  const user = await deps.facts.accounts.user(caller.scope, user_id);
  if (!user || user.revoked_at !== null) throw noSuchUser();
  if (user.installation && !caller.key.installation) throw markedForInstallation();
  return user;
}

/** An organisation keeps its last administrator: whoever calls is one. */
function refuseSelf({ key }: KeyCaller, { user_id }: User): void {
  if (key.user_id === user_id) throw notOneself();
}

async function newLogin(request: Request, user: Pick<User, 'org_id' | 'user_id'>): Promise<LoginLink> {
  const { ctx, deps } = request;
  const token = await makeLogin(deps, user, INVITATION_VALID_MS);
  if (token === null) throw noSuchUser();
  ctx.set('cache-control', 'no-store');
  return { login_url: loginLink(baseUrl(request), token), expires_at: timeOf(deps.clock.now() + INVITATION_VALID_MS) };
}

const timeOf = (ms: number): string => new Date(ms).toISOString();
const timeOrNull = (ms: number | null): string | null => (ms === null ? null : timeOf(ms));
const userView = ({ user_id, name, role, installation, created_at, revoked_at }: User): UserView => ({
  ...{ user_id, name, role, installation },
  ...{ created_at: timeOf(created_at), revoked_at: timeOrNull(revoked_at) },
});
const keyView = ({ key_id, name, role, installation, user_id, ...times }: ListedKey): AccessKey => ({
  ...{ key_id, name, role, installation, user_id },
  ...{ created_at: timeOf(times.created_at), expires_at: timeOrNull(times.expires_at) },
  ...{ revoked_at: timeOrNull(times.revoked_at), last_used_at: timeOrNull(times.last_used_at) },
});

const noSuchUser = () =>
  new Problem('NOT_FOUND', {
    en: 'There is no such user in your organisation who may sign in.',
    zh: '您的组织中没有这名可登录的用户。',
  });
const noSuchKey = () =>
  new Problem('NOT_FOUND', {
    en: 'There is no such key in your organisation, or it was revoked before.',
    zh: '您的组织中没有这个密钥，或它已被撤销。',
  });
const notOneself = () =>
  new Problem('FORBIDDEN', {
    en: 'Nobody changes their own role or revokes themselves: another administrator does, or `tuodi users` on the machine.',
    zh: '不能更改自己的角色或撤销自己：请由另一名管理员操作，或在本机使用 `tuodi users`。',
  });
const markedForInstallation = () =>
  new Problem('FORBIDDEN', {
    en: 'It is marked for the whole installation, and is changed by one who is so too, or by `tuodi users` and `tuodi keys` on the machine.',
    zh: '该用户或密钥带有 installation 标记，只能由同样带有标记者更改，或在本机使用 `tuodi users` 与 `tuodi keys`。',
  });
const invalid = (pointer: string, detail: { en: string; zh: string }) =>
  new Problem('INVALID', detail, { errors: [{ pointer, detail: detail.en }] });
const expiredAlready = () => invalid('/expires_at', { en: 'expires_at is in the past.', zh: 'expires_at 已过去。' });
const ofTheService = () =>
  invalid('/name', {
    en: 'This is a name of the keys that a service makes for itself; choose another.',
    zh: '该名称由服务自用的密钥占用，请另选名称。',
  });
const noUserOfKey = () =>
  invalid('/user_id', {
    en: 'There is no such user in your organisation who may sign in.',
    zh: '您的组织中没有这名可登录的用户。',
  });
