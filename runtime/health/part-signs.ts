/** What an error of an adapter says of the part that it calls. */
import type { PartReason, PartState } from '../../contract/parts.ts';
import { StepError } from '../tasks/step-handler.ts';
import { refusalIn } from './credentials.ts';

/**
 * `next_try_ms`: how long it asked to be left alone. `is_certain`: no accident, so that it is said at once, and over only after a write,
 * or when it has not been met for a while: other calls may well be answered.
 */
export type PartFault = {
  state: Exclude<PartState, 'ok'>;
  code: PartReason;
  detail: string | null;
  next_try_ms?: number;
  is_certain?: boolean;
};
/** An error may carry what it means for its part, where its failure code does not say it. */
export type Signed = { part_fault: Omit<PartFault, 'detail'> };

/** A detail is one line of a list. */
const DETAIL_CHARS = 300;

/** answered: the part works, whatever it was asked; null: the error says nothing of the part. */
export function signOf(error: unknown): PartFault | 'answered' | null {
  const refusal = refusalIn(error);
  if (refusal !== null) return fault('refused', 'credentials_refused', refusal);
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (isSigned(at)) return { ...at.part_fault, detail: at.message.slice(0, DETAIL_CHARS) };
    if (!(at instanceof StepError)) continue;
    const { code, detail } = at.failure;
    if (code === 'STORAGE_FULL') return fault('full', 'out_of_room', detail);
    if (code !== 'PROVIDER_UNAVAILABLE') return 'answered';
    const pause_ms = 'pause_ms' in at && typeof at.pause_ms === 'number' ? at.pause_ms : null;
    if (pause_ms !== null) return { ...fault('paused', 'asked_to_wait', detail), next_try_ms: pause_ms };
    return fault('away', 'unavailable', detail);
  }
  return null;
}

const fault = (state: PartFault['state'], code: PartReason, detail: string): PartFault => ({
  ...{ state, code },
  detail: detail.slice(0, DETAIL_CHARS),
});

const isSigned = (error: Error): error is Error & Signed => 'part_fault' in error;
