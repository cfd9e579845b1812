/** What a step reads is not there. */
import { failureOf } from '../../contract/failures.ts';
import type { FactRow } from '../../contract/step-kinds.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';

/**
 * Facts are removed by a purge only, so that nobody waits for this run any more; else the facts were restored without their rows. `row`:
 * what the machine forgets, and has made again; absent: nothing that a step makes.
 */
export const missingFact = (what: string, id: string, row?: FactRow) =>
  new StepError({ ...failureOf('FACT_MISSING', `${what} ${id} is not there`), ...(row ? { missing: row } : {}) });
