/** Service time, in a row of its own: nothing else holds a lock on it. And the epoch of the store of tasks. */
import type { ServiceState, TimeRow } from '../../runtime/ports/service-state.ts';
import type { Database } from './database.ts';
import { number, numberOrNull, rowOf, textOrNull } from './row.ts';

const ONLY = { upkeep_id: 1 };
const ONLY_TIME = { service_time_id: 1 };

export function upkeepOf({ read, write, dialect }: Database): ServiceState {
  return {
    async time(): Promise<TimeRow> {
      const row = rowOf(await read('service_time').where(ONLY_TIME).first());
      return {
        ticks: number(row, 'ticks'),
        ticked_at: numberOrNull(row, 'ticked_at'),
        service_at: number(row, 'service_at'),
        settle_until: number(row, 'settle_until'),
      };
    },
    async moveTime({ ticks, service_at }, to) {
      const changed: number = await write('service_time')
        .where({ ...ONLY_TIME, ticks, service_at })
        .update(to);
      return changed === 1;
    },
    databaseTime: () => dialect.time(read),
    epoch: async () => textOrNull(rowOf(await read('upkeep').where(ONLY).first()), 'epoch'),
    async setEpoch(epoch) {
      await write('upkeep').where(ONLY).update({ epoch });
    },
    async checkedFor() {
      return textOrNull(rowOf(await read('upkeep').where(ONLY).first('checked_for')), 'checked_for');
    },
    async setCheckedFor(machines) {
      await write('upkeep').where(ONLY).update({ checked_for: machines });
    },
  };
}
