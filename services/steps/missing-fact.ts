/** What a step reads is not there. */
import { failureOf } from '../../contract/failures.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';

/** Facts are removed by a purge only, so that nobody waits for this run any more; else the facts were restored without their rows. */
export const missingFact = (what: string, id: string) => new StepError(failureOf('FACT_MISSING', `${what} ${id} is not there`));
