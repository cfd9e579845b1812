/** The table of contract/routes/, bound to its handlers by name: who calls, what is asked, then the handler. */
import Router from '@koa/router';
import type Koa from 'koa';
import { Problem, type ProblemCode } from '../contract/problems.ts';
import type { RouteDeclaration } from '../contract/routes/route.ts';
import { ROUTES, type Route } from '../contract/routes/table.ts';
import { callerByLink, callerOf, checkRole, type LinkUse } from './access/auth.ts';
import type { Caller, KoaContext, PublicRequest, RequestDeps, State } from './context.ts';
import type { Handlers } from './handlers.ts';
import { routeNotFound } from './problems/problems.ts';
import { type Parsed, parseRequest } from './request/parse.ts';
import { sendReply } from './response/send-reply.ts';
import { bulkHandlers } from './routes/bulk.ts';
import { changeHandlers } from './routes/change.ts';
import { createHandlers } from './routes/create.ts';
import { documentHandlers } from './routes/documents.ts';
import { findHandlers } from './routes/find.ts';
import { inboundHandlers } from './routes/inbound.ts';
import { inboxHandlers } from './routes/inbox.ts';
import { machineHandlers } from './routes/machines.ts';
import { opsHandlers } from './routes/ops.ts';
import { peopleHandlers } from './routes/people.ts';
import { readHandlers } from './routes/read.ts';
import { runHandlers } from './routes/runs.ts';
import { serviceHandlers } from './routes/service.ts';
import { sessionHandlers } from './routes/session.ts';
import { serveWeb } from './web/serve.ts';

const HANDLERS: Handlers = {
  ...createHandlers,
  ...inboxHandlers,
  ...bulkHandlers,
  ...readHandlers,
  ...changeHandlers,
  ...findHandlers,
  ...inboundHandlers,
  ...runHandlers,
  ...documentHandlers,
  ...opsHandlers,
  ...machineHandlers,
  ...serviceHandlers,
  ...sessionHandlers,
  ...peopleHandlers,
};

/** A handler as the router calls it: its types follow from the declaration by which the request was parsed. */
type Bound = {
  handle: (request: PublicRequest & Parsed & { caller?: Caller }) => Promise<{ status: number; body?: unknown }>;
  admit?: (request: PublicRequest) => void;
  linkUse?: (ctx: KoaContext) => LinkUse;
};
function boundTo({ name }: Route): Bound {
  const handler: unknown = HANDLERS[name];
  return (typeof handler === 'function' ? { handle: handler } : handler) as Bound; // `Handlers` has checked each by its name
}

async function handle(route: Route, { handle, admit, linkUse }: Bound, ctx: KoaContext, deps: RequestDeps): Promise<void> {
  const { name } = route;
  const { fair } = deps;
  ctx.state.route = name;
  const run = async (caller?: Caller) => {
    const parsed = await parseRequest(route, { ctx, deps });
    sendReply(ctx, await handle({ ctx, deps, ...parsed, ...(caller ? { caller } : {}) }));
  };
  const admitted = async () => {
    admit?.({ ctx, deps });
    await run();
  };
  if (route.role === null) return fair.open(ctx, name, () => countingRefusals(ctx, deps, admitted));
  const linked = linkUse ? await countingRefusals(ctx, deps, () => callerByLink(ctx, linkUse, deps)) : null;
  if (linked) return fair.open(ctx, name, () => run(linked));
  const caller = await countingRefusals(ctx, deps, () => callerOf(ctx, deps, route));
  return fair.keyed(ctx, name, async () => {
    checkRole(caller.key, route);
    await run(caller);
  });
}

/** A caller who shows nothing valid spends more of the share of its address. */
async function countingRefusals<Value>(ctx: KoaContext, { fair }: RequestDeps, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Problem && NOT_KNOWN.has(error.code)) await fair.refused(ctx);
    throw error;
  }
}
const NOT_KNOWN: ReadonlySet<string> = new Set(['UNAUTHENTICATED', 'BAD_SIGNATURE', 'LOGIN_REFUSED'] satisfies ProblemCode[]);

/** All routes, then what no route takes: 404, 405 with `Allow`, and the response to OPTIONS. */
export function route(app: Koa<State>, deps: RequestDeps): void {
  const router = new Router<State>({ strict: true, sensitive: true });
  for (const one of ROUTES) {
    const bound = boundTo(one);
    router.register(patternOf(one), [one.method], (ctx) => handle(one, bound, ctx, deps));
  }
  const none: Koa.Middleware<State> = async (ctx) => {
    const methods = new Set(router.match(ctx.path, ctx.method).path.flatMap((layer) => layer.methods));
    if (ctx.method !== 'OPTIONS') await deps.fair.refused(ctx);
    if (methods.size === 0) throw routeNotFound();
    const allow = [...methods, 'OPTIONS'].join(', ');
    if (ctx.method !== 'OPTIONS') throw notAllowed(allow);
    ctx.set('allow', allow);
    ctx.status = 204;
  };
  app.use(router.routes()).use(serveWeb(deps)).use(none);
}

/** `{name}` as `:name`, `{+name}` as `*name`, which may hold slashes. */
const patternOf = ({ path }: RouteDeclaration) => path.replace(/\{(\+?)(\w+)\}/g, (_, plus, name) => (plus ? '*' : ':') + name);

const notAllowed = (allow: string) =>
  new Problem(
    'METHOD_NOT_ALLOWED',
    { en: `This address takes ${allow}. Nothing was changed.`, zh: `该地址支持 ${allow}。未作任何更改。` },
    { headers: { allow } },
  );
