/** In what MySQL and MariaDB differ. Only what both have: no RETURNING, no FOR SHARE, no row alias in ON DUPLICATE KEY. */
import type { Knex } from 'knex';
import { type Dialect, ofVersions } from '../sql/database.ts';
import { number, rowOf, text } from '../sql/row.ts';
import type { Value } from '../sql/statements.ts';
import { transaction } from './driver.ts';
import { isCollision, isUnavailable, uniqueViolation } from './errors.ts';

/** In one INSERT. As many as a commit has changes. */
const ROWS = 100;

// The indexes are named: on a small table the server would rather read all of it, and lock what it reads.
const LOCK = (ids: number) => `
  SELECT instance_id, org_id, seq FROM instances FORCE INDEX (PRIMARY)
  WHERE instance_id IN (${Array(ids).fill('?').join(', ')}) ORDER BY instance_id FOR UPDATE`;
const DUE = (of: string) => `
  SELECT instance_id, org_id, machine, version, seq, body, set_aside_at FROM instances FORCE INDEX (instances_due)
  WHERE next_due_at <= ? ${of} ORDER BY next_due_at LIMIT ? FOR UPDATE SKIP LOCKED`;
const NOW = 'SELECT CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED) AS now';

export const mysqlDialect: Dialect = {
  rows_at_once: ROWS,
  takes_several: true,
  transaction,
  asks: (trx) => (sql, bindings) => rowsOf(trx, sql, bindings),
  keeps_counts: false,
  through: (knex, query, index) => query.from(knex.raw('?? as ?? force index (??)', ['resources', 'r', index])),
  /** In a transaction of its own, which ends before the claimed are worked on. `seq` stays. */
  claimDue: (knex, { now, until, limit, of }) =>
    knex.transaction(async (trx) => {
      const { sql, bindings } = ofVersions(of);
      const due = await rowsOf(trx, DUE(sql), [now, ...bindings, limit]);
      const ids = due.map((row) => text(rowOf(row), 'instance_id'));
      if (ids.length > 0) await trx('instances').whereIn('instance_id', ids).update({ next_due_at: until });
      return due;
    }),
  lockInstances: (ask, ids) => ask(LOCK(ids.length), ids),
  month: (column) => `DATE_FORMAT(DATE_ADD(CAST('1970-01-01' AS DATETIME), INTERVAL FLOOR(${column} / 1000) SECOND), '%Y-%m')`, // in no time zone
  async time(knex) {
    const [row] = await rowsOf(knex, NOW, []);
    return number(rowOf(row), 'now');
  },
  for_share: ' lock in share mode',
  for_update: ' for update',
  shareLock: (query) => query.forShare(),
  lock: (query) => query.forUpdate(),
  tryLock: (query) => query.forUpdate().skipLocked(),
  uniqueViolation,
  collided: isCollision,
  isUnavailable,
};

async function rowsOf(knex: Knex, sql: string, bindings: readonly Value[]): Promise<unknown[]> {
  const response: unknown = await knex.raw(sql, [...bindings]);
  const [rows]: unknown[] = Array.isArray(response) ? response : [];
  if (!Array.isArray(rows)) throw new TypeError('a select answered no rows');
  return rows;
}
