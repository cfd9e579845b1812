/** What is known of a picture's facts at a revision; and what becomes of it when the row of a fact is found gone. */

import { FACTS, type Fact, type FactRow, factsBefore, isEntered, ROWS } from '../contract/step-kinds.ts';
import type { FactIds } from '../contract/steps.ts';
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

/** Those before the row that is gone still hold. What the machine read holds without what a person entered in its place. */
const keptWithout = (row: FactRow, is_read: boolean): readonly Fact[] => {
  const { fact } = ROWS[row];
  return isEntered(row) && is_read ? [...factsBefore(fact), fact] : factsBefore(fact);
};

/** Without the row that is gone, at a new revision: what is made again may be another text, and no late write of the old one may undo it. */
export function withoutRow(context: FactContext, row: FactRow) {
  const revision = context.revision + 1;
  const fact_ids = { ...context.fact_ids, [row]: null };
  const is_read = fact_ids.recognition !== null;
  const kept = keptWithout(row, is_read);
  const facts = carried(context, kept, revision);
  const { fact } = ROWS[row];
  if (!kept.includes(fact)) facts[fact] = null;
  return { revision, fact_ids, facts, vector_late: false, remakes: context.remakes + 1 };
}

/** What is entered is made by no step: without it the picture waits for a person. */
const isRemakeable = (event: object) => {
  const missing = missingIn(event);
  return missing !== undefined && !isEntered(missing);
};
/** The row that the failed step did not find; XState types no results of jobs, see durable.ts. */
export const missingIn = (event: object): FactRow | undefined =>
  'error' in event ? (event as { error: { missing?: FactRow } }).error.missing : undefined;
export const isMissing = (event: object): boolean => missingIn(event) !== undefined;
export const mayRemake = ({ remakes }: FactContext, event: object, { max_remakes }: ResourceLimits): boolean =>
  isRemakeable(event) && remakes < max_remakes;
/** The text alone could not be written, since what is saved was gone, and was forgotten. */
export const textIsRemade = ({ facts, remakes }: FactContext, event: object, { max_remakes }: ResourceLimits): boolean =>
  missingIn(event) === 'saved' && facts.saved === null && remakes <= max_remakes;
