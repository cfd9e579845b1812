/** The journal: what happened to a resource, one entry a commit. */
import type { Failure, ServiceFailure } from '../../contract/failures.ts';
import type { Change } from '../../runtime/ports/facts.ts';
import type { EndedRun, Journal, JournalEntry } from '../../runtime/ports/journal.ts';
import type { Ask, Database } from './database.ts';
import { author, jsonOrNull, number, numberOrNull, type Row, readable, rowOf, text, textOrNull } from './row.ts';
import type { Values } from './statements.ts';

export const JOURNAL_COLUMNS = [
  ...['instance_id', 'seq', 'org_id', 'commit_id', 'at', 'event', 'from', 'to'],
  ...['revision', 'by_kind', 'by_id', 'request_id', 'failure'],
  ...['run_attempts', 'run_losses', 'run_ms', 'run_failure'],
];

export function journalOf({ read, unreadable }: Database): Journal {
  return {
    async list({ org_id }, resource_id, { after, limit }) {
      const query = read('journal').where({ instance_id: resource_id, org_id });
      if (after !== null) query.where('seq', '>', after);
      const rows: unknown[] = await query.orderBy('seq').limit(limit).select(JOURNAL_COLUMNS);
      return readable(rows, { table: 'journal', key: 'commit_id' }, entry, unreadable);
    },
  };
}

const entry = (row: Row): JournalEntry & { seq: number } => ({
  seq: number(row, 'seq'),
  at: number(row, 'at'),
  event: text(row, 'event'),
  from: textOrNull(row, 'from'),
  to: text(row, 'to'),
  revision: number(row, 'revision'),
  by: author(row),
  request_id: textOrNull(row, 'request_id'),
  failure: jsonOrNull<Failure>(row, 'failure'),
  run: endedRun(row),
});

function endedRun(row: Row): EndedRun | null {
  const attempts = numberOrNull(row, 'run_attempts');
  if (attempts === null) return null;
  const [losses, ms] = [numberOrNull(row, 'run_losses') ?? 0, numberOrNull(row, 'run_ms')];
  return { attempts, losses, ms, last_failure: jsonOrNull<ServiceFailure>(row, 'run_failure') };
}

/** True if this very change was committed: its instance must be locked, so that no commit of it is under way. */
export async function madeBefore(ask: Ask, { instance_id, instance, commit_id }: Change): Promise<boolean> {
  const [row] = await ask('select commit_id from journal where instance_id = ? and seq = ?', [instance_id, instance.seq]);
  return row !== undefined && text(rowOf(row), 'commit_id') === commit_id;
}

export function journalValues({ instance_id, org_id, commit_id, instance, journal }: Change): Values {
  const { by, failure, run, ...entry } = journal;
  const cause = { by_kind: by.kind, by_id: by.id, failure: failure && JSON.stringify(failure) };
  const ended = {
    ...{ run_attempts: run?.attempts ?? null, run_losses: run?.losses ?? null, run_ms: run?.ms ?? null },
    run_failure: run?.last_failure ? JSON.stringify(run.last_failure) : null,
  };
  return { ...entry, ...cause, ...ended, instance_id, org_id, commit_id, seq: instance.seq };
}
