/** Embed: the vector of what a picture is found by. */
import { failureOf } from '../../contract/failures.ts';
import type { EmbedInput, Made } from '../../contract/steps.ts';
import type { SavedText } from '../../runtime/ports/texts.ts';
import { StepError, type StepHandler } from '../../runtime/tasks/step-handler.ts';
import { missingFact } from './missing-fact.ts';

/** The beginning of a text says what it is about; providers take about as much. */
const MAX_CHARACTERS = 8_000;

/** The vector as plain numbers: a result is JSON until it is a row. */
type EmbedOutput = Made & { model: string; vector: number[] };

/** Asks the provider again when it runs twice; its row has the id of the run, so that a result sent twice is one row. */
export const embed: StepHandler<EmbedInput, EmbedOutput> = {
  async run({ org_id, text_id }, { task_id, facts, embedder, signal }) {
    const text = await facts.texts.text({ org_id }, text_id);
    if (!text) throw missingFact('the saved text', text_id, 'saved');
    const [vector] = await embedder.embed([wordsOf(text.saved)], signal);
    if (!vector) throw new StepError(failureOf('PROVIDER_BAD_RESULT', `${embedder.model} answered no vector`));
    return { fact_id: task_id, model: embedder.model, vector: [...vector] };
  },
  async writes({ fact_id, model, vector }, { input: { resource_id, org_id, text_id }, at }) {
    const row = { embedding_id: fact_id, resource_id, org_id, at, text_id, model, vector: Float32Array.from(vector) };
    return { facts: [{ into: 'embeddings', row }] };
  },
};

/** Never empty, which some providers refuse: a picture of which nothing is known has its file name. Cut between characters. */
function wordsOf({ title, description, tags, pages, filename }: SavedText): string {
  const words = [title, description, ...tags, ...pages.map(({ text }) => text)].filter(Boolean).join('\n');
  return (words || filename).slice(0, MAX_CHARACTERS).replace(/[\uD800-\uDBFF]$/, '');
}
