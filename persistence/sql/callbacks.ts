/** What providers called back with, kept before it is answered. */
import { isStepKind } from '../../contract/step-kinds.ts';
import type { Callback, Callbacks } from '../../runtime/ports/callbacks.ts';
import type { Database } from './database.ts';
import { number, type Row, readable, text, word } from './row.ts';

/** The newest results that are looked at: the first readable one is taken, so an unreadable one hides no other. */
const NEWEST = 5;

export function callbacksOf({ read, write, dialect, unreadable }: Database): Callbacks {
  return {
    async keep(callback) {
      try {
        await write('callbacks').insert(callback);
        return true;
      } catch (error) {
        if (dialect.uniqueViolation(error) === 'callbacks') return false; // its only key: the message and what it is about
        throw error;
      }
    },
    async find({ org_id }, { resource_id, kind, reads }) {
      const rows: unknown[] = await read('callbacks')
        .where({ org_id, resource_id, kind, reads })
        .orderBy('received_at', 'desc')
        .orderBy('webhook_id', 'desc')
        .limit(NEWEST);
      return readable(rows, { table: 'callbacks', key: 'webhook_id' }, callback, unreadable)[0] ?? null;
    },
  };
}

const callback = (row: Row): Callback => ({
  webhook_id: text(row, 'webhook_id'),
  org_id: text(row, 'org_id'),
  resource_id: text(row, 'resource_id'),
  task_id: text(row, 'task_id'),
  kind: word(row, 'kind', isStepKind),
  reads: text(row, 'reads'),
  received_at: number(row, 'received_at'),
  body: text(row, 'body'),
});
