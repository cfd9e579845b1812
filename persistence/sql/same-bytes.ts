/** Resources with the same bytes: computed when they are read, so that it holds whoever comes, goes or is restored at the same time. */
import type { Knex } from 'knex';
import type { ResourceRow, Resources } from '../../runtime/ports/resources.ts';
import type { Scope } from '../../runtime/ports/scope.ts';
import type { Database } from './database.ts';
import { flag, number, type Row, rowOf, text, textOrNull } from './row.ts';

/** Checksums in one question. */
const MAX_SUMS = 200;
/** `oldest`: the SQL of that column; without it, OLDEST. */
export type Many = (query: Knex.QueryBuilder, oldest?: string) => Promise<ResourceRow[]>;
export const inScope = (read: Knex, { org_id }: Scope) => read('resources as r').where('r.org_id', org_id);
/** Those of these ids, each by its key. The plus keeps SQLite from reading an index of all that the organisation has; to MySQL it is nothing. */
export const ofIds = (read: Knex, { org_id }: Scope, ids: string[]) =>
  read('resources as r').whereIn('r.resource_id', ids).whereRaw('+r.org_id = ?', [org_id]);

export function sameBytesOf({ read }: Database, many: Many): Pick<Resources, 'alive' | 'claimant' | 'withBytes'> {
  return {
    async alive(scope, sha256) {
      const query = inScope(read, scope).where('r.sha256', sha256).where('r.viewable', true);
      const rows = await many(query.orderBy('r.created_at').orderBy('r.resource_id').limit(1));
      return rows[0] ?? null;
    },

    async claimant(scope, byte_claims) {
      const rows = await many(inScope(read, scope).whereIn('r.byte_claim', byte_claims));
      const byClaim = new Map(rows.map((row) => [row.byte_claim, row]));
      return byte_claims.flatMap((claim) => byClaim.get(claim) ?? [])[0] ?? null;
    },

    async withBytes(scope, sha256, limit) {
      if (sha256.length > MAX_SUMS) throw new RangeError(`${sha256.length} checksums at once: at most ${MAX_SUMS}`);
      const rows: unknown[] = await inScope(read, scope)
        .whereIn('r.sha256', sha256)
        .where('r.viewable', true)
        .orderByRaw('+r.created_at') // the plus keeps SQLite from reading all in this order
        .orderBy('r.resource_id')
        .limit(limit)
        .select('r.resource_id', 'r.sha256', 'r.created_at');
      return rows.map(rowOf).map((row) => ({
        resource_id: text(row, 'resource_id'),
        sha256: text(row, 'sha256'),
        created_at: number(row, 'created_at'),
      }));
    },
  };
}

/** The oldest that can be viewed, by an index: right whoever comes, goes or is restored at the same time. */
export const OLDEST = `(SELECT o.resource_id FROM resources AS o
  WHERE o.org_id = r.org_id AND o.sha256 = r.sha256 AND o.viewable = 1 ORDER BY o.created_at, o.resource_id LIMIT 1) AS oldest`;
/** For a sorted list, of which it would be looked for beyond the page. */
export const UNKNOWN = 'NULL AS oldest';
/** By the id of each row of a page; those that are the oldest themselves are left out. */
export async function oldestOf(read: Knex, scope: Scope, page: ResourceRow[]): Promise<Map<string, string>> {
  const ids = page.filter(({ viewable, sha256 }) => viewable && sha256 !== null).map(({ resource_id }) => resource_id);
  if (ids.length === 0) return new Map();
  const rows: unknown[] = await ofIds(read, scope, ids).select('r.resource_id', read.raw(OLDEST));
  return new Map(
    rows.map(rowOf).flatMap((row): [string, string][] => {
      const [id, oldest] = [text(row, 'resource_id'), textOrNull(row, 'oldest')];
      return oldest === null || oldest === id ? [] : [[id, oldest]];
    }),
  );
}

/** Between pictures that readers can see: a copy of what was withdrawn is none. */
export function olderOf(row: Row): string | null {
  const oldest = textOrNull(row, 'oldest');
  return flag(row, 'viewable') && oldest !== text(row, 'resource_id') ? oldest : null;
}
