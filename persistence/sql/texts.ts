/** Fact rows by their ids: what was read, corrected, saved and embedded. */
import type { CorrectedPage, Page } from '../../contract/text.ts';
import type { SavedText, Scope, Texts } from '../../runtime/ports-facts.ts';
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
      if (!row) return null;
      const made_of = { recognition_id: textOrNull(row, 'recognition_id'), correction_id: textOrNull(row, 'correction_id') };
      return { text_id, ...owned(row), revision: number(row, 'revision'), ...made_of, saved: json<SavedText>(row, 'saved') };
    },
    async embedding(scope, embedding_id) {
      const row = await one('embeddings', scope, { embedding_id });
      if (!row) return null;
      return {
        embedding_id,
        ...owned(row),
        text_id: text(row, 'text_id'),
        model: text(row, 'model'),
        vector: vector(row, 'vector'),
      };
    },
  };
}
