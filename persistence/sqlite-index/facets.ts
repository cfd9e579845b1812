/** How what was found is spread over tags and years. */
import type { Facet } from '../../contract/search.ts';
import type { IndexPage } from '../../runtime/ports.ts';
import type { Sqlite } from '../sqlite/database.ts';
import type { Whole } from './search.ts';

/** Values of a facet: the most frequent; more would be a list of its own. */
const VALUES = 100;
const SQL: Record<Facet, (entries: string) => string> = {
  tag: (entries) =>
    `SELECT tag.value AS value, count(DISTINCT entries.id) AS n FROM entries, json_each(entries.tags) AS tag ${entries}`,
  /** Of the picture, else of its arrival; in UTC. */
  year: (entries) =>
    `SELECT strftime('%Y', coalesce(taken_at, created_at) / 1000, 'unixepoch') AS value, count(*) AS n FROM entries ${entries}`,
};

export function facetsOf(db: Sqlite, wanted: Facet[], { id, sql, binds }: Whole): IndexPage['facets'] {
  const facets: IndexPage['facets'] = {};
  for (const facet of new Set(wanted)) {
    const found = SQL[facet](`WHERE entries.id IN (SELECT ${id} ${sql})`);
    const rows = db.prepare(`${found} GROUP BY 1 ORDER BY n DESC, value LIMIT ${VALUES}`).all(...binds);
    facets[facet] = rows.map(({ value, n }) => ({ value: String(value), count: Number(n) }));
  }
  return facets;
}
