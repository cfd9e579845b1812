/** Instances: the running lifecycles, and which of them the sweep must look at. */
import type { Knex } from 'knex';
import { z } from 'zod';
import type { Instance } from '../../machines/interpreter.ts';
import type { Change } from '../../runtime/ports/facts.ts';
import {
  type Instances,
  type OnUnreadable,
  type StoredInstance,
  type StoredState,
  UnreadableError,
} from '../../runtime/ports/instances.ts';
import { type Ask, type Database, type Dialect, ofVersions } from './database.ts';
import { json, number, numberOrNull, type Row, rowOf, text, textOrNull } from './row.ts';
import {
  type Bound,
  bound,
  inserts,
  moved,
  type RowStatements,
  updateStatements,
  upserts,
  type Value,
  type Values,
} from './statements.ts';

export const READ = ['instance_id', 'org_id', 'machine', 'version', 'seq', 'body', 'set_aside_at'];
const STATE = ['machine', 'version', 'seq', 'body', 'has_jobs', 'next_due_at'];
type Body = Pick<Instance, 'snapshot' | 'jobs' | 'timers'>;

export function instancesOf({ read, write, dialect }: Database): Instances {
  return {
    async load(instance_id) {
      const row: unknown = await read('instances').where({ instance_id }).first(READ);
      return row === undefined ? null : storedInstance(rowOf(row));
    },

    async claimDue(want) {
      return storedAll(await dialect.claimDue(write, want), want.unreadable);
    },

    async reschedule(instance_id, seq, next_due_at) {
      await write('instances').where({ instance_id, seq }).update({ next_due_at });
    },

    async nextDueAt(instance_id) {
      const row: unknown = await read('instances').where({ instance_id }).first('next_due_at');
      return row === undefined ? null : numberOrNull(rowOf(row), 'next_due_at');
    },

    async withJobs(after, limit, of, unreadable) {
      const { sql, bindings } = ofVersions(of);
      const rows: unknown[] = await read('instances')
        .whereRaw(`has_jobs = ? ${sql}`, [true, ...bindings])
        .where('instance_id', '>', after ?? '')
        .orderBy('instance_id')
        .limit(limit)
        .select(READ);
      return storedAll(rows, unreadable);
    },

    async setAside(instance_id, { at, reason, next_due_at }) {
      const columns = { set_aside_reason: reason.slice(0, MAX_REASON), next_due_at };
      const first: number = await write('instances')
        .where({ instance_id })
        .whereNull('set_aside_at')
        .update({ ...columns, set_aside_at: at });
      if (first === 1) return true;
      await write('instances').where({ instance_id }).update(columns);
      return false;
    },

    async takeBack(instance_id) {
      await write('instances').where({ instance_id }).update({ set_aside_at: null, set_aside_reason: null });
    },

    async listSetAside(after, limit) {
      const rows: unknown[] = await read('instances')
        .whereNotNull('set_aside_at')
        .whereRaw('+instance_id > ?', [after ?? '']) // the plus keeps SQLite from reading all in the order of their ids
        .orderByRaw('+instance_id')
        .limit(limit)
        .select('instance_id', 'org_id', 'set_aside_at', 'set_aside_reason');
      return rows.map(rowOf).map((row) => ({
        instance_id: text(row, 'instance_id'),
        org_id: text(row, 'org_id'),
        since: number(row, 'set_aside_at'),
        reason: textOrNull(row, 'set_aside_reason') ?? '',
      }));
    },

    async versions() {
      const rows: unknown[] = await read('instances').distinct('machine', 'version').orderBy(['machine', 'version']);
      return rows.map(rowOf).map((row) => ({ machine: text(row, 'machine'), version: text(row, 'version') }));
    },

    async states({ org_id, late_before = 0 } = {}) {
      const rows: unknown[] = await read('instances')
        .where(org_id === undefined ? {} : { org_id })
        .whereRaw('json_valid(body)')
        .select('machine', 'version', read.raw("CAST(json_extract(body, '$.snapshot.value') AS char) AS state"))
        .count({ count: '*' })
        .select(read.raw('COUNT(CASE WHEN next_due_at < ? THEN 1 END) AS late', [late_before]))
        .min({ instance_id: 'instance_id' })
        .groupBy('machine', 'version', 'state')
        .orderBy(['machine', 'version', 'state']);
      return rows.map(rowOf).flatMap((row): StoredState[] => {
        const [state, instance_id] = [textOrNull(row, 'state'), text(row, 'instance_id')];
        const [count, late] = [number(row, 'count'), number(row, 'late')];
        return state === null
          ? []
          : [{ machine: text(row, 'machine'), version: text(row, 'version'), state, count, late, instance_id }];
      });
    },
  };
}

/** As wide as the column. */
const MAX_REASON = 300;

/** The shape without which nothing can be done with it; what is in the machine's own context the machine knows. */
const Body = z.object({
  snapshot: z.object({ value: z.union([z.string(), z.looseObject({})]), context: z.looseObject({}), status: z.string() }),
  jobs: z.record(z.string(), z.looseObject({ src: z.string(), token: z.string(), since: z.number() })),
  timers: z.record(
    z.string(),
    z.looseObject({ event: z.looseObject({ type: z.string() }), due_at: z.number(), token: z.string() }),
  ),
});

/** Throws UnreadableError. */
export function storedInstance(row: Row): StoredInstance {
  const instance_id = text(row, 'instance_id');
  try {
    const body = json<Body>(row, 'body');
    Body.parse(body);
    const { snapshot, jobs, timers } = body;
    const head = { machine: text(row, 'machine'), version: text(row, 'version'), seq: number(row, 'seq') };
    const set_aside = row.set_aside_at === null || row.set_aside_at === undefined ? {} : { set_aside: true as const };
    return { instance_id, org_id: text(row, 'org_id'), instance: { ...head, snapshot, jobs, timers }, ...set_aside };
  } catch (error) {
    throw new UnreadableError('instances', instance_id, error instanceof z.ZodError ? z.prettifyError(error) : error);
  }
}

/** Each row for itself. */
function storedAll(rows: unknown[], unreadable?: OnUnreadable): StoredInstance[] {
  return rows.flatMap((row) => {
    try {
      return [storedInstance(rowOf(row))];
    } catch (error) {
      if (!(error instanceof UnreadableError)) throw error;
      unreadable?.(error);
      return [];
    }
  });
}

/** The instances that a query of them finds; those that can't be read are left out. */
export const readInstances = async (query: Knex.QueryBuilder): Promise<StoredInstance[]> => storedAll(await query.select(READ));

export function instanceStatements(knex: Knex): RowStatements {
  const columns = ['instance_id', 'org_id', ...STATE];
  return {
    make: inserts(knex, 'instances', columns), // an upsert would overwrite one that another has just made
    move: upserts(knex, 'instances', [...columns, ...Object.keys(READABLE)], 'instance_id'), // and read again, if it was not
    change: updateStatements(knex, 'instances', 'instance_id'),
  };
}

export const movedInstances = (
  dialect: Dialect,
  { move, change }: RowStatements,
  places: Places,
  rows: { change: Change; instance: Values }[],
): Bound[] =>
  moved(dialect, move, rows, {
    whole: ({ instance }) => instance,
    changed({ change: { instance_id }, instance }) {
      const { row = {} } = places.get(instance_id) ?? {};
      return bound(change([...ALWAYS, ...INDEXED.filter((column) => !isSame(row[column], instance[column]))]), instance);
    },
  });
const ALWAYS = ['seq', 'body'];
/** Columns of indexes, and what goes with them. */
const INDEXED = ['machine', 'version', 'has_jobs', 'next_due_at', 'set_aside_at', 'set_aside_reason'];
/** A boolean is a number in SQLite. */
const isSame = (stored: unknown, value: Value | undefined) =>
  stored !== undefined && stored === (typeof value === 'boolean' ? Number(value) : value);

/** Where instances are, by id, until the transaction ends: nobody else moves them meanwhile. */
export type Places = Map<string, { org_id: string; seq: number; row: Row }>;
export async function placesOf(ask: Ask, dialect: Dialect, ids: string[]): Promise<Places> {
  const rows = (await dialect.lockInstances(ask, ids)).map(rowOf);
  return new Map(rows.map((row) => [text(row, 'instance_id'), { org_id: text(row, 'org_id'), seq: number(row, 'seq'), row }]));
}

/** The comparison of compare-and-swap: the only place where two senders are distinguished. */
export function wins({ instance_id, org_id, expected_seq }: Change, places: Places): boolean {
  const place = places.get(instance_id);
  return place ? place.org_id === org_id && place.seq === expected_seq : expected_seq === null;
}

const READABLE = { set_aside_at: null, set_aside_reason: null };

export function instanceValues({ instance_id, org_id, instance, next_due_at }: Change): Values {
  const { machine, version, seq, snapshot, jobs, timers } = instance;
  const body: Body = { snapshot, jobs, timers };
  const has_jobs = Object.keys(jobs).length > 0;
  return { instance_id, org_id, machine, version, seq, body: JSON.stringify(body), has_jobs, next_due_at, ...READABLE };
}
