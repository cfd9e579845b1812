/**
 * One change of many pictures.
 *
 * 1. Which: as named, or the first that a filter matches. With an idempotency key they are kept, so that a filter means the same pictures
 *    when the request is sent again.
 * 2. Each is sent its event as by the route of one picture, a few at a time, under an idempotency key of its own: one that is done already
 *    is not done again, and one that was not is tried.
 */
import { z } from 'zod';
import { type BulkChange, type BulkItem, type BulkResult, MAX_BULK } from '../../contract/bulk.ts';
import type { MetadataPatch } from '../../contract/metadata.ts';
import { Id, Reprocess } from '../../contract/resource.ts';
import { eachOf } from '../../runtime/async/each-of.ts';
import type { Chosen } from '../../runtime/ports/bulk-requests.ts';
import type { ResourceRow } from '../../runtime/ports/resources.ts';
import type { KeyRequest } from '../context.ts';
import type { Handlers } from '../handlers.ts';
import { busy } from '../problems/problems.ts';
import { asProblem, problemBody } from '../problems/to-response.ts';
import { decodeCursor, encodeCursor, Milliseconds } from '../request/cursor.ts';
import { type Idempotency, idempotencyOf, keyOfPart, keyReused, sendOnce } from '../request/idempotency.ts';
import { listFilterOf } from '../request/resource-filter.ts';
import type { BuildEvent } from '../request/send-event.ts';
import { validate } from '../request/validate.ts';
import { matching } from '../response/etag.ts';
import { presentResource } from '../response/present.ts';
import { checkEngine, trashEvent } from './change.ts';
import { metadataEvent } from './metadata.ts';

type Filter = NonNullable<BulkChange['filter']>;

export const bulkHandlers: Handlers<'change_resources'> = {
  async change_resources(request) {
    const { ctx, deps, body } = request;
    const build = builderOf(request, body);
    const idempotency = idempotencyOf(ctx, { call: 'change_resources', ...body });
    const { resource_ids, remaining, next } = await chosenFor(request, body, idempotency);
    await deps.fair.more(ctx, resource_ids.length * POINTS[body.action]);
    const given = new Map(body.items?.map((item) => [item.resource_id, item]));
    const wanted = resource_ids.map((resource_id) => given.get(resource_id) ?? { resource_id });
    const items = await eachOf(wanted, deps.limits.bulk_at_once, (item) => resultOf(request, item, build, idempotency));
    const failed = items.filter(({ problem }) => problem !== null).length;
    ctx.set('content-language', ctx.state.language);
    return { status: 200, body: { items, changed: items.length - failed, failed, remaining, next_cursor: next } };
  },
};

/** Points of one picture: those of the route that changes one. */
const POINTS: Record<BulkChange['action'], number> = { retry: 1, trash: 1, restore: 1, patch: 1, reprocess: 5 };

async function chosenFor(request: KeyRequest, body: BulkChange, idempotency: Idempotency | null): Promise<Chosen> {
  const { deps, caller } = request;
  const { bulk_requests } = deps.facts;
  const before = idempotency && (await bulk_requests.get(caller.scope, idempotency.key));
  const kept =
    before ??
    (idempotency &&
      (await bulk_requests.keep(caller.scope, { ...idempotency, at: deps.clock.now(), chosen: await choose(request, body) })));
  if (!kept) return choose(request, body);
  if (kept.fingerprint !== idempotency?.fingerprint) throw keyReused();
  return kept.chosen;
}

async function choose(request: KeyRequest, { resource_ids, items, filter, cursor }: BulkChange): Promise<Chosen> {
  if (filter) return matched(request, filter, cursor);
  const named = resource_ids ?? items?.map(({ resource_id }) => resource_id) ?? [];
  return { resource_ids: named, remaining: 0, next: null };
}

const Position = z.strictObject({ key: Milliseconds, resource_id: Id });

/** The newest that match now. */
async function matched({ deps, caller: { scope } }: KeyRequest, filter: Filter, cursor: string | undefined): Promise<Chosen> {
  const listed = { list: 'bulk', scope, filters: filter };
  const after = decodeCursor(cursor, listed, Position);
  const wanted = listFilterOf(filter);
  const rows = await deps.facts.resources.list(scope, wanted, { sort: '-created_at', after, limit: MAX_BULK + 1 });
  const chosen = rows.slice(0, MAX_BULK);
  const last = chosen.at(-1);
  const resource_ids = chosen.map(({ resource_id }) => resource_id);
  if (rows.length <= MAX_BULK || !last) return { resource_ids, remaining: 0, next: null };
  const { created_at: key, resource_id } = last;
  // Those from before it, and those of the same moment that are not among the chosen.
  const older = await deps.facts.resources.counts(scope, { ...wanted, created_to: key + 1 });
  const remaining = Math.max(1, older.total - chosen.filter(({ created_at }) => created_at === key).length);
  return { resource_ids, remaining, next: encodeCursor(listed, { key, resource_id }) };
}

async function resultOf(
  request: KeyRequest,
  item: BulkItem,
  build: (item: BulkItem, current: ResourceRow) => ReturnType<BuildEvent>,
  idempotency: Idempotency | null,
): Promise<BulkResult> {
  const { ctx, deps } = request;
  const { resource_id, if_match } = item;
  const { language, request_id } = ctx.state;
  try {
    if (deps.stopping.aborted) throw busy(deps.limits);
    const key = idempotency && keyOfPart(idempotency, resource_id);
    const row = await sendOnce(request, resource_id, key, (current) => build(item, current), matching(if_match ?? '*'));
    return { resource_id, resource: presentResource(row, request), problem: null };
  } catch (error) {
    const problem = asProblem(error, deps.limits);
    if (problem.status >= 500)
      deps.log.error({ event: 'request.failed', err: error, request_id, resource_id }, 'a bulk change failed for one picture');
    return { resource_id, resource: null, problem: problemBody(problem, language, request_id) };
  }
}

/** The event for each picture. Throws what the route of one picture would refuse whichever it is. */
function builderOf(request: KeyRequest, body: BulkChange): (item: BulkItem, current: ResourceRow) => ReturnType<BuildEvent> {
  switch (body.action) {
    case 'retry':
      return () => ({ event: { type: 'RETRY' } });
    case 'restore':
      return () => ({ event: { type: 'RESTORE' } });
    case 'trash':
      return (_, current) => trashEvent(current);
    case 'reprocess': {
      const { from, discard_corrections, own_text, engine } = body;
      const order = {
        from,
        ...(discard_corrections === undefined ? {} : { discard_corrections }),
        ...(own_text === undefined ? {} : { own_text }),
        ...(engine === undefined ? {} : { engine }),
      };
      const reader = { language: request.ctx.state.language, max_errors: request.deps.limits.max_errors };
      const event = { type: 'REPROCESS', ...validate(Reprocess, order, reader) };
      checkEngine(engine, request.deps);
      return () => ({ event });
    }
    case 'patch':
      return (item, current) => metadataEvent(request, current, patchFor(body, item, current));
  }
}

/** What all get, then what this one gets, then its tags. */
function patchFor(
  { metadata, tags_add = [], tags_remove = [] }: BulkChange,
  item: BulkItem,
  current: ResourceRow,
): MetadataPatch {
  const patch: MetadataPatch = { ...metadata, ...item.metadata };
  if (tags_add.length + tags_remove.length === 0) return patch;
  const before = patch.tags === undefined ? current.metadata.tags : (patch.tags ?? []);
  const tags = [...new Set([...before.filter((tag) => !tags_remove.includes(tag)), ...tags_add])];
  return { ...patch, tags };
}
