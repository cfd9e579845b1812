/** Service time, and which task store is known: one row. */
import type { Knex } from 'knex';
import type { Upkeep } from '../../runtime/ports-facts.ts';
import type { Dialect, Row } from './dialect.ts';
import { number, textOrNull } from './rows.ts';

/** Sweepers that tick at the same moment: the next try sees what the winner wrote. */
const TRIES = 5;

export const upkeep = (reader: Knex, writer: Knex, dialect: Dialect): Upkeep => {
  const row = async (knex: Knex): Promise<Row> => {
    const found: Row | undefined = await knex('upkeep').where({ id: 1 }).first();
    if (!found) throw new Error('the row of upkeep is missing: run tuodi migrate');
    return found;
  };
  return {
    async tick(wall, max_gap_ms) {
      for (let tries = 0; tries < TRIES; tries++) {
        const now = await row(writer);
        const last = number(now, 'last_sweep_at');
        const passed = last === 0 ? 0 : wall - last;
        const stood_still = passed > max_gap_ms || passed < 0 ? passed : 0; // back in time: service time goes on from where it was
        const offset_ms = number(now, 'offset_ms') + stood_still;
        const sql = 'UPDATE upkeep SET last_sweep_at = ?, offset_ms = ? WHERE id = 1 AND last_sweep_at = ?';
        const moved = dialect.changed(await writer.raw(sql, [wall, offset_ms, last])) === 1 || wall === last;
        if (moved) return { offset_ms, gap_ms: Math.max(stood_still, 0) };
      }
      throw new Error('service time: others kept ticking at the same moment');
    },
    offset: async () => number(await row(reader), 'offset_ms'),
    epoch: async () => textOrNull(await row(reader), 'epoch'),
    async setEpoch(epoch) {
      await writer('upkeep').where({ id: 1 }).update({ epoch });
    },
  };
};
