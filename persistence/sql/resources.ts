/** Resources as read: every query begins with the organisation, which every index on them does too. */
import type { Knex } from 'knex';
import type { Phase, Status } from '../../contract/statuses.ts';
import type { Counts, ResourceFilter, ResourcePlace, ResourceSort, Resources, Scope } from '../../runtime/ports-facts.ts';
import type { Row } from './dialect.ts';
import { number, resourceOf, text } from './rows.ts';

const MOST_IDS = 200;

export const resources = (reader: Knex): Resources => {
  const rows = ({ org_id }: Scope) =>
    reader('resources as r')
      .leftJoin('metadata as m', 'm.resource_id', 'r.resource_id')
      .select('r.*', 'm.body as metadata_body')
      .where('r.org_id', org_id);
  return {
    async get(scope, resource_id) {
      const row: Row | undefined = await rows(scope).where('r.resource_id', resource_id).first();
      return row ? resourceOf(row) : null;
    },
    async getMany(scope, ids) {
      if (ids.length > MOST_IDS) throw new Error(`at most ${MOST_IDS} ids at once`);
      const found: Row[] = await rows(scope).whereIn('r.resource_id', ids);
      const by_id = new Map(found.map(resourceOf).map((row) => [row.resource_id, row]));
      return ids.flatMap((id) => by_id.get(id) ?? []);
    },
    async list(scope, filter, { sort, after, limit }) {
      const query = filtered(reader, rows(scope), scope, filter);
      const found: Row[] = await placed(query, sort, after).limit(limit);
      return found.map(resourceOf);
    },
    async counts(scope, filter) {
      const all = reader('resources as r').where('r.org_id', scope.org_id);
      const groups: Row[] = await filtered(reader, all, scope, filter)
        .select('r.phase', 'r.status')
        .count('* as count')
        .groupBy('r.phase', 'r.status');
      return countsOf(groups);
    },
    async alive(scope, sha256, except) {
      const query = rows(scope).where('r.sha256', sha256).whereNot('r.phase', 'gone').whereNot('r.status', 'REJECTED');
      if (except !== undefined) query.whereNot('r.resource_id', except);
      const row: Row | undefined = await query.orderBy('r.created_at').orderBy('r.resource_id').first();
      return row ? resourceOf(row) : null;
    },
    async byIdempotencyKey({ org_id }, key) {
      const row: Row | undefined = await reader('idempotency_keys').where({ org_id, key }).first();
      if (!row) return null;
      const fields = { org_id, key, resource_id: text(row, 'resource_id'), fingerprint: text(row, 'fingerprint') };
      return { ...fields, at: number(row, 'at') };
    },
  };
};

/** A repeated filter means any of; different filters mean all. */
function filtered(reader: Knex, query: Knex.QueryBuilder, { org_id }: Scope, filter: ResourceFilter): Knex.QueryBuilder {
  const { tag, created_from, created_to, ...columns } = filter;
  for (const [column, values] of Object.entries(columns)) if (values) query.whereIn(`r.${column}`, values);
  if (tag) query.whereIn('r.resource_id', reader('metadata_tags').select('resource_id').where('org_id', org_id).whereIn('tag', tag));
  if (created_from !== undefined) query.where('r.created_at', '>=', created_from);
  if (created_to !== undefined) query.where('r.created_at', '<=', created_to);
  return query;
}

const SORTS = {
  '-created_at': { column: 'r.created_at', direction: 'desc', beyond: '<' },
  title: { column: 'r.title_key', direction: 'asc', beyond: '>' },
} as const;

/** Rows after a place, by the sort key and then the id: a page does not shift while others come and go. */
function placed(query: Knex.QueryBuilder, sort: ResourceSort, after: ResourcePlace | null): Knex.QueryBuilder {
  const { column, direction, beyond } = SORTS[sort];
  query.orderBy(column, direction).orderBy('r.resource_id', direction);
  if (!after) return query;
  return query.where((place) =>
    place.where(column, beyond, after.key).orWhere((equal) => equal.where(column, after.key).where('r.resource_id', beyond, after.resource_id)),
  );
}

function countsOf(groups: Row[]): Counts {
  const counts: Counts = { total: 0, by_phase: {}, by_status: {} };
  for (const group of groups) {
    const count = number(group, 'count');
    const phase = text(group, 'phase') as Phase; // a CHECK of the table
    const status = text(group, 'status') as Status; // a CHECK of the table
    counts.total += count;
    counts.by_phase[phase] = (counts.by_phase[phase] ?? 0) + count;
    counts.by_status[status] = (counts.by_status[status] ?? 0) + count;
  }
  return counts;
}
