/** For operators: dead letters in groups, and long work. */
import { z } from 'zod';
import { ADVICE, adviceFor, type DeadLetterGroup } from '../../contract/dead-letters.ts';
import { FAILURE_CODES, isFailureCode } from '../../contract/failures.ts';
import { Problem } from '../../contract/problems.ts';
import { Id } from '../../contract/resource.ts';
import type { StartRun } from '../../contract/runs.ts';
import { type MergedPart, mergedParts } from '../../runtime/health/process-report.ts';
import { retrySince } from '../../runtime/health/retry-since.ts';
import type { DeadLetterGroup as Group } from '../../runtime/ports/dead-letters.ts';
import type { RunRecord, RunScope } from '../../runtime/ports/runs.ts';
import type { KeyCaller, KeyRequest } from '../context.ts';
import type { Handlers } from '../handlers.ts';
import { decodeCursor, encodeCursor } from '../request/cursor.ts';
import { type Idempotency, idempotencyOf, keyReused } from '../request/idempotency.ts';
import { presentFinding, presentRun, timeOrNull } from '../response/present-run.ts';

type Names = 'list_dead_letters' | 'start_run' | 'list_runs' | 'get_run' | 'stop_run' | 'list_findings';

/** Pictures shown of a group. */
const SAMPLES = 6;
/** Findings shown with a run, and with each of a list. */
const FINDINGS = 100;
const FINDINGS_IN_LIST = 6;

export const runHandlers: Handlers<Names> = {
  async list_dead_letters(request) {
    const { ctx, deps, caller, query } = request;
    const by = { step: query.group.includes('step'), code: query.group.includes('code') };
    const groups = await deps.facts.dead_letters.groups(caller.scope, by);
    ctx.set('content-language', ctx.state.language);
    const parts = mergedParts((await deps.report.view()).processes);
    return { status: 200, body: { items: await Promise.all(groups.map((group) => presentGroup(request, group, parts))) } };
  },

  async start_run(request) {
    const { ctx, deps, caller, body } = request;
    const scope = scopeOf(caller);
    if (body.kind === 'reindex' && !scope.installation && deps.index.generations) throw ofWholeInstallation();
    const idempotency = idempotencyOf(ctx, { call: 'start_run', ...body });
    const first = await begunBefore(request, idempotency);
    const run =
      first ?? (await deps.runs.start({ ...scope, kind: body.kind, params: paramsOf(body), created_by: caller.by, idempotency }));
    return { status: 202, body: { run: await shown(request, run, FINDINGS) } };
  },

  async list_runs(request) {
    const { deps, caller } = request;
    const { cursor, limit, kind, status } = request.query;
    const filter = { ...(kind ? { kind } : {}), ...(status ? { status } : {}) };
    const scope = scopeOf(caller);
    const listed = { list: 'runs', scope: caller.scope, filters: { ...filter, installation: scope.installation } };
    const before = decodeCursor(cursor, listed, Id);
    const rows = await deps.facts.runs.list(scope, filter, { before, limit: limit + 1 });
    const page = rows.slice(0, limit);
    const last = rows.length > limit ? page.at(-1) : undefined;
    const items = await Promise.all(page.map((run) => shown(request, run, FINDINGS_IN_LIST)));
    return { status: 200, body: { items, next_cursor: last ? encodeCursor(listed, last.run_id) : null } };
  },

  async get_run(request) {
    const { deps, caller, params } = request;
    const run = await deps.facts.runs.get(scopeOf(caller), params.run_id);
    if (!run) throw noSuchRun();
    return { status: 200, body: { run: await shown(request, run, FINDINGS) } };
  },

  async stop_run(request) {
    const { deps, caller, params } = request;
    const run = await deps.runs.stop(scopeOf(caller), params.run_id);
    if (!run) throw noSuchRun();
    return { status: 200, body: { run: await shown(request, run, FINDINGS) } };
  },

  async list_findings(request) {
    const { ctx, deps, caller, params, query } = request;
    const { cursor, limit } = query;
    const { run_id } = params;
    if (!(await deps.facts.runs.get(scopeOf(caller), run_id))) throw noSuchRun();
    const listed = { list: 'findings', scope: caller.scope, filters: { run_id } };
    const after = decodeCursor(cursor, listed, z.int().min(0)) ?? 0;
    const rows = await deps.facts.runs.findings(run_id, { after, limit: limit + 1 });
    const page = rows.slice(0, limit);
    const last = rows.length > limit ? page.at(-1) : undefined;
    const items = page.map((row) => presentFinding(row, ctx.state.language));
    return { status: 200, body: { items, next_cursor: last ? encodeCursor(listed, last.position) : null } };
  },
};

const scopeOf = ({ scope, key }: KeyCaller): RunScope => ({ ...scope, installation: key.installation });

const paramsOf = ({ heal, step, code, limit }: StartRun) => ({
  ...{ heal: heal ?? false, step: step ?? null, code: code ?? null, limit: limit ?? null },
});

async function shown({ ctx, deps }: KeyRequest, run: RunRecord, max: number) {
  const findings = run.findings === 0 ? [] : await deps.facts.runs.findings(run.run_id, { after: 0, limit: max });
  ctx.set('content-language', ctx.state.language);
  return presentRun(run, findings, { language: ctx.state.language, now: deps.clock.now() });
}

/** The run of the first request with this key. Throws IDEMPOTENCY_KEY_REUSED for another request. */
async function begunBefore({ deps, caller }: KeyRequest, idempotency: Idempotency | null): Promise<RunRecord | null> {
  const first = idempotency && (await deps.facts.runs.byIdempotencyKey(caller.scope, idempotency.key));
  if (!first) return null;
  if (first.fingerprint !== idempotency.fingerprint) throw keyReused();
  return deps.facts.runs.get(scopeOf(caller), first.run_id);
}

async function presentGroup(
  { ctx, deps, caller }: KeyRequest,
  group: Group,
  parts: readonly MergedPart[],
): Promise<DeadLetterGroup> {
  const { step, code, count, first_at, last_at, oldest_deadline_at } = group;
  const { language } = ctx.state;
  const letters = await deps.facts.dead_letters.page(caller.scope, { step, code }, { after: null, limit: SAMPLES });
  const rows = await deps.facts.resources.getMany(
    caller.scope,
    letters.map(({ resource_id }) => resource_id),
  );
  const samples = rows.map(({ resource_id, metadata: { title }, filename }) => ({ resource_id, title, filename }));
  const advice = code === null ? null : adviceFor(code);
  return {
    ...{ step, code, count, samples, advice },
    meaning: code !== null && isFailureCode(code) ? FAILURE_CODES[code][language] : null,
    advice_text: advice && ADVICE[advice][language],
    first_at: timeOrNull(first_at),
    last_at: timeOrNull(last_at),
    oldest_deadline_at: timeOrNull(
      oldest_deadline_at === null ? null : deps.clock.now() + (oldest_deadline_at - deps.clock.serviceTime()),
    ),
    retry_since: timeOrNull(retrySince(step, parts)),
  };
}

const noSuchRun = (): Problem =>
  new Problem('NOT_FOUND', {
    en: 'There is no such run. It may belong to another organisation, or have been kept long enough.',
    zh: '没有这个作业：它可能属于其他组织，或已超过保留期。',
  });
const ofWholeInstallation = (): Problem =>
  new Problem('FORBIDDEN', {
    en: 'This index is built again for all organisations together, which takes a key that is marked for the installation. Nothing was begun.',
    zh: '该索引须为所有组织一并重建，需要带有 installation 标记的密钥。未发起任何作业。',
  });
