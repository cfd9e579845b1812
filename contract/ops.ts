/** What operators see and order: the parts of the installation, its steps, its processes, and what is late. */
import { z } from 'zod';
import { Author } from './resource.ts';
import type { Status, Text } from './statuses.ts';
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

/** Where pictures are while a step is to be done, or is done, of them. A look at the store has no status of its own. */
export const STATUSES_OF: Readonly<Partial<Record<StepKind, { waiting: Status; working?: Status }>>> = {
  ocr: { waiting: 'READY_FOR_OCR', working: 'INIT' },
  save: { waiting: 'OCR_DONE' },
  embed: { waiting: 'METADATA_SAVED', working: 'VECTOR_PENDING' },
  index: { waiting: 'VECTOR_DONE' },
  purge: { waiting: 'DELETING' },
};
/** The step that a picture waits for while nobody is at it; null: none that an operator could have paused. */
export function stepAwaited({ status, phase }: { status: string; phase: string }): StepKind | null {
  if (status === 'AWAITING_UPLOAD') return phase === 'working' ? 'inspect' : null;
  return STEP_KINDS.find((kind) => STATUSES_OF[kind]?.waiting === status) ?? null;
}

export const pausedWords = (kind: StepKind): Text => ({
  en: `an operator, who has paused the step ${kind}`,
  zh: `运维人员恢复已暂停的步骤 ${kind}`,
});
