/** The row that says where entries are written. Commits that promise an entry compare with it, under its lock. */
import type { Knex } from 'knex';
import { batched } from '../../runtime/async/batch.ts';
import type { IndexTargets, IndexTargetsRow } from '../../runtime/ports/service-state.ts';
import type { Ask, Database, Dialect } from './database.ts';
import { type Row, rowOf, text, textOrNull } from './row.ts';

const ONLY = { index_targets_id: 1 };

export function indexTargetsOf({ read, write }: Database): IndexTargetsRow {
  let asked = 0;
  /** Whoever asks while a look is under way shares the next one: no answer is older than its question. */
  const look = batched<number, IndexTargets | null>(
    async (askers) => {
      const now = await targets(read('index_targets').where(ONLY));
      return askers.map(() => now);
    },
    { max: Number.POSITIVE_INFINITY, key: String },
  );
  return {
    get: () => look(++asked),
    async move(from, to) {
      const unmoved = write('index_targets').where({ ...ONLY, live: from?.live ?? null, building: from?.building ?? null });
      const changed: number = await unmoved.update({ live: to.live, building: to.building });
      return changed === 1;
    },
  };
}

/** As they stay until the transaction ends. */
export async function lockedTargets(ask: Ask, { for_share }: Dialect): Promise<IndexTargets | null> {
  const [row] = await ask(`${LOOK}${for_share}`, [ONLY.index_targets_id]);
  return targetsIn(rowOf(row));
}
const LOOK = 'select live, building from index_targets where index_targets_id = ?';

const targets = async (query: Knex.QueryBuilder): Promise<IndexTargets | null> =>
  targetsIn(rowOf(await query.first('live', 'building')));

function targetsIn(row: Row): IndexTargets | null {
  const live = textOrNull(row, 'live');
  return live === null ? null : { live: text(row, 'live'), building: textOrNull(row, 'building') };
}
