/** Index: the entry of one revision, written and seen by a search. The text alone is the same step without a vector. */
import type { IndexInput, Put } from '../contract/steps.ts';
import type { Service } from '../runtime/service.ts';
import { missingFact } from './missing-fact.ts';

/** Writes at a revision, which determines the entry: a second run overwrites it with itself, and a late one is refused. */
export const indexEntry: Service<IndexInput, Put> = {
  async run({ resource_id, org_id, revision, text_id, embedding_id }, { facts, index }) {
    const scope = { org_id };
    const text = await facts.texts.text(scope, text_id);
    if (!text) throw missingFact('the saved text', text_id);
    const embedding = embedding_id && (await facts.texts.embedding(scope, embedding_id));
    if (embedding_id && !embedding) throw missingFact('the vector', embedding_id);
    return index.put({ resource_id, org_id, revision, saved: text.saved, vector: embedding ? embedding.vector : null });
  },
};
