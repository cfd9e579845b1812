/** Since when a retry of a step makes sense. */
import type { PartName } from '../../contract/parts.ts';
import { type Need, STEP_KINDS, STEPS } from '../../contract/step-kinds.ts';
import type { MergedPart } from './process-report.ts';

export const PART_OF_NEED: Record<Need, PartName> = {
  objects: 'store',
  recogniser: 'recogniser',
  embedder: 'embedder',
  index: 'index',
};

/** Wall time at which the last part that the step needs began to work; null: one does not, the step needs none, or is not known. */
export function retrySince(step: string | null, parts: readonly Pick<MergedPart, 'part' | 'state' | 'since'>[]): number | null {
  const kind = STEP_KINDS.find((name) => name === step);
  if (!kind) return null;
  const needed = STEPS[kind].needs.map((need) => parts.find(({ part }) => part === PART_OF_NEED[need]));
  let since: number | null = null;
  for (const part of needed) {
    if (part?.state !== 'ok') return null;
    since = Math.max(since ?? part.since, part.since);
  }
  return since;
}
