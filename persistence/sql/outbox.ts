/**
 * The outbox: messages to others about commits. An auto-increment is given out before its commit, so a reader that has seen 2 would
 * never see a 1 that commits later; readers go by `position`, which only committed rows get, by one relay at a time.
 */
import type { Json } from '../../contract/json.ts';
import type { Change } from '../../runtime/ports/facts.ts';
import type { Outbox, PositionedMessage } from '../../runtime/ports/outbox.ts';
import type { Database } from './database.ts';
import { json, number, type Row, rowOf, text } from './row.ts';
import { setEach, type Values } from './statements.ts';

export const OUTBOX_COLUMNS = ['message_id', 'org_id', 'type', 'at', 'payload'];
const ONLY = { upkeep_id: 1 };

export function outboxOf({ read, write, dialect }: Database): Outbox {
  return {
    async append(org_id, { payload, id, ...message }) {
      await write('outbox').insert({ ...message, message_id: id, org_id, payload: JSON.stringify(payload) });
    },

    async relay(limit, busy) {
      const waiting: unknown = await read('outbox').whereNull('position').first('outbox_id');
      if (waiting === undefined) return []; // most of the time: no write lock is taken for nothing
      return await write.transaction(async (trx) => {
        // The lock that makes one relay at a time. (On SQLite the transaction itself is: it has the write lock.)
        const [counter]: unknown[] = await dialect.tryLock(trx('upkeep').where(ONLY).select('last_position'));
        if (counter === undefined) {
          busy?.();
          return [];
        }
        const last = number(rowOf(counter), 'last_position');
        const found: unknown[] = await trx('outbox')
          .whereNull('position')
          .orderBy('outbox_id')
          .limit(limit)
          .select('outbox_id', ...OUTBOX_COLUMNS);
        const rows = found.map((row, index) => ({ ...rowOf(row), position: last + 1 + index }));
        await setEach(
          trx,
          { table: 'outbox', key: 'outbox_id', column: 'position' },
          rows.map((row) => [number(row, 'outbox_id'), row.position]),
        );
        if (rows.length > 0)
          await trx('upkeep')
            .where(ONLY)
            .update({ last_position: last + rows.length });
        return rows.map(message);
      });
    },

    async after({ org_id }, position, limit) {
      const rows: unknown[] = await read('outbox')
        .where({ org_id })
        .where('position', '>', position)
        .orderBy('position')
        .limit(limit)
        .select('position', ...OUTBOX_COLUMNS);
      return rows.map((row) => message(rowOf(row)));
    },

    async afterAll(position, limit) {
      const rows: unknown[] = await read('outbox')
        .where('position', '>', position)
        .orderBy('position')
        .limit(limit)
        .select('position', ...OUTBOX_COLUMNS);
      return rows.map((row) => message(rowOf(row)));
    },

    async bounds() {
      const row = rowOf(await read('upkeep').where(ONLY).first('removed_position', 'last_position'));
      return { removed: number(row, 'removed_position'), last: number(row, 'last_position') };
    },

    async prune(before, limit) {
      const old: unknown[] = await read('outbox')
        .whereNotNull('position')
        .orderBy('position')
        .limit(limit)
        .select('outbox_id', 'position', 'at');
      const removable = old.map(rowOf).filter((row) => number(row, 'at') < before);
      const last = removable.at(-1);
      if (!last) return 0;
      await write.transaction(async (trx) => {
        // Recorded first: a reader that asks for removed messages must learn that.
        await trx('upkeep')
          .where(ONLY)
          .where('removed_position', '<', number(last, 'position'))
          .update({
            removed_position: number(last, 'position'),
          });
        await trx('outbox')
          .whereIn(
            'outbox_id',
            removable.map((row) => number(row, 'outbox_id')),
          )
          .del();
      });
      return removable.length;
    },
  };
}

const message = (row: Row): PositionedMessage => ({
  id: text(row, 'message_id'),
  type: text(row, 'type'),
  at: number(row, 'at'),
  payload: payload(row),
  position: number(row, 'position'),
  org_id: text(row, 'org_id'),
});

export const outboxValues = ({ org_id, outbox }: Change): Values[] =>
  outbox.map(({ id, type, at, payload }) => ({ message_id: id, org_id, type, at, payload: JSON.stringify(payload) }));

/** A message keeps its place among the others, whatever is in it. */
function payload(row: Row): Json {
  try {
    return json<Json>(row, 'payload');
  } catch {
    return null; // says so; the feed tells of it and passes it over
  }
}
