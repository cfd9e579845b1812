/** The remarks of a picture after a result of one of its steps. */
import { isDeepStrictEqual } from 'node:util';
import { type KeptRemark, type Remark, type RemarkingStep, withRemarks } from '../../contract/remarks.ts';
import type { StepKind } from '../../contract/step-kinds.ts';
import type { Facts } from '../../runtime/ports/facts.ts';
import type { ResourceRow } from '../../runtime/ports/resources.ts';

const REMARKING: Record<RemarkingStep, true> = { inspect: true, ocr: true, save: true };
export const isRemarking = (kind: StepKind): kind is RemarkingStep => Object.hasOwn(REMARKING, kind);

/** null: they are as they were. */
export async function newRemarks(
  { org_id, correction_id, remarks }: ResourceRow,
  of: RemarkingStep,
  given: readonly Remark[],
  { texts }: Pick<Facts, 'texts'>,
): Promise<KeptRemark[] | null> {
  if (remarks.length === 0 && given.length === 0) return null;
  const correction = correction_id === null ? null : await texts.correction({ org_id }, correction_id);
  const corrected = (correction?.pages ?? []).flatMap(({ page, text }) => (text === null ? [] : [page]));
  const now = withRemarks(remarks, of, given, corrected);
  return isDeepStrictEqual(now, remarks) ? null : now;
}
