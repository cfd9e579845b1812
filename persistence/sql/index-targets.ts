/** The row that says where entries are written. Commits that promise an entry compare with it, under its lock. */
import type { Knex } from 'knex';
import type { IndexTargets, IndexTargetsRow } from '../../runtime/ports/service-state.ts';
import type { Database, Dialect } from './database.ts';
import { rowOf, text, textOrNull } from './row.ts';

const ONLY = { index_targets_id: 1 };

export function indexTargetsOf({ read, write }: Database): IndexTargetsRow {
  return {
    get: () => targets(read('index_targets').where(ONLY)),
    async move(from, to) {
      const unmoved = write('index_targets').where({ ...ONLY, live: from?.live ?? null, building: from?.building ?? null });
      const changed: number = await unmoved.update({ live: to.live, building: to.building });
      return changed === 1;
    },
  };
}

/** As they stay until the transaction ends. */
export const lockedTargets = (trx: Knex, dialect: Dialect): Promise<IndexTargets | null> =>
  targets(dialect.shareLock(trx('index_targets').where(ONLY)));

async function targets(query: Knex.QueryBuilder): Promise<IndexTargets | null> {
  const row = rowOf(await query.first('live', 'building'));
  const live = textOrNull(row, 'live');
  return live === null ? null : { live: text(row, 'live'), building: textOrNull(row, 'building') };
}
