/** Planned looks for what late writers left of a picture. */
import type { Cleanup, Cleanups } from '../../runtime/ports/service-state.ts';
import type { Database } from './database.ts';
import { number, type Row, rowOf, text } from './row.ts';

export function cleanupsOf({ read, write }: Database): Cleanups {
  return {
    async claimDue({ now, until, limit }) {
      const due: unknown[] = await read('cleanups').where('at', '<=', now).orderBy('at').limit(limit);
      const claimed: Cleanup[] = [];
      for (const { resource_id, org_id, due_at, round } of due.map(rowOf).map(cleanup)) {
        const changed: number = await write('cleanups').where({ resource_id, at: due_at }).update({ at: until });
        if (changed === 1) claimed.push({ resource_id, org_id, due_at: until, round });
      }
      return claimed;
    },
    async move({ resource_id, due_at }, next) {
      const same = write('cleanups').where({ resource_id, at: due_at });
      await (next ? same.update({ at: next.due_at, round: next.round }) : same.del());
    },
  };
}

const cleanup = (row: Row): Cleanup => ({
  resource_id: text(row, 'resource_id'),
  org_id: text(row, 'org_id'),
  due_at: number(row, 'at'),
  round: number(row, 'round'),
});
