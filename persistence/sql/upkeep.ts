/**
 * The row that service time is kept in. Service time is `wall - offset_ms`. When nothing swept for longer than `max_gap_ms`, or the
 * wall clock went back, the difference between this sweep's wall time and the last one's goes into the offset, so that
 * `wall - offset_ms` now is what `last_sweep_at - offset_ms` was then: the whole pause is taken out, none of it is counted, and
 * service time never goes back.
 */
import type { Upkeep } from '../../runtime/ports-upkeep.ts';
import type { Database } from './database.ts';
import { number, numberOrNull, rowOf, textOrNull } from './row.ts';

const ONLY = { upkeep_id: 1 };
/** Each loss means that another sweeper has just said the same, so a second attempt nearly always finds no gap left. */
const ATTEMPTS = 20;

export function upkeepOf({ read, write, dialect }: Database): Upkeep {
  async function current() {
    const row = rowOf(await read('upkeep').where(ONLY).first());
    return {
      last_sweep_at: numberOrNull(row, 'last_sweep_at'),
      offset_ms: number(row, 'offset_ms'),
      epoch: textOrNull(row, 'epoch'),
    };
  }
  return {
    async tick(wall, max_gap_ms) {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const { last_sweep_at, offset_ms: before } = await current();
        const gap_ms = gap(last_sweep_at, wall, max_gap_ms);
        const offset_ms = before + gap_ms;
        if (last_sweep_at !== null && gap_ms === 0 && wall <= last_sweep_at) return { offset_ms, gap_ms }; // another sweeper has said later
        const unmoved = write('upkeep').where({ ...ONLY, last_sweep_at, offset_ms: before }); // knex writes IS NULL for null
        const changed: number = await unmoved.update({ last_sweep_at: wall, offset_ms });
        if (changed === 1) return { offset_ms, gap_ms };
      }
      throw new Error(`service time was moved by others ${ATTEMPTS} times in a row`);
    },

    databaseTime: () => dialect.time(read),
    offset: async () => (await current()).offset_ms,
    epoch: async () => (await current()).epoch,
    async setEpoch(epoch) {
      await write('upkeep').where(ONLY).update({ epoch });
    },
  };
}

/** What to add to the offset: negative when the clock went back. Clocks of several sweepers differ by less than a gap. */
function gap(last_sweep_at: number | null, wall: number, max_gap_ms: number): number {
  if (last_sweep_at === null) return 0;
  const passed = wall - last_sweep_at;
  return Math.abs(passed) > max_gap_ms ? passed : 0;
}
