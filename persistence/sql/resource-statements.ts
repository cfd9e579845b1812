/** How the rows of resources are written: whole where one journey takes them all, and else what has changed of each. */
import type { Knex } from 'knex';
import type { Change } from '../../runtime/ports/facts.ts';
import type { Dialect } from './database.ts';
import { changedColumns, RESOURCE_COLUMNS } from './resource-columns.ts';
import { type Bound, bound, inserts, moved, type RowStatements, updateStatements, upserts, type Values } from './statements.ts';

export function resourceStatements(knex: Knex): RowStatements {
  return {
    make: inserts(knex, 'resources', [...RESOURCE_COLUMNS, 'title', 'lacks']), // refused where another holds its claim; an upsert would write over that one
    move: upserts(knex, 'resources', RESOURCE_COLUMNS, 'resource_id'),
    change: updateStatements(knex, 'resources', 'resource_id'),
  };
}

export const movedResources = (
  dialect: Dialect,
  { move, change }: RowStatements,
  rows: { change: Change; resource: Values }[],
): Bound[] =>
  moved(dialect, move, rows, {
    whole: ({ resource }) => resource,
    changed: ({ change: { before, resource: first, followed_by }, resource }) =>
      bound(before ? change(changedColumns(before, followed_by?.resource ?? first)) : move, resource),
  });
