/** Signing in and out with a browser, and who is calling. */
import { BeginSession, Me } from '../session.ts';
import type { RouteDeclaration } from './route.ts';
import { NOTHING } from './shared.ts';

export const SESSION_ROUTES = [
  {
    name: 'begin_session',
    method: 'POST',
    path: '/v1/session',
    auth: 'none',
    role: null,
    query: NOTHING,
    body: { json: BeginSession },
    responses: { 201: Me },
    waits: false,
    errors: ['LOGIN_REFUSED', 'OTHER_ORIGIN'],
    summary: {
      en: 'Signs a browser in by a login token, which is good once and for 15 minutes (`tuodi login-link`), and sets its cookie.',
      zh: '以登录令牌（`tuodi login-link`，15 分钟内有效，仅可用一次）登录浏览器，并设置 cookie。',
    },
  },
  {
    name: 'end_session',
    method: 'DELETE',
    path: '/v1/session',
    auth: 'none',
    role: null,
    query: NOTHING,
    body: null,
    responses: { 204: null },
    waits: false,
    errors: ['OTHER_ORIGIN'],
    summary: {
      en: 'Signs the browser out: its session ends, with the links that were given out to it.',
      zh: '退出登录：会话及其取得的链接随即失效。',
    },
  },
  {
    name: 'get_me',
    method: 'GET',
    path: '/v1/me',
    auth: 'key',
    role: 'viewer',
    query: NOTHING,
    body: null,
    responses: { 200: Me },
    waits: false,
    errors: [],
    summary: {
      en: 'Who is calling, with which role, and what the service takes.',
      zh: '当前调用方、其角色，以及服务的各项限制。',
    },
  },
] as const satisfies readonly RouteDeclaration[];
