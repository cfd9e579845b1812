/** Filters, orders and pages of lists of resources in SQL. */
import type { Knex } from 'knex';
import type { ResourceFilter, ResourcePosition, ResourceRow, ResourceSort } from '../../runtime/ports/resources.ts';
import type { Scope } from '../../runtime/ports/scope.ts';
import { remarked } from './remarks.ts';
import { type Many, UNKNOWN } from './same-bytes.ts';

/** Columns of `resources as r` by the filters that list their values. */
const COLUMNS = ['status', 'phase', 'batch_id', 'sha256', 'failure_code', 'failure_step', 'engine'] as const;

/** from: at or after; to: before. */
export function filtered(query: Knex.QueryBuilder, { org_id }: Scope, filter: ResourceFilter): Knex.QueryBuilder {
  const { not_phase, tag, not_tag, remark, created_from, created_to } = filter;
  for (const column of COLUMNS) {
    const values = filter[column];
    if (values) query.whereIn(`r.${column}`, values);
  }
  if (not_phase) query.whereNot('r.phase', not_phase);
  // All that failed have a code, and the index begins with it.
  if (filter.failure_step && !filter.failure_code) query.whereNotNull('r.failure_code');
  shown(query, filter);
  if (created_from !== undefined) query.where('r.created_at', '>=', created_from);
  if (created_to !== undefined) query.where('r.created_at', '<', created_to);
  if (remark) query.whereIn('r.resource_id', remarked({ org_id }, remark));
  const tagged = (tags: string[]) => (with_tag: Knex.QueryBuilder) =>
    void with_tag.from('metadata_tags').where({ org_id }).whereIn('tag', tags).select('resource_id');
  if (tag) query.whereIn('r.resource_id', tagged(tag));
  if (not_tag) query.whereNotIn('r.resource_id', tagged(not_tag));
  return query;
}

/** Most of a library is viewable and searchable: only what is not is looked for by the index over both. */
function shown(query: Knex.QueryBuilder, { viewable, searchable }: ResourceFilter): void {
  if (searchable === false) query.where('r.searchable', false);
  if (searchable === true) query.whereRaw(NO_INDEX('searchable'));
  if (viewable === false) query.where('r.viewable', false);
  if (viewable === false && searchable === undefined) query.whereIn('r.searchable', [false, true]); // which the index begins with
  if (viewable === true && searchable === false) query.where('r.viewable', true);
  else if (viewable === true) query.whereRaw(NO_INDEX('viewable'));
}
const NO_INDEX = (column: 'viewable' | 'searchable') => `COALESCE(r.${column}, 0) = 1`;

/** What matches is little, and no index has it in order: it is found first, and sorted then, rather than looked for in that order. */
function isLittle({ viewable, searchable, failure_code, failure_step }: ResourceFilter): boolean {
  const in_one_way = failure_code?.length === 1 && failure_step?.length === 1;
  const has_failed = failure_code !== undefined || failure_step !== undefined;
  return (has_failed && !in_one_way) || viewable === false || (searchable === false && viewable === undefined);
}

/** Filters that a list in order looks at row by row: few rows are left out. */
const IN_ORDER = new Set(['not_phase', 'created_from', 'created_to']);
/** The index that a page is entered by at its place; null: it has none, or another condition may be the better one. */
export function indexOf(filter: ResourceFilter, { sort, after }: Pick<Page, 'sort' | 'after'>): string | null {
  const is_whole = Object.entries(filter).every(([name, value]) => value === undefined || IN_ORDER.has(name));
  if (after === null || !is_whole || sort === 'deadline_at') return null;
  return sort === 'title' ? 'resources_by_title' : 'resources_newest';
}

type Page = { sort: ResourceSort; after: ResourcePosition | null; limit: number; little: boolean };
/** alone: as an expression, by which no index is entered. */
const SORTS = {
  title: { column: 'r.title', alone: "COALESCE(r.title, '')", direction: 'asc', beyond: '>' },
  '-created_at': { column: 'r.created_at', alone: 'COALESCE(r.created_at, 0)', direction: 'desc', beyond: '<' },
  deadline_at: { column: 'r.deadline_at', alone: 'COALESCE(r.deadline_at, 0)', direction: 'asc', beyond: '>' },
} as const satisfies Record<ResourceSort, { column: string; alone: string; direction: string; beyond: string }>;

/** A page of what `found` selects anew at each call. */
export async function listed(
  found: () => Knex.QueryBuilder,
  many: Many,
  filter: ResourceFilter,
  given: Omit<Page, 'little'>,
): Promise<ResourceRow[]> {
  const page = { ...given, little: isLittle(filter) };
  const { sort, after, limit } = page;
  if (sort !== 'deadline_at') return many(sorted(found(), page), UNKNOWN);
  const due = after?.key === null ? [] : await many(sorted(found().whereNotNull('r.deadline_at'), page), UNKNOWN);
  if (due.length === limit) return due;
  const rest = found().whereNull('r.deadline_at').orderBy('r.resource_id');
  if (after?.key === null) rest.where('r.resource_id', '>', after.resource_id);
  return [...due, ...(await many(rest.limit(limit - due.length), UNKNOWN))];
}

function sorted(query: Knex.QueryBuilder, { sort, after, limit, little }: Page): Knex.QueryBuilder {
  const { column, alone, direction, beyond } = SORTS[sort];
  const key = little ? alone : column;
  // The first condition is what an index is entered by; MySQL does not do so for (a, b) < (?, ?).
  if (after)
    query
      .whereRaw(`${key} ${beyond}= ?`, [after.key])
      .where((place) => place.whereRaw(`${key} ${beyond} ?`, [after.key]).orWhere('r.resource_id', beyond, after.resource_id));
  return query.orderByRaw(`${key} ${direction}`).orderBy('r.resource_id', direction).limit(limit);
}
