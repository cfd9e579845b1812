/** Periodic work that one process does for all: a row each, taken by compare-and-swap. */
import type { Json } from '../../contract/json.ts';
import type { PeriodicJobs } from '../../runtime/ports/service-state.ts';
import type { Database } from './database.ts';
import { json, readable, rowOf } from './row.ts';

/** The longest that anybody has one: a row that says more was written by a clock that was ahead, and holds nobody up. */
const MAX_HOLD_MS = 10 * 60_000;

export function choresOf({ read, write, unreadable }: Database): PeriodicJobs {
  async function state(name: string): Promise<Json> {
    const row: unknown = await read('chores').where({ name }).first('name', 'state');
    if (row === undefined || rowOf(row).state === null) return null;
    return readable([row], { table: 'chores', key: 'name' }, (found) => json<Json>(found, 'state'), unreadable)[0] ?? null;
  }
  return {
    state,
    async take(name, { owner, now, until }) {
      await write('chores').insert({ name, owner: null, held_until: null, state: null }).onConflict('name').merge(['name']);
      const changed: number = await write('chores')
        .where({ name })
        .where((free) =>
          free
            .whereNull('owner')
            .orWhere({ owner })
            .orWhere('held_until', '<=', now)
            .orWhere('held_until', '>', now + MAX_HOLD_MS),
        )
        .update({ owner, held_until: until });
      return changed === 1 ? { state: await state(name) } : 'taken';
    },
    async keep(name, { owner, until, state: kept }) {
      const changed: number = await write('chores')
        .where({ name, owner })
        .update({ held_until: until, state: JSON.stringify(kept) });
      return changed === 1;
    },
  };
}
