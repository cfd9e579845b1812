/** The columns of the rows of facts, as they are bound and read. A row of the contract that has none here does not compile. */
import { FACT_ROWS, type FactRow, ROWS, type StoredAs } from '../../contract/step-kinds.ts';
import type { CorrectedPage, Page } from '../../contract/text.ts';
import type { Owned } from '../../runtime/ports/scope.ts';
import type { RowOf, SavedText } from '../../runtime/ports/texts.ts';
import { bytesOfVectors } from '../../runtime/vector-bytes.ts';
import { author, json, number, type Row, text, textOrNull, vectorsIn } from './row.ts';
import type { Values } from './statements.ts';

/** columns: beside the key of the row and its owner. read: what they hold; the key and the owner are added to it. */
type FactTable<Name extends FactRow> = {
  columns: readonly string[];
  values(row: RowOf[Name]): Values;
  read(row: Row): Omit<RowOf[Name], keyof Owned | `${StoredAs<Name>}_id`>;
};

export const FACT_TABLES: { [Name in FactRow]: FactTable<Name> } = {
  recognition: {
    columns: ['engine', 'pages'],
    values: (row) => ({ ...row, pages: JSON.stringify(row.pages) }),
    read: (row) => ({ engine: text(row, 'engine'), pages: json<Page[]>(row, 'pages') }),
  },
  correction: {
    columns: ['by_kind', 'by_id', 'pages'],
    values: ({ by, pages, ...row }) => ({ ...row, by_kind: by.kind, by_id: by.id, pages: JSON.stringify(pages) }),
    read: (row) => ({ by: author(row), pages: json<CorrectedPage[]>(row, 'pages') }),
  },
  saved: {
    columns: ['revision', 'recognition_id', 'correction_id', 'saved'],
    values: (row) => ({ ...row, saved: JSON.stringify(row.saved) }),
    read: (row) => ({
      revision: number(row, 'revision'),
      recognition_id: textOrNull(row, 'recognition_id'),
      correction_id: textOrNull(row, 'correction_id'),
      saved: json<SavedText>(row, 'saved'),
    }),
  },
  embedded: {
    columns: ['text_id', 'model', 'vector', 'passages'],
    values: ({ passages, ...row }) => ({ ...row, vector: bytesOfVectors(passages), passages: passages.length }),
    read: (row) => ({
      text_id: text(row, 'text_id'),
      model: text(row, 'model'),
      passages: vectorsIn(row, { bytes: 'vector', count: 'passages' }),
    }),
  },
};

/** A row of the table of `name`, whole. */
export function readFact<Name extends FactRow>(name: Name, row: Row): RowOf[Name] {
  const { key } = ROWS[name];
  const owner = { resource_id: text(row, 'resource_id'), org_id: text(row, 'org_id'), at: number(row, 'at') };
  const own = FACT_TABLES[name].read(row);
  return { [key]: text(row, key), ...owner, ...own } as RowOf[Name]; // its key, its owner, and all the rest
}

const ROW_OF_TABLE = new Map<string, FactRow>(FACT_ROWS.map((name) => [ROWS[name].table, name]));
/** The columns of a row for the table of that name. */
export function factValuesIn(table: string, row: object): Values {
  const name = ROW_OF_TABLE.get(table);
  if (!name) throw new Error(`no fact is stored in ${table}`);
  const { values } = FACT_TABLES[name] as { values(row: object): Values }; // the row is of that table, by the type of FactWrite
  return values(row);
}
