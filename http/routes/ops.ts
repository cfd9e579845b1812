/** For operators: the state of the installation, and what they order. */
import type { PausedStep } from '../../contract/ops.ts';
import type { StepKind } from '../../contract/step-kinds.ts';
import { isStepKind } from '../../contract/step-kinds.ts';
import type { RequestDeps } from '../context.ts';
import type { Handlers } from '../handlers.ts';
import { notFound } from '../problems/problems.ts';

export const opsHandlers: Handlers<'patch_step'> = {
  async patch_step({ deps, params, body, caller }) {
    const { kind } = params;
    if (!isStepKind(kind)) throw notFound();
    await deps.pauses.set(kind, body.paused, caller.by);
    return { status: 200, body: pausedStep(deps, kind) };
  },
};

function pausedStep({ pauses }: RequestDeps, kind: StepKind): PausedStep {
  const pause = pauses.of(kind);
  const paused_at = pause && new Date(pause.paused_at).toISOString();
  return { kind, paused: pause !== null, paused_at, paused_by: pause?.by ?? null };
}
