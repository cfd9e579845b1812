/** In what SQLite differs. */
import type { Knex } from 'knex';
import type { Dialect } from '../sql/database.ts';
import { uniqueViolation } from './database.ts';

/** One statement, so it is a transaction by itself; the instances' own `seq` stays. */
const CLAIM = `
  UPDATE instances SET next_due_at = ?
  WHERE instance_id IN (SELECT instance_id FROM instances WHERE next_due_at <= ? ORDER BY next_due_at LIMIT ?)
  RETURNING instance_id, org_id, machine, version, seq, body`;

export const sqliteDialect: Dialect = {
  changed(response) {
    if (typeof response === 'object' && response !== null && 'changes' in response && typeof response.changes === 'number')
      return response.changes;
    throw new TypeError('a statement that should change rows answered rows');
  },
  ifAbsent: (insert, key) => insert.onConflict(key).ignore(),
  async claimDue(knex: Knex, { now, until, limit }) {
    const rows: unknown = await knex.raw(CLAIM, [until, now, limit]);
    if (!Array.isArray(rows)) throw new TypeError('a claim answered no rows');
    return rows;
  },
  time: async () => null,
  shareLock: (query) => query, // a transaction has the write lock of the whole database
  uniqueViolation,
};
