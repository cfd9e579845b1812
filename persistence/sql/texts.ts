/** Fact rows by their ids: what was read, corrected, saved and embedded. */
import type { CorrectedPage, Page } from '../../contract/text.ts';
import type { Embedding, SavedText, Scope, Text, Texts } from '../../runtime/ports-facts.ts';
import type { Database } from './database.ts';
import { author, json, number, type Row, rowOf, text, textOrNull, vector } from './row.ts';

const owned = (row: Row) => ({ resource_id: text(row, 'resource_id'), org_id: text(row, 'org_id'), at: number(row, 'at') });

export function textsOf({ read }: Database): Texts {
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
