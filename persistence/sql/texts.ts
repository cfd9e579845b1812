/** Fact rows by their ids: what was read, corrected, saved and embedded. */
import { FACT_ROWS, type FactRow, ROWS, type StoredAs } from '../../contract/step-kinds.ts';
import type { Page } from '../../contract/text.ts';
import type { Scope } from '../../runtime/ports/scope.ts';
import type { Text, Texts } from '../../runtime/ports/texts.ts';
import type { Database } from './database.ts';
import { readFact } from './fact-rows.ts';
import { number, type Row, readable, rowOf, text, textOrNull } from './row.ts';
import { sampledEmbeddings } from './vector-samples.ts';

type Readers = Pick<Texts, StoredAs>;

export function textsOf(database: Database): Texts {
  const { read, unreadable } = database;
  const reader =
    <Name extends FactRow>(name: Name) =>
    async ({ org_id }: Scope, id: string) => {
      const { table, key } = ROWS[name];
      const row: unknown = await read(table)
        .where({ org_id, [key]: id })
        .first();
      return row === undefined ? null : readFact(name, rowOf(row));
    };
  const readers = Object.fromEntries(FACT_ROWS.map((name) => [ROWS[name].stored_as, reader(name)])) as unknown as Readers;
  return {
    ...readers,
    async texts({ org_id }, ids, max) {
      const all = read('texts').where({ org_id }).whereIn('text_id', upTo(ids, MAX_IDS));
      const small: unknown[] = await all.clone().whereRaw('length(saved) <= ?', [Math.floor(max / Math.max(ids.length, 1))]);
      const fits = small.length === new Set(ids).size; // as nearly always: one question instead of two
      const sizes = all.select('text_id', read.raw('length(saved) as size'));
      const few = fits ? ids : await fitting(sizes, ids, max);
      const rows: unknown[] = fits || few.length === 0 ? small : await read('texts').where({ org_id }).whereIn('text_id', few);
      const saved = readable(rows, { table: 'texts', key: 'text_id' }, savedText, unreadable);
      const byId = new Map(saved.map((one) => [one.text_id, one]));
      return few.flatMap((id) => byId.get(id) ?? []);
    },
    async embeddings({ org_id }, ids) {
      const rows: unknown[] = await read('embeddings').where({ org_id }).whereIn('embedding_id', upTo(ids, MAX_IDS));
      return readable(rows, { table: 'embeddings', key: 'embedding_id' }, (row) => readFact('embedded', row), unreadable);
    },
    async recognisedPages({ org_id }, of, max) {
      const groups = new Map<string, typeof of>();
      for (const one of upTo(of, MAX_IDS)) {
        const key = JSON.stringify(one.places);
        groups.set(key, [...(groups.get(key) ?? []), one]);
      }
      const found: { recognition_id: string; pages: Page[] }[] = [];
      for (const group of groups.values()) {
        const places = group[0]?.places ?? [];
        const rows: unknown[] = await read('recognitions')
          .where({ org_id })
          .whereIn(
            'recognition_id',
            group.map(({ recognition_id }) => recognition_id),
          )
          .whereRaw('length(pages) <= ?', [max])
          .whereRaw('(length(pages) <= ? or json_valid(pages))', [SMALL_CHARS]) // else one that is not fails the others
          .select('recognition_id', read.raw('case when length(pages) <= ? then pages end as whole', [SMALL_CHARS]))
          .select(read.raw(`${PICKED(places.length)} as picked`, [SMALL_CHARS, ...places.map(pathOf)]));
        for (const row of rows.map(rowOf)) {
          const pages = pagesAt(row, places);
          if (pages) found.push({ recognition_id: text(row, 'recognition_id'), pages });
        }
      }
      return found;
    },
    async textOf({ org_id }, resource_id, revision) {
      const row: unknown = await read('texts')
        .where({ org_id, resource_id })
        .where('revision', '<=', revision)
        .orderBy('revision', 'desc')
        .orderBy('at', 'desc')
        .first();
      return row === undefined ? null : savedText(rowOf(row));
    },
    sampledEmbeddings: (scope, model) => sampledEmbeddings(database, scope, model),
    async embeddingOf({ org_id }, text_id) {
      const row: unknown = await read('embeddings').where({ org_id, text_id }).orderBy('at', 'desc').first();
      return row === undefined ? null : readFact('embedded', rowOf(row));
    },
  };
}

/** Ids in one question: the longest page of hits. */
const MAX_IDS = 200;
/** Characters of a recognition that is read whole: databases take longer to pick its pages than we to parse all of them. */
const SMALL_CHARS = 100_000;
const pathOf = (place: number): string => `$[${place}]`;
/** A column of its own: MySQL does not put a text of a table and one that it made into one. */
const PICKED = (places: number): string =>
  `case when length(pages) > ? then cast(json_extract(pages, ${'?, '.repeat(places)}'${ONE_MORE}') as char) end`;
/** For several paths a database returns a list, for one its value: one more path makes it always a list. */
const ONE_MORE = '$[0].page';

/** Null where what is stored is no JSON. */
function pagesAt(row: Row, places: readonly number[]): Page[] | null {
  const whole = textOrNull(row, 'whole');
  const pages = jsonOfOurs(whole ?? text(row, 'picked'));
  if (pages === null) return null;
  const picked = whole === null ? pages : places.map((place) => pages[place]);
  return picked.filter((page): page is Page => typeof page === 'object' && page !== null);
}
function jsonOfOurs(stored: string): unknown[] | null {
  try {
    const pages: unknown = JSON.parse(stored);
    return Array.isArray(pages) ? pages : null;
  } catch {
    return null; // as json_valid says of those that are not read whole
  }
}

function upTo<One>(list: One[], max: number): One[] {
  if (list.length > max) throw new RangeError(`${list.length} at once: at most ${max}`);
  return list;
}

async function fitting(sizes: PromiseLike<unknown[]>, ids: string[], max: number): Promise<string[]> {
  const size = new Map((await sizes).map(rowOf).map((row) => [text(row, 'text_id'), number(row, 'size')]));
  return firstOf(ids, (id) => size.get(id) ?? 0, max);
}

/** Those that fit, one after the other; what does not is passed over. */
function firstOf(ids: string[], size: (id: string) => number, max: number): string[] {
  let room = max;
  return ids.filter((id) => {
    const fits = size(id) <= room;
    if (fits) room -= size(id);
    return fits;
  });
}

const savedText = (row: Row): Text => readFact('saved', row);
