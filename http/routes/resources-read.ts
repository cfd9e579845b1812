/** Reading pictures: one, many, how many, and what happened to one. */
import { z } from 'zod';
import { Id, ListResources } from '../../contract/resource.ts';
import type { ResourceFilter, ResourcePosition, ResourceRow, ResourceSort } from '../../runtime/ports/resources.ts';
import type { AuthenticatedRequest } from '../context.ts';
import { decodeCursor, encodeCursor, Milliseconds, Title } from '../request/cursor.ts';
import { loadResource } from '../request/load-resource.ts';
import { waitIfPreferred } from '../request/prefer-wait.ts';
import { NO_PARAMETERS, validateQuery } from '../request/validate.ts';
import { presentHistory, presentResource, respondResource } from '../response/present.ts';

const FORM = { lists: ['status', 'phase', 'tag', 'batch_id', 'sha256'], integers: ['limit'] };
const CountFilters = ListResources.omit({ sort: true, cursor: true, limit: true });
const HistoryPage = ListResources.pick({ cursor: true, limit: true });

export async function getResource(call: AuthenticatedRequest): Promise<void> {
  const row = await loadResource(call);
  validateQuery(call, NO_PARAMETERS, {});
  respondResource(call, await waitIfPreferred(call, row));
}

export async function listResources(call: AuthenticatedRequest): Promise<void> {
  const { ctx, deps, caller } = call;
  const { sort, cursor, limit, ...filters } = validateQuery(call, ListResources, FORM);
  const listed = { list: 'resources', scope: caller.scope, filters: { sort, ...filters } };
  const after = decodeCursor(cursor, listed, Place[sort]);
  // What was withdrawn from readers is listed for who asks for it, as a trash is.
  const asked = filters.phase || filters.status ? filterOf(filters) : { ...filterOf(filters), not_phase: 'gone' as const };
  // One more than asked for tells whether there is a next page.
  const rows = await deps.facts.resources.list(caller.scope, asked, { sort, after, limit: limit + 1 });
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  ctx.set('content-language', ctx.state.language);
  ctx.body = {
    items: page.map((row) => presentResource(row, call)),
    next_cursor: last ? encodeCursor(listed, placeAfter(last, sort)) : null,
  };
}

export async function countResources(call: AuthenticatedRequest): Promise<void> {
  const { ctx, deps, caller } = call;
  const filters = validateQuery(call, CountFilters, FORM);
  ctx.body = await deps.facts.resources.counts(caller.scope, filterOf(filters));
}

export async function listHistory(call: AuthenticatedRequest): Promise<void> {
  const { ctx, deps, caller } = call;
  const { resource_id } = await loadResource(call);
  const { cursor, limit } = validateQuery(call, HistoryPage, FORM);
  const listed = { list: 'history', scope: caller.scope, filters: { resource_id } };
  const after = decodeCursor(cursor, listed, z.int().min(0));
  const entries = await deps.facts.journal.list(caller.scope, resource_id, { after, limit: limit + 1 });
  const page = entries.slice(0, limit);
  const last = entries.length > limit ? page.at(-1) : undefined;
  ctx.body = { items: page.map(presentHistory), next_cursor: last ? encodeCursor(listed, last.seq) : null };
}

/** As strict as what we put into one: anybody can make a cursor, and not every number or text is one that a database takes. */
const Place: Record<ResourceSort, z.ZodType<ResourcePosition>> = {
  '-created_at': z.strictObject({ key: Milliseconds, resource_id: Id }),
  title: z.strictObject({ key: Title, resource_id: Id }),
};
const placeAfter = ({ resource_id, created_at, metadata }: ResourceRow, sort: ResourceSort): ResourcePosition => ({
  key: sort === 'title' ? (metadata.title ?? '') : created_at,
  resource_id,
});

function filterOf({
  status,
  phase,
  tag,
  batch_id,
  sha256,
  created_from,
  created_to,
}: z.output<typeof CountFilters>): ResourceFilter {
  return {
    ...(status ? { status } : {}),
    ...(phase ? { phase } : {}),
    ...(tag ? { tag } : {}),
    ...(batch_id ? { batch_id } : {}),
    ...(sha256 ? { sha256 } : {}),
    ...(created_from ? { created_from: Date.parse(created_from) } : {}),
    ...(created_to ? { created_to: Date.parse(created_to) } : {}),
  };
}
