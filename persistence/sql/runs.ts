/** Runs of operators: each step a compare-and-swap, with what it has found, in one transaction. */
import type { Knex } from 'knex';
import { z } from 'zod';
import { FINDING_OUTCOMES, type FindingOutcome, isRunKind, isRunStatus } from '../../contract/runs.ts';
import type { Instance } from '../../machines/interpreter.ts';
import { UnreadableError } from '../../runtime/ports/instances.ts';
import type { FindingRow, RunChange, RunRecord, RunScope, Runs, Suspect } from '../../runtime/ports/runs.ts';
import type { Database } from './database.ts';
import { author, flag, json, number, type Row, readable, rowOf, text, textOrNull, word } from './row.ts';

const MAX_SUBJECT = 300;
const MAX_DETAIL = 500;
const FINISHED = ['done', 'stopped', 'failed'];
/** Runs removed with what they found hold many rows: few at once. */
const PRUNED_FINDINGS = 5_000;

export function runsOf(db: Database): Runs {
  const { read, unreadable } = db;
  const found = (rows: unknown[]) => readable(rows, { table: 'runs', key: 'run_id' }, record, unreadable);
  return {
    async load(run_id) {
      const row: unknown = await read('runs').where({ run_id }).first();
      return row === undefined ? null : readRecord(rowOf(row));
    },
    async get(scope, run_id) {
      const row: unknown = await inScope(read('runs'), scope).where({ run_id }).first();
      return row === undefined ? null : readRecord(rowOf(row));
    },
    async list(scope, { kind, status }, { before, limit }) {
      const query = inScope(read('runs'), scope);
      if (kind) query.whereIn('kind', kind);
      if (status) query.whereIn('status', status);
      if (before !== null) query.where('run_id', '<', before);
      return found(await query.orderBy('run_id', 'desc').limit(limit).select());
    },
    async underWay({ org_id, installation }, kind) {
      const query = read('runs').where({ kind }).whereNotNull('active_key');
      if (!installation) query.where((one) => one.where({ org_id }).orWhere({ installation: true }));
      return found(await query.orderBy('run_id').select());
    },
    async byIdempotencyKey({ org_id }, idempotency_key) {
      const row: unknown = await read('runs').where({ org_id, idempotency_key }).first('run_id', 'fingerprint');
      return row === undefined ? null : { run_id: text(rowOf(row), 'run_id'), fingerprint: text(rowOf(row), 'fingerprint') };
    },
    async findings(run_id, { after, limit }) {
      const rows: unknown[] = await read('run_findings')
        .where({ run_id })
        .where('position', '>', after)
        .orderBy('position')
        .limit(limit)
        .select();
      return rows.map(rowOf).map(finding);
    },
    async suspects(run_id, { after, limit }) {
      const rows: unknown[] = await read('run_suspects')
        .where({ run_id })
        .where('suspect_id', '>', after ?? '')
        .orderBy('suspect_id')
        .limit(limit)
        .select();
      return rows.map(rowOf).map(suspect);
    },
    ...writesOf(db),
  };
}

const inScope = (query: Knex.QueryBuilder, { org_id, installation }: RunScope): Knex.QueryBuilder =>
  installation
    ? query.where((one) => one.where({ org_id }).orWhere({ installation: true }))
    : query.where({ org_id, installation });

const Body = z.object({
  snapshot: z.looseObject({ context: z.looseObject({}) }),
  jobs: z.record(z.string(), z.looseObject({ token: z.string() })),
  timers: z.record(z.string(), z.looseObject({ due_at: z.number() })),
});

function readRecord(row: Row): RunRecord {
  try {
    return record(row);
  } catch (error) {
    throw new UnreadableError('runs', text(row, 'run_id'), error);
  }
}
function record(row: Row): RunRecord {
  const { snapshot, jobs, timers } = json<Pick<Instance, 'snapshot' | 'jobs' | 'timers'>>(row, 'body');
  Body.parse({ snapshot, jobs, timers });
  const head = { machine: text(row, 'machine'), version: text(row, 'version'), seq: number(row, 'seq') };
  return {
    run_id: text(row, 'run_id'),
    org_id: text(row, 'org_id'),
    installation: flag(row, 'installation'),
    kind: word(row, 'kind', isRunKind),
    status: word(row, 'status', isRunStatus),
    created_by: author(row),
    findings: number(row, 'findings'),
    created_at: number(row, 'created_at'),
    updated_at: number(row, 'updated_at'),
    instance: { ...head, snapshot, jobs, timers },
  };
}

const isOutcome = (value: string): value is FindingOutcome => FINDING_OUTCOMES.some((one) => one === value);
const finding = (row: Row): FindingRow => ({
  position: number(row, 'position'),
  finding: text(row, 'finding'),
  of_org: textOrNull(row, 'of_org'),
  about: textOrNull(row, 'about'),
  subject: text(row, 'subject'),
  detail: text(row, 'detail'),
  outcome: word(row, 'outcome', isOutcome),
  at: number(row, 'at'),
});
const suspect = (row: Row): Suspect => ({
  suspect_id: text(row, 'suspect_id'),
  finding: text(row, 'finding'),
  of_org: text(row, 'of_org'),
  about: text(row, 'about'),
  subject: text(row, 'subject'),
  mark: number(row, 'mark'),
  seen_at: number(row, 'seen_at'),
});

function writesOf({ read, write, dialect }: Database): Pick<Runs, 'claimDue' | 'commit' | 'prune'> {
  return {
    async claimDue({ now, until, limit }) {
      const rows: unknown[] = await read('runs')
        .where('next_due_at', '<=', now)
        .orderBy('next_due_at')
        .limit(limit)
        .select('run_id', 'next_due_at');
      const claimed: string[] = [];
      for (const row of rows.map(rowOf)) {
        const run_id = text(row, 'run_id');
        const changed: number = await write('runs')
          .where({ run_id, next_due_at: number(row, 'next_due_at') })
          .update({ next_due_at: until });
        if (changed === 1) claimed.push(run_id);
      }
      return claimed;
    },
    async prune(before, limit) {
      const rows: unknown[] = await read('runs')
        .whereIn('status', FINISHED)
        .where('updated_at', '<', before)
        .limit(limit)
        .select('run_id');
      let removed = 0;
      for (const run_id of rows.map((row) => text(rowOf(row), 'run_id'))) {
        const some: unknown[] = await read('run_findings')
          .where({ run_id })
          .orderBy('position')
          .limit(PRUNED_FINDINGS)
          .select('position');
        const last = some.length === PRUNED_FINDINGS ? number(rowOf(some.at(-1)), 'position') : null;
        const old = write('run_findings').where({ run_id });
        await (last === null ? old.del() : old.where('position', '<=', last).del());
        if (last !== null) continue; // the rest at the next call
        await write('run_suspects').where({ run_id }).del();
        removed += await write('runs').where({ run_id }).whereIn('status', FINISHED).del();
      }
      return removed;
    },
    async commit(change) {
      try {
        return await write.transaction((trx) => written(trx, change));
      } catch (error) {
        if (dialect.uniqueViolation(error) === 'runs') return false;
        throw error;
      }
    },
  };
}

async function written(trx: Knex, change: RunChange): Promise<boolean> {
  const { run, expected_seq, active_key, next_due_at, idempotency, findings, suspects, cleared } = change;
  const { run_id, org_id, installation, kind, status, created_by, created_at, updated_at } = run;
  const { machine, version, seq, snapshot, jobs, timers } = run.instance;
  const body = JSON.stringify({ snapshot, jobs, timers });
  const row = { status, machine, version, seq, body, active_key, next_due_at, findings: run.findings, updated_at };
  if (expected_seq === null) {
    const own = { run_id, org_id, installation, kind, by_kind: created_by.kind, by_id: created_by.id, created_at };
    const asked = { idempotency_key: idempotency?.key ?? null, fingerprint: idempotency?.fingerprint ?? null };
    await trx('runs').insert({ ...row, ...own, ...asked });
  } else {
    const changed: number = await trx('runs').where({ run_id, seq: expected_seq }).update(row);
    if (changed !== 1) return false;
  }
  for (const one of findings)
    await trx('run_findings').insert({
      ...one,
      run_id,
      subject: one.subject.slice(0, MAX_SUBJECT),
      detail: one.detail.slice(0, MAX_DETAIL),
    });
  for (const one of suspects)
    await trx('run_suspects')
      .insert({ ...one, run_id, subject: one.subject.slice(0, MAX_SUBJECT) })
      .onConflict(['run_id', 'suspect_id'])
      .merge();
  if (cleared.length > 0) await trx('run_suspects').where({ run_id }).whereIn('suspect_id', cleared).del();
  return true;
}
