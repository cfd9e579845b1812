/** Fact rows by their ids: what was read, corrected, saved and embedded. */
import { FACT_ROWS, type FactRow, ROWS, type StoredAs } from '../../contract/step-kinds.ts';
import type { Page } from '../../contract/text.ts';
import type { Scope } from '../../runtime/ports/scope.ts';
import type { Text, Texts } from '../../runtime/ports/texts.ts';
import type { Database } from './database.ts';
import { readFact } from './fact-rows.ts';
import { json, number, type Row, readable, rowOf, text } from './row.ts';

type Readers = Pick<Texts, StoredAs>;

export function textsOf({ read, unreadable }: Database): Texts {
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
      const found = read('texts').where({ org_id }).whereIn('text_id', upTo(ids, MAX_IDS));
      const sizes: unknown[] = await found.clone().select('text_id', read.raw('length(saved) as size'));
      const size = new Map(sizes.map(rowOf).map((row) => [text(row, 'text_id'), number(row, 'size')]));
      const few = firstOf(ids, (id) => size.get(id) ?? 0, max);
      const rows: unknown[] = few.length === 0 ? [] : await read('texts').where({ org_id }).whereIn('text_id', few);
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
        const paths = [...(group[0]?.places ?? []).map((place) => `$[${place}]`), ONE_MORE];
        const rows: unknown[] = await read('recognitions')
          .where({ org_id })
          .whereIn(
            'recognition_id',
            group.map(({ recognition_id }) => recognition_id),
          )
          .whereRaw('length(pages) <= ?', [max])
          .whereRaw('json_valid(pages)') // else one that is not fails the others
          .select(
            'recognition_id',
            read.raw(`cast(json_extract(pages, ${paths.map(() => '?').join(', ')}) as char) as pages`, paths),
          );
        for (const row of rows.map(rowOf)) {
          const pages = json<(Page | number)[]>(row, 'pages').filter(
            (page): page is Page => typeof page === 'object' && page !== null,
          );
          found.push({ recognition_id: text(row, 'recognition_id'), pages });
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
    async embeddingOf({ org_id }, text_id) {
      const row: unknown = await read('embeddings').where({ org_id, text_id }).orderBy('at', 'desc').first();
      return row === undefined ? null : readFact('embedded', rowOf(row));
    },
  };
}

/** Ids in one question: the longest page of hits. */
const MAX_IDS = 200;
/** For several paths a database returns a list, for one its value: one more path makes it always a list. */
const ONE_MORE = '$[0].page';

function upTo<One>(list: One[], max: number): One[] {
  if (list.length > max) throw new RangeError(`${list.length} at once: at most ${max}`);
  return list;
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
