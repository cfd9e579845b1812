/** Rows of processes and of paused steps. */
import type { Json } from '../../contract/json.ts';
import { isStepKind } from '../../contract/step-kinds.ts';
import type { Pause, Processes, ProcessRow, StepPauses } from '../../runtime/ports/operations.ts';
import type { Database } from './database.ts';
import { author, json, number, type Row, readable, rowOf, text, word } from './row.ts';

/** No installation has as many processes; a crash loop makes as many rows in a day. */
const MAX_ROWS = 1_000;

export function processesOf({ read, write, unreadable }: Database): Processes {
  return {
    async keep({ body, ...row }) {
      await write('processes')
        .insert({ ...row, body: JSON.stringify(body) })
        .onConflict('process_id')
        .merge();
    },
    async list(since) {
      const rows: unknown[] = await read('processes')
        .where('last_seen_at', '>=', since)
        .orderBy('last_seen_at', 'desc')
        .limit(MAX_ROWS)
        .select();
      const found = readable(rows, { table: 'processes', key: 'process_id' }, processRow, unreadable);
      return found.sort((a, b) => b.started_at - a.started_at || (a.process_id < b.process_id ? -1 : 1));
    },
    async remove(process_id) {
      await write('processes').where({ process_id }).del();
    },
    prune: async (before) => await write('processes').where('last_seen_at', '<', before).del(),
  };
}

export function stepPausesOf({ read, write }: Database): StepPauses {
  return {
    async list() {
      const rows: unknown[] = await read('step_pauses').orderBy('kind').select();
      return rows.flatMap((found) => {
        const row = rowOf(found);
        return isStepKind(text(row, 'kind')) ? [pause(row)] : []; // of a later version
      });
    },
    async pause({ kind, paused_at, by }) {
      await write('step_pauses').insert({ kind, paused_at, by_kind: by.kind, by_id: by.id }).onConflict('kind').merge(['kind']);
    },
    async resume(kind) {
      await write('step_pauses').where({ kind }).del();
    },
  };
}

const pause = (row: Row): Pause => ({
  kind: word(row, 'kind', isStepKind),
  paused_at: number(row, 'paused_at'),
  by: author(row),
});
const processRow = (row: Row): ProcessRow => ({
  process_id: text(row, 'process_id'),
  role: text(row, 'role'),
  version: text(row, 'version'),
  started_at: number(row, 'started_at'),
  last_seen_at: number(row, 'last_seen_at'),
  body: json<Json>(row, 'body'),
});
