import type { Author } from '../../contract/resource.ts';
import type { FactRow, StoredAs } from '../../contract/step-kinds.ts';
import type { CorrectedPage, Page } from '../../contract/text.ts';
import type { Owned, Scope } from './scope.ts';

/** The text and metadata that one revision is found by: what embed and index read, and nothing else. */
export type SavedText = {
  title: string | null;
  description: string | null;
  tags: string[];
  taken_at: number | null;
  filename: string;
  batch_id: string | null;
  created_at: number;
  pages: { page: number; text: string }[];
};

export type Recognition = Owned & { recognition_id: string; engine: string; pages: Page[] };

export type Correction = Owned & { correction_id: string; by: Author; pages: CorrectedPage[] };

export type Text = Owned & {
  text_id: string;
  revision: number;
  recognition_id: string | null;
  correction_id: string | null;
  saved: SavedText;
};

/** What a text is near by: a vector of unit length for each passage of it, all as long as one another, made by one model. */
export type Vectors = { model: string; passages: readonly Float32Array[] };
export type Embedding = Owned & Vectors & { embedding_id: string; text_id: string };

/** The rows of facts, by the names that the contract gives them. */
export type RowOf = { recognition: Recognition; correction: Correction; saved: Text; embedded: Embedding };

/** A method for each row, with the name that it is stored by: `recognition(scope, recognition_id)`. */
type ReadRows = { [Row in FactRow as StoredAs<Row>]: (scope: Scope, id: string) => Promise<RowOf[Row] | null> };

/** Fact rows by their ids. */
export interface Texts extends ReadRows {
  /** Texts in the order of `ids`, up to `max_chars` characters as stored, all together; the rest is left out. At most 200 ids. */
  texts(scope: Scope, ids: string[], max_chars: number): Promise<Text[]>;
  /** Embeddings by their ids, in any order; one that can't be read is left out. At most 200 ids. */
  embeddings(scope: Scope, ids: string[]): Promise<Embedding[]>;
  /**
   * Pages of recognitions, by their places there (from 0). A recognition of more than `max_chars` characters as stored is left out:
   * all its pages would be scanned for one. At most 200 ids.
   */
  recognisedPages(
    scope: Scope,
    of: { recognition_id: string; places: number[] }[],
    max_chars: number,
  ): Promise<{ recognition_id: string; pages: Page[] }[]>;
  /** What a revision is found by: the text saved last at or before it. */
  textOf(scope: Scope, resource_id: string, revision: number): Promise<Text | null>;
  /** Those of at most 256 pictures that searches find, spread over all that were taken in, of this model. */
  sampledEmbeddings(scope: Scope, model: string): Promise<Embedding[]>;
  /** The vectors made last of a saved text. */
  embeddingOf(scope: Scope, text_id: string): Promise<Embedding | null>;
}
