/** The steps of the lifecycle: the jobs that run them, their inputs and outputs. */

import type { FailureCode } from './failures.ts';
import type { Json } from './json.ts';
import type { FactRow, StepKind } from './step-kinds.ts';

/** The jobs of a resource, and the step that each runs: two additional jobs share a step. */
export const STEP_OF_JOB = {
  inspect: 'inspect',
  ocr: 'ocr',
  save: 'save',
  embed: 'embed',
  index: 'index',
  /** The text alone, written while the vector is late. */
  text: 'index',
  purge: 'purge',
  /** The bytes of an expired picture; its row stays. */
  discard: 'purge',
} as const satisfies Record<string, StepKind>;
export type JobId = keyof typeof STEP_OF_JOB;
export const isJobId = (id: string): id is JobId => Object.hasOwn(STEP_OF_JOB, id);

/** In the order in which they are made; each is made from those before it. */
export const FACTS = ['text', 'saved', 'embedded', 'indexed'] as const;
export type Fact = (typeof FACTS)[number];

export type FactIds = Record<FactRow, string | null>;

/** The steps from which a person may reprocess. */
export const REPROCESS_FROM = ['ocr', 'embed', 'index'] as const;
export type ReprocessFrom = (typeof REPROCESS_FROM)[number];

/** What the uploader declared about the bytes; null where nothing was declared. */
export type Claimed = { byte_size: number | null; sha256: string | null };

type ResourceIds = { resource_id: string; org_id: string };
export type InspectInput = ResourceIds & { claimed: Claimed };
/** order: how often a person has ordered the picture to be read again. */
export type OcrInput = ResourceIds & { original_key: string; order: number };
export type SaveInput = ResourceIds & { revision: number; recognition_id: string | null; correction_id: string | null };
export type EmbedInput = ResourceIds & { text_id: string };
/** embedding_id: null writes the text alone. */
export type IndexInput = ResourceIds & { revision: number; text_id: string; embedding_id: string | null };
/** index_revision: where the index is known to hold an entry. The removal goes past whatever it holds. */
export type PurgeInput = ResourceIds & { revision: number; index_revision: number | null };

export type StepInputs = {
  inspect: InspectInput;
  ocr: OcrInput;
  save: SaveInput;
  embed: EmbedInput;
  index: IndexInput;
  purge: PurgeInput;
};

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
  fact_id: string | null;
};
export type Verdict = { verdict: 'absent' } | { verdict: 'illegal'; code: FailureCode; detail: string } | LegalPicture;
/** seen: a search finds this revision; ahead: the index holds a later one, as after facts were restored from a backup. */
export type Put = { put: 'seen' } | { put: 'ahead'; found: number };
/** The row that was created. Handlers may return more beside it; a machine reads only this. */
export type Made = { fact_id: string };

export type StepOutputs = { inspect: Verdict; ocr: Made; save: Made; embed: Made; index: Put; purge: Json };
export type InspectOutput = Verdict;
export type IndexOutput = Put;
