/** Removal of what was kept long enough, a short transaction at a time. What is kept for how long, and why: docs/operations.md. */
import type { Retention } from '../../runtime/ports/service-state.ts';
import type { Database } from './database.ts';
import { rowOf, text } from './row.ts';

/** Statuses in which nothing is recognised any more. */
const GONE = ['DELETING', 'PURGE_FAILED', 'DELETED', 'EXPIRED'];
/** The tables that name a picture that is gone, but for its row: that one goes last. */
const NAMED_BY = ['journal', 'instances'];

export function retentionOf({ read, write }: Database): Retention {
  return {
    async revokedKeys(name, before, limit) {
      const old: unknown[] = await read('api_keys')
        .where('revoked_at', '<', before)
        .where('name', 'like', `${name}%`) // knex' whereLike names a collation of utf8, which our columns of utf8mb4 refuse
        .limit(limit)
        .select('key_id');
      const ids = old.map((row) => text(rowOf(row), 'key_id'));
      return ids.length === 0 ? 0 : await write('api_keys').whereIn('key_id', ids).del();
    },

    async callbacks({ superseded_before, before, limit }) {
      const KEY = ['resource_id', 'task_id', 'webhook_id'];
      // Ids of runs are in the order of time: an answer to the run that made the recognition, or one before it, is of no use.
      const found: unknown[] = await read('callbacks as c')
        .leftJoin('resources as r', 'r.resource_id', 'c.resource_id')
        .where('c.received_at', '<', superseded_before)
        .where((useless) =>
          useless
            .whereNull('r.resource_id')
            .orWhereIn('r.status', GONE)
            .orWhereRaw('r.recognition_id >= c.task_id')
            .orWhere('c.received_at', '<', before),
        )
        .orderBy('c.received_at')
        .limit(limit)
        .select(KEY.map((name) => `c.${name}`));
      const rows = found.map(rowOf);
      if (rows.length === 0) return 0;
      return await write.transaction(async (trx) => {
        for (const row of rows)
          await trx('callbacks')
            .where(Object.fromEntries(KEY.map((name) => [name, text(row, name)])))
            .del();
        return rows.length;
      });
    },

    async idempotencyKeys(before, limit) {
      const found: unknown[] = await read('idempotency_keys')
        .where('at', '<', before)
        .orderBy('at')
        .limit(limit)
        .select('org_id', 'key');
      const rows = found.map(rowOf);
      return await write.transaction(async (trx) => {
        for (const row of rows)
          await trx('idempotency_keys')
            .where({ org_id: text(row, 'org_id'), key: text(row, 'key') })
            .where('at', '<', before)
            .del();
        return rows.length;
      });
    },

    async tombstone({ org_id }, resource_id) {
      return await write.transaction(async (trx) => {
        const gone = trx('resources').where({ resource_id, org_id }).whereIn('status', ['DELETED', 'EXPIRED']);
        const row: unknown = await gone.where('rests', true).whereNot('allowed_events', 'like', '%RESTORE%').first('resource_id');
        if (row === undefined) return false;
        for (const table of NAMED_BY) await trx(table).where({ instance_id: resource_id, org_id }).del();
        for (const table of ['callbacks', 'resources']) await trx(table).where({ resource_id, org_id }).del();
        return true;
      });
    },
  };
}
