/** In what SQLite differs. */
import type { Knex } from 'knex';
import { type Dialect, ofVersions } from '../sql/database.ts';
import { uniqueViolation } from './database.ts';
import { transaction } from './driver.ts';

/** One statement, so it is a transaction by itself; the instances' own `seq` stays. */
const CLAIM = (of: string) => `
  UPDATE instances SET next_due_at = ?
  WHERE instance_id IN (SELECT instance_id FROM instances WHERE next_due_at <= ? ${of} ORDER BY next_due_at LIMIT ?)
  RETURNING instance_id, org_id, machine, version, seq, body, set_aside_at`;

const LOOK =
  'SELECT instance_id, org_id, seq, machine, version, has_jobs, next_due_at, set_aside_at, set_aside_reason FROM instances WHERE instance_id IN (?)';

export const sqliteDialect: Dialect = {
  takes_several: false,
  transaction,
  asks: (trx) => async (sql, bindings) => rowsIn(await trx.raw(sql, [...bindings])),
  keeps_counts: true,
  through: (_, query) => query,
  rows_at_once: 1, // a statement that is prepared once is faster than one of many shapes
  async claimDue(knex: Knex, { now, until, limit, of }) {
    const { sql, bindings } = ofVersions(of);
    return rowsIn(await knex.raw(CLAIM(sql), [until, now, ...bindings, limit]));
  },
  lockInstances: (ask, ids) => ask(LOOK.replace('?', Array(ids.length).fill('?').join(', ')), ids),
  month: (column) => `strftime('%Y-%m', ${column} / 1000, 'unixepoch')`,
  time: async () => null,
  for_share: '',
  for_update: '',
  shareLock: (query) => query, // a transaction has the write lock of the whole database
  tryLock: (query) => query,
  lock: (query) => query,
  uniqueViolation,
  collided: () => false, // the write lock is taken when a transaction begins
  isUnavailable: () => false,
};

function rowsIn(response: unknown): unknown[] {
  if (!Array.isArray(response)) throw new TypeError('a statement answered no rows');
  return response;
}
