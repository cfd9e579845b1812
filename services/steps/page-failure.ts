/** Failures of one page, told from those of its document and of what is around it. */
import { FAILURE_CODES, type FailureCode, failureOf } from '../../contract/failures.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';
import { DocumentLate } from '../formats/budget.ts';
import { RejectedFile } from '../formats/rejected-file.ts';

/** An engine has given up a page, and says so. */
export class PageFailed extends StepError {}

/** What failed by the page's own fault is returned; all else is thrown. */
export async function tried<Value>(work: () => Promise<Value>, signal: AbortSignal): Promise<Value | StepError> {
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof RejectedFile) return new StepError(failureOf(error.code, error.message), error);
    if (error instanceof PageFailed) return error;
    if (error instanceof StepError && !(error instanceof DocumentLate) && isOfPicture(error.failure.code)) return error;
    throw error;
  }
}
const isOfPicture = (code: FailureCode): boolean => FAILURE_CODES[code].fault === 'picture';
