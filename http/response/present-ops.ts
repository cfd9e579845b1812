/** The summary for operators, and what is stuck, as the API has them. */
import { isDead } from '../../contract/dead-letters.ts';
import { FAILURE_CODES, isFailureCode } from '../../contract/failures.ts';
import { jobLabel } from '../../contract/jobs.ts';
import { STATUSES_OF } from '../../contract/ops.ts';
import type { OpsSummary, StepOverview, Stuck } from '../../contract/ops-summary.ts';
import { STUCK } from '../../contract/ops-summary.ts';
import { PART_REASONS, PART_STATES, PARTS, type Part } from '../../contract/parts.ts';
import { REMARK_CODES } from '../../contract/remark-codes.ts';
import { type Status, statusRow } from '../../contract/statuses.ts';
import { STEP_KINDS, type StepKind } from '../../contract/step-kinds.ts';
import { withTimeout } from '../../runtime/async/timeout.ts';
import { callbackTotals } from '../../runtime/health/callback-counts.ts';
import type { PartView } from '../../runtime/health/parts.ts';
import {
  type JobState,
  type MergedPart,
  mergedParts,
  type ProcessesView,
  type ProcessView,
} from '../../runtime/health/process-report.ts';
import { totalsOf } from '../../runtime/health/step-activity.ts';
import { RUNTIME_LIMITS } from '../../runtime/limits.ts';
import type { StatusCount } from '../../runtime/ports/overview.ts';
import type { Scope } from '../../runtime/ports/scope.ts';
import { stuckOf } from '../../runtime/recovery/stuck.ts';
import type { KeyCaller, Language, RequestDeps } from '../context.ts';

/** How long the database is waited for; then the process answers with its own view. */
const FACTS_LIMIT_MS = 3_000;

type Read = {
  statuses: StatusCount[];
  lags_since: number | null;
  oldest_due: number | null;
  remarks: NonNullable<OpsSummary['remarks']>;
};

export async function summaryFor(deps: RequestDeps, { scope: own, key }: KeyCaller, language: Language): Promise<OpsSummary> {
  const { clock, report, pauses } = deps;
  const scope = key.installation ? null : own;
  const view = await report.view();
  const read = view.own ? null : await readFacts(deps, scope, language).catch(() => null); // then it is away: its part says so
  const now = clock.now();
  const age = (since: number | null) => (since === null ? null : Math.max(0, Math.round((now - since) / 1_000)));
  const callbacks = view.processes.map((process) => process.callbacks);
  const step = (kind: StepKind) => stepOverview({ kind, view, scope, read, now, pause: pauses.of(kind), language, age });
  return {
    at: time(now),
    view: read ? 'all' : 'own',
    scope: scope === null ? 'installation' : 'organisation',
    searchable_lag_s: read === null ? null : (age(read.lags_since) ?? 0),
    sweep_lag_s: read && scope === null ? lagOf(read.oldest_due, clock.serviceTime()) : null,
    dead_letters: read?.statuses.reduce((sum, { status, count }) => sum + (isDead(status) ? count : 0), 0) ?? null,
    parts: mergedParts(view.processes).map((part) => presentPart(part, { language, detailed: key.installation })),
    by_status: read?.statuses.map((one) => statusOverview(one, age, language)) ?? null,
    steps: STEP_KINDS.map(step),
    workers: key.installation ? view.processes.map(workerOverview) : null,
    jobs: key.installation ? jobsOf(view.processes, language) : null,
    callbacks: key.installation ? callbackTotals(callbacks, now) : null,
    remarks: read?.remarks ?? null,
  };
}

async function readFacts({ facts, clock }: RequestDeps, scope: Scope | null, language: Language): Promise<Read> {
  const { overview } = facts;
  const [statuses, lags_since, oldest_due, remarks] = await withTimeout({ clock, limit_ms: FACTS_LIMIT_MS }, () =>
    Promise.all([overview.statuses(scope), overview.lagsSince(scope), overview.oldestDue(), overview.remarks(scope)]),
  );
  const shown = remarks.map(({ code, count, is_exact }) => ({
    ...{ code, meaning: REMARK_CODES[code][language], count, count_is_exact: is_exact },
  }));
  return { statuses, lags_since, oldest_due, remarks: shown };
}

const time = (at: number): string => new Date(at).toISOString();
const timeOrNull = (at: number | null): string | null => (at === null ? null : time(at));
const lagOf = (due_at: number | null, now: number): number => Math.max(0, Math.round((now - (due_at ?? now)) / 1_000));

type Age = (since: number | null) => number | null;
const statusOverview = ({ status, count, is_exact, oldest_since }: StatusCount, age: Age, language: Language) => ({
  ...{ status, label: statusRow(status).label[language], count, count_is_exact: is_exact, oldest_s: age(oldest_since) },
});

type StepGiven = {
  kind: StepKind;
  view: ProcessesView;
  scope: Scope | null;
  read: Read | null;
  now: number;
  pause: ReturnType<RequestDeps['pauses']['of']>;
  language: Language;
  age: Age;
};
function stepOverview({ kind, view, scope, read, now, pause, language, age }: StepGiven): StepOverview {
  const activity = view.processes.flatMap(({ steps }) => steps).filter(({ org_id }) => scope === null || org_id === scope.org_id);
  const { at_work: here, last_failure: failure, ...rates } = totalsOf(kind, activity, now);
  const outages = view.processes.flatMap((process) => process.outages.filter((outage) => outage.kind === kind));
  const open_since = outages.length === 0 ? null : Math.min(...outages.map(({ since }) => since));
  const names = STATUSES_OF[kind];
  const found = (status: Status | undefined) => read?.statuses.find((one) => one.status === status);
  const [waiting, working] = [found(names?.waiting), found(names?.working)];
  const at_work = Math.max(here, working?.count ?? 0); // also what a provider has
  const total = (waiting?.count ?? 0) + (working?.count ?? 0);
  const oldest = [waiting, working].flatMap((one) => one?.oldest_since ?? []);
  return {
    ...{ kind, at_work, ...rates },
    in_line: read && names ? Math.max(0, total - at_work) : null,
    oldest_s: oldest.length === 0 ? null : age(Math.min(...oldest)),
    ...{ paused: pause !== null, paused_at: timeOrNull(pause?.paused_at ?? null), paused_by: pause?.by ?? null },
    ...{ breaker: open_since === null ? 'closed' : 'open', open_since: timeOrNull(open_since) },
    last_failure: failure && { ...failure, at: time(failure.at), meaning: meaningOf(failure.code, language) },
  };
}
const meaningOf = (code: string, language: Language): string | null =>
  isFailureCode(code) ? FAILURE_CODES[code][language] : null;

const workerOverview = ({ process_id: id, role, version, kinds, started_at, last_seen_at }: ProcessView) => ({
  ...{ id, role, version, kinds, started_at: time(started_at), last_seen_at: time(last_seen_at) },
});

type PartShown = { language: Language; detailed: boolean };
const presentPart = ({ seen_by, processes, ...view }: MergedPart, shown: PartShown): Part => ({
  ...presentPartView(view, shown),
  ...{ seen_by, processes },
});

/** detailed: with the words of what failed, which name addresses. */
export const presentPartView = (
  { part, state, since, code, detail, next_try_at }: PartView,
  { language, detailed }: PartShown,
): Omit<Part, 'seen_by' | 'processes'> => ({
  ...{ part, label: PARTS[part][language], state, state_label: PART_STATES[state][language], since: time(since), code },
  why: code === null ? null : PART_REASONS[code][language],
  detail: detailed ? detail : null,
  next_try_at: timeOrNull(next_try_at),
});

/** Each job as the process has it that ran it last. */
function jobsOf(processes: readonly ProcessView[], language: Language): NonNullable<OpsSummary['jobs']> {
  const last = new Map<string, JobState>();
  for (const state of processes.flatMap(({ jobs }) => jobs)) {
    const known = last.get(state.job);
    if (!known || (state.last_run_at ?? 0) > (known.last_run_at ?? 0)) last.set(state.job, state);
  }
  return [...last.values()].map(({ job, interval_ms, last_run_at, last_ms, outcome, error }) => ({
    ...{ job, label: jobLabel(job)[language], interval_s: interval_ms / 1_000, last_run_at: timeOrNull(last_run_at) },
    ...{ last_ms, outcome, error },
  }));
}

export async function stuckFor(
  deps: RequestDeps,
  { scope: own, key }: KeyCaller,
  language: Language,
): Promise<{ items: Stuck[]; is_whole: boolean }> {
  const { processes } = await deps.report.view();
  const held = (kind: StepKind) =>
    deps.pauses.of(kind) !== null || processes.some(({ outages }) => outages.some((one) => one.kind === kind));
  const want = { scope: key.installation ? null : own, parts: mergedParts(processes), held };
  const { items, is_whole } = await stuckOf({ ...deps, limits: RUNTIME_LIMITS }, want);
  return { items: items.map(({ since, ...one }) => ({ ...one, words: STUCK[one.why][language], since: time(since) })), is_whole };
}
