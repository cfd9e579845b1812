/** The input of each job of the resource machine: exactly what its step reads, as of the start of the job. */
import type { JobId } from '../contract/step-kinds.ts';
import type { EmbedInput, IndexInput, InspectInput, OcrInput, PurgeInput, SaveInput } from '../contract/steps.ts';
import { NO_READING } from '../contract/steps.ts';
import type { ResourceContext } from './resource-setup.ts';

type Given = { context: ResourceContext };
/** Names no row: the service that reads it fails with FACT_MISSING, and what it lacks is made again. */
const NO_ROW = '';

const idsOf = ({ resource_id, org_id }: ResourceContext) => ({ resource_id, org_id });
const indexInput = ({ context }: Given, embedding_id: string | null): IndexInput => ({
  ...idsOf(context),
  revision: context.revision,
  text_id: context.fact_ids.saved ?? NO_ROW,
  embedding_id,
});
/** The fact `embedded` holds and names no row where no embedder was configured. */
const isVectorless = ({ context: { facts, fact_ids, revision } }: Given) =>
  facts.embedded === revision && fact_ids.embedded === null;
const purgeInput = ({ context }: Given): PurgeInput => ({
  ...idsOf(context),
  revision: context.revision,
  index_revision: context.facts.indexed,
});

export const INPUT_OF_JOB = {
  inspect: ({ context }: Given): InspectInput => ({ ...idsOf(context), claimed: context.claimed }),
  ocr: ({ context }: Given): OcrInput => ({
    ...idsOf(context),
    original_key: context.original_key ?? NO_ROW,
    order: context.orders,
    reading: context.reading ?? NO_READING, // early instances of version 2 lack it
  }),
  save: ({ context }: Given): SaveInput => ({
    ...idsOf(context),
    revision: context.revision,
    recognition_id: context.fact_ids.recognition,
    correction_id: context.fact_ids.correction,
  }),
  embed: ({ context }: Given): EmbedInput => ({ ...idsOf(context), text_id: context.fact_ids.saved ?? NO_ROW }),
  index: (given: Given): IndexInput =>
    isVectorless(given)
      ? { ...indexInput(given, null), vectorless: true }
      : indexInput(given, given.context.fact_ids.embedded ?? NO_ROW),
  text: (given: Given) => indexInput(given, null),
  purge: purgeInput,
  discard: purgeInput,
} as const satisfies Record<JobId, (given: Given) => object>;
