/** The table of contract/routes.ts, wired: each name to its handler, each kind of auth to the caller it makes. */
import Router from '@koa/router';
import type Koa from 'koa';
import { Problem, type ProblemCode } from '../contract/problems.ts';
import { ROUTES, type RouteNameOf, type RouteRow } from '../contract/routes.ts';
import { callerByKey, callerByLink, type LinkUse } from './access/auth.ts';
import type { AuthenticatedRequest, KeyRequest, KoaContext, PublicRequest, RequestDeps, State } from './context.ts';
import { routeNotFound } from './problems/problems.ts';
import { resourceId } from './request/validate.ts';
import { takeCallback } from './routes/callbacks.ts';
import { streamEvents } from './routes/events.ts';
import { healthz, readyz } from './routes/health.ts';
import { getObject, putObject } from './routes/objects.ts';
import { getContent, getPreview, getText } from './routes/resources-content.ts';
import { createResource } from './routes/resources-create.ts';
import { explainResource } from './routes/resources-explain.ts';
import { removeResource, reprocessResource, restoreResource, retryResource } from './routes/resources-lifecycle.ts';
import { patchMetadata } from './routes/resources-metadata.ts';
import { countResources, getResource, listHistory, listResources } from './routes/resources-read.ts';
import { patchText } from './routes/resources-text.ts';
import { issueUploadLink, reportUpload } from './routes/resources-upload.ts';
import { search } from './routes/search.ts';
import { takeStorageEvents } from './routes/storage-events.ts';

const BY_KEY: Record<RouteNameOf<'key'>, (call: KeyRequest) => Promise<void>> = {
  create_resource: createResource,
  list_resources: listResources,
  count_resources: countResources,
  get_resource: getResource,
  remove_resource: removeResource,
  issue_upload_link: issueUploadLink,
  patch_metadata: patchMetadata,
  get_content: getContent,
  get_text: getText,
  patch_text: patchText,
  list_history: listHistory,
  explain_resource: explainResource,
  retry_resource: retryResource,
  reprocess_resource: reprocessResource,
  restore_resource: restoreResource,
  search,
  stream_events: streamEvents,
};
type ByLink = { handle: (call: AuthenticatedRequest) => Promise<void>; use: (ctx: KoaContext) => LinkUse };
const BY_KEY_OR_LINK: Record<RouteNameOf<'key_or_link'>, ByLink> = {
  report_upload: { handle: reportUpload, use: (ctx) => ({ call: 'uploaded', resource_id: resourceId(ctx) }) },
  get_preview: {
    handle: getPreview,
    use: (ctx) => {
      const query = new URLSearchParams(ctx.querystring);
      return { call: 'preview', resource_id: resourceId(ctx), size: query.get('size') ?? '', page: query.get('page') ?? '1' };
    },
  },
};
const OPEN: Record<RouteNameOf<'link' | 'token' | 'none'>, (call: PublicRequest) => Promise<void>> = {
  take_callback: takeCallback,
  put_object: putObject,
  get_object: getObject,
  take_storage_events: takeStorageEvents,
  healthz,
  readyz,
};

async function handle({ name }: (typeof ROUTES)[number], ctx: KoaContext, deps: RequestDeps): Promise<void> {
  const { fair } = deps;
  if (isIn(OPEN, name)) return fair.open(ctx, name, () => known(ctx, deps, async () => OPEN[name]({ ctx, deps })));
  if (isIn(BY_KEY, name)) {
    const caller = await known(ctx, deps, () => callerByKey(ctx, deps));
    return fair.keyed(ctx, { name, key_id: caller.key.key_id }, () => BY_KEY[name]({ ctx, deps, caller }));
  }
  const { handle, use } = BY_KEY_OR_LINK[name];
  const linked = await known(ctx, deps, () => callerByLink(ctx, use, deps));
  if (linked) return fair.open(ctx, name, () => handle({ ctx, deps, caller: linked }));
  const caller = await known(ctx, deps, () => callerByKey(ctx, deps));
  return fair.keyed(ctx, { name, key_id: caller.key.key_id }, () => handle({ ctx, deps, caller }));
}

/** Who shows nothing that holds spends more of his address's share. */
async function known<Value>(ctx: KoaContext, { fair }: RequestDeps, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Problem && NOT_KNOWN.has(error.code)) await fair.refused(ctx);
    throw error;
  }
}
const NOT_KNOWN: ReadonlySet<string> = new Set(['UNAUTHENTICATED', 'BAD_SIGNATURE'] satisfies ProblemCode[]);
const isIn = <Name extends string>(table: Record<Name, unknown>, name: string): name is Name => Object.hasOwn(table, name);

/** All routes, then what no route takes: 404, 405 with `Allow`, and the answer to OPTIONS. */
export function route(app: Koa<State>, deps: RequestDeps): void {
  const router = new Router<State>({ strict: true, sensitive: true });
  for (const row of ROUTES) router.register(patternOf(row), [row.method], (ctx) => handle(row, ctx, deps));
  const none: Koa.Middleware<State> = async (ctx) => {
    const methods = new Set(router.match(ctx.path, ctx.method).path.flatMap((layer) => layer.methods));
    if (ctx.method !== 'OPTIONS') await deps.fair.refused(ctx);
    if (methods.size === 0) throw routeNotFound();
    const allow = [...methods, 'OPTIONS'].join(', ');
    if (ctx.method !== 'OPTIONS') throw notAllowed(allow);
    ctx.set('allow', allow);
    ctx.status = 204;
  };
  app.use(router.routes()).use(none);
}

/** `{name}` as `:name`, `{+name}` as `*name`, which may hold slashes. */
const patternOf = ({ path }: RouteRow) => path.replace(/\{(\+?)(\w+)\}/g, (_, plus, name) => (plus ? '*' : ':') + name);

const notAllowed = (allow: string) =>
  new Problem(
    'METHOD_NOT_ALLOWED',
    { en: `This address takes ${allow}. Nothing was changed.`, zh: `该地址支持 ${allow}。未作任何更改。` },
    { headers: { allow } },
  );
