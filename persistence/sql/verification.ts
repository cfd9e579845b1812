/** Pictures as a comparison reads them, with each row that can't be read told apart from one that is not there; and rewrites of columns. */
import { isDeepStrictEqual } from 'node:util';
import type { Knex } from 'knex';
import { ROWS } from '../../contract/step-kinds.ts';
import { NO_READING } from '../../contract/steps.ts';
import type { ResourceColumns } from '../../runtime/ports/resources.ts';
import type { Scope } from '../../runtime/ports/scope.ts';
import type { CheckedPicture, CheckedRow, Rewrite, Verification } from '../../runtime/ports/verification.ts';
import type { Database } from './database.ts';
import { placesOf, READ, storedInstance } from './instances.ts';
import { joined, resourceIn } from './resources.ts';
import { flag, number, numberOrNull, type Row, rowOf, text, textOrNull } from './row.ts';
import { UNKNOWN } from './same-bytes.ts';
import type { Values } from './statements.ts';

const MAX_IDS = 200;
const MAX_REASON = 300;
type Range = { after: string | null; to: string | null; limit: number };

export function verificationOf({ read, write, dialect }: Database): Verification {
  async function idsIn(table: 'instances' | 'resources', key: string, scope: Scope | null, range: Range): Promise<string[]> {
    const query = read(table).orderBy(key).limit(range.limit).select(key);
    if (scope) query.where({ org_id: scope.org_id });
    if (range.after !== null) query.where(key, '>', range.after);
    if (range.to !== null) query.where(key, '<=', range.to);
    const rows: unknown[] = await query;
    return rows.map((row) => text(rowOf(row), key));
  }
  async function some(ids: string[]): Promise<CheckedPicture[]> {
    if (ids.length > MAX_IDS) throw new RangeError(`${ids.length} ids at once: at most ${MAX_IDS}`);
    const instances = byId(
      await read('instances')
        .whereIn('instance_id', ids)
        .select([...READ, 'next_due_at', 'has_jobs']),
      'instance_id',
    );
    const rows = byId(await joined(read, read('resources as r').whereIn('r.resource_id', ids), UNKNOWN), 'resource_id');
    const tagged: unknown[] = await read('metadata_tags').whereIn('resource_id', ids).orderBy('tag').select('resource_id', 'tag');
    const planned: unknown[] = await read('cleanups').whereIn('resource_id', ids).select('resource_id');
    const cleared = new Set(planned.map((row) => text(rowOf(row), 'resource_id')));
    const tags = new Map<string, string[]>();
    for (const row of tagged.map(rowOf)) {
      const id = text(row, 'resource_id');
      tags.set(id, [...(tags.get(id) ?? []), text(row, 'tag')]);
    }
    return ids.flatMap(
      (id) =>
        pictureOf(id, {
          instance: instances.get(id),
          row: rows.get(id),
          tags: tags.get(id) ?? [],
          is_cleared: cleared.has(id),
        }) ?? [],
    );
  }
  return {
    some,
    async page(scope, range) {
      const found = [
        ...(await idsIn('instances', 'instance_id', scope, range)),
        ...(await idsIn('resources', 'resource_id', scope, range)),
      ];
      return some([...new Set(found)].sort().slice(0, range.limit));
    },
    async present(row, ids) {
      if (ids.length > MAX_IDS) throw new RangeError(`${ids.length} ids at once: at most ${MAX_IDS}`);
      const { table, key } = ROWS[row];
      const rows: unknown[] = ids.length === 0 ? [] : await read(table).whereIn(key, ids).select(key);
      return new Set(rows.map((found) => text(rowOf(found), key)));
    },
    async count(scope) {
      const query = read('resources');
      if (scope) query.where({ org_id: scope.org_id });
      return Number(rowOf(await query.count({ n: '*' }).first()).n);
    },
    async organisationAfter(org_id) {
      const next = async (table: string): Promise<string[]> => {
        const row: unknown = await read(table)
          .where('org_id', '>', org_id ?? '')
          .orderBy('org_id')
          .first('org_id');
        return row === undefined ? [] : [text(rowOf(row), 'org_id')];
      };
      return [...(await next('organisations')), ...(await next('resources'))].sort()[0] ?? null;
    },
    async knowsOrganisation(org_id) {
      for (const table of ['organisations', 'resources']) if (await read(table).where({ org_id }).first('org_id')) return true;
      return false;
    },
    rewrite: (of, what) =>
      write.transaction(async (trx) => {
        const place = (await placesOf(dialect.asks(trx), dialect, [of.resource_id])).get(of.resource_id);
        if (place?.seq !== of.seq || place.org_id !== of.org_id) return false;
        await rewritten(trx, of, what);
        return true;
      }),
  };
}

const byId = (rows: unknown[], key: string): Map<string, Row> => new Map(rows.map(rowOf).map((row) => [text(row, key), row]));

type Rows = { instance: Row | undefined; row: Row | undefined; tags: string[]; is_cleared: boolean };
function pictureOf(resource_id: string, { instance, row, tags, is_cleared }: Rows): CheckedPicture | null {
  const owner = instance ?? row;
  if (!owner) return null;
  const read_instance = readOrWhy(instance, (one) => storedInstance(one).instance);
  const read_row = readOrWhy(row, checkedRow);
  return {
    ...{ resource_id, org_id: text(owner, 'org_id'), tags, is_cleared },
    ...{ instance: read_instance.value, row: read_row.value },
    unreadable: { instance: read_instance.why, row: read_row.why },
    next_due_at: instance ? numberOrNull(instance, 'next_due_at') : null,
    has_jobs: instance ? flag(instance, 'has_jobs') : false,
    has_metadata: typeof row?.metadata === 'string',
  };
}

function readOrWhy<T>(row: Row | undefined, parse: (row: Row) => T): { value: T | null; why: string | null } {
  if (!row) return { value: null, why: null };
  try {
    return { value: parse(row), why: null };
  } catch (error) {
    return { value: null, why: (error instanceof Error ? error.message : String(error)).slice(0, MAX_REASON) };
  }
}

const checkedRow = (row: Row): CheckedRow => ({
  ...resourceIn(row),
  retry_step: textOrNull(row, 'retry_step'),
  failure_step: textOrNull(row, 'failure_step'),
  failure_code: textOrNull(row, 'failure_code'),
  failure_at: row.failure_at === null ? null : number(row, 'failure_at'),
  title: text(row, 'title'),
});

async function rewritten(
  trx: Knex,
  { resource_id, org_id }: { resource_id: string; org_id: string },
  what: Rewrite,
): Promise<void> {
  const { columns = {}, title, tags, next_due_at, has_jobs } = what;
  const values = { ...columnValues(columns), ...(title === undefined ? {} : { title }) };
  if (Object.keys(values).length > 0) await trx('resources').where({ resource_id, org_id }).update(values);
  const due = { ...(next_due_at === undefined ? {} : { next_due_at }), ...(has_jobs === undefined ? {} : { has_jobs }) };
  if (Object.keys(due).length > 0) await trx('instances').where({ instance_id: resource_id, org_id }).update(due);
  if (tags === undefined) return;
  await trx('metadata_tags').where({ resource_id, org_id }).del();
  for (const tag of new Set(tags)) await trx('metadata_tags').insert({ resource_id, org_id, tag });
}

/** As a commit writes them. */
function columnValues({ allowed_events, failure, reading, remarks: _, ...plain }: Partial<ResourceColumns>): Values {
  return {
    ...(plain as Values), // the others are as they are stored
    ...(allowed_events ? { allowed_events: JSON.stringify(allowed_events) } : {}),
    ...(reading ? { reading: isDeepStrictEqual(reading, NO_READING) ? null : JSON.stringify(reading) } : {}),
    ...(failure === undefined
      ? {}
      : {
          failure: failure && JSON.stringify(failure),
          ...{ failure_step: failure?.step ?? null, failure_code: failure?.code ?? null, failure_at: failure?.at ?? null },
        }),
  };
}
