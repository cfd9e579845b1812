/** What the processes of the chaos test and the benches of server mode have in common. */
import type { Ports } from '../../app/open-ports.ts';
import type { StepKind } from '../../contract/step-kinds.ts';
import type { Clock } from '../../runtime/async/clock.ts';
import type { StepHandlers } from '../../runtime/tasks/run-step.ts';
import { runStep } from '../../services/steps/table.ts';
import { emptySteps } from '../worlds/empty-steps.ts';
import { hashedNgrams } from '../worlds/hashed-ngrams.ts';

/** A unit vector of the dimension that the index is made for. */
const { dimension } = hashedNgrams();
const VECTOR = Array.from({ length: dimension }, (_, i) => (i === 0 ? 1 : 0));
/** No step that is real here asks for them. */
const LIMITS = {
  ...{ max_bytes: 1, max_pixels: 1, max_pages: 1, max_document_pixels: 1 },
  ...{ decode_time_limit_ms: 1, document_time_limit_ms: 1, ocr_pixels: 1 },
};

/** Empty steps, but the `real` ones; a vector is that of no text. */
export const stepsWith = (real: readonly StepKind[], ports: Ports, clock: Clock): StepHandlers => ({
  ...emptySteps,
  async run(run) {
    if (run.kind === 'embed') return { fact_id: run.task_id, model: 'nothing', vector: VECTOR };
    if (!real.includes(run.kind)) return emptySteps.run(run);
    const { kind, input, ...rest } = run;
    return runStep(kind, input, { ...ports, ...rest, clock, limits: LIMITS });
  },
});
