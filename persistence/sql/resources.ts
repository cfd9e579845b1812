/** Resources as read: lists, counts and look-ups of one organisation. */
import type { Knex } from 'knex';
import type { Failure } from '../../contract/failures.ts';
import { type Metadata, NO_METADATA } from '../../contract/metadata.ts';
import { PHASES, type Phase, type Status } from '../../contract/statuses.ts';
import { NO_READING, type Reading } from '../../contract/steps.ts';
import type { PageSize } from '../../contract/text.ts';
import { UnreadableError } from '../../runtime/ports/instances.ts';
import type { Counts, ResourceFilter, ResourceRow, Resources } from '../../runtime/ports/resources.ts';
import type { IdempotencyKey, Scope } from '../../runtime/ports/scope.ts';
import type { Database } from './database.ts';
import { libraryCountsOf } from './library-counts.ts';
import { countedRemarks, keptRemarks } from './remarks.ts';
import { filtered, indexOf, listed } from './resource-filter.ts';
import { flag, json, jsonOrNull, number, numberOrNull, type Row, readable, rowOf, text, textOrNull, word } from './row.ts';
import { inScope, type Many, OLDEST, ofIds, olderOf, oldestOf, sameBytesOf } from './same-bytes.ts';

/** Those that are withdrawn and may have an entry all the same. */
const HELD_BACK: Status[] = ['TRASHED', 'DELETING', 'PURGE_FAILED'];
/** Ids in one question: the longest page there is. */
const MAX_IDS = 200;

export function resourcesOf(db: Database): Resources {
  const { read, unreadable } = db;
  const many: Many = async (query, oldest) =>
    readable(await joined(read, query, oldest), { table: 'resources', key: 'resource_id' }, resourceIn, unreadable);
  return { ...listsOf(db, many), ...sameBytesOf(db, many), ...workOf(db), ...libraryCountsOf(db) };
}

type Lists = 'get' | 'getMany' | 'searchableTexts' | 'list' | 'counts' | 'withdrawn' | 'byIdempotencyKey';
function listsOf({ read, dialect }: Database, many: Many): Pick<Resources, Lists> {
  const getMany: Resources['getMany'] = async (scope, ids) => {
    if (ids.length > MAX_IDS) throw new RangeError(`${ids.length} ids at once: at most ${MAX_IDS}`);
    const rows = await many(ofIds(read, scope, ids));
    const byId = new Map(rows.map((row) => [row.resource_id, row]));
    return ids.flatMap((id) => byId.get(id) ?? []);
  };
  return {
    async get(scope, resource_id) {
      const [row] = await joined(read, inScope(read, scope).where('r.resource_id', resource_id));
      if (row === undefined) return null;
      try {
        return resourceIn(rowOf(row));
      } catch (error) {
        throw new UnreadableError('resources', resource_id, error);
      }
    },

    getMany,

    async searchableTexts(scope, ids) {
      if (ids.length > MAX_IDS) throw new RangeError(`${ids.length} ids at once: at most ${MAX_IDS}`);
      const found = ofIds(read, scope, ids).where('r.searchable', true).whereNotNull('r.text_id');
      const rows: unknown[] = await found.select('r.resource_id', 'r.text_id', 'r.phase');
      return rows.map(rowOf).map((row) => ({
        resource_id: text(row, 'resource_id'),
        text_id: text(row, 'text_id'),
        phase: word(row, 'phase', isPhase),
      }));
    },

    async list(scope, filter, page) {
      const index = indexOf(filter, page);
      const found = () => {
        const all = inScope(read, scope);
        return filtered(index === null ? all : dialect.through(read, all, index), scope, filter);
      };
      const rows = await listed(found, many, filter, page);
      const oldest = await oldestOf(read, scope, rows);
      return rows.map((row) => ({ ...row, duplicate_of: oldest.get(row.resource_id) ?? null }));
    },

    counts: (scope, filter) => countsOf({ read, dialect }, scope, filter),

    async withdrawn(scope, limit) {
      const rows: unknown[] = await inScope(read, scope)
        .whereIn('r.status', HELD_BACK)
        .whereNotNull('r.indexed_revision')
        .limit(limit)
        .select('r.resource_id');
      return rows.map((row) => text(rowOf(row), 'resource_id'));
    },

    async byIdempotencyKey({ org_id }, key) {
      const row: unknown = await read('idempotency_keys').where({ org_id, key }).first();
      return row === undefined ? null : idempotencyKey(rowOf(row));
    },
  };
}

function workOf({ read, write }: Database): Pick<Resources, 'toRetry' | 'lackingIn' | 'markIn'> {
  return {
    async toRetry(step, after, limit) {
      const rows: unknown[] = await read('resources')
        .where('retry_step', step)
        .where('resource_id', '>', after ?? '')
        .orderBy('resource_id')
        .limit(limit)
        .select('resource_id', 'org_id');
      return rows.map(rowOf).map((row) => ({ resource_id: text(row, 'resource_id'), org_id: text(row, 'org_id') }));
    },

    async lackingIn(index, after, limit) {
      const rows: unknown[] = await read('resources')
        .whereNotNull('indexed_revision')
        .where((lacks) => lacks.whereNull('indexed_in').orWhereNot('indexed_in', index))
        .where('resource_id', '>', after ?? '')
        .orderBy('resource_id')
        .limit(limit)
        .select('resource_id', 'org_id', 'seq', 'indexed_revision', 'has_vector');
      return rows.map(rowOf).map((row) => ({
        resource_id: text(row, 'resource_id'),
        org_id: text(row, 'org_id'),
        seq: number(row, 'seq'),
        indexed_revision: number(row, 'indexed_revision'),
        has_vector: flag(row, 'has_vector'),
      }));
    },

    async markIn(index, resource_id, seq) {
      await write('resources').where({ resource_id, seq }).update({ indexed_in: index });
    },
  };
}

/** Filters that are of what is grouped by: they pick whole groups. `resource_counts` has no others; see migration 0003. */
const OF_ALL = new Set(['status', 'phase']);
/** Filters that pick a large part of an organisation, which may have few remarks. */
const OF_MANY = new Set([...OF_ALL, 'remark', 'engine', 'not_tag']);
const picksMany = ([name, value]: [string, unknown]): boolean => OF_MANY.has(name) || value === true;
/** No library is as large; a database may look at what is limited in no other order than that of its own conditions. */
const ALL_ROWS = 1_000_000_000;

async function countsOf(
  { read, dialect }: Pick<Database, 'read' | 'dialect'>,
  scope: Scope,
  filter: ResourceFilter,
): Promise<Counts> {
  const whole = Object.keys(filter).every((name) => OF_ALL.has(name));
  const groups: unknown[] = await (whole && dialect.keeps_counts
    ? filtered(read('resource_counts as r').where('r.org_id', scope.org_id), scope, filter)
        .where('r.count', '>', 0)
        .select('r.status', 'r.phase', 'r.count')
    : counted(read, filtered(inScope(read, scope), scope, filter), whole));
  const shown = filter.phase || filter.status ? filter : { ...filter, not_phase: 'gone' as const };
  const found = filtered(inScope(read, scope), scope, shown);
  const few = Object.entries(filter).some((one) => !picksMany(one)) ? atOnce(read, found.select('r.resource_id')) : found;
  return { ...summed(groups.map(rowOf)), by_remark: await countedRemarks(scope, few) };
}

/** Else SQLite reads every row of an organisation in the order of its groups, rather than a batch of 100 by its index. */
function counted(read: Knex, found: Knex.QueryBuilder, whole: boolean): Knex.QueryBuilder {
  const rows = whole ? found : atOnce(read, found.select('r.status', 'r.phase'));
  return rows.select('r.status', 'r.phase').count({ count: '*' }).groupBy('r.status', 'r.phase');
}

/** What is found is looked up first, by its own conditions, and then joined or grouped. */
const atOnce = (read: Knex, found: Knex.QueryBuilder): Knex.QueryBuilder => read.from(found.limit(ALL_ROWS).as('r'));

export const joined = async (read: Knex, query: Knex.QueryBuilder, oldest = OLDEST): Promise<unknown[]> =>
  await query.leftJoin('metadata as m', 'm.resource_id', 'r.resource_id').select('r.*', 'm.body as metadata', read.raw(oldest));

function summed(groups: Row[]): Omit<Counts, 'by_remark'> {
  const counts: Omit<Counts, 'by_remark'> = { total: 0, by_phase: {}, by_status: {} };
  for (const row of groups) {
    const [phase, status, count] = [word(row, 'phase', isPhase), word(row, 'status', isStatusWord), number(row, 'count')];
    counts.total += count;
    counts.by_phase[phase] = (counts.by_phase[phase] ?? 0) + count;
    counts.by_status[status] = (counts.by_status[status] ?? 0) + count;
  }
  return counts;
}

/** A status of this version or a later one: statuses may grow while processes of two versions share the database. */
const isStatusWord = (name: string): name is Status => /^[A-Z_]+$/.test(name);
const isPhase = (name: string): name is Phase => PHASES.some((phase) => phase === name);

export function resourceIn(row: Row): ResourceRow {
  return {
    resource_id: text(row, 'resource_id'),
    org_id: text(row, 'org_id'),
    user_id: text(row, 'user_id'),
    key_id: textOrNull(row, 'key_id'),
    batch_id: textOrNull(row, 'batch_id'),
    status: word(row, 'status', isStatusWord),
    phase: word(row, 'phase', isPhase),
    seq: number(row, 'seq'),
    revision: number(row, 'revision'),
    indexed_revision: numberOrNull(row, 'indexed_revision'),
    has_vector: flag(row, 'has_vector'),
    viewable: flag(row, 'viewable'),
    searchable: flag(row, 'searchable'),
    rests: flag(row, 'rests'),
    described: flag(row, 'described'),
    allowed_events: json<string[]>(row, 'allowed_events'),
    deadline_at: numberOrNull(row, 'deadline_at'),
    failure: jsonOrNull<Failure>(row, 'failure'),
    filename: text(row, 'filename'),
    content_type: text(row, 'content_type'),
    byte_size: numberOrNull(row, 'byte_size'),
    sha256: textOrNull(row, 'sha256'),
    original_key: textOrNull(row, 'original_key'),
    reading: jsonOrNull<Reading>(row, 'reading') ?? NO_READING,
    recognition_id: textOrNull(row, 'recognition_id'),
    correction_id: textOrNull(row, 'correction_id'),
    text_id: textOrNull(row, 'text_id'),
    page_count: numberOrNull(row, 'page_count'),
    width: numberOrNull(row, 'width'),
    height: numberOrNull(row, 'height'),
    engine: textOrNull(row, 'engine'),
    page_sizes: jsonOrNull<PageSize[]>(row, 'page_sizes'),
    turns: textOrNull(row, 'turns'),
    file_taken_at: textOrNull(row, 'file_taken_at'),
    remarks: keptRemarks(row),
    byte_claim: textOrNull(row, 'byte_claim'),
    kept: flag(row, 'kept'),
    created_at: number(row, 'created_at'),
    updated_at: number(row, 'updated_at'),
    waits_since: numberOrNull(row, 'waits_since'),
    uploaded_at: numberOrNull(row, 'uploaded_at'),
    indexed_at: numberOrNull(row, 'indexed_at'),
    indexed_in: textOrNull(row, 'indexed_in'),
    metadata: jsonOrNull<Metadata>(row, 'metadata') ?? NO_METADATA,
    duplicate_of: olderOf(row),
  };
}

const idempotencyKey = (row: Row): IdempotencyKey => ({
  key: text(row, 'key'),
  fingerprint: text(row, 'fingerprint'),
  resource_id: text(row, 'resource_id'),
  org_id: text(row, 'org_id'),
  at: number(row, 'at'),
});
