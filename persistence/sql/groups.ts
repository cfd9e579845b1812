/** Groups of pictures that wait for a person, in SQL: each counted by an index that holds all that is asked for. */
import { STATUSES, type Status } from '../../contract/statuses.ts';
import type { FailureGroup, Groups, MissingGroup } from '../../runtime/ports/groups.ts';
import type { Resources } from '../../runtime/ports/resources.ts';
import type { Scope } from '../../runtime/ports/scope.ts';
import type { Database } from './database.ts';
import { lackingFields } from './lacking.ts';
import { number, numberOrNull, type Row, rowOf, text } from './row.ts';
import { inScope } from './same-bytes.ts';

const LACKING: Status = 'UPLOADED_NO_METADATA';
/** Not bound: an index of this status alone is chosen before anything is bound. */
const IS_LACKING = `r.status = '${LACKING}'`;
const FAILED = STATUSES.filter(({ phase }) => phase === 'failed').map(({ status }) => status);
/** Groups that are returned at most: there are no more kinds of failure, but a database may hold codes of other versions. */
const MAX_GROUPS = 100;

export function groupsOf({ read }: Pick<Database, 'read'>, resources: Pick<Resources, 'getMany' | 'list'>): Groups {
  /** By what they lack of all fields, of which some are required. */
  const byBits = async (scope: Scope): Promise<Row[]> => {
    const rows: unknown[] = await inScope(read, scope)
      .whereRaw(IS_LACKING)
      .select('r.lacks')
      .count({ count: '*' })
      .min({ oldest_at: 'r.uploaded_at', earliest_deadline_at: 'r.deadline_at' })
      .groupBy('r.lacks');
    return rows.map(rowOf);
  };
  const longestWaiting = async (scope: Scope, bits: number[], limit: number) => {
    const rows: unknown[] = await inScope(read, scope)
      .whereRaw(IS_LACKING)
      .whereIn('r.lacks', bits)
      .orderBy('r.uploaded_at')
      .orderBy('r.resource_id')
      .limit(limit)
      .select('r.resource_id');
    return resources.getMany(
      scope,
      rows.map((row) => text(rowOf(row), 'resource_id')),
    );
  };
  return {
    async missing(scope, required, samples) {
      const groups = new Map<string, { group: Omit<MissingGroup, 'samples'>; bits: number[] }>();
      for (const row of await byBits(scope)) {
        const missing = lackingFields(number(row, 'lacks'), required);
        const [key, before] = [missing.join(), groups.get(missing.join())];
        groups.set(key, {
          group: { status: LACKING, missing, ...merged(before?.group, row) },
          bits: [...(before?.bits ?? []), number(row, 'lacks')],
        });
      }
      const all = [...groups.values()].toSorted((a, b) => b.group.count - a.group.count);
      return await Promise.all(
        all.map(async ({ group, bits }) => ({ ...group, samples: await longestWaiting(scope, bits, samples) })),
      );
    },

    async failed(scope, samples) {
      const rows: unknown[] = await inScope(read, scope)
        .whereIn('r.status', FAILED)
        .whereNotNull('r.failure_code')
        .select('r.status', 'r.failure_step', 'r.failure_code')
        .count({ count: '*' })
        .min({ oldest_at: 'r.failure_at', earliest_deadline_at: 'r.deadline_at' })
        .groupBy('r.status', 'r.failure_step', 'r.failure_code')
        .orderBy('count', 'desc')
        .limit(MAX_GROUPS);
      return await Promise.all(
        rows.map(rowOf).map(async (row): Promise<FailureGroup> => {
          const [step, code] = [text(row, 'failure_step'), text(row, 'failure_code')];
          const status = FAILED.find((one) => one === row['status']) ?? 'INDEX_FAILED';
          const filter = { status: [status], failure_step: [step], failure_code: [code] };
          const found = await resources.list(scope, filter, { sort: '-created_at', after: null, limit: samples });
          return { status, step, code, ...merged(undefined, row), samples: found };
        }),
      );
    },
  };
}

type Sums = Pick<MissingGroup, 'count' | 'oldest_at' | 'earliest_deadline_at'>;
const merged = (before: Sums | undefined, row: Row): Sums => ({
  count: (before?.count ?? 0) + number(row, 'count'),
  oldest_at: earlier(before?.oldest_at ?? null, numberOrNull(row, 'oldest_at')),
  earliest_deadline_at: earlier(before?.earliest_deadline_at ?? null, numberOrNull(row, 'earliest_deadline_at')),
});
const earlier = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : Math.min(a, b));
