/** Selecting entries by words and filters, and reading what a page shows of them. */
import type { IndexFilters, IndexPage } from '../../runtime/ports/search-index.ts';
import type { Sqlite } from '../sqlite/database.ts';

/** except, only: entries of the ids of the query. */
export type Scoped = { org_id: string; query: IndexFilters; except: number[]; only: number[] | null };
/** Everything found: `SELECT ${id} ${sql}` gives its entries. */
export type Whole = { id: string; sql: string; binds: (string | number)[] };

export function entriesOf(db: Sqlite, org_id: string, resource_ids: string[]): number[] {
  if (resource_ids.length === 0) return [];
  const asked = db.prepare('SELECT id FROM entries WHERE resource_id IN (SELECT value FROM json_each(?)) AND org_id = ?');
  return asked.all(JSON.stringify(resource_ids), org_id).map(({ id }) => Number(id));
}

/** As one text, since a row for each id takes five times as long. */
export function idsOf(db: Sqlite, { id, sql, binds }: Whole): Int32Array {
  const { ids, n } = db.prepare(`SELECT group_concat(${id}) AS ids, count(*) AS n ${sql}`).get(...binds) ?? {};
  const found = new Int32Array(Number(n ?? 0));
  const joined = String(ids ?? '');
  let value = 0;
  let row = 0;
  for (let at = 0; at < joined.length; at += 1) {
    const code = joined.charCodeAt(at);
    if (code !== COMMA) value = value * 10 + code - ZERO;
    else {
      found[row++] = value;
      value = 0;
    }
  }
  if (row < found.length) found[row] = value;
  return found;
}
const [COMMA, ZERO] = [44, 48];

/** Selects by the words alone where these decide alone, since they hold the organisation too: looking up each entry takes twice as long. */
export function wholeOf({ org_id, query, except, only }: Scoped, match: string | null): Whole {
  const conditions: string[] = [];
  const binds: (string | number)[] = [];
  const when = (condition: string, value: string | number | null | undefined) => {
    if (value === undefined || value === null) return;
    conditions.push(condition);
    binds.push(value);
  };
  when('words MATCH ?', match);
  when('taken_at >= ?', query.taken_from);
  when('taken_at <= ?', query.taken_to);
  when('created_at >= ?', query.created_from);
  when('created_at < ?', query.created_to);
  const alone = match !== null && conditions.length === 1;
  if (!alone) when('entries.deleted = 0 AND entries.org_id = ?', org_id);
  const id = match === null ? 'entries.id' : 'words.rowid';
  if (except.length > 0) when(`+${id} NOT IN (SELECT value FROM json_each(?))`, JSON.stringify(except));
  if (only) when(`+${id} IN (SELECT value FROM json_each(?))`, JSON.stringify(only));
  const both = 'words CROSS JOIN entries ON entries.id = words.rowid'; // CROSS: the words are read first
  const from = alone ? 'words' : match === null ? 'entries' : both;
  return { id, sql: `FROM ${from} WHERE ${conditions.join(' AND ')}`, binds };
}

export const hasTimes = ({ taken_from, taken_to, created_from, created_to }: IndexFilters): boolean =>
  [taken_from, taken_to, created_from, created_to].some((time) => time !== undefined);
export const countOf = (db: Sqlite, { sql, binds }: Whole): number =>
  Number(db.prepare(`SELECT count(*) AS n ${sql}`).get(...binds)?.n ?? 0);

/** What a page shows of these, in their order. */
export function hitsOf(db: Sqlite, org_id: string, found: readonly { id: number; score: number }[]): IndexPage['hits'] {
  const rows = db
    .prepare(
      `SELECT id, resource_id, revision, created_at FROM entries WHERE id IN (SELECT value FROM json_each(?)) AND +org_id = ? AND deleted = 0`,
    ) // +: by id, not by way of all that the organisation has
    .all(JSON.stringify(found.map(({ id }) => id)), org_id);
  const known = new Map(
    rows.map(({ id, resource_id, revision, created_at }) => [
      Number(id),
      { resource_id: String(resource_id), revision: Number(revision), created_at: Number(created_at) },
    ]),
  );
  return found.flatMap(({ id, score }) => {
    const entry = known.get(id);
    return entry ? [{ ...entry, score }] : [];
  });
}
