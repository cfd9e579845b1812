/** Remarks in SQL: a row each in a table of their own, for filters and counts; and all of a picture's in its row, for readers. */
import type { Knex } from 'knex';
import { isRemarkCode, type RemarkCode } from '../../contract/remark-codes.ts';
import type { KeptRemark } from '../../contract/remarks.ts';
import type { Counts } from '../../runtime/ports/resources.ts';
import type { Owned, Scope } from '../../runtime/ports/scope.ts';
import type { Dialect } from './database.ts';
import { jsonOrNull, number, type Row, rowOf, text } from './row.ts';
import { type Bound, bound, boundAll, deletes, inserts, type Statement, type Values } from './statements.ts';

/** What the row of a picture holds; those of a code that a later version has added are left out. */
export const keptRemarks = (row: Row): KeptRemark[] =>
  (jsonOrNull<KeptRemark[]>(row, 'remarks') ?? []).filter(({ code }) => isRemarkCode(code));

export type RemarkStatements = { clear: Statement; add: Statement };
export const remarkStatements = (knex: Knex): RemarkStatements => ({
  clear: deletes(knex, 'remarks', ['resource_id', 'org_id']),
  add: inserts(knex, 'remarks', ['resource_id', 'position', 'org_id', 'at', 'code', 'page', 'detail', 'of']),
});

/** All remarks of a picture, in place of those before. */
export function remarkScript(dialect: Dialect, { clear, add }: RemarkStatements, rows: Remarked[]): Bound[] {
  const values = rows.flatMap(({ remarks, ...owner }) =>
    remarks.map(({ code, page, detail, of }, position): Values => ({ ...owner, position, code, page, detail, of })),
  );
  return [...rows.map(({ resource_id, org_id }) => bound(clear, { resource_id, org_id })), ...boundAll(dialect, add, values)];
}
type Remarked = Owned & { remarks: Omit<KeptRemark, 'corrected'>[] };

/** Ids of pictures that have any of these. */
export const remarked =
  ({ org_id }: Scope, codes: RemarkCode[]) =>
  (query: Knex.QueryBuilder): void =>
    void query.from('remarks').where({ org_id }).whereIn('code', codes).select('resource_id');

/** How many of the pictures that `found` selects (`resources as r`) have a remark of each code. */
export async function countedRemarks({ org_id }: Scope, found: Knex.QueryBuilder): Promise<Counts['by_remark']> {
  const groups: unknown[] = await found
    .join('remarks as k', 'k.resource_id', 'r.resource_id')
    .where('k.org_id', org_id)
    .groupBy('k.code')
    .select('k.code')
    .countDistinct({ count: 'k.resource_id' });
  const counts = groups.map(rowOf).map((row) => [text(row, 'code'), number(row, 'count')] as const);
  return Object.fromEntries(counts.filter(([code]) => isRemarkCode(code)));
}
