/** The inputs and outputs of the steps. Their declarations are in step-kinds.ts. */

import type { FailureCode } from './failures.ts';
import type { Json } from './json.ts';
import { FACT_ROWS, FACTS, type Fact, type FactRow } from './step-kinds.ts';

/** The rows that were made last. */
export type FactIds = Record<FactRow, string | null>;

const nullFor = <Key extends string>(keys: readonly Key[]) =>
  Object.fromEntries(keys.map((key) => [key, null])) as Record<Key, null>; // of every key
/** Of a picture of which nothing is made yet. */
export const NO_FACTS: Readonly<Record<Fact, null>> = nullFor(FACTS);
export const NO_FACT_IDS: Readonly<Record<FactRow, null>> = nullFor(FACT_ROWS);

/** What the uploader declared about the bytes; null where nothing was declared. */
export type Claimed = { byte_size: number | null; sha256: string | null };

/**
 * How a person has ordered a picture to be read, until another order. own_text: of a page with a text of its own in the file, `use` takes it
 * as it is, `ignore` reads the page as if it had none; null leaves that to the service. ordered_engine: the engine of this machine that is to
 * read it; absent: the service chooses, as in orders of earlier versions.
 */
export type Reading = { own_text: OwnTextOrder | null; ordered_engine?: EngineOrder };
export const OWN_TEXT_ORDERS = ['use', 'ignore'] as const;
export type OwnTextOrder = (typeof OWN_TEXT_ORDERS)[number];
/** Engines that an order may name. What each calls itself begins with what lists filter by. */
export const ENGINE_ORDERS = ['ppocr', 'tesseract'] as const;
export type EngineOrder = (typeof ENGINE_ORDERS)[number];
/** `auto` takes back what was ordered. */
export const ENGINE_CHOICES = ['auto', ...ENGINE_ORDERS] as const;
export type EngineChoice = (typeof ENGINE_CHOICES)[number];
/** As lists, counts and bulk changes filter by it: see `engineName` of the OCR step. */
export const FILTER_OF_ENGINE: Readonly<Record<EngineOrder, string>> = { ppocr: 'ppocr', tesseract: 'tesseract.js' };
/** Of a picture about which nobody has ordered anything. */
export const NO_READING: Readonly<Reading> = { own_text: null };

type ResourceIds = { resource_id: string; org_id: string };
export type InspectInput = ResourceIds & { claimed: Claimed };
/** order: how often a person has ordered the picture to be read again. */
export type OcrInput = ResourceIds & { original_key: string; order: number; reading: Reading };
export type SaveInput = ResourceIds & { revision: number; recognition_id: string | null; correction_id: string | null };
export type EmbedInput = ResourceIds & { text_id: string };
/** embedding_id: null writes the text alone. */
/** embedding_id: null where there is none, or none yet. vectorless: there will be none at this revision. */
export type IndexInput = ResourceIds & { revision: number; text_id: string; embedding_id: string | null; vectorless?: true };
/** index_revision: where the index is known to hold an entry. The removal goes past whatever it holds. */
export type PurgeInput = ResourceIds & { revision: number; index_revision: number | null };

/** original_key: the key of the immutable copy, which no upload link can write. */
export type LegalPicture = {
  verdict: 'legal';
  sha256: string;
  original_key: string;
  byte_size: number;
  content_type: string;
  width: number;
  height: number;
  page_count: number;
  /** When it was taken, as the file says: RFC 3339 with an offset, or a date alone. Absent from runs of earlier versions. */
  taken_at?: string | null;
  fact_id: string | null;
};
export type Verdict = { verdict: 'absent' } | { verdict: 'illegal'; code: FailureCode; detail: string } | LegalPicture;
/** seen: a search finds this revision; ahead: the index holds a later one, as after facts were restored from a backup. */
export type Put = { put: 'seen' } | { put: 'ahead'; found: number };
/** The row that was created. Handlers may return more beside it; a machine reads only this. */
export type Made = { fact_id: string };
/** null: no embedder is configured, so there is no vector to wait for. */
export type Embedded = { fact_id: string | null };

/** One line a step; a step without one has no handler. */
export type StepTypes = {
  inspect: { input: InspectInput; output: Verdict };
  ocr: { input: OcrInput; output: Made };
  save: { input: SaveInput; output: Made };
  embed: { input: EmbedInput; output: Embedded };
  index: { input: IndexInput; output: Put };
  purge: { input: PurgeInput; output: Json };
};
