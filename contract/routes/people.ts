/** Users and keys, for administrators of their organisation. */
import { z } from 'zod';
import { AccessKey, ChangeUser, CreatedKey, CreateKey, Invited, InviteUser, LoginLink, UsageOfQuota, User } from '../people.ts';
import type { RouteDeclaration } from './route.ts';
import { NOTHING } from './shared.ts';

const ADMIN = { auth: 'key', role: 'admin', query: NOTHING, waits: false } as const;

export const PEOPLE_ROUTES = [
  {
    ...ADMIN,
    name: 'list_users',
    method: 'GET',
    path: '/v1/users',
    body: null,
    responses: { 200: z.object({ items: z.array(User) }) },
    errors: [],
    summary: {
      en: 'The users of the organisation, the oldest first; at most 500.',
      zh: '组织的用户，按加入时间排列；最多 500 名。',
    },
  },
  {
    ...ADMIN,
    name: 'invite_user',
    method: 'POST',
    path: '/v1/users',
    body: { json: InviteUser },
    responses: { 201: Invited },
    errors: ['INVALID'],
    summary: {
      en: 'Makes a user, with a login link that is good once and for three days.',
      zh: '新建用户，并返回登录链接：三天内有效，仅可用一次。',
    },
  },
  {
    ...ADMIN,
    name: 'create_login_link',
    method: 'POST',
    path: '/v1/users/{user}/login-link',
    body: null,
    responses: { 201: LoginLink },
    errors: ['NOT_FOUND', 'FORBIDDEN'],
    summary: {
      en: 'Another login link for a user, good once and for three days: for another device, or when the first has expired.',
      zh: '为用户再签发一个登录链接：三天内有效，仅可用一次，用于另一台设备或链接过期之后。',
    },
  },
  {
    ...ADMIN,
    name: 'change_user',
    method: 'PATCH',
    path: '/v1/users/{user}',
    body: { json: ChangeUser },
    responses: { 200: User },
    errors: ['NOT_FOUND', 'FORBIDDEN', 'INVALID'],
    summary: {
      en: 'Changes the role of a user. Its browsers sign in again; keys keep their own roles. Nobody changes their own.',
      zh: '更改用户的角色：其浏览器需重新登录，密钥保留各自的角色。不能更改自己的角色。',
    },
  },
  {
    ...ADMIN,
    name: 'revoke_user',
    method: 'DELETE',
    path: '/v1/users/{user}',
    body: null,
    responses: { 204: null },
    errors: ['NOT_FOUND', 'FORBIDDEN'],
    summary: {
      en: 'Revokes a user: its sessions, login links and keys end at once. Pictures stay. Nobody revokes themselves.',
      zh: '撤销用户：其会话、登录链接与密钥立即失效，图片保留。不能撤销自己。',
    },
  },
  {
    ...ADMIN,
    name: 'list_keys',
    method: 'GET',
    path: '/v1/keys',
    body: null,
    responses: { 200: z.object({ items: z.array(AccessKey) }) },
    errors: [],
    summary: {
      en: 'The API keys of the organisation with their expiry and last use, the oldest first; at most 500.',
      zh: '组织的 API 密钥及其有效期与最近使用时间，按创建时间排列；最多 500 个。',
    },
  },
  {
    ...ADMIN,
    name: 'create_key',
    method: 'POST',
    path: '/v1/keys',
    body: { json: CreateKey },
    responses: { 201: CreatedKey },
    errors: ['INVALID'],
    summary: { en: 'Makes an API key; it is shown this once.', zh: '新建 API 密钥；仅显示这一次。' },
  },
  {
    ...ADMIN,
    name: 'revoke_key',
    method: 'DELETE',
    path: '/v1/keys/{key_id}',
    body: null,
    responses: { 204: null },
    errors: ['NOT_FOUND', 'FORBIDDEN'],
    summary: {
      en: 'Revokes a key: it and the links given out to it end at once.',
      zh: '撤销密钥：该密钥及以其签发的链接立即失效。',
    },
  },
  {
    ...ADMIN,
    name: 'get_usage',
    method: 'GET',
    path: '/v1/usage',
    body: null,
    responses: { 200: UsageOfQuota },
    errors: [],
    summary: { en: 'How much of its quota the organisation uses.', zh: '组织的配额用量。' },
  },
] as const satisfies readonly RouteDeclaration[];
