/** The inbox: pictures that wait for a person, in groups. */
import { adviceFor } from '../../contract/dead-letters.ts';
import { FAILURE_CODES, isFailureCode } from '../../contract/failures.ts';
import { GROUP_ADVICE, type ResourceGroup } from '../../contract/groups.ts';
import { statusRow } from '../../contract/statuses.ts';
import { type MergedPart, mergedParts } from '../../runtime/health/process-report.ts';
import { retrySince } from '../../runtime/health/retry-since.ts';
import type { FailureGroup, MissingGroup } from '../../runtime/ports/groups.ts';
import type { KeyRequest } from '../context.ts';
import type { Handlers } from '../handlers.ts';
import { presentResource } from '../response/present.ts';
import { timeOrNull } from '../response/present-run.ts';

/** Pictures shown of a group. */
const SAMPLES = 6;

export const inboxHandlers: Handlers<'group_resources'> = {
  async group_resources(request) {
    const { ctx, deps, caller, query } = request;
    const { groups } = deps.facts;
    ctx.set('content-language', ctx.state.language);
    const parts = mergedParts((await deps.report.view()).processes);
    const items =
      query.by === 'missing'
        ? (await groups.missing(caller.scope, deps.required_metadata, SAMPLES)).map((group) => presentMissing(request, group))
        : (await groups.failed(caller.scope, SAMPLES)).map((group) => presentFailed(request, group, parts));
    return { status: 200, body: { items } };
  },
};

function presentMissing(request: KeyRequest, group: MissingGroup): ResourceGroup {
  const { missing } = group;
  return { ...shared(request, group, 'describe'), missing, step: null, code: null, meaning: null };
}

function presentFailed(request: KeyRequest, group: FailureGroup, parts: readonly MergedPart[]): ResourceGroup {
  const { step, code } = group;
  const meaning = isFailureCode(code) ? FAILURE_CODES[code][request.ctx.state.language] : null;
  const since = timeOrNull(retrySince(step, parts));
  return { ...shared(request, group, adviceFor(code)), missing: null, step, code, meaning, since };
}

function shared(request: KeyRequest, group: MissingGroup | FailureGroup, advice: ResourceGroup['advice']) {
  const { ctx, deps } = request;
  const { status, count, oldest_at, earliest_deadline_at, samples } = group;
  // Deadlines run in service time, as those of pictures.
  const deadline = earliest_deadline_at === null ? null : deps.clock.now() + (earliest_deadline_at - deps.clock.serviceTime());
  return {
    ...{ status, phase: statusRow(status).phase, count },
    oldest_at: timeOrNull(oldest_at),
    earliest_deadline_at: timeOrNull(deadline),
    samples: samples.map((row) => presentResource(row, request)),
    ...{ advice, advice_text: GROUP_ADVICE[advice][ctx.state.language] },
    since: null,
  };
}
