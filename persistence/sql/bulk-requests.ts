/** Bulk changes with an idempotency key, in SQL. */
import type { BulkRequest, BulkRequests, Chosen } from '../../runtime/ports/bulk-requests.ts';
import type { Database } from './database.ts';
import { json, number, rowOf, text } from './row.ts';

export function bulkRequestsOf({ read, write }: Pick<Database, 'read' | 'write'>): BulkRequests {
  const get: BulkRequests['get'] = async ({ org_id }, key) => {
    const row: unknown = await read('bulk_requests').where({ org_id, key }).first();
    return row === undefined ? null : requestOf(row);
  };
  return {
    get,
    async keep(scope, { chosen, ...request }) {
      const row = { ...scope, ...request, chosen: JSON.stringify(chosen) };
      await write('bulk_requests').insert(row).onConflict(['org_id', 'key']).merge(['key']);
      const kept = await get(scope, request.key);
      if (!kept) throw new Error('a bulk request was removed as it was kept');
      return kept;
    },
    async prune(before, limit) {
      const found: unknown[] = await read('bulk_requests')
        .where('at', '<', before)
        .orderBy('at')
        .limit(limit)
        .select('org_id', 'key');
      return await write.transaction(async (trx) => {
        for (const row of found.map(rowOf))
          await trx('bulk_requests')
            .where({ org_id: text(row, 'org_id'), key: text(row, 'key') })
            .del();
        return found.length;
      });
    },
  };
}

function requestOf(found: unknown): BulkRequest {
  const row = rowOf(found);
  const [key, fingerprint, at] = [text(row, 'key'), text(row, 'fingerprint'), number(row, 'at')];
  return { key, fingerprint, at, chosen: json<Chosen>(row, 'chosen') };
}
