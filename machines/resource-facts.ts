/** What is known of a picture's facts at a revision; and what becomes of it when the row of a fact is found gone. */

import type { FactRow } from '../contract/step-kinds.ts';
import { FACTS, type Fact, type FactIds } from '../contract/steps.ts';
import type { ResourceLimits } from './limits.ts';

type FactContext = { revision: number; facts: Record<Fact, number | null>; fact_ids: FactIds; remakes: number };

/** The facts at a new revision: what still holds is carried along, the rest stays of an older one. */
export function carried(
  { facts, revision }: Pick<FactContext, 'facts' | 'revision'>,
  stays: readonly Fact[],
  to: number,
): FactContext['facts'] {
  const next = { ...facts };
  for (const fact of FACTS) if (facts[fact] === revision && stays.includes(fact)) next[fact] = to;
  return next;
}

/** Those before the row that is gone still hold. What the machine read holds without a person's correction. */
const KEPT_WITHOUT: Record<FactRow, Fact[]> = {
  recognition: [],
  correction: ['text'],
  saved: ['text'],
  embedded: ['text', 'saved'],
};
const FACT_OF_ROW = { recognition: 'text', correction: 'text', saved: 'saved', embedded: 'embedded' } as const;

/** Without the row that is gone, at a new revision: what is made again may be another text, and no late write of the old one may undo it. */
export function withoutRow(context: FactContext, row: FactRow) {
  const revision = context.revision + 1;
  const fact_ids = { ...context.fact_ids, [row]: null };
  const is_read = fact_ids.recognition !== null;
  const kept = row === 'correction' && !is_read ? [] : KEPT_WITHOUT[row];
  const facts = carried(context, kept, revision);
  const fact = FACT_OF_ROW[row];
  if (!kept.includes(fact)) facts[fact] = null;
  return { revision, fact_ids, facts, vector_late: false, remakes: context.remakes + 1 };
}

/** A correction is made by no step: without it the picture waits for a person. */
const isRemakeable = (event: object) => isMissing(event) && missingIn(event) !== 'correction';
/** The row that the failed step did not find; XState types no results of jobs, see durable.ts. */
export const missingIn = (event: object): FactRow | undefined =>
  'error' in event ? (event as { error: { missing?: FactRow } }).error.missing : undefined;
export const isMissing = (event: object): boolean => missingIn(event) !== undefined;
export const mayRemake = ({ remakes }: FactContext, event: object, { max_remakes }: ResourceLimits): boolean =>
  isRemakeable(event) && remakes < max_remakes;
/** The text alone could not be written, since what is saved was gone, and was forgotten. */
export const textIsRemade = ({ facts, remakes }: FactContext, event: object, { max_remakes }: ResourceLimits): boolean =>
  missingIn(event) === 'saved' && facts.saved === null && remakes <= max_remakes;
