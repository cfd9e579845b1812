/** What a library holds, counted: its tags, and its pictures by month. What is gone is not counted, unless it is asked for. */
import type { ResourceFilter, Resources } from '../../runtime/ports/resources.ts';
import type { Database } from './database.ts';
import { filtered } from './resource-filter.ts';
import { number, rowOf, text } from './row.ts';
import { inScope } from './same-bytes.ts';

export function libraryCountsOf({ read, dialect }: Database): Pick<Resources, 'tags' | 'countsByMonth'> {
  return {
    async tags({ org_id }, { prefix, limit }) {
      const query = read('metadata_tags as t')
        .where('t.org_id', org_id)
        .whereNotIn('t.resource_id', (gone) => gone.from('resources').where({ org_id, phase: 'gone' }).select('resource_id'));
      if (prefix !== '') query.whereRaw("LOWER(t.tag) LIKE ? ESCAPE '!'", [`${escaped(prefix.toLowerCase())}%`]);
      const rows: unknown[] = await query
        .groupBy('t.tag')
        .select('t.tag')
        .count({ count: '*' })
        .orderBy('count', 'desc')
        .orderBy('t.tag')
        .limit(limit);
      return rows.map(rowOf).map((row) => ({ tag: text(row, 'tag'), count: number(row, 'count') }));
    },

    async countsByMonth(scope, filter, offset_ms) {
      if (!Number.isSafeInteger(offset_ms)) throw new RangeError(`an offset of ${offset_ms} ms`);
      const shown = shownOf(filter);
      const all = inScope(read, scope);
      const is_whole = Object.keys(shown).every((name) => name === 'not_phase'); // then that index has all that is asked
      const found = is_whole ? dialect.through(read, all, 'resources_by_phase') : all;
      const rows: unknown[] = await filtered(found, scope, shown)
        .select(read.raw(`${dialect.month(`(r.created_at + ${offset_ms})`)} AS month`))
        .count({ count: '*' })
        .groupBy('month')
        .orderBy('month');
      return Object.fromEntries(rows.map(rowOf).map((row) => [text(row, 'month'), number(row, 'count')]));
    },
  };
}

/** What lists show: see list_resources. */
const shownOf = (filter: ResourceFilter): ResourceFilter =>
  filter.phase || filter.status ? filter : { ...filter, not_phase: 'gone' };
const escaped = (prefix: string): string => prefix.replace(/[!%_]/g, '!$&');
