/** Embed: the vectors of what a picture is found by, one for each passage. */
import { failureOf } from '../../contract/failures.ts';
import type { Embedded, EmbedInput } from '../../contract/steps.ts';
import { isAbsent } from '../../runtime/ports/providers.ts';
import type { SavedText } from '../../runtime/ports/texts.ts';
import { StepError, type StepHandler } from '../../runtime/tasks/step-handler.ts';
import { bytesOfVectors, vectorsOfBytes } from '../../runtime/vector-bytes.ts';
import { passagesOf } from '../../text/passages.ts';
import { missingFact } from './missing-fact.ts';

/** vectors: as base64 of float32, little-endian, one after the other: a result is JSON until it is a row. vector: of runs of earlier versions. */
type Made = { fact_id: string; model: string } & ({ vectors: string; passages: number } | { vector: number[] });
type EmbedOutput = Made | { fact_id: null };
const NO_VECTORS = { fact_id: null };

/** Asks the provider again when it runs twice; its row has the id of the run, so that a result sent twice is one row. */
export const embed: StepHandler<EmbedInput, Embedded & EmbedOutput> = {
  withoutRun: ({ embedder }) => (isAbsent(embedder) ? NO_VECTORS : null),
  async run({ org_id, text_id }, { task_id, facts, embedder, signal }) {
    if (isAbsent(embedder)) return NO_VECTORS;
    const text = await facts.texts.text({ org_id }, text_id);
    if (!text) throw missingFact('the saved text', text_id, 'saved');
    const passages = passagesOf(wordsOf(text.saved), embedder.passage_tokens);
    const vectors = await embedder.embed(passages, signal, 'passage');
    if (vectors.length !== passages.length)
      throw new StepError(
        failureOf('PROVIDER_BAD_RESULT', `${embedder.model} answered ${vectors.length} vectors for ${passages.length} passages`),
      );
    return {
      fact_id: task_id,
      model: embedder.model,
      vectors: bytesOfVectors(vectors).toString('base64'),
      passages: vectors.length,
    };
  },
  async writes(output, { input: { resource_id, org_id, text_id }, at }) {
    if (output.fact_id === null) return { facts: [] };
    const { fact_id, model } = output;
    const row = { embedding_id: fact_id, resource_id, org_id, at, text_id, model, passages: passagesIn(output) };
    return { facts: [{ into: 'embeddings', row }] };
  },
};

/**
 * Never empty, which some providers refuse: a picture of which nothing is known has its file name. Of blanks beside each other one is left:
 * they cost a passage nothing, so that it would have no bound.
 */
export function wordsOf({ title, description, tags, pages, filename }: SavedText): string {
  const words = [title, description, ...tags, ...pages.map(({ text }) => text)].filter(Boolean).join('\n');
  return words.replace(/\s{2,}/gu, (gap) => (gap.includes('\n') ? '\n' : ' ')).trim() || filename;
}

function passagesIn(made: Made): Float32Array[] {
  if ('vector' in made) return [Float32Array.from(made.vector)];
  const vectors = vectorsOfBytes(Buffer.from(made.vectors, 'base64'), made.passages);
  if (vectors === null) throw new Error(`the result of ${made.fact_id} does not have ${made.passages} vectors`);
  return vectors;
}
