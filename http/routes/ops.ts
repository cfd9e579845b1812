/** For operators: the state of the installation, and what they order. */
import type { PausedStep } from '../../contract/ops.ts';
import type { StepKind } from '../../contract/step-kinds.ts';
import { isStepKind } from '../../contract/step-kinds.ts';
import { TASK_STATUSES, type TaskStatus } from '../../contract/task.ts';
import { TASK_STATUS_ROWS } from '../../contract/task-statuses.ts';
import type { Language, RequestDeps } from '../context.ts';
import type { Handlers } from '../handlers.ts';
import { notFound } from '../problems/problems.ts';
import { stuckFor, summaryFor } from '../response/present-ops.ts';

export const opsHandlers: Handlers<'patch_step' | 'metrics' | 'ops_summary' | 'ops_tasks' | 'ops_stuck'> = {
  async ops_summary({ ctx, deps, caller }) {
    ctx.set('content-language', ctx.state.language);
    return { status: 200, body: await summaryFor(deps, caller, ctx.state.language) };
  },

  async metrics({ ctx, deps }) {
    if (!deps.metrics) throw notFound();
    const { type, text } = await deps.metrics.scrape();
    ctx.set('content-type', type);
    ctx.set('cache-control', 'no-store');
    ctx.body = text;
    return { status: 200 };
  },

  async ops_tasks({ ctx }) {
    const { language } = ctx.state;
    ctx.set('content-language', language);
    const items = TASK_STATUSES.map((status) => ({ status, ...taskWords(status)[language], words: taskWords(status) }));
    return { status: 200, body: { items } };
  },

  async ops_stuck({ ctx, deps, caller }) {
    ctx.set('content-language', ctx.state.language);
    return { status: 200, body: await stuckFor(deps, caller, ctx.state.language) };
  },

  async patch_step({ deps, params, body, caller }) {
    const { kind } = params;
    if (!isStepKind(kind)) throw notFound();
    await deps.pauses.set(kind, body.paused, caller.by);
    return { status: 200, body: pausedStep(deps, kind) };
  },
};

const taskWords = (status: TaskStatus) => {
  const { label, meaning, waits_for, guarded_by } = TASK_STATUS_ROWS[status];
  const of = (language: Language) => ({
    ...{ label: label[language], meaning: meaning[language] },
    ...{ waits_for: waits_for[language], guarded_by: guarded_by[language] },
  });
  return { en: of('en'), zh: of('zh') };
};

function pausedStep({ pauses }: RequestDeps, kind: StepKind): PausedStep {
  const pause = pauses.of(kind);
  const paused_at = pause && new Date(pause.paused_at).toISOString();
  return { kind, paused: pause !== null, paused_at, paused_by: pause?.by ?? null };
}
