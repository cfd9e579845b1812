/** The outbox: what others are told. Readers go by `position`, which one relay at a time gives to what is committed. */
import type { Knex } from 'knex';
import type { Json } from '../../contract/json.ts';
import type { Outbox, PositionedMessage } from '../../runtime/ports-facts.ts';
import type { Dialect, Row } from './dialect.ts';
import { json, number, text } from './rows.ts';

export const outbox = (reader: Knex, writer: Knex, dialect: Dialect): Outbox => ({
  relay: (limit) =>
    writer.transaction(async (trx) => {
      await trx.raw(`SELECT id FROM upkeep WHERE id = 1 ${dialect.for_update}`); // the relay's turn
      const rows: Row[] = await trx('outbox').whereNull('position').orderBy('n').limit(limit);
      if (rows.length === 0) return [];
      const last: Row | undefined = await trx('outbox').max('position as position').first();
      let position = Number(last?.position ?? 0);
      const numbered: PositionedMessage[] = [];
      for (const row of rows) {
        position += 1;
        await trx.raw('UPDATE outbox SET position = ? WHERE n = ?', [position, number(row, 'n')]);
        numbered.push(messageOf({ ...row, position }));
      }
      return numbered;
    }),
  async after({ org_id }, position, limit) {
    const rows: Row[] = await reader('outbox').where({ org_id }).where('position', '>', position).orderBy('position').limit(limit);
    return rows.map(messageOf);
  },
});

const messageOf = (row: Row): PositionedMessage => ({
  id: text(row, 'message_id'),
  org_id: text(row, 'org_id'),
  type: text(row, 'type'),
  at: number(row, 'at'),
  payload: json<Json>(row, 'payload'),
  position: number(row, 'position'),
});
