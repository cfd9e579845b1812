/** Reading pictures: one, many, how many, what happened to one, and why it can or cannot be found. */
import { z } from 'zod';
import { type Author, Id } from '../../contract/resource.ts';
import { isLocalName } from '../../runtime/accounts/api-keys.ts';
import type { AccountNames } from '../../runtime/ports/accounts.ts';
import type { ResourcePosition, ResourceRow, ResourceSort } from '../../runtime/ports/resources.ts';
import type { Handlers } from '../handlers.ts';
import { notFound } from '../problems/problems.ts';
import { decodeCursor, encodeCursor, Milliseconds, Title } from '../request/cursor.ts';
import { loadResource } from '../request/load-resource.ts';
import { waitIfPreferred } from '../request/prefer-wait.ts';
import { filterOf, listFilterOf } from '../request/resource-filter.ts';
import { etagOf, isNotModified } from '../response/etag.ts';
import { presentChanged, presentHistory, presentResource } from '../response/present.ts';
import { contentHandlers } from './content.ts';

type Names = 'list_resources' | 'count_resources' | 'list_tags' | 'get_resource' | 'list_history' | 'explain_resource';

const MINUTE_MS = 60_000;

const handlers: Handlers<Names> = {
  async get_resource(request) {
    const row = await waitIfPreferred(request, await loadResource(request));
    if (isNotModified(request.ctx, etagOf(row))) {
      request.ctx.set('content-language', request.ctx.state.language);
      return { status: 304 };
    }
    return { status: 200, body: presentChanged(request, row) };
  },

  async list_resources(request) {
    const { ctx, deps, caller } = request;
    const { sort, cursor, limit, ...filters } = request.query;
    const listed = { list: 'resources', scope: caller.scope, filters: { sort, ...filters } };
    const after = decodeCursor(cursor, listed, Position[sort]);
    // One more than the limit shows whether there is a next page.
    const rows = await deps.facts.resources.list(caller.scope, listFilterOf(filters), { sort, after, limit: limit + 1 });
    const page = rows.slice(0, limit);
    const last = rows.length > limit ? page.at(-1) : undefined;
    ctx.set('content-language', ctx.state.language);
    const items = page.map((row) => presentResource(row, request));
    return { status: 200, body: { items, next_cursor: last ? encodeCursor(listed, positionOf(last, sort)) : null } };
  },

  async count_resources({ deps, caller, query: { by, utc_offset_min = 0, ...filters } }) {
    const { resources } = deps.facts;
    const filter = filterOf(filters);
    const counts = await resources.counts(caller.scope, filter);
    if (!by) return { status: 200, body: counts };
    const by_month = await resources.countsByMonth(caller.scope, filter, utc_offset_min * MINUTE_MS);
    return { status: 200, body: { ...counts, by_month } };
  },

  async list_tags({ deps, caller, query }) {
    return { status: 200, body: { items: await deps.facts.resources.tags(caller.scope, query) } };
  },

  async list_history(request) {
    const { ctx, deps, caller } = request;
    const { cursor, limit } = request.query;
    const { resource_id } = await loadResource(request);
    const listed = { list: 'history', scope: caller.scope, filters: { resource_id } };
    const after = decodeCursor(cursor, listed, z.int().min(0));
    const entries = await deps.facts.journal.list(caller.scope, resource_id, { after, limit: limit + 1 });
    const page = entries.slice(0, limit);
    const last = entries.length > limit ? page.at(-1) : undefined;
    const names = await deps.facts.accounts.names(
      caller.scope,
      page.flatMap(({ by }) => by.id ?? []),
    );
    const { language } = ctx.state;
    return {
      status: 200,
      body: {
        items: page.map((entry) => presentHistory(entry, { name: nameIn(names, entry.by), language })),
        next_cursor: last ? encodeCursor(listed, last.seq) : null,
      },
    };
  },

  /** Never 304: every fact is checked anew. */
  async explain_resource({ ctx, deps, caller, params: { resource_id }, query: { q } }) {
    const explanation = await deps.explain({ scope: caller.scope, resource_id }, ctx.state.language, q);
    if (!explanation) throw notFound();
    ctx.set('content-language', ctx.state.language);
    ctx.set('cache-control', 'no-store');
    return { status: 200, body: explanation };
  },
};
export const readHandlers = { ...handlers, ...contentHandlers };

/** Keys of commands on the service's machine have a name that says nothing to people. */
function nameIn({ users, keys }: AccountNames, { kind, id }: Author): string | null {
  const name = id === null ? undefined : kind === 'key' ? keys.get(id) : users.get(id);
  return name === undefined || (kind === 'key' && isLocalName(name)) ? null : name;
}

/** As strict as what we put into one: anybody can make a cursor, and not every number or text is one that a database takes. */
const Position: Record<ResourceSort, z.ZodType<ResourcePosition>> = {
  '-created_at': z.strictObject({ key: Milliseconds, resource_id: Id }),
  title: z.strictObject({ key: Title, resource_id: Id }),
  deadline_at: z.strictObject({ key: Milliseconds.nullable(), resource_id: Id }),
};
const positionOf = (row: ResourceRow, sort: ResourceSort): ResourcePosition => ({
  key: sort === 'title' ? (row.metadata.title ?? '') : sort === 'deadline_at' ? row.deadline_at : row.created_at,
  resource_id: row.resource_id,
});
