/** Failures of the search thread, on their way to who asked: an error does not keep its code between threads. */
import { failureOf } from '../../contract/failures.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';
import { storageFault } from '../folder/faults.ts';
import { systemCode } from '../sqlite/database.ts';
import type { Fault } from './calls.ts';

/** In the thread. */
export const faultOf = (error: unknown): Fault => ({
  message: error instanceof Error ? error.message : String(error),
  code: systemCode(error),
});

/** At the caller: what it means for a picture. A full disk or an entry that is not found is none of its faults. */
export function errorOf({ message, code, unseen }: Fault): unknown {
  if (unseen) return new StepError(failureOf('READ_BACK_MISMATCH', message));
  return code === null ? new Error(message) : storageFault(Object.assign(new Error(message), { code }), 'write the search index');
}

/** The thread is gone, or does not answer: the next call starts another. */
export const threadGone = (why: string, cause?: unknown): StepError =>
  new StepError(failureOf('PROVIDER_UNAVAILABLE', `the search thread ${why}`), cause);
