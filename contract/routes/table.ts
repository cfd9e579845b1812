/** Every call of the API. Server, OpenAPI document and client are made from this table. */
import type { Text } from '../statuses.ts';
import { CHANGE_ROUTES } from './change.ts';
import { CREATE_ROUTES } from './create.ts';
import { DOCUMENT_ROUTES } from './documents.ts';
import { FIND_ROUTES } from './find.ts';
import { INBOUND_ROUTES } from './inbound.ts';
import { INBOX_ROUTES } from './inbox.ts';
import { MACHINE_ROUTES } from './machines.ts';
import { OPS_ROUTES } from './ops.ts';
import { PEOPLE_ROUTES } from './people.ts';
import { READ_ROUTES } from './read.ts';
import type { Auth, RouteDeclaration } from './route.ts';
import { RUN_ROUTES } from './runs.ts';
import { SERVICE_ROUTES } from './service.ts';
import { SESSION_ROUTES } from './session.ts';

/** The groups of the documents, each with its routes. */
export const ROUTE_GROUPS = [
  { tag: 'create', title: { en: 'Bringing pictures in', zh: '图片入库' }, routes: CREATE_ROUTES },
  { tag: 'read', title: { en: 'Reading pictures', zh: '查看图片' }, routes: READ_ROUTES },
  { tag: 'change', title: { en: 'Changing pictures', zh: '更改图片' }, routes: CHANGE_ROUTES },
  { tag: 'inbox', title: { en: 'The inbox', zh: '待办' }, routes: INBOX_ROUTES },
  { tag: 'find', title: { en: 'Finding and following pictures', zh: '搜索与跟踪' }, routes: FIND_ROUTES },
  { tag: 'inbound', title: { en: 'For stores and providers', zh: '供存储与服务方调用' }, routes: INBOUND_ROUTES },
  { tag: 'runs', title: { en: 'Dead letters and long work', zh: '死信与长时间作业' }, routes: RUN_ROUTES },
  { tag: 'documents', title: { en: 'What describes the API', zh: '接口说明' }, routes: DOCUMENT_ROUTES },
  { tag: 'ops', title: { en: 'Operations', zh: '运维' }, routes: OPS_ROUTES },
  { tag: 'machines', title: { en: 'The machines', zh: '状态机' }, routes: MACHINE_ROUTES },
  { tag: 'session', title: { en: 'Signing in', zh: '登录' }, routes: SESSION_ROUTES },
  { tag: 'people', title: { en: 'People and keys', zh: '用户与密钥' }, routes: PEOPLE_ROUTES },
  { tag: 'service', title: { en: 'The service itself', zh: '服务本身' }, routes: SERVICE_ROUTES },
] as const satisfies readonly { tag: string; title: Text; routes: readonly RouteDeclaration[] }[];

/** In the order in which paths are tried: a fixed path stands before one that a parameter would match too. */
export const ROUTES = [
  ...CREATE_ROUTES,
  ...INBOX_ROUTES,
  ...READ_ROUTES,
  ...CHANGE_ROUTES,
  ...FIND_ROUTES,
  ...INBOUND_ROUTES,
  ...RUN_ROUTES,
  ...DOCUMENT_ROUTES,
  ...OPS_ROUTES,
  ...MACHINE_ROUTES,
  ...SESSION_ROUTES,
  ...PEOPLE_ROUTES,
  ...SERVICE_ROUTES,
] as const satisfies readonly RouteDeclaration[];

export type Route = (typeof ROUTES)[number];
export type RouteName = Route['name'];
export type RouteNamed<Name extends RouteName> = Extract<Route, { name: Name }>;
/** The names of the routes with this auth. */
export type RouteNameOf<Of extends Auth> = Extract<Route, { auth: Of }>['name'];

const BY_NAME = new Map<string, Route>(ROUTES.map((route) => [route.name, route]));
export function routeNamed(name: RouteName): Route {
  const route = BY_NAME.get(name);
  if (!route) throw new Error(`no route: ${name}`);
  return route;
}
