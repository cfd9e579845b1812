/** Dead letters in SQL: by the index over statuses and failures. */
import type { Knex } from 'knex';
import { DEAD_STATUSES } from '../../contract/dead-letters.ts';
import type { DeadLetterFilter, DeadLetters } from '../../runtime/ports/dead-letters.ts';
import type { Scope } from '../../runtime/ports/scope.ts';
import type { Database } from './database.ts';
import { number, numberOrNull, type Row, rowOf, text, textOrNull } from './row.ts';

const ANY: DeadLetterFilter = { step: null, code: null };

export function deadLettersOf({ read }: Pick<Database, 'read'>): DeadLetters {
  const dead = (scope: Scope | null, { step, code }: DeadLetterFilter = ANY): Knex.QueryBuilder => {
    const query = read('resources').whereIn('status', DEAD_STATUSES).whereNotNull('failure_code');
    if (scope) query.where({ org_id: scope.org_id });
    if (step !== null) query.where({ failure_step: step });
    if (code !== null) query.where({ failure_code: code });
    return query;
  };
  return {
    async groups(scope, by) {
      const columns = [...(by.step ? ['failure_step'] : []), ...(by.code ? ['failure_code'] : [])];
      const rows: unknown[] = await dead(scope)
        .select(columns)
        .count({ count: '*' })
        .min({ first_at: 'failure_at', oldest_deadline_at: 'deadline_at' })
        .max({ last_at: 'failure_at' })
        .groupBy(columns)
        .orderBy('count', 'desc');
      return rows
        .map(rowOf)
        .filter((row) => number(row, 'count') > 0)
        .map((row) => ({
          step: columnOf(row, 'failure_step'),
          code: columnOf(row, 'failure_code'),
          count: number(row, 'count'),
          first_at: numberOrNull(row, 'first_at'),
          last_at: numberOrNull(row, 'last_at'),
          oldest_deadline_at: numberOrNull(row, 'oldest_deadline_at'),
        }));
    },
    async page(scope, filter, { after, limit }) {
      const rows: unknown[] = await dead(scope, filter)
        .where('resource_id', '>', after ?? '')
        .orderBy('resource_id')
        .limit(limit)
        .select('resource_id', 'org_id', 'seq', 'failure_step', 'failure_code');
      return rows.map(rowOf).map((row) => ({
        resource_id: text(row, 'resource_id'),
        org_id: text(row, 'org_id'),
        seq: number(row, 'seq'),
        step: text(row, 'failure_step'),
        code: text(row, 'failure_code'),
      }));
    },
    async count(scope, filter) {
      const row: unknown = await dead(scope, filter).count({ count: '*' }).first();
      return number(rowOf(row), 'count');
    },
  };
}

const columnOf = (row: Row, name: string): string | null => (row[name] === undefined ? null : textOrNull(row, name));
