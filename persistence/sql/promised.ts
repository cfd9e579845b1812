/** What the index is promised to hold, of all organisations: pages of resources by their key, so that a page costs the same everywhere. */
import type { Promised, PromisedEntry } from '../../runtime/ports/service-state.ts';
import type { Database } from './database.ts';
import { flag, number, numberOrNull, type Row, rowOf, text } from './row.ts';

const COLUMNS = ['resource_id', 'org_id', 'seq', 'revision', 'indexed_revision', 'searchable'];

export function promisedOf({ read, dialect }: Database): Promised {
  /** Asked for by itself: SQLite reads the whole table for both at once. */
  async function end(direction: 'asc' | 'desc'): Promise<string | null> {
    const row: unknown = await read('resources').orderBy('resource_id', direction).first('resource_id');
    return row === undefined ? null : text(rowOf(row), 'resource_id');
  }
  return {
    async page({ after, limit, newest = false }) {
      const query = read('resources');
      if (after !== null) query.where('resource_id', newest ? '<' : '>', after);
      const found: unknown[] = await query
        .orderBy('resource_id', newest ? 'desc' : 'asc')
        .limit(limit)
        .select(COLUMNS);
      const rows = found.map(rowOf);
      const last = rows.length < limit ? undefined : rows.at(-1);
      return { entries: rows.flatMap(promisedIn), next: last ? text(last, 'resource_id') : null };
    },
    async count() {
      const rows = read(dialect.keeps_counts ? 'resource_counts' : 'resources').where({ status: 'INDEXED' });
      const row: unknown = await (dialect.keeps_counts ? rows.sum({ n: 'count' }) : rows.count({ n: '*' })).first();
      return Number(rowOf(row).n ?? 0);
    },
    async ends() {
      const [first, last] = [await end('asc'), await end('desc')];
      return first === null || last === null ? null : { first, last };
    },
  };
}

function promisedIn(row: Row): PromisedEntry[] {
  const indexed_revision = numberOrNull(row, 'indexed_revision');
  if (indexed_revision === null || !flag(row, 'searchable')) return [];
  const [resource_id, org_id] = [text(row, 'resource_id'), text(row, 'org_id')];
  return [{ resource_id, org_id, seq: number(row, 'seq'), revision: number(row, 'revision'), indexed_revision }];
}
