/** Long work of operators: its kinds, statuses and findings, and how the API has them. */
import { z } from 'zod';
import { FAILURE_CODES, isFailureCode } from './failures.ts';
import { rule } from './rules.ts';
import type { Text } from './statuses.ts';
import { STEP_KINDS } from './step-kinds.ts';

export const RUN_KINDS = ['verify', 'reindex', 'replay', 'embed'] as const;
export type RunKind = (typeof RUN_KINDS)[number];

type RunStatusRow = { status: string; label: Text; meaning: Text };
export const RUN_STATUSES = [
  {
    status: 'queued',
    label: { en: 'Queued', zh: '排队中' },
    meaning: { en: 'waits for a process that takes it up', zh: '等待某个进程接手' },
  },
  {
    status: 'running',
    label: { en: 'Running', zh: '运行中' },
    meaning: {
      en: 'a process works on it; if that process is lost, another goes on from the same place',
      zh: '有进程正在处理；若该进程中断，另一进程会从原处继续',
    },
  },
  {
    status: 'stopping',
    label: { en: 'Stopping', zh: '正在停止' },
    meaning: { en: 'ends what it is at, and stops', zh: '完成手头的一步后停止' },
  },
  {
    status: 'done',
    label: { en: 'Done', zh: '已完成' },
    meaning: { en: 'went to its end', zh: '已运行到底' },
  },
  {
    status: 'stopped',
    label: { en: 'Stopped', zh: '已停止' },
    meaning: {
      en: 'was stopped, or stopped by itself; the same run asked for again goes on from its place',
      zh: '由人停止或自行停止；再次发起同样的作业会从原处继续',
    },
  },
  {
    status: 'failed',
    label: { en: 'Failed', zh: '失败' },
    meaning: { en: 'can not go on; `reason` says why', zh: '无法继续；`reason` 说明原因' },
  },
] as const satisfies readonly RunStatusRow[];
export type RunStatus = (typeof RUN_STATUSES)[number]['status'];
const STATUS_NAMES = RUN_STATUSES.map(({ status }) => status);
export const isRunStatus = (name: string): name is RunStatus => RUN_STATUSES.some(({ status }) => status === name);
export const isRunKind = (name: string): name is RunKind => RUN_KINDS.some((kind) => kind === name);

/** Why a run does not go on. */
export const RUN_REASONS = {
  STOPPED: {
    en: 'It was stopped. Start the same run again, and it goes on from its place.',
    zh: '已被停止。再次发起同样的作业即从原处继续。',
  },
  SAME_FAILURE: {
    en: 'Most of the first pictures failed again in the same way, so that the rest was left alone. Mend the cause, then start the same run again.',
    zh: '最先重试的图片大多以同样的原因再次失败，其余未动。请先排除原因，再发起同样的作业。',
  },
  NOT_POSSIBLE: { en: 'This cannot be done here.', zh: '此处无法执行。' },
  ERROR: { en: 'An error of ours, again and again at the same place.', zh: '在同一处反复出现我们的错误。' },
} as const satisfies Record<string, Text>;
export type RunReason = keyof typeof RUN_REASONS;

/** heal: only of verify; step, code, limit: only of replay. `limit`: maximum pictures. */
export const RunParams = z.object({
  heal: z.boolean(),
  step: z.enum(STEP_KINDS).nullable(),
  code: z.string().nullable(),
  limit: z.int().nullable(),
});
export type RunParams = z.infer<typeof RunParams>;

const codes = Object.keys(FAILURE_CODES).filter(isFailureCode);
/** Which kind takes a field beside `kind`. */
const TAKEN_BY = { heal: 'verify', step: 'replay', code: 'replay', limit: 'replay' } as const satisfies Record<string, RunKind>;
export const StartRun = z
  .strictObject({
    kind: z.enum(RUN_KINDS),
    heal: z.boolean().optional(),
    step: z.enum(STEP_KINDS).optional(),
    code: z.enum(codes).optional(),
    limit: z.int().min(1).max(1_000_000).optional(),
  })
  .superRefine((asked, context) => {
    for (const [field, kind] of Object.entries(TAKEN_BY))
      if (Object.hasOwn(asked, field) && asked.kind !== kind)
        context.addIssue({ code: 'custom', path: [field], message: rule(`only with kind \`${kind}\``) });
  })
  .meta({ id: 'StartRun' });
export type StartRun = z.infer<typeof StartRun>;

/** found: seen, and left as it is; waiting: looked at once more before anything is done, see `counts`; healed: put right, or on its way; reported: a person must look. */
export const FINDING_OUTCOMES = ['found', 'waiting', 'healed', 'reported'] as const;
export type FindingOutcome = (typeof FINDING_OUTCOMES)[number];
/** subject: what it is of: an id, a key of the store, a column. */
export const Finding = z.object({
  position: z.int(),
  finding: z.string(),
  meaning: z.string(),
  resource_id: z.string().nullable(),
  subject: z.string(),
  detail: z.string(),
  outcome: z.enum(FINDING_OUTCOMES),
  at: z.iso.datetime(),
});
export type Finding = z.infer<typeof Finding>;

/**
 * installation: it is of all organisations. done, total: pictures, entries or files; total is an estimate while it runs, null before it is
 * known. rate_per_s, ends_at: null unless it runs. counts: what came of it, by its own words. findings: the first ones.
 */
export const Run = z
  .object({
    run_id: z.string(),
    kind: z.enum(RUN_KINDS),
    status: z.enum(STATUS_NAMES),
    installation: z.boolean(),
    ...RunParams.shape,
    stage: z.string().nullable(),
    done: z.int(),
    total: z.int().nullable(),
    rate_per_s: z.number().nullable(),
    ends_at: z.iso.datetime().nullable(),
    reason: z.object({ code: z.string(), meaning: z.string(), detail: z.string() }).nullable(),
    waits_for: z.string().nullable(),
    counts: z.record(z.string(), z.int()),
    findings_total: z.int(),
    findings: z.array(Finding),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: 'Run' });
export type Run = z.infer<typeof Run>;
export const RunAnswer = z.object({ run: Run });

const PAGE = { cursor: z.string().max(1_000).optional(), limit: z.int().min(1).max(200).default(50) };
export const ListRuns = z.strictObject({
  kind: z.array(z.enum(RUN_KINDS)).optional(),
  status: z.array(z.enum(STATUS_NAMES)).optional(),
  ...PAGE,
});
export type ListRuns = z.infer<typeof ListRuns>;
export const ListFindings = z.strictObject(PAGE);
