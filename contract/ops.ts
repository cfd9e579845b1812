/** What operators see and order: the parts of the installation, its steps, its processes, and what is late. */
import { z } from 'zod';
import { Author } from './resource.ts';
import type { Text } from './statuses.ts';
import { STEP_KINDS, type StepKind } from './step-kinds.ts';

const Time = z.iso.datetime();

/** paused_at, paused_by: null where it is not paused. */
export const PausedStep = z
  .object({
    kind: z.enum(STEP_KINDS),
    paused: z.boolean(),
    paused_at: Time.nullable(),
    paused_by: Author.nullable(),
  })
  .meta({ id: 'PausedStep' });
export type PausedStep = z.infer<typeof PausedStep>;
export const PatchStep = z.strictObject({ paused: z.boolean() });

/** The step that a picture of this status waits for while nobody is at it. */
const STEP_AWAITED: Record<string, StepKind | undefined> = {
  READY_FOR_OCR: 'ocr',
  OCR_DONE: 'save',
  METADATA_SAVED: 'embed',
  VECTOR_DONE: 'index',
  DELETING: 'purge',
};
/** null: none that an operator could have paused. */
export function stepAwaited({ status, phase }: { status: string; phase: string }): StepKind | null {
  if (status === 'AWAITING_UPLOAD') return phase === 'working' ? 'inspect' : null;
  return STEP_AWAITED[status] ?? null;
}

export const pausedWords = (kind: StepKind): Text => ({
  en: `an operator, who has paused the step ${kind}`,
  zh: `运维人员恢复已暂停的步骤 ${kind}`,
});
