/** The state of the installation at a glance, and what is stuck, as operators see them. */
import { z } from 'zod';
import { CallbackTotals } from './callbacks.ts';
import { Part } from './parts.ts';
import { Author } from './resource.ts';
import type { Text } from './statuses.ts';
import { STEP_KINDS } from './step-kinds.ts';

const Time = z.iso.datetime();
const Seconds = z.number().nullable();

/** count_is_exact: false where there are more than are counted. oldest_s: the age of the one that has waited longest. */
const StatusOverview = z.object({
  status: z.string(),
  label: z.string(),
  count: z.int(),
  count_is_exact: z.boolean(),
  oldest_s: Seconds,
});
/**
 * in_line: null where it is not known now. oldest_s: of those in line and at work. per_minute_…: of the last 60 minutes, the present one
 * last. breaker: open while an outage keeps a process from taking work, since `open_since`.
 */
const StepOverview = z.object({
  kind: z.enum(STEP_KINDS),
  in_line: z.int().nullable(),
  at_work: z.int(),
  oldest_s: Seconds,
  per_minute_in: z.array(z.int()),
  per_minute_out: z.array(z.int()),
  paused: z.boolean(),
  paused_at: Time.nullable(),
  paused_by: Author.nullable(),
  breaker: z.enum(['closed', 'open']),
  open_since: Time.nullable(),
  last_failure: z.object({ code: z.string(), meaning: z.string().nullable(), at: Time, resource_id: z.string() }).nullable(),
});
const WorkerOverview = z.object({
  id: z.string(),
  role: z.string(),
  version: z.string(),
  kinds: z.array(z.string()),
  started_at: Time,
  last_seen_at: Time,
});
/** outcome: of the last run; null: it has not run yet in any process that is seen. */
const JobOverview = z.object({
  job: z.string(),
  label: z.string(),
  interval_s: z.number(),
  last_run_at: Time.nullable(),
  last_ms: z.int().nullable(),
  outcome: z.enum(['ok', 'failed']).nullable(),
  error: z.string().nullable(),
});
/**
 * view: `own` while the database is away: then what it holds is null, and parts, steps and workers are of the process that answers alone.
 * workers, jobs, callbacks, sweep_lag_s: null for a key that is not marked for the installation. callbacks: of providers within the last hour,
 * by what became of them. searchable_lag_s: how long the picture waits that has
 * waited longest among those complete, unfailed and not found by a search; 0: none does.
 */
export const OpsSummary = z
  .object({
    at: Time,
    view: z.enum(['all', 'own']),
    scope: z.enum(['installation', 'organisation']),
    searchable_lag_s: Seconds,
    sweep_lag_s: Seconds,
    dead_letters: z.int().nullable(),
    parts: z.array(Part),
    by_status: z.array(StatusOverview).nullable(),
    steps: z.array(StepOverview),
    workers: z.array(WorkerOverview).nullable(),
    jobs: z.array(JobOverview).nullable(),
    callbacks: CallbackTotals.nullable(),
    remarks: z.array(z.object({ code: z.string(), meaning: z.string(), count: z.int(), count_is_exact: z.boolean() })).nullable(),
  })
  .meta({ id: 'OpsSummary' });
export type OpsSummary = z.infer<typeof OpsSummary>;
export type StepOverview = OpsSummary['steps'][number];

/** Why something is in the list of what is stuck. */
export const STUCK = {
  overdue: {
    en: 'its timer is overdue, and no sweep has taken it up: does a process run that serves its version?',
    zh: '定时已逾期而巡检没有处理：是否有适用其版本的进程在运行？',
  },
  set_aside: {
    en: 'its row cannot be read: mend it, or restore it from a backup',
    zh: '记录无法读取：请修复，或从备份恢复',
  },
  late_task: {
    en: 'its step has used more than half of its time, though all that it needs works and nobody has paused it',
    zh: '该步骤所需服务正常且未暂停，但已用去一半以上的时限',
  },
} as const satisfies Record<string, Text>;
export type StuckWhy = keyof typeof STUCK;
const STUCK_NAMES = Object.keys(STUCK) as StuckWhy[];

/** step: null where it is of no step. since: when it was due, was set aside, or its step was accepted. */
export const Stuck = z
  .object({
    resource_id: z.string(),
    why: z.enum(STUCK_NAMES),
    words: z.string(),
    step: z.string().nullable(),
    since: Time,
    detail: z.string().nullable(),
  })
  .meta({ id: 'Stuck' });
export type Stuck = z.infer<typeof Stuck>;
/** is_whole: false: there is more than is listed. */
export const StuckList = z.object({ items: z.array(Stuck), is_whole: z.boolean() });
