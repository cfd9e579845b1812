/** Index: the entry of one revision, written and seen by a search. The text alone is the same step without a vector. */
import type { IndexInput, Put } from '../../contract/steps.ts';
import type { Facts, FactWrite } from '../../runtime/ports/facts.ts';
import type { IndexTargets } from '../../runtime/ports/service-state.ts';
import type { StepHandler } from '../../runtime/tasks/step-handler.ts';
import { missingFact } from './missing-fact.ts';

/** No vector has this id: all of before can go. */
const NO_VECTOR = '';

/** `into`: where it was written, all of it. */
type Written = Put & { into: IndexTargets | null };

/**
 * Writes at a revision, which determines the entry: a second run overwrites it with itself, and a late one is refused. A result that
 * was not written to all indexes that there are when it is committed is no result: a rebuild began, or ended, meanwhile.
 */
export const indexEntry: StepHandler<IndexInput, Written> = {
  async run({ resource_id, org_id, revision, text_id, embedding_id }, { facts, index }) {
    const scope = { org_id };
    const text = await facts.texts.text(scope, text_id);
    if (!text) throw missingFact('the saved text', text_id, 'saved');
    const embedding = embedding_id && (await facts.texts.embedding(scope, embedding_id));
    if (embedding_id && !embedding) throw missingFact('the vectors', embedding_id, 'embedded');
    const into = await facts.index_targets.get();
    const entry = { resource_id, org_id, revision, saved: text.saved, vectors: embedding || null };
    return { ...(await index.put(entry, into)), into };
  },
  async writes(output, { input, at, facts }) {
    const { into } = output;
    const now = await facts.index_targets.get();
    if (!coversTargets(into, now)) return 'outdated';
    return {
      facts: await supersededBy(output, input, { at, facts }),
      columns: { indexed_in: now ? (now.building ?? now.live) : null },
      expects: { index_targets: now },
    };
  },
};

/**
 * The entry is in, so that searches read its text: what the picture was read, saved and embedded as before can't be met any more. A
 * first revision has nothing before it.
 */
async function supersededBy(
  { put }: Written,
  input: IndexInput,
  { at, facts }: { at: number; facts: Facts },
): Promise<FactWrite[]> {
  const { resource_id, org_id, revision, text_id, embedding_id, vectorless = false } = input;
  if (put !== 'seen' || revision === 1 || (embedding_id === null && !vectorless)) return [];
  const row = await facts.resources.get({ org_id }, resource_id);
  const owner = { resource_id, org_id, at };
  if (!row) return [];
  const kept = { text_id, embedding_id: embedding_id ?? NO_VECTOR, recognition_id: row.recognition_id };
  return [{ into: 'superseded', row: { ...owner, ...kept } }];
}

/** What was written reaches all that there are now. */
export function coversTargets(into: IndexTargets | null, now: IndexTargets | null): boolean {
  const written = new Set([into?.live, into?.building]);
  return !now || (written.has(now.live) && (now.building === null || written.has(now.building)));
}
