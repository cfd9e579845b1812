/**
 * What organisations hold, a row each, kept by the commits that change it: a look at it costs the same for ten pictures and a million.
 * Whoever adds or takes away locks the row until its transaction ends, so that of many at once exactly as many go through as may.
 */
import type { Knex } from 'knex';
import { beyond, NO_USAGE, OverQuota, plus, USAGE_FIELDS, type Usage } from '../../runtime/accounts/usage.ts';
import type { Change, UsageRows } from '../../runtime/ports/facts.ts';
import type { Ask, Database, Dialect } from './database.ts';
import { number, type Row, rowOf, text } from './row.ts';
import { type Bound, bound, boundAll, keeps, type Statement, upserts } from './statements.ts';

const TABLE = 'org_usage';

export function usageRowsOf({ read }: Pick<Database, 'read'>): UsageRows {
  return {
    async get({ org_id }) {
      const row: unknown = await read(TABLE).where({ org_id }).first();
      return row === undefined ? NO_USAGE : usage(rowOf(row));
    },
  };
}

const COLUMNS = ['org_id', ...USAGE_FIELDS];
/** `make`: a row that is there stays as it is; an update that changes nothing waits for its lock. */
export type UsageStatements = { write: Statement; make: Statement };
export const usageStatements = (knex: Knex): UsageStatements => ({
  write: upserts(knex, TABLE, COLUMNS, 'org_id'),
  make: keeps(knex, TABLE, COLUMNS, 'org_id'),
});

/** What is to be written for changes that are first, and those that are beyond a quota: nothing of them may be. */
export async function countedUsage(
  ask: Ask,
  dialect: Dialect,
  statements: UsageStatements,
  changes: Change[],
): Promise<{ script: Bound[]; over: Map<Change, OverQuota> }> {
  const over = new Map<Change, OverQuota>();
  const counted = changes.filter((change) => change.usage);
  if (counted.length === 0) return { script: [], over };
  const ids = [...new Set(counted.map(({ org_id }) => org_id))].sort(); // in one order, so that two batches can't wait for one another
  const marks = Array(ids.length).fill('?').join(', ');
  const look = `select ${COLUMNS.join(', ')} from ${TABLE} where org_id in (${marks}) order by org_id${dialect.for_update}`;
  const lock = () => ask(look, ids);
  let rows = await lock();
  if (rows.length < ids.length) {
    await insertMissing(ask, statements.make, ids, rows);
    rows = await lock();
  }
  const now = new Map(rows.map(rowOf).map((row) => [text(row, 'org_id'), usage(row)]));
  for (const change of counted) {
    const { org_id, usage: added } = change;
    if (!added) continue;
    const next = plus(now.get(org_id) ?? NO_USAGE, added.add);
    const max = added.quota && beyond(next, added.quota);
    if (max && added.quota) over.set(change, new OverQuota(max, added.quota));
    else now.set(org_id, next);
  }
  const values = [...now].map(([org_id, { pictures, bytes, awaited, announced }]) => ({
    org_id,
    ...{ pictures, bytes, awaited, announced },
  }));
  return { script: boundAll(dialect, statements.write, values), over };
}

/** A row that is not there can't be locked: two first changes of an organisation would both begin from nothing. */
async function insertMissing(ask: Ask, make: Statement, ids: string[], rows: unknown[]): Promise<void> {
  const there = new Set(rows.map((row) => text(rowOf(row), 'org_id')));
  for (const org_id of ids.filter((id) => !there.has(id))) {
    const { sql, bindings } = bound(make, { org_id, ...NO_USAGE });
    await ask(sql, bindings);
  }
}

const usage = (row: Row): Usage => ({
  pictures: number(row, 'pictures'),
  bytes: number(row, 'bytes'),
  awaited: number(row, 'awaited'),
  announced: number(row, 'announced'),
});
