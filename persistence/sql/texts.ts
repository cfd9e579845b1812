/** Fact rows by their ids: what was read, corrected, saved and embedded. */
import type { CorrectedPage, Page } from '../../contract/text.ts';
import type { Scope } from '../../runtime/ports/scope.ts';
import type { Embedding, SavedText, Text, Texts } from '../../runtime/ports/texts.ts';
import type { Database } from './database.ts';
import { author, json, number, type Row, readable, rowOf, text, textOrNull, vector } from './row.ts';

const owned = (row: Row) => ({ resource_id: text(row, 'resource_id'), org_id: text(row, 'org_id'), at: number(row, 'at') });

export function textsOf({ read, unreadable }: Database): Texts {
  async function one(table: string, { org_id }: Scope, key: Record<string, string>): Promise<Row | null> {
    const row: unknown = await read(table)
      .where({ org_id, ...key })
      .first();
    return row === undefined ? null : rowOf(row);
  }
  return {
    async recognition(scope, recognition_id) {
      const row = await one('recognitions', scope, { recognition_id });
      return row && { recognition_id, ...owned(row), engine: text(row, 'engine'), pages: json<Page[]>(row, 'pages') };
    },
    async correction(scope, correction_id) {
      const row = await one('corrections', scope, { correction_id });
      return row && { correction_id, ...owned(row), by: author(row), pages: json<CorrectedPage[]>(row, 'pages') };
    },
    async text(scope, text_id) {
      const row = await one('texts', scope, { text_id });
      return row && savedText(row);
    },
    async texts({ org_id }, ids, most) {
      const found = read('texts').where({ org_id }).whereIn('text_id', upTo(ids, MAX_IDS));
      const sizes: unknown[] = await found.clone().select('text_id', read.raw('length(saved) as size'));
      const size = new Map(sizes.map(rowOf).map((row) => [text(row, 'text_id'), number(row, 'size')]));
      const few = firstOf(ids, (id) => size.get(id) ?? 0, most);
      const rows: unknown[] = few.length === 0 ? [] : await read('texts').where({ org_id }).whereIn('text_id', few);
      const saved = readable(rows, { table: 'texts', key: 'text_id' }, savedText, unreadable);
      const byId = new Map(saved.map((one) => [one.text_id, one]));
      return few.flatMap((id) => byId.get(id) ?? []);
    },
    async recognisedPages({ org_id }, of, most) {
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
          .whereRaw('length(pages) <= ?', [most])
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
    async embedding(scope, embedding_id) {
      const row = await one('embeddings', scope, { embedding_id });
      return row && embedding(row);
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
      return row === undefined ? null : embedding(rowOf(row));
    },
  };
}

/** Ids in one question: the longest page of hits. */
const MAX_IDS = 200;
/** Of several paths a database answers a list, of one its value: a list it is always. */
const ONE_MORE = '$[0].page';

function upTo<One>(list: One[], most: number): One[] {
  if (list.length > most) throw new RangeError(`${list.length} at once: at most ${most}`);
  return list;
}

/** Those that fit, one after the other; what does not is passed over. */
function firstOf(ids: string[], size: (id: string) => number, most: number): string[] {
  let room = most;
  return ids.filter((id) => {
    const fits = size(id) <= room;
    if (fits) room -= size(id);
    return fits;
  });
}

const savedText = (row: Row): Text => ({
  text_id: text(row, 'text_id'),
  ...owned(row),
  revision: number(row, 'revision'),
  recognition_id: textOrNull(row, 'recognition_id'),
  correction_id: textOrNull(row, 'correction_id'),
  saved: json<SavedText>(row, 'saved'),
});
const embedding = (row: Row): Embedding => ({
  embedding_id: text(row, 'embedding_id'),
  ...owned(row),
  text_id: text(row, 'text_id'),
  model: text(row, 'model'),
  vector: vector(row, 'vector'),
});
