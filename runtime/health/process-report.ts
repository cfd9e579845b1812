/**
 * What this process says of itself in its row, and what all processes say together. The row is written every few seconds and at each change
 * of a part; a process that ends in order removes it, and one that does not is out of sight soon. While the database is away a process
 * knows of itself alone, and says so.
 */
import type { Logger } from 'pino';
import { z } from 'zod';
import { PART_NAMES, PART_REASONS, type PartName, type PartReason, STATE_NAMES } from '../../contract/parts.ts';
import type { StepKind } from '../../contract/step-kinds.ts';
import type { Clock } from '../async/clock.ts';
import { withTimeout } from '../async/timeout.ts';
import type { Processes, ProcessRow } from '../ports/operations.ts';
import type { CallbackCounts } from './callback-counts.ts';
import { MinuteCounts } from './minutes.ts';
import type { Parts, PartView } from './parts.ts';
import { StepActivity } from './step-activity.ts';

export type ReportLimits = typeof REPORT_LIMITS;
export const REPORT_LIMITS = {
  /** How often the row is written. */
  keep_ms: 10_000,
  /** Changes of parts within this time are written together. */
  gather_ms: 100,
  /** Rows that were not written for so long are not shown. */
  shown_ms: 30_000,
  /** Rows that were not written for so long are removed. */
  kept_ms: 24 * 60 * 60_000,
  /** How long a request waits for the rows; then it is answered with the view of its process. */
  read_limit_ms: 2_000,
};

const isReason = (code: string): code is PartReason => Object.hasOwn(PART_REASONS, code);
/** In a row of a later version there may be parts, states and codes that this one does not know: such a part is left out. */
const View = z.object({
  part: z.enum(PART_NAMES),
  state: z.enum(STATE_NAMES),
  since: z.number(),
  code: z
    .string()
    .nullable()
    .refine((code) => code === null || isReason(code)),
  detail: z.string().nullable(),
  next_try_at: z.number().nullable(),
});
/** An outage of a step in this process. `since`: wall time. */
const Outage = z.object({ kind: z.string(), since: z.number() });
const JobState = z.object({
  job: z.string(),
  interval_ms: z.number(),
  last_run_at: z.number().nullable(),
  last_ms: z.number().nullable(),
  outcome: z.enum(['ok', 'failed']).nullable(),
  error: z.string().nullable(),
});
export type JobState = z.infer<typeof JobState>;
const Body = z.object({
  kinds: z.array(z.string()),
  parts: z.array(z.unknown()),
  steps: z.array(StepActivity),
  outages: z.array(Outage),
  jobs: z.array(JobState),
  /** A later version may count more; an earlier one counts none. */
  callbacks: z.record(z.string(), MinuteCounts).default({}),
});
type Body = Omit<z.infer<typeof Body>, 'parts'> & { parts: PartView[] };

/** A process as it says of itself. Times are wall time. */
export type ProcessView = Omit<ProcessRow, 'body'> & Body;
/** own: other processes are not known now, since the database does not answer. The own process is always the first. */
export type ProcessesView = { processes: ProcessView[]; own: boolean };
export type ProcessReport = ReturnType<typeof createProcessReport>;

type Deps = {
  processes: Processes;
  parts: Parts;
  identity: Pick<ProcessRow, 'process_id' | 'role' | 'version'> & { kinds: readonly StepKind[] };
  /** Read at each writing. */
  activity: () => StepActivity[];
  outages: () => { kind: StepKind; since: number }[];
  jobs: () => JobState[];
  callbacks: CallbackCounts['list'];
  clock: Clock;
  limits?: Partial<ReportLimits>;
  log: Logger;
};

export function createProcessReport({
  processes,
  parts,
  identity,
  activity,
  outages,
  jobs,
  callbacks,
  clock,
  log,
  ...given
}: Deps) {
  const limits = { ...REPORT_LIMITS, ...given.limits };
  const { process_id, role, version, kinds } = identity;
  const started_at = clock.now();
  let timer: { cancel(): void } | null = null;
  let gathering: { cancel(): void } | null = null;
  let writing: Promise<void> = Promise.resolve();
  let stopped = false;

  const own = (): ProcessView => ({
    ...{ process_id, role, version, started_at, last_seen_at: clock.now() },
    ...{ kinds: [...kinds], parts: parts.list(), steps: activity(), outages: outages(), jobs: jobs() },
    callbacks: callbacks(),
  });
  /** One at a time, so that an older row is never written over a newer one. Never rejects. */
  function keep(): Promise<void> {
    writing = writing.then(async () => {
      if (stopped || parts.of('database').state === 'away') return;
      const { process_id: id, role: as, version: of, started_at: since, last_seen_at, ...body } = own();
      const row = { process_id: id, role: as, version: of, started_at: since, last_seen_at, body };
      await processes
        .keep(row)
        .catch((err: unknown) => log.debug({ event: 'process.not_kept', err }, 'could not write the row of this process'));
    });
    return writing;
  }
  function schedule(): void {
    timer = clock.after(limits.keep_ms, () => void keep().finally(() => stopped || schedule()));
  }
  const unfollow = parts.onChange(() => {
    if (stopped || gathering) return;
    gathering = clock.after(limits.gather_ms, () => {
      gathering = null;
      void keep();
    });
  });
  return {
    process_id,
    /** Never rejects, and answers within `read_limit_ms`. */
    async view(): Promise<ProcessesView> {
      const mine = own();
      if (parts.of('database').state === 'away') return { processes: [mine], own: true };
      try {
        const since = clock.now() - limits.shown_ms;
        const rows = await withTimeout({ clock, limit_ms: limits.read_limit_ms }, () => processes.list(since));
        return { processes: [mine, ...rows.filter((row) => row.process_id !== process_id).flatMap(viewOf)], own: false };
      } catch (err) {
        log.debug({ event: 'process.others_unknown', err }, 'could not read the rows of other processes');
        return { processes: [mine], own: true };
      }
    },
    async start(): Promise<void> {
      schedule();
      await keep();
    },
    /** Removes the row. */
    async stop(): Promise<void> {
      stopped = true;
      timer?.cancel();
      gathering?.cancel();
      unfollow();
      await writing;
      await processes
        .remove(process_id)
        .catch((err: unknown) => log.debug({ event: 'process.not_removed', err }, 'could not remove the row of this process'));
    },
  };
}

/** None of a version whose rows this one can't read. */
function viewOf({ body, ...row }: ProcessRow): ProcessView[] {
  const parsed = Body.safeParse(body);
  if (!parsed.success) return [];
  const parts = parsed.data.parts.flatMap((part) => {
    const view = View.safeParse(part);
    if (!view.success) return [];
    const { code, ...rest } = view.data;
    return [{ ...rest, code: code !== null && isReason(code) ? code : null }];
  });
  return [{ ...row, ...parsed.data, parts }];
}

/** A part as all processes see it: the worst state, since the first of them saw it. */
export type MergedPart = PartView & { seen_by: number; processes: number };
export function mergedParts(all: readonly ProcessView[]): MergedPart[] {
  return PART_NAMES.flatMap((name: PartName) => {
    const views = all.flatMap(({ parts }) => parts.filter(({ part }) => part === name));
    const worst = views.reduce<PartView | null>((found, view) => (found && rank(found) >= rank(view) ? found : view), null);
    if (!worst) return [];
    const same = views.filter(({ state }) => state === worst.state).sort((a, b) => a.since - b.since);
    // One that works has worked since the last of them found it so.
    const shown = (worst.state === 'ok' ? same.at(-1) : same[0]) ?? worst;
    return [{ ...shown, seen_by: same.length, processes: views.length }];
  });
}
const rank = ({ state }: PartView): number => STATE_NAMES.indexOf(state);
