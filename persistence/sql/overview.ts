/** The overview in SQL: look-ups in indexes alone, each of a bounded number of entries. */
import type { Knex } from 'knex';
import { isRemarkCode, REMARKS } from '../../contract/remark-codes.ts';
import { isStatus, STATUSES, type Status } from '../../contract/statuses.ts';
import type { Overview, StatusCount } from '../../runtime/ports/overview.ts';
import type { Scope } from '../../runtime/ports/scope.ts';
import type { Database } from './database.ts';
import { readInstances } from './instances.ts';
import { number, numberOrNull, type Row, rowOf, text } from './row.ts';

/** Entries of an index that are counted for one number: some milliseconds. */
export const COUNTED_UP_TO = 10_000;
const STATUS_NAMES: readonly Status[] = STATUSES.map(({ status }) => status);
/** Complete, unfailed, and on the way to the index. */
const UNDER_WAY: readonly Status[] = STATUSES.filter(({ phase }) => phase === 'working').map(({ status }) => status);

/** A part of a UNION ALL. */
type Query = { sql: string; bindings: (string | number | boolean)[] };

export function overviewOf({ read, dialect }: Pick<Database, 'read' | 'dialect'>): Overview {
  const all = async (queries: Query[]): Promise<Row[]> => {
    const sql = queries.map(({ sql: one }) => one).join(' UNION ALL ');
    const found: unknown = await read.raw(
      sql,
      queries.flatMap(({ bindings }) => bindings),
    );
    return rowsIn(found);
  };
  return {
    async statuses(scope) {
      const counts = dialect.keeps_counts
        ? await keptCounts(read, scope)
        : (await all(STATUS_NAMES.map((status) => counted(scope, status)))).map(countOf);
      const there = counts.filter(({ count }) => count > 0);
      if (there.length === 0) return [];
      const oldest = await all(there.flatMap(({ status }) => [oldestOf(scope, status, false), oldestOf(scope, status, true)]));
      return there.map((one) => ({ ...one, oldest_since: least(oldest.filter((row) => text(row, 'status') === one.status)) }));
    },
    async lagsSince(scope) {
      return least(await all(UNDER_WAY.map((status) => oldestOf(scope, status, false))));
    },
    async remarks(scope) {
      if (!scope) return [];
      const rows = await all(REMARKS.map((code) => remarked(scope, code)));
      return rows.flatMap((row) => {
        const [code, count] = [text(row, 'code'), number(row, 'count')];
        return isRemarkCode(code) && count > 0 ? [{ code, ...bounded(count) }] : [];
      });
    },
    async oldestDue() {
      const row: unknown = await read('instances').min({ due: 'next_due_at' }).first();
      return row === undefined ? null : numberOrNull(rowOf(row), 'due');
    },
    async dueBefore(scope, before, limit) {
      const query = read('instances').where('next_due_at', '<', before).orderBy('next_due_at').limit(limit);
      if (scope) query.where({ org_id: scope.org_id });
      const rows: unknown[] = await query.select('instance_id', 'org_id', 'next_due_at');
      return rows.map(rowOf).map((row) => ({
        instance_id: text(row, 'instance_id'),
        org_id: text(row, 'org_id'),
        due_at: number(row, 'next_due_at'),
      }));
    },
    async withJobsDue(scope, { from, to }, limit) {
      const query = read('instances').where('next_due_at', '>=', from).where('next_due_at', '<=', to);
      if (scope) query.where({ org_id: scope.org_id });
      return readInstances(query.where({ has_jobs: true }).orderBy('next_due_at').limit(limit));
    },
  };
}

const of = (scope: Scope | null): Query =>
  scope ? { sql: 'org_id = ? AND ', bindings: [scope.org_id] } : { sql: '', bindings: [] };

const counted = (scope: Scope | null, status: Status): Query => {
  const { sql, bindings } = of(scope);
  return {
    sql: `SELECT '${status}' AS status, COUNT(*) AS count FROM (SELECT 1 AS one FROM resources WHERE ${sql}status = ? LIMIT ${COUNTED_UP_TO + 1}) AS counted_${status.toLowerCase()}`,
    bindings: [...bindings, status],
  };
};
const oldestOf = (scope: Scope | null, status: Status, searchable: boolean): Query => {
  const { sql, bindings } = of(scope);
  return {
    sql: `SELECT '${status}' AS status, MIN(waits_since) AS since FROM resources WHERE ${sql}status = ? AND searchable = ?`,
    bindings: [...bindings, status, searchable],
  };
};
const remarked = ({ org_id }: Scope, code: string): Query => ({
  sql: `SELECT '${code}' AS code, COUNT(*) AS count FROM (SELECT DISTINCT resource_id FROM remarks WHERE org_id = ? AND code = ? LIMIT ${COUNTED_UP_TO + 1}) AS counted_${code.toLowerCase()}`,
  bindings: [org_id, code],
});

const bounded = (count: number) => ({ count: Math.min(count, COUNTED_UP_TO), is_exact: count <= COUNTED_UP_TO });
const countOf = (row: Row): Omit<StatusCount, 'oldest_since'> => ({ status: statusIn(row), ...bounded(number(row, 'count')) });
function statusIn(row: Row): Status {
  const status = text(row, 'status');
  if (!isStatus(status)) throw new Error(`no status: ${status}`);
  return status;
}

/** The table that SQLite keeps has a row a status of each organisation. */
async function keptCounts(read: Knex, scope: Scope | null): Promise<Omit<StatusCount, 'oldest_since'>[]> {
  const query = read('resource_counts')
    .whereIn('status', [...STATUS_NAMES])
    .groupBy('status');
  if (scope) query.where({ org_id: scope.org_id });
  const rows: unknown[] = await query.select('status').sum({ count: 'count' });
  return rows.map(rowOf).map((row) => ({ status: statusIn(row), count: number(row, 'count'), is_exact: true }));
}

const least = (rows: Row[]): number | null => {
  const times = rows.flatMap((row) => numberOrNull(row, 'since') ?? []);
  return times.length === 0 ? null : Math.min(...times);
};

/** mysql2 returns rows and fields, SQLite rows alone. */
function rowsIn(found: unknown): Row[] {
  if (!Array.isArray(found)) return [];
  const rows: unknown[] = Array.isArray(found[0]) ? found[0] : found;
  return rows.map(rowOf);
}
