/** Fact rows by their ids, within an organisation. */
import type { Knex } from 'knex';
import type { CorrectedPage, Page } from '../../contract/text.ts';
import type { SavedText, Texts } from '../../runtime/ports-facts.ts';
import type { Row } from './dialect.ts';
import { authorOf, json, number, text, textOrNull } from './rows.ts';

export const texts = (reader: Knex): Texts => {
  const one = async <Fact>(table: string, where: object, fact: (row: Row) => Fact): Promise<Fact | null> => {
    const row: Row | undefined = await reader(table).where(where).first();
    return row ? fact(row) : null;
  };
  return {
    recognition: ({ org_id }, recognition_id) =>
      one('recognitions', { org_id, recognition_id }, (row) => ({
        ...owned(row),
        recognition_id,
        engine: text(row, 'engine'),
        pages: json<Page[]>(row, 'pages'),
      })),
    correction: ({ org_id }, correction_id) =>
      one('corrections', { org_id, correction_id }, (row) => ({
        ...owned(row),
        correction_id,
        by: authorOf(row),
        pages: json<CorrectedPage[]>(row, 'pages'),
      })),
    text: ({ org_id }, text_id) =>
      one('texts', { org_id, text_id }, (row) => ({
        ...owned(row),
        text_id,
        revision: number(row, 'revision'),
        recognition_id: textOrNull(row, 'recognition_id'),
        correction_id: textOrNull(row, 'correction_id'),
        saved: json<SavedText>(row, 'saved'),
      })),
    embedding: ({ org_id }, embedding_id) =>
      one('embeddings', { org_id, embedding_id }, (row) => ({
        ...owned(row),
        embedding_id,
        text_id: text(row, 'text_id'),
        model: text(row, 'model'),
        vector: vectorOf(row),
      })),
  };
};

const owned = (row: Row) => ({ resource_id: text(row, 'resource_id'), org_id: text(row, 'org_id'), at: number(row, 'at') });

function vectorOf(row: Row): Float32Array {
  const { vector } = row;
  if (!(vector instanceof Uint8Array)) throw new TypeError('vector is no bytes');
  return new Float32Array(vector.slice().buffer); // a copy begins at a multiple of four bytes
}
